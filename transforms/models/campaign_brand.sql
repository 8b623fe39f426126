-- Mart: a brand in each phase of a campaign (before, during, after, and the same campaign a year earlier).
-- Grain: source x category x campaign x year x phase x brand (NULL: the unknown together) x basis; every phase of a
-- brand that stood in the list before, during or after. Prices and values: those in the category's commonest currency.
-- Inputs: brand_share and market_size of the edition's days, campaign_item_day. Rules: docs/metrics.md 10.
WITH money AS (
    SELECT category_id, arg_max(currency, { 'listings': listings, 'currency': currency }) AS currency
    FROM (
        SELECT category_id, currency, count(*) AS listings FROM campaign_item_day
        WHERE currency IS NOT NULL
        GROUP BY category_id, currency
    )
    GROUP BY category_id
),

brand_day AS (
    SELECT day.category_id, day.phase, mart.* EXCLUDE (source, category_id)
    FROM brand_share_campaign AS mart
    INNER JOIN campaign_day AS day ON mart.category_id = day.category_id AND mart.observed_at = day.observed_at
    LEFT JOIN money ON mart.category_id = money.category_id
    WHERE mart.measure = 'units_30d' OR (mart.measure = 'gmv_30d' AND mart.currency = money.currency)
),

offered AS (
    SELECT
        item.category_id, item.phase, item.brand_key, min(item.brand) AS brand,
        count(*) AS entries, count(*) FILTER (WHERE item.ownership = 'own') AS own_entries,
        count(*) FILTER (WHERE item.ownership = 'rival') AS rival_entries,
        count(DISTINCT item.observed_on)::INTEGER AS days_listed,
        count(*) / count(DISTINCT item.observed_on) AS listings,
        avg(item.price) FILTER (WHERE item.currency = money.currency) AS price
    FROM campaign_item_day AS item
    LEFT JOIN money ON item.category_id = money.category_id
    GROUP BY item.category_id, item.phase, item.brand_key
),

-- A brand that only last year's list held is no part of this year's campaign. Whose it is: as in brand_share.
taking_part AS (
    SELECT
        offered.category_id, offered.brand_key, min(offered.brand) AS brand,
        CASE
            WHEN offered.brand_key IS NOT NULL
                THEN
                    coalesce(
                        any_value(named.ownership),
                        CASE sum(offered.entries)
                            WHEN sum(offered.own_entries) THEN 'own' WHEN sum(offered.rival_entries) THEN 'rival'
                        END
                    )
        END AS ownership
    FROM offered
    LEFT JOIN named_brand AS named ON offered.brand_key = named.brand_key
    GROUP BY offered.category_id, offered.brand_key
    HAVING bool_or(offered.phase <> 'last_year')
),

basis AS (SELECT DISTINCT category_id, brand_key, units_basis FROM brand_day),

frame AS (
    SELECT
        phase.*, brand.brand_key, brand.brand, brand.ownership, basis.units_basis, money.currency
    FROM taking_part AS brand
    INNER JOIN phase_seen AS phase ON brand.category_id = phase.category_id
    LEFT JOIN basis
        ON brand.category_id = basis.category_id AND brand.brand_key IS NOT DISTINCT FROM basis.brand_key
    LEFT JOIN money ON brand.category_id = money.category_id
),

total AS (
    SELECT
        category_id, phase, units_basis,
        sum(value_low::DECIMAL(38, 4)) FILTER (WHERE measure = 'units_30d') AS units,
        sum(value_low::DECIMAL(38, 4)) FILTER (WHERE measure = 'gmv_30d') AS gmv
    FROM brand_day
    GROUP BY category_id, phase, units_basis
),

