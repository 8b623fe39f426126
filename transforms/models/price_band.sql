-- Mart: a price band of a category, of the observed top N: what is offered there and what sells there.
-- Grain: source x category x observed_at x basis x band; every band of the set in force, also empty ones.
-- Inputs: item_day and family_day of the snapshots to make, price band edges. Formulas: docs/metrics.md 6:
-- gap = units share - listing share; the market band has the most units. Shares are of what is priced in a band.
-- Where a snapshot mixes bases, what sells in one is set against what is offered in it: the listings and families of
-- that basis, and those that show no figure (they may be of any), not those of the others.
WITH basis AS (
    SELECT DISTINCT category_id, observed_at, units_basis FROM family_day_now WHERE units_basis IS NOT NULL
),

-- Under which bases something is counted: under the one it shows, or under each where it shows none.
counted AS (
    SELECT category_id, observed_at, units_basis AS shown_in, units_basis FROM basis
    UNION ALL
    SELECT category_id, observed_at, 'none', units_basis FROM basis
),

item AS (
    SELECT
        item.category_id, item.observed_at, item.band_no, family.units_basis, count(*) AS listings,
        count(*) FILTER (WHERE item.ownership = 'own') AS own_listings
    FROM item_day_now AS item
    LEFT JOIN family_day_now AS family
        ON
            item.category_id = family.category_id AND item.observed_at = family.observed_at
            AND item.family_id = family.family_id
    WHERE NOT item.sponsored AND item.band_no IS NOT NULL
    GROUP BY item.category_id, item.observed_at, item.band_no, family.units_basis
),

family AS (SELECT * FROM family_day_now WHERE band_no IS NOT NULL),

branded AS (
    SELECT category_id, observed_at, band_no, units_basis, brand_key, count(*) AS families
    FROM family
    GROUP BY category_id, observed_at, band_no, units_basis, brand_key
),

band AS (
    SELECT
        target.source, target.category_id, target.observed_at, target.observed_on, target.coverage,
        basis.units_basis, edge.band_set, edge.band_no, edge.band_low, edge.band_high, edge.currency
    FROM rates_target AS target
    INNER JOIN band_edge AS edge ON target.category_id = edge.category_id AND target.band_set = edge.band_set
    LEFT JOIN basis ON target.category_id = basis.category_id AND target.observed_at = basis.observed_at
),

offered AS (
    SELECT
        item.category_id, item.observed_at, item.band_no, counted.units_basis,
        sum(item.listings)::INTEGER AS listings, sum(item.own_listings)::INTEGER AS own_listings
    FROM item
    LEFT JOIN counted
        ON
            item.category_id = counted.category_id AND item.observed_at = counted.observed_at
            AND coalesce(item.units_basis, 'none') = counted.shown_in
    GROUP BY ALL
),

grouped AS (
    SELECT
        branded.category_id, branded.observed_at, branded.band_no, counted.units_basis,
        sum(branded.families)::INTEGER AS families, count(DISTINCT branded.brand_key)::INTEGER AS brands
    FROM branded
    LEFT JOIN counted
        ON
            branded.category_id = counted.category_id AND branded.observed_at = counted.observed_at
            AND coalesce(branded.units_basis, 'none') = counted.shown_in
    GROUP BY ALL
),

entity AS (
    SELECT
        category_id, observed_at, band_no, units_basis,
        brand_key, CASE WHEN brand_key IS NULL THEN family_id END AS unknown_family,
        sum(units_30d_low::DECIMAL(38, 4)) AS units_30d_low,
        CASE WHEN count(units_30d_high) = count(*) THEN sum(units_30d_high::DECIMAL(38, 4)) END AS units_30d_high,
        sum(gmv_30d_low::DECIMAL(38, 4)) AS gmv_30d_low,
        CASE WHEN count(gmv_30d_high) = count(*) THEN sum(gmv_30d_high::DECIMAL(38, 4)) END AS gmv_30d_high,
        coalesce(sum(units_30d_low::DECIMAL(38, 4)) FILTER (WHERE units_30d_high IS NULL), 0) AS unbounded_low
    FROM family
    WHERE units_30d_low IS NOT NULL
    GROUP BY category_id, observed_at, band_no, units_basis, brand_key, unknown_family
),

sold AS (
    SELECT
        category_id, observed_at, band_no, units_basis,
        sum(units_30d_low)::DOUBLE AS units_30d_low,
        CASE WHEN count(units_30d_high) = count(*) THEN sum(units_30d_high)::DOUBLE END AS units_30d_high,
        sum(gmv_30d_low)::DOUBLE AS gmv_30d_low,
        CASE WHEN count(gmv_30d_high) = count(*) THEN sum(gmv_30d_high)::DOUBLE END AS gmv_30d_high,
        list_sum(max(units_30d_low, 3))::DOUBLE AS top_3,
        sum(unbounded_low)::DOUBLE AS unbounded_low
    FROM entity
    GROUP BY category_id, observed_at, band_no, units_basis
),

filled AS (
    SELECT
        band.*, coalesce(offered.listings, 0) AS listings, coalesce(offered.own_listings, 0) AS own_listings,
        coalesce(grouped.families, 0) AS families, coalesce(grouped.brands, 0) AS brands,
        sold.units_30d_low, sold.units_30d_high, sold.gmv_30d_low, sold.gmv_30d_high, sold.top_3, sold.unbounded_low
    FROM band
    LEFT JOIN offered
        ON
            band.category_id = offered.category_id AND band.observed_at = offered.observed_at
            AND band.band_no = offered.band_no AND band.units_basis IS NOT DISTINCT FROM offered.units_basis
    LEFT JOIN grouped
        ON
            band.category_id = grouped.category_id AND band.observed_at = grouped.observed_at
            AND band.band_no = grouped.band_no AND band.units_basis IS NOT DISTINCT FROM grouped.units_basis
    LEFT JOIN sold
        ON
            band.category_id = sold.category_id AND band.observed_at = sold.observed_at
            AND band.band_no = sold.band_no AND band.units_basis = sold.units_basis
),

shared AS (
    SELECT
        *,
        listings / nullif(sum(listings) OVER shelf, 0) AS listing_share,
        -- A band where nothing is known to sell has share 0 as soon as another band's sales are known.
        coalesce(units_30d_low, 0) / nullif(sum(units_30d_low) OVER shelf, 0) AS units_share,
        coalesce(gmv_30d_low, 0) / nullif(sum(gmv_30d_low) OVER shelf, 0) AS gmv_share,
        row_number() OVER (
            PARTITION BY category_id, observed_at, units_basis ORDER BY units_30d_low DESC NULLS LAST, band_no
        ) AS place
    FROM filled
    WINDOW shelf AS (PARTITION BY category_id, observed_at, units_basis)
)

SELECT
    source, category_id, observed_at, observed_on, units_basis, band_set, band_no, band_low, band_high, currency,
    listings, families, listing_share, units_30d_low, units_30d_high, units_share, gmv_30d_low, gmv_30d_high, gmv_share,
    brands, top_3 / nullif(units_30d_low, 0) AS cr3, own_listings,
    units_share - listing_share AS gap,
    place = 1 AND coalesce(units_30d_low, 0) > 0 AS market_band,
    coverage, unbounded_low / nullif(units_30d_low, 0) AS lower_bound_share
FROM shared
