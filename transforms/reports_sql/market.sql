-- How big it is: one row a basis and currency.
SELECT
    units_basis, currency, units_30d_low, units_30d_high, gmv_30d_low, gmv_30d_high, listings, families,
    families_known, families_priced, median_price, stock_out_share, entrants, dropouts, price_rises, price_cuts,
    stock_outs, restocks, lower_bound_share, coverage, complete
FROM market_size
WHERE source = $source AND category_id = $category AND observed_at = $observed_at
ORDER BY units_basis, currency
