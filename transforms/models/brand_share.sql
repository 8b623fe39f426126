-- Mart: a brand's share in one measure, of the observed top N, with its conservative bounds.
-- Grain: source x category x observed_at x measure x basis x window x currency x brand (NULL: the unknown together).
-- Inputs: brand_entity, brand_shelf, brand_name, named_brand. Formulas: docs/metrics.md 5: share_b = X_b / sum X on
-- the low ends, and share_b in [low_b / (low_b + sum of other highs), high_b / (high_b + sum of other lows)]. A brand
-- is own (a rival's) where the watchlist names it, else where each of its families in the list is: one own item is not
-- the brand.
WITH brand AS (
    SELECT
        shelf_no, brand_no, name_no, own_families, value_low, value_high, families, listings, brand_rank
    FROM brand_entity
    WHERE brand_no IS NOT NULL
    UNION ALL BY NAME
    SELECT
        shelf_no, sum(own_families)::INTEGER AS own_families,
        sum(value_low::DECIMAL(38, 4))::DOUBLE AS value_low,
        CASE WHEN count(value_high) = count(*) THEN sum(value_high::DECIMAL(38, 4))::DOUBLE END AS value_high,
        sum(families)::INTEGER AS families, sum(listings)::INTEGER AS listings
    FROM brand_entity
    WHERE brand_no IS NULL
    GROUP BY shelf_no
),

owned AS (
    SELECT DISTINCT brand_name.brand_no, named.ownership
    FROM brand_name
    INNER JOIN named_brand AS named ON brand_name.brand_key = named.brand_key
),

-- Few brands have an owner: only those are looked up.
owner AS (
    SELECT
        entity.shelf_no AS list_no, entity.brand_no,
        coalesce(
            owned.ownership,
            CASE entity.families WHEN entity.own_families THEN 'own' WHEN entity.rival_families THEN 'rival' END
        ) AS ownership
    FROM brand_entity AS entity
    INNER JOIN brand_shelf ON entity.shelf_no = brand_shelf.list_no AND brand_shelf.measure = 'listings'
    LEFT JOIN owned ON entity.brand_no = owned.brand_no
    WHERE
        entity.brand_no IS NOT NULL
        AND (
            owned.ownership IS NOT NULL
            OR entity.families = entity.own_families OR entity.families = entity.rival_families
        )
),

total AS (
    SELECT
        shelf_no, sum(value_low::DECIMAL(38, 4))::DOUBLE AS low,
        coalesce(sum(value_high::DECIMAL(38, 4)), 0)::DOUBLE AS bounded_high,
        count(*) - count(value_high) AS unbounded
    FROM brand
    GROUP BY shelf_no
),

shelf AS (
    SELECT brand_shelf.*, total.low, total.bounded_high, total.unbounded, target.source, target.observed_on
    FROM brand_shelf
    INNER JOIN total ON brand_shelf.shelf_no = total.shelf_no
    INNER JOIN rates_target AS target
        ON brand_shelf.category_id = target.category_id AND brand_shelf.observed_at = target.observed_at
)

SELECT
    shelf.source, shelf.category_id, shelf.observed_at, shelf.observed_on,
    shelf.measure, shelf.units_basis, shelf.units_window_days, shelf.currency,
    brand_name.brand_key, brand_name.brand, owner.ownership, brand.value_low, brand.value_high,
    brand.value_low / nullif(shelf.low, 0) AS share,
    CASE
        WHEN shelf.unbounded > (brand.value_high IS NULL)::INTEGER THEN 0
        ELSE brand.value_low / nullif(brand.value_low + shelf.bounded_high - coalesce(brand.value_high, 0), 0)
    END AS share_low,
    CASE
        WHEN brand.value_high IS NULL THEN 1
        ELSE brand.value_high / nullif(brand.value_high + shelf.low - brand.value_low, 0)
    END AS share_high,
    brand.families, brand.listings, brand.brand_rank, brand.own_families
FROM brand
INNER JOIN shelf ON brand.shelf_no = shelf.shelf_no
LEFT JOIN brand_name ON brand.name_no = brand_name.name_no
LEFT JOIN owner ON shelf.list_no = owner.list_no AND brand.brand_no = owner.brand_no
