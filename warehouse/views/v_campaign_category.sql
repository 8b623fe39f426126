-- View: A category before, during and after a campaign such as Double 11, and in the same one a year earlier.
-- Grain: source x category_id x campaign x year x phase x units_basis x currency.
-- lower_bound: Whether the sales figures are lower bounds: no upper bound is known.
SELECT
    mart.source, mart.category_id, category.category_title, mart.campaign, mart.year, mart.phase, mart.from_on,
    mart.to_on, mart.days, mart.days_observed, mart.missing, mart.units_basis, mart.currency, mart.units_30d_low,
    mart.units_30d_high, mart.gmv_30d_low, mart.gmv_30d_high, mart.median_price, mart.listings, mart.stock_out_share,
    mart.entrants, mart.dropouts, mart.hhi, mart.cr3, mart.lower_bound_share, mart.figure_share, mart.units_change,
    mart.units_change_low, mart.units_change_high, mart.price_change,
    mart.units_year_change, mart.units_year_change_low, mart.units_year_change_high,
    mart.observed_at, mart.units_30d_low IS NOT NULL
    AND mart.units_30d_high IS NULL AS lower_bound, mart.coverage, category.simulated
FROM campaign_category AS mart
INNER JOIN v_category AS category ON mart.source = category.source AND mart.category_id = category.category_id
