-- Grain: source x date of observation x outcome of a fetch.
SELECT source, observed_on, outcome, count(*) AS pages, min(outcome_detail) AS detail
FROM capture
WHERE observed_at >= $health_from
GROUP BY source, observed_on, outcome
ORDER BY source, observed_on DESC, outcome
