-- Grain: source x category x campaign x year x kind (brand, item) x entity x phase: the $campaign_rows with most proved
-- units during the campaign (before it, while nothing was observed during it), and every own one, of the editions
-- asked for.
WITH asked AS (
    SELECT unnest($campaign_sources) AS source, unnest($campaigns) AS campaign, unnest($years) AS year
),

line AS (
    SELECT 'brand' AS kind, brand_key AS entity, *
    FROM campaign_brand
    SEMI JOIN asked USING (source, campaign, year)
    WHERE brand_key IS NOT NULL
    UNION ALL BY NAME
    SELECT 'item' AS kind, item_id AS entity, *
    FROM campaign_item
    SEMI JOIN asked USING (source, campaign, year)
),

placed AS (
    SELECT
        source, category_id, campaign, year, kind, entity, units_basis, currency,
        bool_or(ownership IS NOT DISTINCT FROM 'own') AS own,
        max(units_30d_low) FILTER (WHERE phase = 'during') AS during_low,
        max(units_30d_low) FILTER (WHERE phase = 'before') AS before_low
    FROM line
    GROUP BY source, category_id, campaign, year, kind, entity, units_basis, currency
),

chosen AS (
    SELECT *, row_number() OVER (
        PARTITION BY source, category_id, campaign, year, kind
        ORDER BY during_low DESC NULLS LAST, before_low DESC NULLS LAST, entity, units_basis, currency
    ) AS place
    FROM placed
    QUALIFY place <= $campaign_rows OR (
        own AND row_number() OVER (
            PARTITION BY source, category_id, campaign, year, kind, own ORDER BY during_low DESC NULLS LAST, entity
        ) <= $campaign_rows
    )
)

SELECT line.*, chosen.place
FROM line
INNER JOIN chosen
    ON
        line.source = chosen.source AND line.category_id = chosen.category_id AND line.campaign = chosen.campaign
        AND line.year = chosen.year AND line.kind = chosen.kind AND line.entity = chosen.entity
        AND line.units_basis IS NOT DISTINCT FROM chosen.units_basis
        AND line.currency IS NOT DISTINCT FROM chosen.currency
ORDER BY line.source, line.category_id, line.campaign, line.year, chosen.place, line.phase
