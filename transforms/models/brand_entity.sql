-- Step: who is counted in a measure of concentration: a known brand, or a family of unknown brand by itself.
-- Grain: source x category x observed_at x measure x basis x window x currency x entity.
-- Inputs: family_day of the snapshots to make. Bases, windows (of figures as shown) and currencies are never mixed.
-- Sums run on decimals, so that they do not depend on the order of rows. Source: docs/metrics.md 5.
WITH family AS (
    SELECT family.*
    FROM family_day_now AS family
    SEMI JOIN rates_target USING (category_id, observed_at)
),

measured AS (
    SELECT
        category_id, observed_at, 'units_30d' AS measure, units_basis, NULL::INTEGER AS units_window_days,
        NULL AS currency, family_id, brand_key, brand, ownership, listings,
        units_30d_low AS value_low, units_30d_high AS value_high
    FROM family
    WHERE units_30d_low IS NOT NULL
    UNION ALL
    SELECT
        category_id, observed_at, 'gmv_30d', units_basis, NULL, currency, family_id, brand_key, brand, ownership,
        listings, gmv_30d_low, gmv_30d_high
    FROM family
    WHERE gmv_30d_low IS NOT NULL
    UNION ALL
    SELECT
        category_id, observed_at, 'units_shown', units_basis, units_window_days, NULL, family_id, brand_key, brand,
        ownership, listings, units_low, units_high
    FROM family
    WHERE units_low IS NOT NULL
    UNION ALL
    SELECT
        category_id, observed_at, 'listings', NULL, NULL, NULL, family_id, brand_key, brand, ownership,
        listings, listings, listings
    FROM family
)

SELECT
    category_id, observed_at, measure, units_basis, units_window_days, currency, brand_key,
    CASE WHEN brand_key IS NULL THEN family_id END AS unknown_family,
    min(brand) AS brand,
    (count(*) FILTER (WHERE ownership = 'own'))::INTEGER AS own_families,
    (count(*) FILTER (WHERE ownership = 'rival'))::INTEGER AS rival_families,
    sum(value_low::DECIMAL(38, 4))::DOUBLE AS value_low,
    CASE WHEN count(value_high) = count(*) THEN sum(value_high::DECIMAL(38, 4))::DOUBLE END AS value_high,
    coalesce(sum(value_low::DECIMAL(38, 4)) FILTER (WHERE value_high IS NULL), 0)::DOUBLE AS unbounded_low,
    count(*)::INTEGER AS families, sum(listings)::INTEGER AS listings
FROM measured
GROUP BY ALL
