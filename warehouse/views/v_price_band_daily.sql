-- View: The price bands of a category: what is on offer and what sells in each, date by date.
-- Grain: source x category_id x observed_on x units_basis x band_set x band_no.
-- band: The band for people, such as 80–120, in currency; the last one is open, such as 260+.
-- lower_bound: Whether the sales figures are lower bounds: no upper bound is known.
SELECT
    mart.source, mart.category_id, shot.category_title, mart.observed_on, mart.observed_at,
    mart.units_basis, mart.band_set, mart.band_no, mart.currency,
    format('{:g}', mart.band_low::DOUBLE) || coalesce('–' || format('{:g}', mart.band_high::DOUBLE), '+') AS band,
    mart.band_low, mart.band_high, mart.listing_share, mart.units_share, mart.gap, mart.market_band,
    mart.gmv_share, mart.cr3, mart.units_30d_low, mart.units_30d_high, mart.gmv_30d_low, mart.gmv_30d_high,
    mart.units_30d_low IS NOT NULL AND mart.units_30d_high IS NULL AS lower_bound, mart.lower_bound_share,
    mart.listings, mart.families, mart.brands, mart.own_listings, shot.coverage, shot.complete, shot.simulated
FROM price_band AS mart
INNER JOIN v_snapshot AS shot USING (source, category_id, observed_at)
WHERE shot.is_daily
