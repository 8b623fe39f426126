-- The snapshots whose marts a load changes: its own; those of 8 days after, whose counters may be compared with it
-- (rates); those of 28 days after, whose entrants may be known from it, and the next complete one, compared with it
-- (movement); and those of 118 days after, whose 90 days of entrants hold one of the latter (outlook: all of them).
WITH reached AS (
    SELECT
        after.category_id, after.observed_at,
        after.observed_at <= loaded.observed_at + INTERVAL 8 DAY AS rates,
        after.observed_at <= loaded.observed_at + INTERVAL 28 DAY AS movement
    FROM loaded
    INNER JOIN scope_snapshot AS after
        ON
            loaded.category_id = after.category_id
            AND after.observed_at BETWEEN loaded.observed_at AND loaded.observed_at + INTERVAL 118 DAY
    UNION ALL
    SELECT loaded.category_id, min(after.observed_at), FALSE, TRUE
    FROM loaded
    INNER JOIN scope_snapshot AS after
        ON loaded.category_id = after.category_id AND loaded.observed_at < after.observed_at
    WHERE after.complete
    GROUP BY loaded.category_id, loaded.observed_at
)

SELECT category_id, observed_at, bool_or(rates) AS rates, bool_or(movement) AS movement
FROM reached
GROUP BY category_id, observed_at
