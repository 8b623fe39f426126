-- Could we win here, and would it pay: the verdict, its reasons, and the figures it was read from.
SELECT
    verdict, sentence, suppressed, measure, units_basis, other_bases, hhi, hhi_low, hhi_high, level, hhi_before,
    hhi_before_on, hhi_trend, cr1, cr3, top_brands, entrants, stayed, survival, survival_from_on, gap_band_low,
    gap_band_high, gap_units_share, gap_listing_share, market_band_low, market_band_high, band_currency, entry_price,
    entry_cost, entry_cost_origin, entry_margin, entry_margin_share, entry_missing, own_listings, own_rank, own_share,
    units_30d_low, units_30d_high, families_known, families, unknown_brand_share, lower_bound_share, coverage, verdict_set
FROM category_verdict
WHERE source = $source AND category_id = $category AND observed_at = $observed_at
