-- The dates whose marts a load changes, a span a category; a day wider at both ends, as dates are those of the source.
SELECT
    category_id, (min(observed_at AT TIME ZONE 'UTC'))::DATE - 1 AS from_on,
    (max(observed_at AT TIME ZONE 'UTC'))::DATE + 1 AS to_on
FROM (
    SELECT category_id, observed_at FROM affected WHERE movement
    UNION ALL
    SELECT category_id, observed_at FROM loaded
)
GROUP BY category_id
