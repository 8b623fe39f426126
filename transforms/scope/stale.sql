-- The snapshots that have mart rows now and are to be made again or are gone. Every snapshot has a market_size row.
WITH doomed AS (
    SELECT category_id, observed_at, rates FROM affected
    UNION
    SELECT category_id, observed_at, TRUE AS rates FROM loaded
)

SELECT doomed.category_id, doomed.observed_at, bool_or(doomed.rates) AS rates
FROM doomed
INNER JOIN market_size
    ON doomed.category_id = market_size.category_id AND doomed.observed_at = market_size.observed_at
WHERE
    market_size.source = getvariable('scope_source')
    AND market_size.observed_at BETWEEN getvariable('stale_from') AND getvariable('stale_to')
GROUP BY doomed.category_id, doomed.observed_at
