-- View: What an item would earn at its cost in config/costs.csv, date by date: an ESTIMATE. Sum only counted rows.
-- Grain: source x category_id x observed_on x item_id.
-- lower_bound: Whether the sales figure is a lower bound: no upper bound is known.
SELECT
    mart.source, mart.category_id, shot.category_title, mart.observed_on, mart.observed_at, mart.item_id,
    mart.family_id, mart.title, mart.brand_key, mart.brand, mart.ownership, mart.rank, mart.band_no, mart.currency,
    mart.price, mart.cost, mart.cost_currency, mart.cost_origin, mart.cost_from, mart.fees, mart.margin,
    mart.margin_share, mart.units_basis, mart.units_30d_low, mart.units_30d_high, mart.profit_30d_low,
    mart.profit_30d_high, mart.counted, mart.missing, mart.estimate, mart.units_30d_low IS NOT NULL AND
    mart.units_30d_high IS NULL AS lower_bound, shot.coverage, shot.complete, shot.simulated
FROM item_margin AS mart
INNER JOIN v_snapshot AS shot USING (source, category_id, observed_at)
WHERE shot.is_daily