sold AS (
    SELECT
        category_id, phase, brand_key, units_basis,
        avg(value_low::DECIMAL(38, 4)) FILTER (WHERE measure = 'units_30d') AS units_30d_low,
        CASE
            WHEN bool_and(value_high IS NOT NULL) FILTER (WHERE measure = 'units_30d')
                THEN avg(value_high::DECIMAL(38, 4)) FILTER (WHERE measure = 'units_30d')
        END AS units_30d_high,
        avg(value_low::DECIMAL(38, 4)) FILTER (WHERE measure = 'gmv_30d') AS gmv_30d_low,
        CASE
            -- A family without a price (or in another currency) is no part of the value: then its high end is unknown.
            WHEN
                bool_and(value_high IS NOT NULL) FILTER (WHERE measure = 'gmv_30d')
                AND sum(families) FILTER (WHERE measure = 'gmv_30d')
                = sum(families) FILTER (WHERE measure = 'units_30d')
                THEN avg(value_high::DECIMAL(38, 4)) FILTER (WHERE measure = 'gmv_30d')
        END AS gmv_30d_high,
        sum(value_low::DECIMAL(38, 4)) FILTER (WHERE measure = 'units_30d') AS units_sum,
        sum(value_low::DECIMAL(38, 4)) FILTER (WHERE measure = 'gmv_30d') AS gmv_sum,
        avg(brand_rank) FILTER (WHERE measure = 'units_30d') AS mean_rank
    FROM brand_day
    GROUP BY category_id, phase, brand_key, units_basis
),

inside AS (
    SELECT category_id, phase, brand_key, units_basis, avg(inside::DECIMAL(18, 9)) AS figure_share
    FROM campaign_item_day
    WHERE inside IS NOT NULL
    GROUP BY category_id, phase, brand_key, units_basis
),

filled AS (
    SELECT
        frame.*, coalesce(offered.days_listed, 0) AS days_listed, offered.listings, offered.price,
        sold.units_30d_low, sold.units_30d_high, sold.gmv_30d_low, sold.gmv_30d_high,
        coalesce(sold.units_sum, 0) / nullif(total.units, 0) AS units_share,
        coalesce(sold.gmv_sum, 0) / nullif(total.gmv, 0) AS gmv_share,
        sold.mean_rank, inside.figure_share
    FROM frame
    LEFT JOIN offered
        ON
            frame.category_id = offered.category_id AND frame.phase = offered.phase
            AND frame.brand_key IS NOT DISTINCT FROM offered.brand_key
    LEFT JOIN sold
        ON
            frame.category_id = sold.category_id AND frame.phase = sold.phase
            AND frame.brand_key IS NOT DISTINCT FROM sold.brand_key
            AND frame.units_basis IS NOT DISTINCT FROM sold.units_basis
    LEFT JOIN total
        ON
            frame.category_id = total.category_id AND frame.phase = total.phase
            AND frame.units_basis IS NOT DISTINCT FROM total.units_basis
    LEFT JOIN inside
        ON
            frame.category_id = inside.category_id AND frame.phase = inside.phase
            AND frame.brand_key IS NOT DISTINCT FROM inside.brand_key
            AND frame.units_basis IS NOT DISTINCT FROM inside.units_basis
),

-- Beside each phase the row it is compared with; none beside itself.
compared AS (
    SELECT
        *,
        CASE WHEN phase <> 'before' THEN any_value(filled) FILTER (WHERE phase = 'before') OVER edition END AS base,
        CASE WHEN phase <> 'last_year' THEN any_value(filled) FILTER (WHERE phase = 'last_year') OVER edition END AS ago
    FROM filled
    WINDOW edition AS (PARTITION BY category_id, campaign, year, brand_key, units_basis)
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
    brand_key, brand, ownership, units_basis, currency, days_listed,
    units_30d_low, units_30d_high, gmv_30d_low, gmv_30d_high, units_share, gmv_share, mean_rank, price, listings,
    figure_share,
    units_30d_low / nullif(base.units_30d_low, 0) - 1 AS units_change,
    units_30d_low / nullif(base.units_30d_high, 0) - 1 AS units_change_low,
    units_30d_high / nullif(base.units_30d_low, 0) - 1 AS units_change_high,
    units_share - base.units_share AS share_change,
    price / nullif(base.price, 0) - 1 AS price_change,
    units_30d_low / nullif(ago.units_30d_low, 0) - 1 AS units_year_change,
    units_30d_low / nullif(ago.units_30d_high, 0) - 1 AS units_year_change_low,
    units_30d_high / nullif(ago.units_30d_low, 0) - 1 AS units_year_change_high
FROM compared
