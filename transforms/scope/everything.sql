-- A rebuild affects every snapshot of the source.
SELECT category_id, observed_at, TRUE AS rates, TRUE AS movement FROM scope_snapshot
