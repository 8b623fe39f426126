-- What would be earned: an ESTIMATE from config/costs.csv, best profit first. Sum only the rows that are counted.
SELECT
    item_id, title, brand, ownership, rank, currency, price, cost, fees, margin, margin_share, units_30d_low,
    units_30d_high, profit_30d_low, profit_30d_high, counted, missing, cost_origin, cost_from, units_basis, coverage
FROM item_margin
WHERE source = $source AND category_id = $category AND observed_at = $observed_at
ORDER BY profit_30d_low DESC NULLS LAST, margin DESC NULLS LAST, item_id
