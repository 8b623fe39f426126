-- Mart: what moved in a category's list since the previous complete snapshot.
-- Grain: source x category x observed_at x item, of complete snapshots; items that dropped out have a row too.
-- Inputs: item_day of the snapshots to make, of the complete ones before them, and of the trailing 28 days.
-- Source of the rules: docs/metrics.md 7. Advertisements hold no rank and are left out.
WITH here AS (
    SELECT category_id, observed_at, item_id, title, brand_key, brand, ownership, rank, currency, price, in_stock
    FROM item_day_now
    SEMI JOIN movement_target USING (category_id, observed_at)
    WHERE NOT sponsored
),

-- Without the long texts, which only the few that dropped out need.
previous AS (
    SELECT
        target.observed_at AS compared_at, item.category_id, item.item_id, item.rank, item.currency, item.price,
        item.in_stock
    FROM item_day_previous AS item
    INNER JOIN movement_target AS target
        ON item.category_id = target.category_id AND item.observed_at = target.previous_at
    WHERE NOT item.sponsored
),

paired AS MATERIALIZED (
    SELECT
        coalesce(here.category_id, previous.category_id) AS category_id,
        coalesce(here.observed_at, previous.compared_at) AS observed_at,
        coalesce(here.item_id, previous.item_id) AS item_id,
        here.item_id IS NULL AS dropped, previous.item_id IS NULL AS fresh,
        here.title, here.brand_key, here.brand, here.ownership, here.rank, previous.rank AS previous_rank,
        coalesce(here.currency, previous.currency) AS currency, here.price,
        CASE
            WHEN here.item_id IS NULL OR here.currency = previous.currency THEN previous.price
        END AS previous_price,
        here.in_stock, previous.in_stock AS previous_in_stock
    FROM here
    FULL OUTER JOIN previous
        ON
            here.category_id = previous.category_id AND here.observed_at = previous.compared_at
            AND here.item_id = previous.item_id
),

-- Only items that the previous snapshot lacks can have entered: few, looked up in the complete ones of 28 days.
fresh AS (SELECT category_id, observed_at, item_id FROM paired WHERE fresh),

known AS (
    SELECT DISTINCT fresh.category_id, fresh.observed_at, fresh.item_id
    FROM item_day_before AS earlier
    INNER JOIN fresh
        ON
            earlier.category_id = fresh.category_id AND earlier.item_id = fresh.item_id
            AND earlier.observed_at < fresh.observed_at AND earlier.observed_at >= fresh.observed_at - INTERVAL 28 DAY
    SEMI JOIN complete_snapshot
        ON
            earlier.category_id = complete_snapshot.category_id
            AND earlier.observed_at = complete_snapshot.observed_at
    WHERE NOT earlier.sponsored
),

gone AS (
    SELECT
        item.category_id, paired.observed_at, item.item_id, item.title, item.brand_key, item.brand, item.ownership
    FROM item_day_previous AS item
    INNER JOIN movement_target AS target
        ON item.category_id = target.category_id AND item.observed_at = target.previous_at
    INNER JOIN paired
        ON
            item.category_id = paired.category_id AND target.observed_at = paired.observed_at
            AND item.item_id = paired.item_id
    WHERE paired.dropped AND NOT item.sponsored
),

-- Most items were there before and are here now: only the others are looked up.
moved AS (
    SELECT *, FALSE AS entered FROM paired
    WHERE NOT fresh AND NOT dropped
    UNION ALL BY NAME
    SELECT
        paired.* REPLACE (
            coalesce(paired.title, gone.title) AS title,
            coalesce(paired.brand_key, gone.brand_key) AS brand_key,
            coalesce(paired.brand, gone.brand) AS brand,
            coalesce(paired.ownership, gone.ownership) AS ownership
        ),
        paired.fresh AND known.item_id IS NULL AS entered
    FROM paired
    LEFT JOIN known
        ON
            paired.category_id = known.category_id AND paired.observed_at = known.observed_at
            AND paired.item_id = known.item_id
    LEFT JOIN gone
        ON
            paired.category_id = gone.category_id AND paired.observed_at = gone.observed_at
            AND paired.item_id = gone.item_id
    WHERE paired.fresh OR paired.dropped
)

SELECT
    target.source, target.category_id, target.observed_at, target.observed_on, moved.item_id,
    moved.title, moved.brand_key, moved.brand, moved.ownership,
    target.previous_at, moved.rank, moved.previous_rank, moved.previous_rank - moved.rank AS rank_change,
    moved.currency, moved.price, moved.previous_price, moved.price - moved.previous_price AS price_change,
    (moved.price - moved.previous_price)::DOUBLE / nullif(moved.previous_price, 0)::DOUBLE AS price_change_share,
    CASE WHEN target.comparable THEN moved.entered END AS entered,
    moved.dropped, moved.in_stock, moved.previous_in_stock
FROM moved
INNER JOIN movement_target AS target
    ON moved.category_id = target.category_id AND moved.observed_at = target.observed_at
WHERE target.complete
