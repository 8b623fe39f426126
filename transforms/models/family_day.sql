-- Mart: one family of variants in the observed top N, its sales counted once.
-- Grain: source x category x observed_at x family. Advertisements are outside the top N and left out.
-- Inputs: item_day of the snapshots to make. Source of the rule: docs/metrics.md 3; variants show their parent's total.
WITH item AS (
    SELECT
        source, category_id, observed_at, observed_on, family_id, item_id, brand_key, brand, ownership, rank, currency,
        price, band_set, band_no, units_low, units_high, units_basis, units_window_days, units_30d_low, units_30d_high,
        gmv_30d_low, gmv_30d_high
    FROM item_day_now
    SEMI JOIN rates_target USING (category_id, observed_at)
    WHERE NOT sponsored
),

-- Most items have no variants: only families that some item names are grouped, the rest pass through.
named AS (SELECT DISTINCT category_id, observed_at, family_id FROM item WHERE family_id <> item_id),

member AS (
    SELECT
        item.* EXCLUDE (gmv_30d_low, gmv_30d_high),
        first_value(CASE WHEN item.units_low IS NOT NULL THEN item.units_basis END IGNORE NULLS) OVER (
            PARTITION BY item.category_id, item.observed_at, item.family_id
            ORDER BY item.rank NULLS LAST, item.item_id
            ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
        ) AS family_basis
    FROM item
    SEMI JOIN named USING (category_id, observed_at, family_id)
),

grouped AS (
    SELECT
        source, category_id, observed_at, observed_on, family_id,
        count(*)::INTEGER AS listings, min(ownership) AS ownership,
        first(member ORDER BY rank NULLS LAST, item_id) AS lead,
        first(member ORDER BY rank NULLS LAST, item_id) FILTER (WHERE brand_key IS NOT NULL) AS branded,
        first(member ORDER BY units_low DESC, rank NULLS LAST, item_id)
        FILTER (WHERE units_basis = family_basis AND units_low IS NOT NULL) AS shown,
        first(member ORDER BY units_30d_low DESC, rank NULLS LAST, item_id)
        FILTER (WHERE units_basis = family_basis AND units_30d_low IS NOT NULL) AS proved
    FROM member
    GROUP BY source, category_id, observed_at, observed_on, family_id
)

SELECT
    source, category_id, observed_at, observed_on, family_id, lead.item_id AS lead_item_id,
    branded.brand_key AS brand_key, branded.brand AS brand, ownership, listings,
    lead.rank AS rank,
    lead.currency AS currency,
    lead.price AS price,
    lead.band_set AS band_set,
    lead.band_no AS band_no,
    shown.units_low AS units_low, shown.units_high AS units_high, shown.units_basis AS units_basis,
    shown.units_window_days AS units_window_days,
    proved.units_30d_low AS units_30d_low, proved.units_30d_high AS units_30d_high,
    proved.units_30d_low * lead.price::DOUBLE AS gmv_30d_low,
    proved.units_30d_high * lead.price::DOUBLE AS gmv_30d_high
FROM grouped
UNION ALL
SELECT
    source, category_id, observed_at, observed_on, family_id, item_id AS lead_item_id,
    brand_key, brand, ownership, 1 AS listings, rank, currency, price, band_set, band_no,
    units_low, units_high, CASE WHEN units_low IS NOT NULL THEN units_basis END AS units_basis, units_window_days,
    units_30d_low, units_30d_high, gmv_30d_low, gmv_30d_high
FROM item
ANTI JOIN named USING (category_id, observed_at, family_id)
