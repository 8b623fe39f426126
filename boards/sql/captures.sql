-- Grain: archived page of the snapshot shown: the evidence behind every row of it.
WITH scope AS (
    SELECT
        unnest($sources) AS source, unnest($category_ids) AS category_id, unnest($shown_at)::TIMESTAMPTZ AS observed_at
)

SELECT
    capture.source, capture.category_id, capture.capture_id, capture.page_no, capture.final_url, capture.requested_url,
    capture.fetched_at, capture.http_status, capture.outcome, capture.body_bytes, capture.sha256, capture.warc_file,
    capture.warc_offset, capture.warc_length
FROM capture
INNER JOIN scope USING (source, category_id, observed_at)
WHERE capture.observed_at BETWEEN $shown_from AND $shown_to
QUALIFY row_number() OVER (PARTITION BY capture.source, capture.category_id ORDER BY capture.page_no) <= $most
ORDER BY capture.source, capture.category_id, capture.page_no, capture.capture_id
