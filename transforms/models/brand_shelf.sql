-- Step: a shelf of brands: what brands are compared in.
-- Grain: source x category x observed_at x measure x basis x window x currency.
-- Inputs: brand_slot. list_no: the shelf of the same list in the measure "listings".
SELECT DISTINCT
    units_no AS shelf_no, category_id, observed_at, 'units_30d' AS measure, units_basis,
    NULL::INTEGER AS units_window_days, NULL AS currency, listings_no AS list_no
FROM brand_slot
UNION ALL
SELECT DISTINCT gmv_no, category_id, observed_at, 'gmv_30d', units_basis, NULL, currency, listings_no FROM brand_slot
UNION ALL
SELECT DISTINCT shown_no, category_id, observed_at, 'units_shown', units_basis, units_window_days, NULL, listings_no
FROM brand_slot
UNION ALL
SELECT DISTINCT listings_no, category_id, observed_at, 'listings', NULL, NULL, NULL, listings_no FROM brand_slot
