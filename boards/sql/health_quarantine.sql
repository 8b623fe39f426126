-- Grain: source x expectation x column, of the rows turned away.
SELECT
    source, expectation, column_name, count(*) AS rows_turned_away, count(DISTINCT category_id) AS categories,
    max(observed_on) AS last_on, min(found) AS example, min(capture_id) AS capture_id
FROM quarantine
WHERE observed_at >= $health_from
GROUP BY source, expectation, column_name
ORDER BY rows_turned_away DESC, source, expectation, column_name
