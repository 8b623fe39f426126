-- The snapshots that have mart rows now and are to be made again (which marts: rates, movement, or just the outlook) or
-- are gone.
WITH doomed AS (
    SELECT category_id, observed_at, rates, movement FROM affected
    UNION
    SELECT category_id, observed_at, TRUE, TRUE FROM loaded
)

SELECT doomed.category_id, doomed.observed_at, bool_or(doomed.rates) AS rates, bool_or(doomed.movement) AS movement
FROM doomed
INNER JOIN made ON doomed.category_id = made.category_id AND doomed.observed_at = made.observed_at
GROUP BY doomed.category_id, doomed.observed_at
