-- Mart: concentration of brands of the observed top N in one measure.
-- Grain: source x category x observed_at x measure x basis x window x currency.
-- Inputs: brand_entity, family_day. Formulas: docs/metrics.md 5. HHI = sum of (100 x share)^2; effective brands =
-- 10,000 / HHI; levels: US DOJ/FTC Merger Guidelines 2023, guideline 1 (1,000 and 1,800). Upper bound: all families of
-- unknown brand are given to the largest brand. Sums of squares are ordered, so that every run adds alike.
WITH numbered AS (
    SELECT
        *,
        row_number() OVER shelf AS place,
        sum((brand_key IS NOT NULL)::INTEGER) OVER shelf = 1 AND brand_key IS NOT NULL AS largest_known
    FROM brand_entity
    WINDOW
        shelf AS (
            PARTITION BY category_id, observed_at, measure, units_basis, units_window_days, currency
            ORDER BY value_low DESC, value_high DESC NULLS FIRST, brand_key, unknown_family
            ROWS UNBOUNDED PRECEDING
        )
),

total AS (
    SELECT
        category_id, observed_at, measure, units_basis, units_window_days, currency,
        sum(value_low::DECIMAL(38, 4))::DOUBLE AS low,
        coalesce(sum(value_high::DECIMAL(38, 4)), 0)::DOUBLE AS bounded_high,
        count(*) - count(value_high) AS unbounded,
        coalesce(sum(value_low::DECIMAL(38, 4)) FILTER (WHERE brand_key IS NULL), 0)::DOUBLE AS unknown_low,
        coalesce(sum(value_high::DECIMAL(38, 4)) FILTER (WHERE brand_key IS NULL), 0)::DOUBLE AS unknown_high,
        count(*) FILTER (WHERE brand_key IS NULL AND value_high IS NULL) AS unknown_unbounded,
        sum(unbounded_low::DECIMAL(38, 4))::DOUBLE AS unbounded_low,
        sum(families)::INTEGER AS families_known, count(brand_key)::INTEGER AS brands
    FROM numbered
    GROUP BY category_id, observed_at, measure, units_basis, units_window_days, currency
),

-- As the upper bound sees it: the largest known brand holds the unknown families too; none known: they are one.
gathered AS (
    SELECT
        numbered.*, total.low AS total_low, total.bounded_high, total.unbounded, total.brands > 0 AS any_known,
        numbered.value_low + CASE WHEN numbered.largest_known THEN total.unknown_low ELSE 0 END AS most_low,
        CASE
            WHEN numbered.largest_known AND total.unknown_unbounded > 0 THEN NULL
            ELSE numbered.value_high + CASE WHEN numbered.largest_known THEN total.unknown_high ELSE 0 END
        END AS most_high
    FROM numbered
    INNER JOIN total
        ON
            numbered.category_id = total.category_id AND numbered.observed_at = total.observed_at
            AND numbered.measure = total.measure
            AND numbered.units_basis IS NOT DISTINCT FROM total.units_basis
            AND numbered.units_window_days IS NOT DISTINCT FROM total.units_window_days
            AND numbered.currency IS NOT DISTINCT FROM total.currency
),

bounded AS (
    SELECT
        *,
        value_low / nullif(total_low, 0) AS share,
        CASE
            WHEN unbounded > (value_high IS NULL)::INTEGER THEN 0
            ELSE value_low / nullif(value_low + bounded_high - coalesce(value_high, 0), 0)
        END AS share_low,
        CASE
            WHEN any_known AND brand_key IS NULL THEN 0
            WHEN any_known AND most_high IS NULL THEN 1
            WHEN any_known THEN most_high / nullif(most_high + total_low - most_low, 0)
            WHEN place = 1 THEN 1
            ELSE 0
        END AS share_high
    FROM gathered
),

concentrated AS (
    SELECT
        category_id, observed_at, measure, units_basis, units_window_days, currency,
        sum(value_low::DECIMAL(38, 4)) FILTER (WHERE place <= 1)::DOUBLE AS top_1,
        sum(value_low::DECIMAL(38, 4)) FILTER (WHERE place <= 3)::DOUBLE AS top_3,
        sum(value_low::DECIMAL(38, 4)) FILTER (WHERE place <= 4)::DOUBLE AS top_4,
        sum(value_low::DECIMAL(38, 4)) FILTER (WHERE place <= 5)::DOUBLE AS top_5,
        sum(value_low::DECIMAL(38, 4)) FILTER (WHERE place <= 10)::DOUBLE AS top_10,
        sum(10000 * share * share ORDER BY place) AS hhi,
        sum(10000 * share_low * share_low ORDER BY place) AS hhi_low,
        least(10000, sum(10000 * share_high * share_high ORDER BY place)) AS hhi_high
    FROM bounded
    GROUP BY category_id, observed_at, measure, units_basis, units_window_days, currency
),

shelf AS (
    SELECT category_id, observed_at, count(*)::INTEGER AS families FROM family_day_now GROUP BY category_id, observed_at
)

SELECT
    target.source, target.category_id, target.observed_at, target.observed_on,
    total.measure, total.units_basis, total.units_window_days, total.currency,
    concentrated.top_1 / nullif(total.low, 0) AS cr1,
    concentrated.top_3 / nullif(total.low, 0) AS cr3,
    concentrated.top_4 / nullif(total.low, 0) AS cr4,
    concentrated.top_5 / nullif(total.low, 0) AS cr5,
    concentrated.top_10 / nullif(total.low, 0) AS cr10,
    concentrated.hhi,
    CASE WHEN concentrated.hhi IS NOT NULL THEN concentrated.hhi_low END AS hhi_low,
    CASE WHEN concentrated.hhi IS NOT NULL THEN concentrated.hhi_high END AS hhi_high,
    10000 / concentrated.hhi AS effective_brands,
    CASE
        WHEN target.coverage < 0.9 OR total.families_known < 20 OR concentrated.hhi IS NULL THEN NULL
        WHEN round(concentrated.hhi, 6) < 1000 THEN 'unconcentrated'
        WHEN round(concentrated.hhi, 6) <= 1800 THEN 'moderate'
        ELSE 'high'
    END AS level,
    'doj-ftc-2023' AS level_set,
    total.low AS total_low,
    CASE WHEN total.unbounded = 0 THEN total.bounded_high END AS total_high,
    shelf.families, total.families_known, total.brands, target.coverage, target.complete,
    total.unknown_low / nullif(total.low, 0) AS unknown_brand_share,
    total.unbounded_low / nullif(total.low, 0) AS lower_bound_share
FROM total
INNER JOIN concentrated
    ON
        total.category_id = concentrated.category_id AND total.observed_at = concentrated.observed_at
        AND total.measure = concentrated.measure
        AND total.units_basis IS NOT DISTINCT FROM concentrated.units_basis
        AND total.units_window_days IS NOT DISTINCT FROM concentrated.units_window_days
        AND total.currency IS NOT DISTINCT FROM concentrated.currency
INNER JOIN rates_target AS target ON total.category_id = target.category_id AND total.observed_at = target.observed_at
INNER JOIN shelf ON total.category_id = shelf.category_id AND total.observed_at = shelf.observed_at
