-- View: Every page that was asked for, what became of it, and where it is archived.
-- Grain: source x category_id x observed_at x page_no.
SELECT
    capture.source, capture.category_id, shot.category_title, capture.observed_on, capture.observed_at,
    capture.page_no, capture.outcome, capture.outcome_detail, capture.http_status, capture.requested_url,
    capture.final_url, capture.fetched_at, capture.body_bytes, capture.sha256, capture.capture_id,
    capture.warc_file, capture.warc_offset, capture.warc_length, shot.coverage, shot.complete, shot.simulated
FROM capture
LEFT JOIN v_snapshot AS shot USING (source, category_id, observed_at)
