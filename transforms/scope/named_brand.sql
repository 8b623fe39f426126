-- The brands that the watchlist names, for every source or for this one, and whose they are.
SELECT value AS brand_key, min(ownership) AS ownership
FROM watch
WHERE kind = 'brand' AND (source IS NULL OR source = getvariable('scope_source'))
GROUP BY value
