-- A rebuild changes every date of the source.
SELECT category_id, min(observed_on) AS from_on, max(observed_on) AS to_on FROM scope_snapshot GROUP BY category_id
