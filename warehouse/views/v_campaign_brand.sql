-- View: A brand before, during and after a campaign such as Double 11, and in the same one a year earlier.
-- Grain: source x category_id x campaign x year x phase x units_basis x currency x brand_key.
-- lower_bound: Whether the sales figures are lower bounds: no upper bound is known.
-- coverage: Captured / expected items of the last snapshot the row was made from, 0 to 1.
SELECT
    mart.source, mart.category_id, category.category_title, mart.campaign, mart.year, mart.phase, mart.from_on,
    mart.to_on, mart.days, mart.days_observed, mart.missing, mart.brand_key, mart.brand, mart.ownership,
    mart.units_basis, mart.currency, mart.days_listed, mart.units_30d_low, mart.units_30d_high, mart.gmv_30d_low,
    mart.gmv_30d_high, mart.units_share, mart.gmv_share, mart.mean_rank, mart.price, mart.listings, mart.figure_share,
    mart.units_change, mart.units_change_low, mart.units_change_high, mart.share_change, mart.price_change,
    mart.units_year_change, mart.units_year_change_low, mart.units_year_change_high,
    mart.observed_at, mart.units_30d_low IS NOT NULL AND mart.units_30d_high IS NULL AS lower_bound, shot.coverage,
    category.simulated
FROM campaign_brand AS mart
INNER JOIN v_category AS category ON mart.source = category.source AND mart.category_id = category.category_id
LEFT JOIN v_snapshot AS shot
    ON
        mart.source = shot.source AND mart.category_id = shot.category_id
        AND mart.observed_at = shot.observed_at
