-- Makes days rough, so that every rule of the six marts has something to do. Over the temporary table ``facts``, of other
-- listings each day. Gaps, an empty list, one that was not
-- collected, advertised items (some beside the organic entry, some twice):
DELETE FROM facts WHERE hash(item_id || observed_on) % 17 = 0;
DELETE FROM facts WHERE category_id = 'c2' AND observed_on = DATE '2026-01-07';
UPDATE facts SET sponsored = TRUE, rank = NULL WHERE hash(item_id || observed_on) % 19 = 1;
INSERT INTO facts
SELECT * REPLACE (TRUE AS sponsored, NULL AS rank, position + 2000 AS position) FROM facts
WHERE hash(item_id || observed_on) % 5 = 2;
DELETE FROM facts WHERE category_id = 'c3' AND observed_on = DATE '2026-01-04';
DELETE FROM snapshot WHERE category_id = 'c3' AND observed_on = DATE '2026-01-04';
-- Missing and foreign prices, unknown brands and stock, another spelling of a brand:
UPDATE facts SET price = NULL, currency = CASE WHEN hash(item_id || observed_on) % 2 = 1 THEN currency END
WHERE hash(item_id || observed_on) % 11 = 3;
UPDATE facts SET currency = 'USD' WHERE hash(item_id || observed_on) % 13 = 4;
UPDATE facts SET brand_key = NULL, brand_text = NULL WHERE hash(item_id || observed_on) % 4 = 3;
UPDATE facts SET brand_text = 'BRAND·3/Co', brand_key = 'brand3co'
WHERE brand_key = 'brand3' AND hash(item_id || observed_on) % 2 = 1;
UPDATE facts SET in_stock = NULL WHERE hash(item_id || observed_on) % 21 = 9;
-- Figures that are not shown, other windows and bases, upper ends of counters, and counters that fall:
UPDATE facts
SET units_low = NULL, units_high = NULL, units_basis = CASE WHEN hash(item_id || observed_on) % 2 = 1 THEN units_basis END
WHERE hash(item_id || observed_on) % 9 = 5;
UPDATE facts SET units_window_days = 7 WHERE units_basis = 'trailing' AND hash(item_id || observed_on) % 10 = 6;
UPDATE facts
SET
    units_basis = 'period', units_window_days = NULL,
    units_high = CASE WHEN hash(item_id || observed_on) % 2 = 1 THEN units_high END
WHERE units_basis = 'trailing' AND hash(item_id || observed_on) % 12 = 7;
UPDATE facts SET units_high = units_low + 5 WHERE units_basis = 'cumulative' AND hash(item_id || observed_on) % 3 = 1;
UPDATE facts SET units_low = units_low // 10, units_high = units_low // 10 + 5
WHERE units_basis = 'cumulative' AND hash(item_id || observed_on) % 14 = 8;
-- Incomplete snapshots, watched shops and items, and price bands that change:
UPDATE snapshot SET complete = FALSE, coverage = 0.8
WHERE category_id = 'c1' AND observed_on IN (DATE '2026-01-04', DATE '2026-02-15');
UPDATE snapshot SET complete = FALSE, coverage = 0 WHERE category_id = 'c2' AND observed_on = DATE '2026-01-07';
INSERT INTO watch (watch_group, ownership, kind, source, value)
VALUES
('us', 'own', 'shop', 'bench', 'Shop 7'), ('them', 'rival', 'shop', NULL, 'Shop 7'),
('them', 'rival', 'shop', 'other', 'Shop 8');
INSERT INTO watch (watch_group, ownership, kind, source, value)
SELECT DISTINCT 'ours', 'own', 'item', 'bench', item_id FROM facts WHERE hash(item_id) % 50 = 0;
INSERT INTO price_band_edge
SELECT * REPLACE ('v2' AS band_set, DATE '2026-01-05' AS valid_from, 1 + band_low AS band_low, 1 + band_high AS band_high)
FROM price_band_edge
WHERE category_id = 'c1';
