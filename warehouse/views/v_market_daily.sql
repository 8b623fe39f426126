-- View: Size of a category's observed top N, date by date.
-- Grain: source x category_id x observed_on x units_basis x currency.
-- lower_bound: Whether units_30d is a lower bound: no upper bound is known.
-- gmv_lower_bound: Whether gmv_30d is a lower bound: a family has no upper bound, or one of families_known no price.
SELECT
    mart.source, mart.category_id, shot.category_title, mart.observed_on, mart.observed_at,
    mart.units_basis, mart.currency, mart.units_30d_low, mart.units_30d_high, mart.gmv_30d_low, mart.gmv_30d_high,
    mart.units_30d_low IS NOT NULL AND mart.units_30d_high IS NULL AS lower_bound, mart.lower_bound_share,
    mart.gmv_30d_low IS NOT NULL AND mart.gmv_30d_high IS NULL AS gmv_lower_bound,
    mart.listings, mart.families, mart.families_known, mart.families_priced, mart.median_price, mart.stock_out_share,
    mart.entrants, mart.dropouts, mart.price_rises, mart.price_cuts, mart.stock_outs, mart.restocks,
    shot.coverage, shot.complete, shot.simulated
FROM market_size AS mart
INNER JOIN v_snapshot AS shot USING (source, category_id, observed_at)
WHERE shot.is_daily
