-- The snapshots of the source since history_from: what planning looks at. Small: one row a category and observation.
SELECT source, category_id, observed_at, observed_on, complete, coverage, captured + sponsored AS listings
FROM snapshot
WHERE source = getvariable('scope_source') AND observed_at >= getvariable('history_from')
