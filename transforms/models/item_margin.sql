-- Mart: margin and profit of an item whose sourcing cost config/costs.csv gives: an estimate.
-- Grain: source x category x observed_at x item with a cost.
-- Inputs: item_day of the snapshots to make, sourcing_cost. Formulas: docs/metrics.md 8: margin = price - cost - fees,
-- fees = price x fee share + fixed fee, profit_30d = units_30d x margin (a loss is largest at the high end of units).
-- A cost of the item goes before one of its family; of several dates the last one up to the observation holds.
WITH cost AS (
    SELECT target.category_id, target.observed_at, target.coverage, given.* EXCLUDE (source, category_id)
    FROM rates_target AS target
    INNER JOIN sourcing_cost AS given
        ON
            target.source = given.source AND target.category_id = given.category_id
            AND target.observed_on >= coalesce(given.valid_from, DATE '0001-01-01')
    WHERE given.item_id IS NOT NULL
    QUALIFY row_number() OVER (
        PARTITION BY target.category_id, target.observed_at, given.item_id ORDER BY given.valid_from DESC NULLS LAST
    ) = 1
),

item AS (SELECT * FROM item_day_now SEMI JOIN rates_target USING (category_id, observed_at)),

matched AS (
    SELECT
        item.*, cost.* EXCLUDE (category_id, observed_at, item_id, currency), cost.currency AS cost_currency,
        1 AS nearness
    FROM item
    INNER JOIN cost
        ON
            item.category_id = cost.category_id AND item.observed_at = cost.observed_at
            AND item.item_id = cost.item_id
    UNION ALL
    SELECT item.*, cost.* EXCLUDE (category_id, observed_at, item_id, currency), cost.currency, 2
    FROM item
    INNER JOIN cost
        ON
            item.category_id = cost.category_id AND item.observed_at = cost.observed_at
            AND item.family_id = cost.item_id AND item.family_id <> item.item_id
),

costed AS (
    SELECT
        *,
        CASE
            WHEN currency = cost_currency
                THEN (round(price::DOUBLE * fee_share, 4) + fee_fixed)::DECIMAL(18, 4)
        END AS fees
    FROM matched
    QUALIFY row_number() OVER (PARTITION BY category_id, observed_at, item_id ORDER BY nearness) = 1
),

earned AS (SELECT *, (price - cost - fees)::DECIMAL(18, 4) AS margin FROM costed)

SELECT
    source, category_id, observed_at, observed_on, item_id, family_id, title, brand_key, brand, ownership, rank,
    band_no, currency, price, cost, cost_currency, origin AS cost_origin, valid_from AS cost_from, fees, margin,
    margin::DOUBLE / nullif(price, 0)::DOUBLE AS margin_share,
    CASE WHEN units_low IS NOT NULL THEN units_basis END AS units_basis, units_30d_low, units_30d_high,
    margin::DOUBLE * CASE WHEN margin >= 0 THEN units_30d_low ELSE units_30d_high END AS profit_30d_low,
    CASE
        WHEN margin = 0 AND units_30d_low IS NOT NULL THEN 0
        ELSE margin::DOUBLE * CASE WHEN margin > 0 THEN units_30d_high ELSE units_30d_low END
    END AS profit_30d_high,
    row_number() OVER (
        PARTITION BY category_id, observed_at, family_id
        ORDER BY margin IS NULL OR units_30d_low IS NULL, rank NULLS LAST, item_id
    ) = 1 AS counted,
    CASE
        WHEN price IS NULL THEN 'price'
        WHEN margin IS NULL THEN 'currency'
        WHEN units_30d_low IS NULL THEN 'units'
    END AS missing,
    TRUE AS estimate, coverage
FROM earned
