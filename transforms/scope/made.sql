-- The snapshots that have mart rows since the first loaded time: each has at least one row in market_size.
SELECT DISTINCT category_id, observed_at
FROM market_size
WHERE source = getvariable('scope_source') AND observed_at >= getvariable('made_from')
