-- Question: Where do our own products stand, and are they dear or cheap there?
WITH market AS (
    SELECT DISTINCT source, category_id, currency, median_price FROM v_market_latest
)

SELECT
    item.category_id, item.rank, item.title, item.currency, item.price, market.median_price,
    item.price::DOUBLE / market.median_price - 1 AS above_median, item.units_30d_low, item.units_30d_high,
    item.units_basis, item.lower_bound, item.coverage
FROM v_item_latest AS item
LEFT JOIN market USING (source, category_id, currency)
WHERE item.source = 'demo' AND item.ownership = 'own' AND NOT item.sponsored
ORDER BY item.category_id, item.rank
