-- View: A brand's share of a category's observed top N, date by date, in each measure. Unknown brands are one row.
-- Grain: source x category_id x observed_on x measure x units_basis x units_window_days x currency x brand_key.
-- lower_bound: Whether value_low is a lower bound: no upper bound is known.
SELECT
    mart.source, mart.category_id, shot.category_title, mart.observed_on, mart.observed_at,
    mart.measure, mart.units_basis, mart.units_window_days, mart.currency,
    mart.brand_key, mart.brand, mart.ownership, mart.brand_rank, mart.share, mart.share_low, mart.share_high,
    mart.value_low, mart.value_high, mart.value_high IS NULL AS lower_bound, mart.families, mart.own_families,
    mart.listings, shot.coverage, shot.complete, shot.simulated
FROM brand_share AS mart
INNER JOIN v_snapshot AS shot USING (source, category_id, observed_at)
WHERE shot.is_daily
