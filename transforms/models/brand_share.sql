-- Mart: a brand's share in one measure, of the observed top N, with its conservative bounds.
-- Grain: source x category x observed_at x measure x basis x window x currency x brand (NULL: the unknown together).
-- Inputs: brand_entity. Formulas: docs/metrics.md 5: share_b = X_b / sum X on the low ends, and
-- share_b in [low_b / (low_b + sum of other highs), high_b / (high_b + sum of other lows)]. A brand is own (a rival's)
-- where the watchlist names it, else where each of its families in the list is: one own item is not the brand.
WITH brand AS (
    SELECT
        category_id, observed_at, measure, units_basis, units_window_days, currency, brand_key,
        min(brand) AS brand,
        sum(value_low::DECIMAL(38, 4))::DOUBLE AS value_low,
        CASE WHEN count(value_high) = count(*) THEN sum(value_high::DECIMAL(38, 4))::DOUBLE END AS value_high,
        sum(families)::INTEGER AS families, sum(listings)::INTEGER AS listings,
        sum(own_families)::INTEGER AS own_families
    FROM brand_entity
    GROUP BY category_id, observed_at, measure, units_basis, units_window_days, currency, brand_key
),

total AS (
    SELECT
        category_id, observed_at, measure, units_basis, units_window_days, currency,
        sum(value_low::DECIMAL(38, 4))::DOUBLE AS low,
        coalesce(sum(value_high::DECIMAL(38, 4)), 0)::DOUBLE AS bounded_high,
        count(*) - count(value_high) AS unbounded
    FROM brand
    GROUP BY category_id, observed_at, measure, units_basis, units_window_days, currency
),

named AS (
    SELECT value AS brand_key, min(ownership) AS ownership FROM watch
    WHERE kind = 'brand' AND (source IS NULL OR source = getvariable('scope_source'))
    GROUP BY value
),

owner AS (
    SELECT
        entity.category_id, entity.observed_at, entity.brand_key,
        coalesce(
            named.ownership,
            CASE entity.families WHEN entity.own_families THEN 'own' WHEN entity.rival_families THEN 'rival' END
        ) AS ownership
    FROM brand_entity AS entity
    LEFT JOIN named ON entity.brand_key = named.brand_key
    WHERE entity.measure = 'listings' AND entity.brand_key IS NOT NULL
),

shared AS (
    SELECT
        brand.*, owner.ownership,
        brand.value_low / nullif(total.low, 0) AS share,
        CASE
            WHEN total.unbounded > (brand.value_high IS NULL)::INTEGER THEN 0
            ELSE brand.value_low / nullif(brand.value_low + total.bounded_high - coalesce(brand.value_high, 0), 0)
        END AS share_low,
        CASE
            WHEN brand.value_high IS NULL THEN 1
            ELSE brand.value_high / nullif(brand.value_high + total.low - brand.value_low, 0)
        END AS share_high
    FROM brand
    INNER JOIN total
        ON
            brand.category_id = total.category_id AND brand.observed_at = total.observed_at
            AND brand.measure = total.measure
            AND brand.units_basis IS NOT DISTINCT FROM total.units_basis
            AND brand.units_window_days IS NOT DISTINCT FROM total.units_window_days
            AND brand.currency IS NOT DISTINCT FROM total.currency
    LEFT JOIN owner
        ON
            brand.category_id = owner.category_id AND brand.observed_at = owner.observed_at
            AND brand.brand_key = owner.brand_key
)

SELECT
    target.source, target.category_id, target.observed_at, target.observed_on,
    shared.measure, shared.units_basis, shared.units_window_days, shared.currency,
    shared.brand_key, shared.brand, shared.ownership, shared.value_low, shared.value_high,
    shared.share, shared.share_low, shared.share_high, shared.families, shared.listings,
    CASE
        WHEN shared.brand_key IS NOT NULL
            THEN
                row_number() OVER (
                    PARTITION BY
                        target.category_id, target.observed_at, shared.measure, shared.units_basis,
                        shared.units_window_days, shared.currency, shared.brand_key IS NULL
                    ORDER BY shared.value_low DESC, shared.value_high DESC NULLS FIRST, shared.brand_key
                )
    END::INTEGER AS brand_rank,
    shared.own_families
FROM shared
INNER JOIN rates_target AS target
    ON shared.category_id = target.category_id AND shared.observed_at = target.observed_at
