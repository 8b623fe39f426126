-- Mart: one item of a category's list at an observation, its sales figure as a rate.
-- Grain: source x category x observed_at x item; organic entries, and advertised items the organic list lacks.
-- Inputs: listing of the snapshots to make; their counters' earlier observations; brand_alias, watch, price band edges.
-- Formulas: docs/metrics.md 3 (identity) and 4 (interval, basis, rate). Every condition of a LEFT JOIN compares its two
-- sides: any other makes DuckDB compare each row with each (tests/transforms/test_plans.py).
WITH item AS (
    SELECT * FROM listing_now WHERE NOT sponsored
    UNION ALL BY NAME
    SELECT * FROM advert_only
),

watched AS (
    SELECT kind, value, ownership, watch_group
    FROM watch
    WHERE source IS NULL OR source = getvariable('scope_source')
    QUALIFY row_number() OVER (PARTITION BY kind, value ORDER BY ownership, watch_group) = 1
),

watched_item AS (SELECT value, ownership, watch_group FROM watched WHERE kind = 'item'),

watched_shop AS (SELECT value, ownership, watch_group FROM watched WHERE kind = 'shop'),

watched_brand AS (SELECT value, ownership, watch_group FROM watched WHERE kind = 'brand'),

known AS (
    SELECT
        item.* EXCLUDE (brand_key), target.band_set, edge.band_no,
        coalesce(alias.canonical_key, item.brand_key) AS brand_key,
        CASE WHEN item.brand_key IS NOT NULL THEN coalesce(alias.brand, item.brand_text) END AS brand,
        base.base_at AS rate_from_at, base.base_low, base.base_high,
        coalesce(item.units_high < base.base_low OR base.fell, FALSE) AS counter_reset,
        epoch(item.observed_at - base.base_at) / 86400 AS counter_days,
        CASE
            WHEN item.units_basis = 'trailing' THEN nullif(item.units_window_days, 0)
            WHEN item.units_basis = 'period' THEN coalesce(nullif(item.units_window_days, 0), 1)
        END AS window_days
    FROM item
    INNER JOIN rates_target AS target
        ON item.category_id = target.category_id AND item.observed_at = target.observed_at
    LEFT JOIN brand_alias AS alias ON item.brand_key = alias.brand_key
    LEFT JOIN band_edge AS edge
        ON
            item.category_id = edge.category_id
            AND target.band_set = edge.band_set AND item.currency = edge.currency
            AND item.price >= edge.band_low
            AND item.price < coalesce(edge.band_high::DECIMAL(38, 4), 1e30::DECIMAL(38, 4))
    LEFT JOIN counter_base AS base
        ON
            item.category_id = base.category_id AND item.observed_at = base.observed_at
            AND CASE WHEN item.units_basis = 'cumulative' THEN item.item_id END = base.item_id
),

rated AS (
    SELECT
        known.*,
        CASE
            WHEN window_days IS NOT NULL THEN units_low / window_days
            WHEN NOT counter_reset THEN greatest(0, units_low - coalesce(base_high, units_low)) / counter_days
        END AS units_per_day_low,
        CASE
            WHEN window_days IS NOT NULL THEN units_high / window_days
            WHEN NOT counter_reset THEN (units_high - base_low) / counter_days
        END AS units_per_day_high
    FROM known
)

SELECT
    rated.source, rated.category_id, rated.observed_at, rated.observed_on, rated.item_id,
    coalesce(rated.family_id, rated.item_id) AS family_id, rated.title, rated.url,
    rated.brand_key, rated.brand, rated.shop,
    coalesce(watched_item.ownership, watched_shop.ownership, watched_brand.ownership) AS ownership,
    coalesce(watched_item.watch_group, watched_shop.watch_group, watched_brand.watch_group) AS watch_group,
    rated.rank, rated.sponsored, rated.in_stock, rated.rating, rated.review_count,
    rated.currency, rated.price, rated.price_high, rated.list_price, rated.band_set, rated.band_no,
    rated.units_low, rated.units_high, rated.units_basis, rated.units_window_days, rated.units_text,
    rated.rate_from_at, rated.counter_reset, rated.units_per_day_low, rated.units_per_day_high,
    30 * rated.units_per_day_low AS units_30d_low,
    30 * rated.units_per_day_high AS units_30d_high,
    30 * rated.units_per_day_low * rated.price::DOUBLE AS gmv_30d_low,
    30 * rated.units_per_day_high * rated.price::DOUBLE AS gmv_30d_high,
    rated.capture_id
FROM rated
LEFT JOIN watched_item ON rated.item_id = watched_item.value
LEFT JOIN watched_shop ON rated.shop = watched_shop.value
LEFT JOIN watched_brand ON rated.brand_key = watched_brand.value
