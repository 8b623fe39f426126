-- The last campaign that had begun: the category before, during and after it, and a year earlier; mean daily figures.
WITH edition AS (
    SELECT mart.campaign, mart.year
    FROM campaign_category AS mart
    INNER JOIN snapshot AS shown ON mart.source = shown.source AND mart.category_id = shown.category_id
    WHERE
        mart.source = $source AND mart.category_id = $category AND shown.observed_at = $observed_at
        AND mart.phase = 'during' AND mart.from_on <= shown.observed_on
    ORDER BY mart.from_on DESC, mart.campaign
    LIMIT 1
)

SELECT
    campaign, year, phase, from_on, to_on, days_observed, days, missing, units_basis, currency, units_30d_low,
    units_30d_high, units_change, units_year_change, gmv_30d_low, gmv_30d_high, median_price, price_change, listings,
    stock_out_share, entrants, dropouts, hhi, cr3, figure_share, lower_bound_share, coverage
FROM campaign_category
SEMI JOIN edition USING (campaign, year)
WHERE source = $source AND category_id = $category
ORDER BY units_basis, currency, list_position(['before', 'during', 'after', 'last_year'], phase)
