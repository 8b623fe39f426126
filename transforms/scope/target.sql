-- The affected snapshots with what their marts are compared with: base_at, the newest snapshot that is at least a day
-- older (counters, within 8 days); previous_at, the complete one before a complete one; comparable, whether that lies
-- in the trailing 28 days; trend_at, the newest complete one at least 28 and at most 42 days older; what the trailing
-- 90 days hold; band_set, the version of price bands in force on the date.
WITH complete_one AS (SELECT category_id, observed_at FROM scope_snapshot WHERE complete),

version AS (SELECT DISTINCT category_id, band_set, valid_from FROM band_edge),

windowed AS (
    SELECT
        *,
        (count(*) FILTER (WHERE complete) OVER quarter)::INTEGER AS window_snapshots,
        min(observed_on) FILTER (WHERE complete) OVER quarter AS window_from_on
    FROM scope_snapshot
    WINDOW
        quarter AS (
            PARTITION BY category_id ORDER BY observed_at RANGE BETWEEN INTERVAL 90 DAY PRECEDING AND CURRENT ROW
        )
)

SELECT
    here.source, here.category_id, here.observed_at, here.observed_on, here.complete, here.coverage, here.listings,
    affected.rates, affected.movement, version.band_set, here.window_snapshots, here.window_from_on,
    CASE WHEN base.observed_at >= here.observed_at - INTERVAL 8 DAY THEN base.observed_at END AS base_at,
    CASE WHEN here.complete THEN complete_one.observed_at END AS previous_at,
    coalesce(complete_one.observed_at >= here.observed_at - INTERVAL 28 DAY, FALSE) AS comparable,
    CASE WHEN month_ago.observed_at >= here.observed_at - INTERVAL 42 DAY THEN month_ago.observed_at END AS trend_at
FROM windowed AS here
INNER JOIN affected ON here.category_id = affected.category_id AND here.observed_at = affected.observed_at
ASOF LEFT JOIN scope_snapshot AS base
    ON here.category_id = base.category_id AND here.observed_at - INTERVAL 1 DAY >= base.observed_at
ASOF LEFT JOIN complete_one
    ON here.category_id = complete_one.category_id AND here.observed_at > complete_one.observed_at
ASOF LEFT JOIN complete_one AS month_ago
    ON here.category_id = month_ago.category_id AND here.observed_at - INTERVAL 28 DAY >= month_ago.observed_at
ASOF LEFT JOIN version
    ON here.category_id = version.category_id AND here.observed_on >= version.valid_from
