-- Grain: row turned away, the last forty, whole, with the capture it was read from.
WITH since AS (
    SELECT source, max(observed_at) - to_days($health_days) AS from_at FROM snapshot GROUP BY source
)

SELECT
    quarantine.source, quarantine.category_id, quarantine.observed_at, quarantine.observed_on, quarantine.row_no,
    quarantine.item_id, quarantine.expectation, quarantine.column_name, quarantine.found, quarantine.row_json,
    quarantine.capture_id, capture.page_no, capture.final_url, capture.fetched_at, capture.sha256, capture.warc_file,
    capture.warc_offset, capture.warc_length
FROM quarantine
INNER JOIN since USING (source)
LEFT JOIN capture
    ON
        quarantine.source = capture.source AND quarantine.category_id = capture.category_id
        AND quarantine.observed_at = capture.observed_at AND quarantine.capture_id = capture.capture_id
WHERE quarantine.observed_at >= since.from_at AND quarantine.observed_at >= $health_from
ORDER BY quarantine.observed_at DESC, quarantine.source, quarantine.category_id, quarantine.row_no
LIMIT 40
