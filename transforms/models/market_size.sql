-- Mart: size of the observed top N, with the counts that tell how far to trust it.
-- Grain: source x category x observed_at x basis x currency; at least one row a snapshot.
-- Inputs: item_day, family_day and rank_movement of the snapshots to make. Formulas: docs/metrics.md 7.
WITH family AS (
    SELECT family.* FROM family_day_now AS family
    SEMI JOIN movement_target AS target
        ON family.category_id = target.category_id AND family.observed_at = target.observed_at
),

item AS (
    SELECT item.* FROM item_day_now AS item
    SEMI JOIN movement_target AS target
        ON item.category_id = target.category_id AND item.observed_at = target.observed_at
    WHERE NOT item.sponsored
),

shelf AS (
    SELECT
        category_id, observed_at, count(*)::INTEGER AS listings,
        count(*) FILTER (WHERE NOT in_stock) / nullif(count(in_stock), 0) AS stock_out_share
    FROM item
    GROUP BY category_id, observed_at
),

priced AS (
    SELECT category_id, observed_at, currency, count(*) AS listings, median(price::DOUBLE) AS median_price
    FROM item
    WHERE price IS NOT NULL
    GROUP BY category_id, observed_at, currency
),

commonest AS (
    SELECT
        category_id, observed_at,
        arg_max(currency, { 'listings': listings, 'currency': currency }) AS currency
    FROM priced
    GROUP BY category_id, observed_at
),

families AS (
    SELECT category_id, observed_at, count(*)::INTEGER AS families FROM family GROUP BY category_id, observed_at
),

sold AS (
    SELECT
        family.category_id, family.observed_at, family.units_basis,
        coalesce(family.currency, commonest.currency) AS currency,
        sum(family.units_30d_low::DECIMAL(38, 4))::DOUBLE AS units_30d_low,
        CASE
            WHEN count(family.units_30d_high) = count(family.units_30d_low)
                THEN sum(family.units_30d_high::DECIMAL(38, 4))::DOUBLE
        END AS units_30d_high,
        sum(family.gmv_30d_low::DECIMAL(38, 4))::DOUBLE AS gmv_30d_low,
        -- Units without a price are worth something: what their value is, and so the most of the sum, is unknown.
        CASE
            WHEN count(family.gmv_30d_high) = count(family.units_30d_low)
                THEN sum(family.gmv_30d_high::DECIMAL(38, 4))::DOUBLE
        END AS gmv_30d_high,
        count(family.units_30d_low)::INTEGER AS families_known,
        count(family.gmv_30d_low)::INTEGER AS families_priced,
        coalesce(sum(family.units_30d_low::DECIMAL(38, 4)) FILTER (WHERE family.units_30d_high IS NULL), 0)::DOUBLE
            AS unbounded_low
    FROM family
    LEFT JOIN commonest ON family.category_id = commonest.category_id AND family.observed_at = commonest.observed_at
    WHERE family.units_basis IS NOT NULL
    GROUP BY ALL
),

moved AS (
    SELECT
        category_id, observed_at,
        sum(entered::INTEGER)::INTEGER AS entrants, sum(dropped::INTEGER)::INTEGER AS dropouts,
        (count(*) FILTER (WHERE price_change > 0))::INTEGER AS price_rises,
        (count(*) FILTER (WHERE price_change < 0))::INTEGER AS price_cuts,
        (count(*) FILTER (WHERE previous_in_stock AND NOT in_stock))::INTEGER AS stock_outs,
        (count(*) FILTER (WHERE NOT previous_in_stock AND in_stock))::INTEGER AS restocks
    FROM rank_movement_now
    GROUP BY category_id, observed_at
)

SELECT
    target.source, target.category_id, target.observed_at, target.observed_on,
    sold.units_basis, coalesce(sold.currency, commonest.currency) AS currency,
    sold.units_30d_low, sold.units_30d_high, sold.gmv_30d_low, sold.gmv_30d_high,
    coalesce(shelf.listings, 0) AS listings, coalesce(families.families, 0) AS families,
    coalesce(sold.families_known, 0) AS families_known, priced.median_price, shelf.stock_out_share,
    moved.entrants, CASE WHEN target.previous_at IS NOT NULL THEN moved.dropouts END AS dropouts,
    target.coverage, target.complete, sold.unbounded_low / nullif(sold.units_30d_low, 0) AS lower_bound_share,
    CASE WHEN target.previous_at IS NOT NULL THEN moved.price_rises END AS price_rises,
    CASE WHEN target.previous_at IS NOT NULL THEN moved.price_cuts END AS price_cuts,
    CASE WHEN target.previous_at IS NOT NULL THEN moved.stock_outs END AS stock_outs,
    CASE WHEN target.previous_at IS NOT NULL THEN moved.restocks END AS restocks,
    coalesce(sold.families_priced, 0) AS families_priced
FROM movement_target AS target
LEFT JOIN sold ON target.category_id = sold.category_id AND target.observed_at = sold.observed_at
LEFT JOIN shelf ON target.category_id = shelf.category_id AND target.observed_at = shelf.observed_at
LEFT JOIN commonest ON target.category_id = commonest.category_id AND target.observed_at = commonest.observed_at
LEFT JOIN priced
    ON
        target.category_id = priced.category_id AND target.observed_at = priced.observed_at
        AND coalesce(sold.currency, commonest.currency) = priced.currency
LEFT JOIN families ON target.category_id = families.category_id AND target.observed_at = families.observed_at
LEFT JOIN moved ON target.category_id = moved.category_id AND target.observed_at = moved.observed_at
