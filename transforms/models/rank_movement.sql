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

previous AS (
    SELECT
        target.observed_at AS compared_at, item.category_id, item.item_id, item.title, item.brand_key, item.brand,
        item.ownership, item.rank, item.currency, item.price, item.in_stock
    FROM item_day_previous AS item
    INNER JOIN movement_target AS target
        ON item.category_id = target.category_id AND item.observed_at = target.previous_at
    WHERE NOT item.sponsored
),

-- Only items that the previous snapshot lacks can have entered: few, looked up in the complete ones of 28 days.
fresh AS (
    SELECT here.category_id, here.observed_at, here.item_id
    FROM here
    ANTI JOIN previous
        ON
            here.category_id = previous.category_id AND here.observed_at = previous.compared_at
            AND here.item_id = previous.item_id
),

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

entrant AS (
    SELECT category_id, observed_at, item_id FROM fresh
    ANTI JOIN known USING (category_id, observed_at, item_id)
),

paired AS (
    SELECT
        coalesce(here.category_id, previous.category_id) AS category_id,
        coalesce(here.observed_at, previous.compared_at) AS observed_at,
        coalesce(here.item_id, previous.item_id) AS item_id,
        here.item_id IS NULL AS dropped,
        CASE WHEN here.currency = previous.currency THEN previous.price END AS previous_price,
        here, previous
    FROM here
    FULL OUTER JOIN previous
        ON
            here.category_id = previous.category_id AND here.observed_at = previous.compared_at
            AND here.item_id = previous.item_id
)

SELECT
    target.source, target.category_id, target.observed_at, target.observed_on, paired.item_id,
    coalesce(paired.here.title, paired.previous.title) AS title,
    CASE WHEN paired.dropped THEN paired.previous.brand_key ELSE paired.here.brand_key END AS brand_key,
    CASE WHEN paired.dropped THEN paired.previous.brand ELSE paired.here.brand END AS brand,
    CASE WHEN paired.dropped THEN paired.previous.ownership ELSE paired.here.ownership END AS ownership,
    target.previous_at, paired.here.rank AS rank, paired.previous.rank AS previous_rank,
    paired.previous.rank - paired.here.rank AS rank_change,
    coalesce(paired.here.currency, paired.previous.currency) AS currency, paired.here.price AS price,
    CASE WHEN paired.dropped THEN paired.previous.price ELSE paired.previous_price END AS previous_price,
    paired.here.price - paired.previous_price AS price_change,
    (paired.here.price - paired.previous_price)::DOUBLE
    / nullif(paired.previous_price, 0)::DOUBLE AS price_change_share,
    CASE
        WHEN NOT target.comparable THEN NULL
        ELSE entrant.item_id IS NOT NULL
    END AS entered,
    paired.dropped, paired.here.in_stock AS in_stock, paired.previous.in_stock AS previous_in_stock
FROM paired
INNER JOIN movement_target AS target
    ON paired.category_id = target.category_id AND paired.observed_at = target.observed_at
LEFT JOIN entrant
    ON
        paired.category_id = entrant.category_id AND paired.observed_at = entrant.observed_at
        AND paired.item_id = entrant.item_id
WHERE target.complete
