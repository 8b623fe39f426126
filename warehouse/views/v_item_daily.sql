-- View: An item of a category's list, date by date: place, price, sales. Advertised items where the list lacks them.
-- Grain: source x category_id x observed_on x item_id.
-- lower_bound: Whether the sales figure is a lower bound: no upper bound is known.
SELECT
    mart.source, mart.category_id, shot.category_title, mart.observed_on, mart.observed_at,
    mart.rank, mart.sponsored, mart.item_id, mart.family_id, mart.title, mart.brand_key, mart.brand, mart.shop,
    mart.ownership, mart.watch_group, mart.currency, mart.price, mart.price_high, mart.list_price,
    mart.band_set, mart.band_no, mart.units_text, mart.units_low, mart.units_high, mart.units_basis,
    mart.units_window_days, mart.units_per_day_low, mart.units_per_day_high, mart.units_30d_low, mart.units_30d_high,
    mart.gmv_30d_low, mart.gmv_30d_high, mart.units_low IS NOT NULL AND mart.units_high IS NULL AS lower_bound,
    mart.rate_from_at, mart.counter_reset, mart.in_stock, mart.rating, mart.review_count, mart.url, mart.capture_id,
    shot.coverage, shot.complete, shot.simulated
FROM item_day AS mart
INNER JOIN v_snapshot AS shot USING (source, category_id, observed_at)
WHERE shot.is_daily
