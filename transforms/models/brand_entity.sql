-- Step: who is counted in a measure of concentration: a known brand, or a family of unknown brand by itself.
-- Grain: source x category x observed_at x measure x basis x window x currency x entity.
-- Inputs: family_day of the snapshots to make. Bases, windows (of figures as shown) and currencies are never mixed.
-- Sums run on decimals, so that they do not depend on the order of rows. Source: docs/metrics.md 5.
-- shelf_no numbers what is compared (category x observed_at x measure x basis x window x currency): to group and sort
-- by one number costs a fraction of that by six columns. brand_rank: place among the known brands of the shelf.
-- list_no: the shelf of the same list in the measure "listings".
WITH family AS (
    SELECT
        category_id, observed_at, family_id, brand_key, brand, ownership, listings, units_basis, units_window_days,
        currency, units_low, units_high, units_30d_low, units_30d_high, gmv_30d_low, gmv_30d_high
    FROM family_day_now
    SEMI JOIN rates_target USING (category_id, observed_at)
),

slot AS (
    SELECT category_id, observed_at, units_basis, units_window_days, currency, row_number() OVER () AS slot_no
    FROM family
    GROUP BY category_id, observed_at, units_basis, units_window_days, currency
),

numbered AS (
    SELECT
        *,
        4 * min(slot_no) OVER (PARTITION BY category_id, observed_at, units_basis) AS units_no,
        4 * min(slot_no) OVER (PARTITION BY category_id, observed_at, units_basis, currency) + 1 AS gmv_no,
        4 * min(slot_no) OVER (PARTITION BY category_id, observed_at, units_basis, units_window_days) + 2 AS shown_no,
        4 * min(slot_no) OVER (PARTITION BY category_id, observed_at) + 3 AS listings_no
    FROM slot
),

shelf AS (
    SELECT DISTINCT
        units_no AS shelf_no, category_id, observed_at, 'units_30d' AS measure, units_basis,
        NULL::INTEGER AS units_window_days, NULL AS currency, listings_no AS list_no
    FROM numbered
    UNION ALL
    SELECT DISTINCT gmv_no, category_id, observed_at, 'gmv_30d', units_basis, NULL, currency, listings_no FROM numbered
    UNION ALL
    SELECT DISTINCT shown_no, category_id, observed_at, 'units_shown', units_basis, units_window_days, NULL, listings_no
    FROM numbered
    UNION ALL
    SELECT DISTINCT listings_no, category_id, observed_at, 'listings', NULL, NULL, NULL, listings_no FROM numbered
),

named AS (
    SELECT brand_key, row_number() OVER (ORDER BY brand_key) AS brand_no
    FROM family
    WHERE brand_key IS NOT NULL
    GROUP BY brand_key
),

placed AS (
    SELECT
        family.* EXCLUDE (category_id, observed_at, units_basis, units_window_days, currency, brand_key),
        named.brand_no, numbered.units_no, numbered.gmv_no, numbered.shown_no, numbered.listings_no
    FROM family
    LEFT JOIN named ON family.brand_key = named.brand_key
    INNER JOIN numbered
        ON
            family.category_id = numbered.category_id AND family.observed_at = numbered.observed_at
            AND family.units_basis IS NOT DISTINCT FROM numbered.units_basis
            AND family.units_window_days IS NOT DISTINCT FROM numbered.units_window_days
            AND family.currency IS NOT DISTINCT FROM numbered.currency
),

measured AS NOT MATERIALIZED (
    SELECT
        units_no AS shelf_no, family_id, brand_no, brand, ownership, listings,
        units_30d_low::DECIMAL(38, 4) AS value_low, units_30d_high::DECIMAL(38, 4) AS value_high
    FROM placed
    WHERE units_30d_low IS NOT NULL
    UNION ALL
    SELECT gmv_no, family_id, brand_no, brand, ownership, listings, gmv_30d_low, gmv_30d_high
    FROM placed
    WHERE gmv_30d_low IS NOT NULL
    UNION ALL
    SELECT shown_no, family_id, brand_no, brand, ownership, listings, units_low, units_high
    FROM placed
    WHERE units_low IS NOT NULL
    UNION ALL
    SELECT listings_no, family_id, brand_no, brand, ownership, listings, listings, listings
    FROM placed
),

known AS (
    SELECT
        shelf_no, brand_no, min(brand) AS brand,
        (count(*) FILTER (WHERE ownership = 'own'))::INTEGER AS own_families,
        (count(*) FILTER (WHERE ownership = 'rival'))::INTEGER AS rival_families,
        sum(value_low)::DOUBLE AS value_low,
        CASE WHEN count(value_high) = count(*) THEN sum(value_high)::DOUBLE END AS value_high,
        coalesce(sum(value_low) FILTER (WHERE value_high IS NULL), 0)::DOUBLE AS unbounded_low,
        count(*)::INTEGER AS families, sum(listings)::INTEGER AS listings
    FROM measured
    WHERE brand_no IS NOT NULL
    GROUP BY shelf_no, brand_no
),

entity AS (
    SELECT
        *, NULL AS unknown_family,
        row_number() OVER (
            PARTITION BY shelf_no ORDER BY value_low DESC, value_high DESC NULLS FIRST, brand_no
        )::INTEGER AS brand_rank
    FROM known
    UNION ALL BY NAME
    SELECT
        shelf_no, family_id AS unknown_family, brand,
        coalesce(ownership = 'own', FALSE)::INTEGER AS own_families,
        coalesce(ownership = 'rival', FALSE)::INTEGER AS rival_families, value_low::DOUBLE AS value_low,
        value_high::DOUBLE AS value_high,
        CASE WHEN value_high IS NULL THEN value_low ELSE 0 END::DOUBLE AS unbounded_low,
        1 AS families, listings
    FROM measured
    WHERE brand_no IS NULL
)

SELECT
    shelf_no, shelf.category_id, shelf.observed_at, shelf.measure, shelf.units_basis, shelf.units_window_days,
    shelf.currency, shelf.list_no, named.brand_key, entity.unknown_family, entity.brand, entity.own_families,
    entity.rival_families, entity.value_low, entity.value_high, entity.unbounded_low, entity.families,
    entity.listings, entity.brand_rank
FROM entity
INNER JOIN shelf USING (shelf_no)
LEFT JOIN named ON entity.brand_no = named.brand_no
