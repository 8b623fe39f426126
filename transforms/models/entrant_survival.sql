-- Mart: how many of those that entered a category's list in the trailing 90 days are still in it.
-- Grain: source x category x observed_at. Inputs: entrant of the 90 days, item_day. Rule: docs/metrics.md 11.
WITH came AS (
    SELECT DISTINCT target.category_id, target.observed_at, entrant.item_id
    FROM outlook_target AS target
    INNER JOIN entrant_before AS entrant
        ON
            target.category_id = entrant.category_id AND entrant.observed_at < target.observed_at
            AND entrant.observed_at >= target.observed_at - INTERVAL 90 DAY
),

listed AS (SELECT category_id, observed_at, item_id FROM item_day_now WHERE NOT sponsored),

counted AS (
    SELECT
        came.category_id, came.observed_at, count(*)::INTEGER AS entrants, count(listed.item_id)::INTEGER AS stayed
    FROM came
    LEFT JOIN listed
        ON
            came.category_id = listed.category_id AND came.observed_at = listed.observed_at
            AND came.item_id = listed.item_id
    GROUP BY came.category_id, came.observed_at
)

SELECT
    target.source, target.category_id, target.observed_at, target.observed_on, 90 AS window_days,
    target.window_from_on AS observed_from_on, target.window_snapshots AS snapshots,
    coalesce(counted.entrants, 0) AS entrants,
    CASE WHEN target.complete THEN coalesce(counted.stayed, 0) END AS stayed,
    CASE WHEN target.complete THEN counted.stayed / counted.entrants END AS survival,
    target.coverage, target.complete
FROM outlook_target AS target
LEFT JOIN counted ON target.category_id = counted.category_id AND target.observed_at = counted.observed_at
