-- Grain: source x date of observation.
SELECT
    source, observed_on, count(*) AS categories, count(*) FILTER (WHERE complete) AS complete,
    count(*) FILTER (WHERE status = 'refused') AS refused, sum(captured) AS captured, sum(expected) AS expected,
    sum(quarantined) AS quarantined, sum(captured) / nullif(sum(expected), 0) AS coverage
FROM snapshot
WHERE observed_at >= $health_from
GROUP BY source, observed_on
ORDER BY source, observed_on DESC
