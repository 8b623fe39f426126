-- View: A family of variants that share one sales figure, its sales counted once, date by date. No advertisements.
-- Grain: source x category_id x observed_on x family_id.
-- lower_bound: Whether the sales figure is a lower bound: no upper bound is known.
SELECT
    mart.source, mart.category_id, shot.category_title, mart.observed_on, mart.observed_at,
    mart.family_id, mart.lead_item_id, mart.brand_key, mart.brand, mart.ownership, mart.listings, mart.rank,
    mart.currency, mart.price, mart.band_set, mart.band_no, mart.units_low, mart.units_high, mart.units_basis,
    mart.units_window_days, mart.units_30d_low, mart.units_30d_high, mart.gmv_30d_low, mart.gmv_30d_high,
    mart.units_low IS NOT NULL AND mart.units_high IS NULL AS lower_bound,
    shot.coverage, shot.complete, shot.simulated
FROM family_day AS mart
INNER JOIN v_snapshot AS shot USING (source, category_id, observed_at)
WHERE shot.is_daily
