-- Step: the earlier observation that a cumulative counter is compared with.
-- Grain: source x category x observed_at x item, for cumulative figures that have such an observation.
-- Inputs: listing of the snapshots to make and of the 8 days before them. Source of the rule: docs/metrics.md 4,
-- "against an earlier snapshot of the same item, needs >= 1 day"; the bound is docs/decisions/0010-counter-lookback.md.
-- fell: whether the counter fell anywhere since then. Collected more often than daily it can fall and grow past its old
-- level between the two observations that are compared; what lies between is read only where there is any.
WITH counter AS (
    SELECT category_id, observed_at, item_id FROM listing_now
    WHERE units_basis = 'cumulative' AND units_low IS NOT NULL AND NOT sponsored
    UNION ALL
    SELECT category_id, observed_at, item_id FROM advert_only
    WHERE units_basis = 'cumulative' AND units_low IS NOT NULL
),

seen AS (
    SELECT category_id, observed_at, item_id, sponsored, units_low, units_high FROM listing_before
    WHERE units_basis = 'cumulative' AND units_low IS NOT NULL
),

-- Nearly every item stands in the newest snapshot that is a day old, so that one is looked up first.
newest AS (
    SELECT
        counter.category_id, counter.observed_at, counter.item_id, target.base_at,
        seen.units_low AS base_low, seen.units_high AS base_high
    FROM counter
    INNER JOIN rates_target AS target
        ON counter.category_id = target.category_id AND counter.observed_at = target.observed_at
    LEFT JOIN seen
        ON
            counter.category_id = seen.category_id AND counter.item_id = seen.item_id
            AND target.base_at = seen.observed_at AND NOT seen.sponsored
    WHERE target.base_at IS NOT NULL
),

older AS (
    SELECT
        newest.category_id, newest.observed_at, newest.item_id,
        arg_max(
            { 'base_at': seen.observed_at, 'base_low': seen.units_low, 'base_high': seen.units_high },
            { 'at': seen.observed_at, 'organic': NOT seen.sponsored, 'low': seen.units_low }
        ) AS base
    FROM newest
    INNER JOIN seen
        ON
            newest.category_id = seen.category_id AND newest.item_id = seen.item_id
            AND seen.observed_at BETWEEN newest.observed_at - INTERVAL 8 DAY AND newest.observed_at - INTERVAL 1 DAY
    WHERE newest.base_low IS NULL
    GROUP BY newest.category_id, newest.observed_at, newest.item_id
),

based AS (
    SELECT category_id, observed_at, item_id, base_at, base_low, base_high FROM newest WHERE base_low IS NOT NULL
    UNION ALL
    SELECT category_id, observed_at, item_id, base.base_at, base.base_low, base.base_high FROM older
),

crowded AS (
    SELECT DISTINCT target.category_id, target.observed_at
    FROM rates_target AS target
    INNER JOIN scope_snapshot AS between_them
        ON
            target.category_id = between_them.category_id
            AND between_them.observed_at > target.base_at AND between_them.observed_at < target.observed_at
),

-- An observation is below the highest low end since the base: the counter fell, whatever it shows later.
step AS (
    SELECT
        based.category_id, based.observed_at, based.item_id,
        seen.units_high < max(seen.units_low) OVER (
            PARTITION BY based.category_id, based.observed_at, based.item_id ORDER BY seen.observed_at
            RANGE BETWEEN UNBOUNDED PRECEDING AND INTERVAL 1 MICROSECOND PRECEDING
        ) AS fell
    FROM based
    SEMI JOIN crowded USING (category_id, observed_at)
    INNER JOIN seen
        ON
            based.category_id = seen.category_id AND based.item_id = seen.item_id
            AND seen.observed_at BETWEEN based.base_at AND based.observed_at
),

fallen AS (
    SELECT category_id, observed_at, item_id FROM step
    WHERE fell
    GROUP BY category_id, observed_at, item_id
)

SELECT based.*, fallen.item_id IS NOT NULL AS fell
FROM based
LEFT JOIN fallen
    ON
        based.category_id = fallen.category_id AND based.observed_at = fallen.observed_at
        AND based.item_id = fallen.item_id
