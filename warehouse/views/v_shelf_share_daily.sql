-- View: A brand's share of the shelf as a visitor sees it: organic places and advertisements. Unknown brands: one row.
-- Grain: source x category_id x observed_on x brand_key.
-- brand_key: Folded canonical brand; NULL: the unknown ones together.
-- brand: Canonical brand; NULL: unknown.
-- organic: Organic entries of the brand.
-- sponsored: Advertisements of the brand, each place it holds.
-- entries: Entries of the brand, organic and sponsored.
-- organic_share: organic / organic entries of all brands.
-- sponsored_share: sponsored / advertisements of all brands; NULL: there are none.
-- shelf_share: entries / entries of all brands.
-- category_sponsored_share: Advertisements of all brands / entries of all brands.
WITH entry AS (
    SELECT
        listing.source, listing.category_id, shot.category_title, shot.observed_on, listing.observed_at,
        shot.coverage, shot.complete, shot.simulated, listing.sponsored,
        coalesce(alias.canonical_key, listing.brand_key) AS brand_key,
        CASE WHEN listing.brand_key IS NOT NULL THEN coalesce(alias.brand, listing.brand_text) END AS brand
    FROM listing
    INNER JOIN v_snapshot AS shot USING (source, category_id, observed_at)
    LEFT JOIN brand_alias AS alias ON listing.brand_key = alias.brand_key
    WHERE shot.is_daily
),

counted AS (
    SELECT
        source, category_id, category_title, observed_on, observed_at, brand_key, min(brand) AS brand,
        count(*) FILTER (WHERE NOT sponsored) AS organic, count(*) FILTER (WHERE sponsored) AS sponsored,
        count(*) AS entries, coverage, complete, simulated
    FROM entry
    GROUP BY ALL
)

SELECT
    source, category_id, category_title, observed_on, observed_at, brand_key, brand, organic, sponsored, entries,
    organic / nullif(sum(organic) OVER shelf, 0) AS organic_share,
    sponsored / nullif(sum(sponsored) OVER shelf, 0) AS sponsored_share,
    entries / sum(entries) OVER shelf AS shelf_share,
    sum(sponsored) OVER shelf / sum(entries) OVER shelf AS category_sponsored_share,
    coverage, complete, simulated
FROM counted
WINDOW shelf AS (PARTITION BY source, category_id, observed_at)
