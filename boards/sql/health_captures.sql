-- Grain: source x date of observation x outcome of a fetch.
WITH since AS (
    SELECT source, max(observed_at) - to_days($health_days) AS from_at FROM snapshot GROUP BY source
)

SELECT source, observed_on, outcome, count(*) AS pages, min(outcome_detail) AS detail
FROM capture
INNER JOIN since USING (source)
WHERE capture.observed_at >= since.from_at AND capture.observed_at >= $health_from
GROUP BY source, observed_on, outcome
ORDER BY observed_on DESC, source, outcome
