-- Grain: source x category x campaign x year x item x phase: the $campaign_rows with most proved units during the
-- campaign (before it, while nothing was observed during it), and every own one, of the editions asked for.
WITH asked AS (
    SELECT unnest($campaign_sources) AS source, unnest($campaigns) AS campaign, unnest($years) AS year
),

mine AS (
    SELECT mart.*
    FROM campaign_item AS mart
    INNER JOIN asked USING (source, campaign, year)
    WHERE TRUE
),

placed AS (
    SELECT
        source, category_id, campaign, year, item_id, units_basis, currency,
        bool_or(ownership IS NOT DISTINCT FROM 'own') AS own,
        max(units_30d_low) FILTER (WHERE phase = 'during') AS during_low,
        max(units_30d_low) FILTER (WHERE phase = 'before') AS before_low
    FROM mine
    GROUP BY source, category_id, campaign, year, item_id, units_basis, currency
),

chosen AS (
    SELECT *, row_number() OVER (
        PARTITION BY source, category_id, campaign, year
        ORDER BY during_low DESC NULLS LAST, before_low DESC NULLS LAST, item_id, units_basis, currency
    ) AS place
    FROM placed
    QUALIFY place <= $campaign_rows OR (
        own AND row_number() OVER (
            PARTITION BY source, category_id, campaign, year, own ORDER BY during_low DESC NULLS LAST, item_id
        ) <= $campaign_rows
    )
)

SELECT mine.*, chosen.place
FROM mine
INNER JOIN chosen
    ON
        mine.source = chosen.source AND mine.category_id = chosen.category_id AND mine.campaign = chosen.campaign
        AND mine.year = chosen.year AND mine.item_id = chosen.item_id
        AND mine.units_basis IS NOT DISTINCT FROM chosen.units_basis
        AND mine.currency IS NOT DISTINCT FROM chosen.currency
ORDER BY mine.source, mine.category_id, mine.campaign, mine.year, chosen.place, mine.phase
