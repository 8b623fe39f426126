-- The snapshots that others may be compared with.
SELECT category_id, observed_at FROM scope_snapshot WHERE complete
