-- Mart: an own product in a category: rank, price, stock, band and share, against the market.
-- Grain: source x category x observed_at x own item that is listed, only advertised, or dropped out.
-- Inputs: item_day, family_day, rank_movement and price_band of the snapshots to make. Rules: docs/metrics.md 5, 6, 7.
WITH item AS (
    SELECT * FROM item_day_now
    SEMI JOIN movement_target USING (category_id, observed_at)
    WHERE ownership = 'own'
),

moved AS (SELECT * FROM rank_movement_now WHERE ownership = 'own' OR dropped),

present AS (
    SELECT
        item.source, item.category_id, item.observed_at, item.item_id, item.family_id, item.title, item.brand_key,
        item.brand, item.watch_group, CASE WHEN item.sponsored THEN 'advertised' ELSE 'listed' END AS presence,
        moved.entered, item.rank, moved.previous_rank, moved.rank_change, item.currency, item.price,
        CASE WHEN moved.currency = item.currency THEN moved.previous_price END AS previous_price,
        item.in_stock, moved.previous_in_stock, item.band_set, item.band_no,
        CASE WHEN item.units_low IS NOT NULL THEN item.units_basis END AS units_basis,
        item.units_30d_low, item.units_30d_high, item.gmv_30d_low, item.gmv_30d_high
    FROM item
    LEFT JOIN moved
        ON
            item.category_id = moved.category_id AND item.observed_at = moved.observed_at
            AND item.item_id = moved.item_id
),

gone AS (
    SELECT
        source, category_id, observed_at, item_id, item_id AS family_id, title, brand_key, brand, NULL AS watch_group,
        'dropped' AS presence, entered, NULL::INTEGER AS rank, previous_rank, rank_change, currency,
        NULL::DECIMAL(18, 4) AS price, previous_price, NULL::BOOLEAN AS in_stock, previous_in_stock,
        NULL AS band_set, NULL::INTEGER AS band_no, NULL AS units_basis, NULL::DOUBLE AS units_30d_low,
        NULL::DOUBLE AS units_30d_high, NULL::DOUBLE AS gmv_30d_low, NULL::DOUBLE AS gmv_30d_high
    FROM moved
    SEMI JOIN movement_target USING (category_id, observed_at)
    ANTI JOIN item USING (category_id, observed_at, item_id)
    WHERE dropped AND ownership = 'own'
),

own AS (SELECT * FROM present UNION ALL SELECT * FROM gone),

market AS (SELECT * FROM price_band_now WHERE market_band),

-- An item without a figure of its own is set against the band of the basis that sells most.
commonest AS (
    SELECT category_id, observed_at, units_basis FROM market
    QUALIFY row_number() OVER (
        PARTITION BY category_id, observed_at ORDER BY units_30d_low DESC, units_basis
    ) = 1
),

total AS (
    SELECT
        category_id, observed_at, units_basis, sum(units_30d_low::DECIMAL(38, 4))::DOUBLE AS low,
        coalesce(sum(units_30d_high::DECIMAL(38, 4)), 0)::DOUBLE AS bounded_high,
        count(*) - count(units_30d_high) AS unbounded
    FROM family_day_now
    WHERE units_30d_low IS NOT NULL
    GROUP BY category_id, observed_at, units_basis
),

sold AS (
    SELECT
        family.category_id, family.observed_at, family.family_id,
        family.units_30d_low / nullif(total.low, 0) AS units_share,
        CASE
            WHEN total.low = 0 THEN NULL
            WHEN total.unbounded > (family.units_30d_high IS NULL)::INTEGER THEN 0
            ELSE
                family.units_30d_low
                / nullif(family.units_30d_low + total.bounded_high - coalesce(family.units_30d_high, 0), 0)
        END AS units_share_low,
        CASE
            WHEN total.low = 0 THEN NULL
            WHEN family.units_30d_high IS NULL THEN 1
            ELSE family.units_30d_high / nullif(family.units_30d_high + total.low - family.units_30d_low, 0)
        END AS units_share_high
    FROM family_day_now AS family
    INNER JOIN total
        ON
            family.category_id = total.category_id AND family.observed_at = total.observed_at
            AND family.units_basis = total.units_basis
    WHERE family.units_30d_low IS NOT NULL AND family.ownership = 'own'
)

SELECT
    own.source, own.category_id, own.observed_at, target.observed_on, own.item_id, own.family_id, own.title,
    own.brand_key, own.brand, own.watch_group, own.presence, own.entered, target.previous_at,
    own.rank, own.previous_rank, own.rank_change, own.currency, own.price, own.previous_price,
    (own.price - own.previous_price)::DOUBLE / nullif(own.previous_price, 0)::DOUBLE AS price_change_share,
    own.in_stock,
    CASE
        WHEN own.previous_in_stock AND NOT own.in_stock THEN 'out'
        WHEN NOT own.previous_in_stock AND own.in_stock THEN 'back'
    END AS stock_change,
    own.band_set, own.band_no, edge.band_low, edge.band_high,
    market.band_no AS market_band_no, market.band_low AS market_band_low, market.band_high AS market_band_high,
    own.band_no = market.band_no AS in_market_band,
    own.units_basis, own.units_30d_low, own.units_30d_high, own.gmv_30d_low, own.gmv_30d_high,
    sold.units_share, sold.units_share_low, sold.units_share_high, target.coverage, target.complete
FROM own
INNER JOIN movement_target AS target ON own.category_id = target.category_id AND own.observed_at = target.observed_at
LEFT JOIN band_edge AS edge
    ON own.category_id = edge.category_id AND own.band_set = edge.band_set AND own.band_no = edge.band_no
LEFT JOIN commonest ON own.category_id = commonest.category_id AND own.observed_at = commonest.observed_at
LEFT JOIN market
    ON
        own.category_id = market.category_id AND own.observed_at = market.observed_at
        AND coalesce(own.units_basis, commonest.units_basis) = market.units_basis
LEFT JOIN sold
    ON
        own.category_id = sold.category_id AND own.observed_at = sold.observed_at AND own.family_id = sold.family_id
        AND own.presence = 'listed'
