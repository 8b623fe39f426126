-- Step: who is counted in a measure of concentration: a known brand, or a family of unknown brand by itself.
-- Grain: shelf (brand_shelf) x entity; brand_no and name_no are NULL for a family of unknown brand.
-- Inputs: family_day of the snapshots to make, brand_slot, brand_name (where a brand's number and name are looked up).
-- Sums run on decimals, so that they do not depend on the order of rows, and equals are equals: every branch of the
-- union is cast, for one of floats makes floats of all. Source: docs/metrics.md 5.
-- brand_rank: place among the known brands of the shelf.
WITH placed AS (
    SELECT
        coalesce(family.ownership = 'own', FALSE) AS own, coalesce(family.ownership = 'rival', FALSE) AS rival,
        family.listings, family.units_low, family.units_high, family.units_30d_low, family.units_30d_high,
        family.gmv_30d_low, family.gmv_30d_high, named.brand_no, named.name_no,
        slot.units_no, slot.gmv_no, slot.shown_no, slot.listings_no
    FROM family_day_now AS family
    INNER JOIN brand_slot AS slot
        ON
            family.category_id = slot.category_id AND family.observed_at = slot.observed_at
            AND family.units_basis IS NOT DISTINCT FROM slot.units_basis
            AND family.units_window_days IS NOT DISTINCT FROM slot.units_window_days
            AND family.currency IS NOT DISTINCT FROM slot.currency
    LEFT JOIN brand_name AS named
        ON family.brand_key = named.brand_key AND family.brand IS NOT DISTINCT FROM named.brand
),

measured AS NOT MATERIALIZED (
    SELECT
        units_no AS shelf_no, brand_no, name_no, own, rival, listings,
        units_30d_low::DECIMAL(38, 4) AS value_low, units_30d_high::DECIMAL(38, 4) AS value_high
    FROM placed
    WHERE units_30d_low IS NOT NULL
    UNION ALL
    SELECT
        gmv_no, brand_no, name_no, own, rival, listings,
        gmv_30d_low::DECIMAL(38, 4) AS value_low, gmv_30d_high::DECIMAL(38, 4) AS value_high
    FROM placed
    WHERE gmv_30d_low IS NOT NULL
    UNION ALL
    SELECT
        shown_no, brand_no, name_no, own, rival, listings,
        units_low::DECIMAL(38, 4) AS value_low, units_high::DECIMAL(38, 4) AS value_high
    FROM placed
    WHERE units_low IS NOT NULL
    UNION ALL
    SELECT
        listings_no, brand_no, name_no, own, rival, listings,
        listings::DECIMAL(38, 4) AS value_low, listings::DECIMAL(38, 4) AS value_high
    FROM placed
),

known AS (
    SELECT
        shelf_no, brand_no, min(name_no) AS name_no,
        (count(*) FILTER (WHERE own))::INTEGER AS own_families,
        (count(*) FILTER (WHERE rival))::INTEGER AS rival_families,
        sum(value_low)::DOUBLE AS value_low,
        CASE WHEN count(value_high) = count(*) THEN sum(value_high)::DOUBLE END AS value_high,
        coalesce(sum(value_low) FILTER (WHERE value_high IS NULL), 0)::DOUBLE AS unbounded_low,
        count(*)::INTEGER AS families, sum(listings)::INTEGER AS listings
    FROM measured
    WHERE brand_no IS NOT NULL
    GROUP BY shelf_no, brand_no
)

SELECT
    *,
    row_number() OVER (
        PARTITION BY shelf_no ORDER BY value_low DESC, value_high DESC NULLS FIRST, brand_no
    )::INTEGER AS brand_rank
FROM known
UNION ALL BY NAME
SELECT
    shelf_no, own::INTEGER AS own_families, rival::INTEGER AS rival_families, value_low::DOUBLE AS value_low,
    value_high::DOUBLE AS value_high, CASE WHEN value_high IS NULL THEN value_low ELSE 0 END::DOUBLE AS unbounded_low,
    1 AS families, listings
FROM measured
WHERE brand_no IS NULL
