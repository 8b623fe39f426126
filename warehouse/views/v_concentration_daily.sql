-- View: How concentrated the brands of a category's observed top N are, date by date, in each measure.
-- Grain: source x category_id x observed_on x measure x units_basis x units_window_days x currency.
-- lower_bound: Whether the total is a lower bound: no upper bound is known.
SELECT
    mart.source, mart.category_id, shot.category_title, mart.observed_on, mart.observed_at,
    mart.measure, mart.units_basis, mart.units_window_days, mart.currency,
    mart.hhi, mart.hhi_low, mart.hhi_high, mart.level, mart.level_set, mart.effective_brands,
    mart.cr1, mart.cr3, mart.cr4, mart.cr5, mart.cr10, mart.total_low, mart.total_high,
    mart.total_high IS NULL AS lower_bound, mart.lower_bound_share, mart.unknown_brand_share,
    mart.brands, mart.families, mart.families_known, shot.coverage, shot.complete, shot.simulated
FROM brand_concentration AS mart
INNER JOIN v_snapshot AS shot USING (source, category_id, observed_at)
WHERE shot.is_daily
