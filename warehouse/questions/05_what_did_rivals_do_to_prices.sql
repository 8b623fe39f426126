-- Question: Which prices did rivals change, when, and by how much?
-- Note: Against the previous complete snapshot; a share of -0.1 is a price cut of 10 %.
SELECT observed_on, brand, item_id, title, currency, previous_price, price, price_change_share, rank, coverage
FROM v_movement_daily
WHERE source = 'demo' AND category_id = 'serum' AND ownership = 'rival' AND price_change <> 0
ORDER BY observed_on DESC, price_change_share
LIMIT 20
