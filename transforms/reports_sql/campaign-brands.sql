-- The last campaign that had begun, by brand, the largest during it first.
WITH edition AS (
    SELECT mart.campaign, mart.year
    FROM campaign_category AS mart
    INNER JOIN snapshot AS shown ON mart.source = shown.source AND mart.category_id = shown.category_id
    WHERE
        mart.source = $source AND mart.category_id = $category AND shown.observed_at = $observed_at
        AND mart.phase = 'during' AND mart.from_on <= shown.observed_on
    ORDER BY mart.from_on DESC, mart.campaign
    LIMIT 1
)

SELECT
    campaign, year, brand, ownership, phase, from_on, to_on, days_observed, days_listed, missing, units_basis, currency,
    units_30d_low, units_30d_high, units_change, units_year_change, units_share, share_change, gmv_share, mean_rank,
    price, price_change, listings, figure_share
FROM campaign_brand
SEMI JOIN edition USING (campaign, year)
WHERE source = $source AND category_id = $category
ORDER BY
    max(CASE WHEN phase = 'during' THEN units_share END) OVER (PARTITION BY brand_key, units_basis) DESC NULLS LAST,
    brand_key, units_basis, list_position(['before', 'during', 'after', 'last_year'], phase)
