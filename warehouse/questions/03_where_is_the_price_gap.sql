-- Question: At which price is more wanted than is offered?
-- Note: `gap` is the band's share of units less its share of listings: demand above supply where it is positive.
SELECT
    band, currency, listing_share, units_share, gap, market_band, own_listings, brands, cr3,
    units_basis, lower_bound_share, coverage
FROM v_price_band_latest
WHERE source = 'demo' AND category_id = 'serum'
ORDER BY gap DESC NULLS LAST
