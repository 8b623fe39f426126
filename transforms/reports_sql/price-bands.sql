-- At which price it sells: one row a basis and band; gap is units share minus listing share.
SELECT
    units_basis, band_no, band_low, band_high, currency, listings, listing_share, units_30d_low, units_30d_high,
    units_share, gmv_share, gap, market_band, brands, cr3, own_listings, lower_bound_share, coverage, band_set
FROM price_band
WHERE source = $source AND category_id = $category AND observed_at = $observed_at
ORDER BY units_basis, band_no
