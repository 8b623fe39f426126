-- View: Every row that the audit turned away, with its reason and the page it came from.
-- Grain: source x category_id x observed_at x row_no x expectation.
SELECT
    turned.source, turned.category_id, shot.category_title, turned.observed_on, turned.observed_at, turned.row_no,
    turned.item_id, turned.expectation, turned.column_name, turned.found, turned.row_json, turned.capture_id,
    capture.final_url, capture.warc_file, capture.warc_offset, capture.warc_length,
    shot.coverage, shot.complete, shot.simulated
FROM quarantine AS turned
LEFT JOIN v_snapshot AS shot USING (source, category_id, observed_at)
LEFT JOIN capture
    ON
        turned.source = capture.source AND turned.category_id = capture.category_id
        AND turned.observed_at = capture.observed_at AND turned.capture_id = capture.capture_id
