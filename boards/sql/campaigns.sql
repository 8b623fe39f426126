-- Grain: source x category x campaign x year x basis x currency x phase, of the $campaigns_most latest editions of each
-- source in which some day before, during or after was observed.
WITH seen AS (
    SELECT
        source, campaign, year, max(from_on) FILTER (WHERE phase = 'during') AS starts_on,
        max(to_on) FILTER (WHERE phase = 'during') AS ends_on
    FROM campaign_category
    GROUP BY source, campaign, year
    HAVING sum(days_observed) FILTER (WHERE phase <> 'last_year') > 0
    QUALIFY row_number() OVER (PARTITION BY source ORDER BY starts_on DESC NULLS LAST, campaign) <= $campaigns_most
),

titled AS (
    SELECT campaign, year, max(title_en) AS title_en, max(title_zh) AS title_zh
    FROM campaign_edition
    GROUP BY campaign, year
)

SELECT mart.*, seen.starts_on, seen.ends_on, titled.title_en, titled.title_zh
FROM campaign_category AS mart
INNER JOIN seen USING (source, campaign, year)
LEFT JOIN titled USING (campaign, year)
ORDER BY mart.source, mart.category_id, mart.campaign, mart.year, mart.units_basis, mart.currency, mart.phase
