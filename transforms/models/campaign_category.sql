-- Mart: a category in each phase of a campaign (before, during, after, and the same campaign a year earlier).
-- Grain: source x category x campaign x year x phase x basis x currency; every phase has a row where any was observed.
-- Inputs: market_size and brand_concentration of the edition's days, campaign_item_day. Rules: docs/metrics.md 10.
WITH sized AS (
    SELECT day.*, mart.* EXCLUDE (source, category_id, observed_at, observed_on)
    FROM market_size_campaign AS mart
    INNER JOIN campaign_day AS day ON mart.category_id = day.category_id AND mart.observed_at = day.observed_at
),

-- A day without any figure is no basis of its own where other days have one.
shown AS (
    SELECT category_id, units_basis, currency
    FROM sized
    GROUP BY category_id, units_basis, currency
    QUALIFY units_basis IS NOT NULL OR NOT bool_or(units_basis IS NOT NULL) OVER (PARTITION BY category_id)
),

frame AS (
    SELECT phase.*, shown.units_basis, shown.currency
    FROM campaign_phase AS phase
    INNER JOIN shown ON phase.category_id = shown.category_id
),

figure AS (
    SELECT
        category_id, phase, units_basis, currency,
        avg(units_30d_low::DECIMAL(38, 4)) AS units_30d_low,
        CASE
            WHEN count(units_30d_high) = count(units_30d_low) THEN avg(units_30d_high::DECIMAL(38, 4))
        END AS units_30d_high,
        avg(gmv_30d_low::DECIMAL(38, 4)) AS gmv_30d_low,
        CASE
            WHEN count(gmv_30d_high) = count(gmv_30d_low) THEN avg(gmv_30d_high::DECIMAL(38, 4))
        END AS gmv_30d_high,
        avg(lower_bound_share::DECIMAL(18, 9)) AS lower_bound_share
    FROM sized
    GROUP BY category_id, phase, units_basis, currency
),

priced AS (
    SELECT category_id, phase, currency, avg(median_price::DECIMAL(38, 4)) AS median_price
    FROM (SELECT DISTINCT category_id, phase, observed_at, currency, median_price FROM sized)
    GROUP BY category_id, phase, currency
),

-- What is of the whole snapshot stands in each of its rows: one a snapshot is taken.
shelf AS (
    SELECT
        category_id, phase, count(*)::INTEGER AS days_observed, max(observed_at) AS observed_at,
        avg(listings) AS listings, avg(stock_out_share::DECIMAL(18, 9)) AS stock_out_share,
        avg(coverage::DECIMAL(18, 9)) AS coverage
    FROM (
        SELECT DISTINCT category_id, phase, observed_at, listings, stock_out_share, coverage FROM sized
    )
    GROUP BY category_id, phase
),

moved AS (
    SELECT
        once.category_id, phase.phase, sum(once.entrants)::INTEGER AS entrants, sum(once.dropouts)::INTEGER AS dropouts
    FROM (
        SELECT DISTINCT category_id, observed_at, observed_on, entrants, dropouts
        FROM market_size_campaign
        WHERE complete
    ) AS once
    INNER JOIN campaign_phase AS phase
        ON once.category_id = phase.category_id AND once.observed_on BETWEEN phase.from_on AND phase.to_on
    GROUP BY once.category_id, phase.phase
),

owned AS (
    SELECT
        day.category_id, day.phase, mart.units_basis, avg(mart.hhi::DECIMAL(18, 9)) AS hhi,
        avg(mart.cr3::DECIMAL(18, 9)) AS cr3
    FROM brand_concentration_campaign AS mart
    INNER JOIN campaign_day AS day ON mart.category_id = day.category_id AND mart.observed_at = day.observed_at
    WHERE mart.measure = 'units_30d'
    GROUP BY day.category_id, day.phase, mart.units_basis
),

inside AS (
    SELECT category_id, phase, units_basis, avg(inside::DECIMAL(18, 9)) AS figure_share
    FROM campaign_item_day
    WHERE inside IS NOT NULL
    GROUP BY category_id, phase, units_basis
),

filled AS (
    SELECT
        frame.*, coalesce(shelf.days_observed, 0) AS days_observed, shelf.observed_at, shelf.listings,
        shelf.stock_out_share, shelf.coverage, moved.entrants, moved.dropouts,
        figure.units_30d_low, figure.units_30d_high, figure.gmv_30d_low, figure.gmv_30d_high,
        priced.median_price, figure.lower_bound_share, owned.hhi, owned.cr3, inside.figure_share
    FROM frame
    LEFT JOIN shelf ON frame.category_id = shelf.category_id AND frame.phase = shelf.phase
    LEFT JOIN moved ON frame.category_id = moved.category_id AND frame.phase = moved.phase
    LEFT JOIN figure
        ON
            frame.category_id = figure.category_id AND frame.phase = figure.phase
            AND frame.units_basis IS NOT DISTINCT FROM figure.units_basis
            AND frame.currency IS NOT DISTINCT FROM figure.currency
    LEFT JOIN priced
        ON
            frame.category_id = priced.category_id AND frame.phase = priced.phase AND frame.currency = priced.currency
    LEFT JOIN owned
        ON
            frame.category_id = owned.category_id AND frame.phase = owned.phase
            AND frame.units_basis IS NOT DISTINCT FROM owned.units_basis
    LEFT JOIN inside
        ON
            frame.category_id = inside.category_id AND frame.phase = inside.phase
            AND frame.units_basis IS NOT DISTINCT FROM inside.units_basis
),

-- Beside each phase the row it is compared with; none beside itself.
compared AS (
    SELECT
        *,
        CASE WHEN phase <> 'before' THEN any_value(filled) FILTER (WHERE phase = 'before') OVER edition END AS base,
        CASE WHEN phase <> 'last_year' THEN any_value(filled) FILTER (WHERE phase = 'last_year') OVER edition END AS ago
    FROM filled
    WINDOW edition AS (PARTITION BY category_id, campaign, year, units_basis, currency)
)

SELECT
    getvariable('scope_source') AS source, category_id, campaign, year, phase, from_on, to_on,
    (to_on - from_on + 1)::INTEGER AS days, days_observed, observed_at,
    CASE
        WHEN from_on IS NULL THEN 'no_edition'
        WHEN days_observed = 0 THEN 'not_observed'
        WHEN units_30d_low IS NULL THEN 'no_figures'
    END AS missing,
    units_basis, currency, units_30d_low, units_30d_high, gmv_30d_low, gmv_30d_high, median_price, listings,
    stock_out_share, entrants, dropouts, hhi, cr3, coverage, lower_bound_share, figure_share,
    units_30d_low / nullif(base.units_30d_low, 0) - 1 AS units_change,
    units_30d_low / nullif(base.units_30d_high, 0) - 1 AS units_change_low,
    units_30d_high / nullif(base.units_30d_low, 0) - 1 AS units_change_high,
    median_price / nullif(base.median_price, 0) - 1 AS price_change,
    units_30d_low / nullif(ago.units_30d_low, 0) - 1 AS units_year_change,
    units_30d_low / nullif(ago.units_30d_high, 0) - 1 AS units_year_change_low,
    units_30d_high / nullif(ago.units_30d_low, 0) - 1 AS units_year_change_high
FROM compared
