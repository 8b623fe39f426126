-- View: Whether a category is open, contested or closed to a newcomer, with the figures and the reasons, date by date.
-- Grain: source x category_id x observed_on.
-- lower_bound: Whether the sales figure is a lower bound: no upper bound is known.
SELECT
    mart.source, mart.category_id, shot.category_title, mart.observed_on, mart.observed_at, mart.verdict,
    mart.verdict_set, mart.suppressed, mart.reasons, mart.sentence, mart.measure, mart.units_basis, mart.other_bases,
    mart.families, mart.families_known, mart.hhi, mart.hhi_low, mart.hhi_high, mart.level, mart.level_set,
    mart.hhi_before, mart.hhi_before_on, mart.hhi_change, mart.hhi_trend, mart.cr1, mart.cr3, mart.effective_brands,
    mart.top_brand, mart.top_brand_share, mart.top_brands, mart.unknown_brand_share, mart.lower_bound_share,
    mart.entrants, mart.stayed, mart.survival, mart.survival_from_on, mart.band_set, mart.gap_band_no,
    mart.gap_band_low, mart.gap_band_high, mart.band_currency, mart.gap_units_share, mart.gap_listing_share, mart.gap,
    mart.market_band_no, mart.market_band_low, mart.market_band_high, mart.entry_price, mart.entry_cost,
    mart.entry_cost_origin, mart.entry_margin, mart.entry_margin_share, mart.entry_missing, mart.own_listings,
    mart.own_rank, mart.own_share, mart.units_30d_low, mart.units_30d_high, mart.units_30d_low IS NOT NULL AND
    mart.units_30d_high IS NULL AS lower_bound, shot.coverage, shot.complete, shot.simulated
FROM category_verdict AS mart
INNER JOIN v_snapshot AS shot USING (source, category_id, observed_at)
WHERE shot.is_daily
