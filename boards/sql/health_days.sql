-- Grain: source x date of observation.
WITH since AS (
    SELECT source, max(observed_at) - to_days($health_days) AS from_at FROM snapshot GROUP BY source
)

SELECT
    source, observed_on, count(*) AS categories, count(*) FILTER (WHERE complete) AS complete,
    count(*) FILTER (WHERE status = 'refused') AS refused, sum(captured) AS captured, sum(expected) AS expected,
    sum(quarantined) AS quarantined, sum(captured) / nullif(sum(expected), 0) AS coverage
FROM snapshot
INNER JOIN since USING (source)
WHERE snapshot.observed_at >= since.from_at AND snapshot.observed_at >= $health_from
GROUP BY source, observed_on
ORDER BY observed_on DESC, source
