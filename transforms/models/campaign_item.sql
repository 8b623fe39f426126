-- Mart: an item in each phase of a campaign (before, during, after, and the same campaign a year earlier).
-- Grain: source x category x campaign x year x phase x item; every phase of an item that stood in the list before,
-- during or after. Its figures are those of its latest basis, its prices those in its latest currency.
-- Inputs: campaign_item_day, market_size of the edition's days. Rules: docs/metrics.md 10.
WITH known AS (
    SELECT
        category_id, item_id, arg_max(family_id, observed_at) AS family_id, arg_max(title, observed_at) AS title,
        arg_max(brand_key, observed_at) AS brand_key, arg_max(brand, observed_at) AS brand,
        arg_max(ownership, observed_at) AS ownership, arg_max(units_basis, observed_at) AS units_basis,
        arg_max(currency, observed_at) AS currency
    FROM campaign_item_day
    GROUP BY category_id, item_id
    HAVING bool_or(phase <> 'last_year')
),

frame AS (
    SELECT phase.*, known.* EXCLUDE (category_id)
    FROM known
    INNER JOIN phase_seen AS phase ON known.category_id = phase.category_id
),

total AS (
    SELECT day.category_id, day.phase, mart.units_basis, sum(mart.units_30d_low::DECIMAL(38, 4)) AS units
    FROM market_size_campaign AS mart
    INNER JOIN campaign_day AS day ON mart.category_id = day.category_id AND mart.observed_at = day.observed_at
    GROUP BY day.category_id, day.phase, mart.units_basis
),

sold AS (
    SELECT
        item.category_id, item.phase, item.item_id, count(*)::INTEGER AS days_listed,
        min(item.rank) AS best_rank, avg(item.rank) AS mean_rank,
        count(*) FILTER (WHERE NOT item.in_stock) / nullif(count(item.in_stock), 0) AS stock_out_share,
        avg(item.price) FILTER (WHERE item.currency = known.currency) AS price,
        min(item.price) FILTER (WHERE item.currency = known.currency) AS price_low,
        avg(item.gmv_30d_low::DECIMAL(38, 4)) FILTER (
            WHERE item.currency = known.currency AND item.units_basis = known.units_basis
        ) AS gmv_30d_low,
        CASE
            WHEN
                bool_and(item.gmv_30d_high IS NOT NULL) FILTER (
                    WHERE item.currency = known.currency AND item.units_basis = known.units_basis
                    AND item.gmv_30d_low IS NOT NULL
                )
                THEN
                    avg(item.gmv_30d_high::DECIMAL(38, 4)) FILTER (
                        WHERE item.currency = known.currency AND item.units_basis = known.units_basis
                    )
        END AS gmv_30d_high,
        avg(item.units_30d_low::DECIMAL(38, 4)) FILTER (WHERE item.units_basis = known.units_basis) AS units_30d_low,
        CASE
            WHEN bool_and(item.units_30d_high IS NOT NULL) FILTER (WHERE item.units_basis = known.units_basis)
                THEN avg(item.units_30d_high::DECIMAL(38, 4)) FILTER (WHERE item.units_basis = known.units_basis)
        END AS units_30d_high,
        sum(item.units_30d_low::DECIMAL(38, 4)) FILTER (WHERE item.units_basis = known.units_basis) AS units_sum,
        avg(item.inside::DECIMAL(18, 9)) FILTER (WHERE item.units_basis = known.units_basis) AS figure_share
    FROM campaign_item_day AS item
    INNER JOIN known ON item.category_id = known.category_id AND item.item_id = known.item_id
    GROUP BY item.category_id, item.phase, item.item_id
),

filled AS (
    SELECT
        frame.*, coalesce(sold.days_listed, 0) AS days_listed,
        sold.* EXCLUDE (category_id, phase, item_id, days_listed),
        sold.units_sum / nullif(total.units, 0) AS units_share
    FROM frame
    LEFT JOIN sold
        ON frame.category_id = sold.category_id AND frame.phase = sold.phase AND frame.item_id = sold.item_id
    LEFT JOIN total
        ON
            frame.category_id = total.category_id AND frame.phase = total.phase
            AND frame.units_basis = total.units_basis
),

-- Beside each phase the row it is compared with; none beside itself.
compared AS (
    SELECT
        *,
        CASE WHEN phase <> 'before' THEN any_value(filled) FILTER (WHERE phase = 'before') OVER edition END AS base,
        CASE WHEN phase <> 'last_year' THEN any_value(filled) FILTER (WHERE phase = 'last_year') OVER edition END AS ago
    FROM filled
    WINDOW edition AS (PARTITION BY category_id, campaign, year, item_id)
)

SELECT
    getvariable('scope_source') AS source, category_id, campaign, year, phase, from_on, to_on,
    (to_on - from_on + 1)::INTEGER AS days, days_observed, observed_at,
    CASE
        WHEN from_on IS NULL THEN 'no_edition'
        WHEN days_observed = 0 THEN 'not_observed'
        WHEN days_listed = 0 THEN 'not_listed'
        WHEN units_30d_low IS NULL THEN 'no_figures'
    END AS missing,
    item_id, family_id, title, brand_key, brand, ownership, units_basis, currency, days_listed,
    units_30d_low, units_30d_high, gmv_30d_low, gmv_30d_high, units_share, best_rank, mean_rank, price, price_low,
    stock_out_share, figure_share,
    units_30d_low / nullif(base.units_30d_low, 0) - 1 AS units_change,
    units_30d_low / nullif(base.units_30d_high, 0) - 1 AS units_change_low,
    units_30d_high / nullif(base.units_30d_low, 0) - 1 AS units_change_high,
    base.mean_rank - mean_rank AS rank_change,
    price / nullif(base.price, 0) - 1 AS price_change,
    units_30d_low / nullif(ago.units_30d_low, 0) - 1 AS units_year_change,
    units_30d_low / nullif(ago.units_30d_high, 0) - 1 AS units_year_change_low,
    units_30d_high / nullif(ago.units_30d_low, 0) - 1 AS units_year_change_high
FROM compared
