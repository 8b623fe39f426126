-- View: Where our own products stand in a category, against the market, date by date. Dropped ones too.
-- Grain: source x category_id x observed_on x item_id.
-- lower_bound: Whether the sales figure is a lower bound: no upper bound is known.
SELECT
    mart.source, mart.category_id, shot.category_title, mart.observed_on, mart.observed_at, mart.item_id,
    mart.family_id, mart.title, mart.brand_key, mart.brand, mart.watch_group, mart.presence, mart.entered,
    mart.previous_at, mart.rank, mart.previous_rank, mart.rank_change, mart.currency, mart.price, mart.previous_price,
    mart.price_change_share, mart.in_stock, mart.stock_change, mart.band_set, mart.band_no, mart.band_low,
    mart.band_high, mart.market_band_no, mart.market_band_low, mart.market_band_high, mart.in_market_band,
    mart.units_basis, mart.units_30d_low, mart.units_30d_high, mart.gmv_30d_low, mart.gmv_30d_high, mart.units_share,
    mart.units_share_low, mart.units_share_high,
    mart.units_30d_low IS NOT NULL AND mart.units_30d_high IS NULL AS lower_bound,
    shot.coverage, shot.complete, shot.simulated
FROM own_position AS mart
INNER JOIN v_snapshot AS shot USING (source, category_id, observed_at)
WHERE shot.is_daily
