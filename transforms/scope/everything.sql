-- A rebuild affects every snapshot of the source.
SELECT category_id, observed_at, TRUE AS rates FROM scope_snapshot
