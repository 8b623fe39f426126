-- What was loaded: each category that has a snapshot at a loaded time, or had one when the marts were last made.
SELECT category_id, observed_at
FROM scope_snapshot
WHERE observed_at IN (SELECT unnest(getvariable('loaded_ats')))
UNION
SELECT category_id, observed_at
FROM market_size
WHERE
    source = getvariable('scope_source') AND observed_at BETWEEN getvariable('loaded_from') AND getvariable('loaded_to')
    AND observed_at IN (SELECT unnest(getvariable('loaded_ats')))
