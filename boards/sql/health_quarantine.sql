-- Grain: source x expectation x column, of the rows turned away.
WITH since AS (
    SELECT source, max(observed_at) - to_days($health_days) AS from_at FROM snapshot GROUP BY source
)

SELECT
    source, expectation, column_name, count(*) AS rows_turned_away, count(DISTINCT category_id) AS categories,
    max(observed_on) AS last_on, min(found) AS example, min(capture_id) AS capture_id
FROM quarantine
INNER JOIN since USING (source)
WHERE quarantine.observed_at >= since.from_at AND quarantine.observed_at >= $health_from
GROUP BY source, expectation, column_name
ORDER BY rows_turned_away DESC, source, expectation, column_name
