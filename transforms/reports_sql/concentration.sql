-- Who owns the category: one row a measure and basis, then read brand_share for the brands behind it.
SELECT
    measure, units_basis, units_window_days, currency, cr1, cr3, cr4, cr5, cr10, hhi, hhi_low, hhi_high,
    effective_brands, level, level_set, brands, families_known, families, coverage, unknown_brand_share,
    lower_bound_share, complete
FROM brand_concentration
WHERE source = $source AND category_id = $category AND observed_at = $observed_at
ORDER BY measure, units_basis, units_window_days, currency
