-- Where our products stand: rank, price, stock, and whether the price is in the band that sells most.
SELECT
    item_id, title, brand, presence, entered, rank, previous_rank, rank_change, currency, price, previous_price,
    price_change_share, in_stock, stock_change, band_low, band_high, market_band_low, market_band_high, in_market_band,
    units_30d_low, units_30d_high, units_share, units_share_low, units_share_high, units_basis, coverage
FROM own_position
WHERE source = $source AND category_id = $category AND observed_at = $observed_at
ORDER BY rank NULLS LAST, previous_rank NULLS LAST, item_id
