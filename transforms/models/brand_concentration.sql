-- Mart: concentration of brands of the observed top N in one measure.
-- Grain: source x category x observed_at x measure x basis x window x currency.
-- Inputs: brand_entity, brand_shelf. Formulas: docs/metrics.md 5. HHI = sum of (100 x share)^2; effective brands =
-- 10,000 / HHI; levels: US DOJ/FTC Merger Guidelines 2023, guideline 1 (1,000 and 1,800). Upper bound: all families of
-- unknown brand are given to the largest brand. Squares are added as decimals of 18 places, so that every run adds
-- alike.
WITH total AS (
    SELECT
        shelf_no, sum(value_low::DECIMAL(38, 4))::DOUBLE AS low,
        coalesce(sum(value_high::DECIMAL(38, 4)), 0)::DOUBLE AS bounded_high,
        count(*) - count(value_high) AS unbounded,
        coalesce(sum(value_low::DECIMAL(38, 4)) FILTER (WHERE brand_no IS NULL), 0)::DOUBLE AS unknown_low,
        coalesce(sum(value_high::DECIMAL(38, 4)) FILTER (WHERE brand_no IS NULL), 0)::DOUBLE AS unknown_high,
        count(*) FILTER (WHERE brand_no IS NULL AND value_high IS NULL) AS unknown_unbounded,
        sum(unbounded_low::DECIMAL(38, 4))::DOUBLE AS unbounded_low,
        sum(families)::INTEGER AS families_known, count(brand_no)::INTEGER AS brands,
        max(value_low::DECIMAL(38, 4), 10) AS largest
    FROM brand_entity
    GROUP BY shelf_no
),

-- As the upper bound sees it: the largest known brand holds the unknown families too; none known: they are one.
gathered AS (
    SELECT
        entity.shelf_no, entity.brand_no, entity.value_low, entity.value_high,
        total.low AS total_low, total.bounded_high, total.unbounded, total.brands > 0 AS any_known,
        entity.value_low + CASE WHEN entity.brand_rank = 1 THEN total.unknown_low ELSE 0 END AS most_low,
        CASE
            WHEN entity.brand_rank = 1 AND total.unknown_unbounded > 0 THEN NULL
            ELSE entity.value_high + CASE WHEN entity.brand_rank = 1 THEN total.unknown_high ELSE 0 END
        END AS most_high
    FROM brand_entity AS entity
    INNER JOIN total ON entity.shelf_no = total.shelf_no
),

bounded AS (
    SELECT
        shelf_no, any_known,
        value_low / nullif(total_low, 0) AS share,
        CASE
            WHEN unbounded > (value_high IS NULL)::INTEGER THEN 0
            ELSE value_low / nullif(value_low + bounded_high - coalesce(value_high, 0), 0)
        END AS share_low,
        CASE
            WHEN brand_no IS NULL THEN 0
            WHEN most_high IS NULL THEN 1
            ELSE most_high / nullif(most_high + total_low - most_low, 0)
        END AS share_high
    FROM gathered
),

squared AS (
    SELECT
        shelf_no,
        sum((10000 * share * share)::DECIMAL(38, 18))::DOUBLE AS hhi,
        sum((10000 * share_low * share_low)::DECIMAL(38, 18))::DOUBLE AS hhi_low,
        CASE
            WHEN bool_or(any_known) THEN least(10000, sum((10000 * share_high * share_high)::DECIMAL(38, 18))::DOUBLE)
            ELSE 10000
        END AS hhi_high
    FROM bounded
    GROUP BY shelf_no
),

shelf AS (
    SELECT brand_shelf.*, total.families_known AS families
    FROM brand_shelf
    INNER JOIN total ON brand_shelf.list_no = total.shelf_no
)

SELECT
    target.source, target.category_id, target.observed_at, target.observed_on,
    shelf.measure, shelf.units_basis, shelf.units_window_days, shelf.currency,
    list_sum(total.largest[:1])::DOUBLE / nullif(total.low, 0) AS cr1,
    list_sum(total.largest[:3])::DOUBLE / nullif(total.low, 0) AS cr3,
    list_sum(total.largest[:4])::DOUBLE / nullif(total.low, 0) AS cr4,
    list_sum(total.largest[:5])::DOUBLE / nullif(total.low, 0) AS cr5,
    list_sum(total.largest)::DOUBLE / nullif(total.low, 0) AS cr10,
    squared.hhi,
    CASE WHEN squared.hhi IS NOT NULL THEN squared.hhi_low END AS hhi_low,
    CASE WHEN squared.hhi IS NOT NULL THEN squared.hhi_high END AS hhi_high,
    10000 / squared.hhi AS effective_brands,
    CASE
        WHEN target.coverage < 0.9 OR total.families_known < 20 OR squared.hhi IS NULL THEN NULL
        WHEN round(squared.hhi, 6) < 1000 THEN 'unconcentrated'
        WHEN round(squared.hhi, 6) <= 1800 THEN 'moderate'
        ELSE 'high'
    END AS level,
    'doj-ftc-2023' AS level_set,
    total.low AS total_low,
    CASE WHEN total.unbounded = 0 THEN total.bounded_high END AS total_high,
    shelf.families, total.families_known, total.brands, target.coverage, target.complete,
    total.unknown_low / nullif(total.low, 0) AS unknown_brand_share,
    total.unbounded_low / nullif(total.low, 0) AS lower_bound_share
FROM total
INNER JOIN squared ON total.shelf_no = squared.shelf_no
INNER JOIN shelf ON total.shelf_no = shelf.shelf_no
INNER JOIN rates_target AS target ON shelf.category_id = target.category_id AND shelf.observed_at = target.observed_at
