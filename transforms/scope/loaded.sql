-- What was loaded: each category that has a snapshot at a loaded time, or had one when the marts were last made.
WITH known AS (
    SELECT category_id, observed_at FROM scope_snapshot
    UNION
    SELECT category_id, observed_at FROM made
)

SELECT category_id, observed_at FROM known WHERE observed_at IN (SELECT unnest(getvariable('loaded_ats')))
