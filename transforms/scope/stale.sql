-- The snapshots that have mart rows now and are to be made again (rates: all marts, else those of movement) or are gone.
WITH doomed AS (
    SELECT category_id, observed_at, rates FROM affected
    UNION
    SELECT category_id, observed_at, TRUE AS rates FROM loaded
)

SELECT doomed.category_id, doomed.observed_at, bool_or(doomed.rates) AS rates
FROM doomed
INNER JOIN made ON doomed.category_id = made.category_id AND doomed.observed_at = made.observed_at
GROUP BY doomed.category_id, doomed.observed_at
