-- Question: How much of the shelf is advertising, and whose?
SELECT
    brand, organic, sponsored, sponsored_share, organic_share, shelf_share, category_sponsored_share, coverage
FROM v_shelf_share_latest
WHERE source = 'demo' AND category_id = 'serum' AND sponsored > 0
ORDER BY sponsored DESC, brand NULLS LAST
