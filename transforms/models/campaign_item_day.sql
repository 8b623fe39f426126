-- Step: the organic items of the observed days of one edition's phases.
-- Grain: source x category x phase x day x item.
-- Inputs: item_day of the edition's days. inside: the share of the time that the sales figure covers (a trailing or
-- period window; the days since the counter it is compared with) that surely lies in the phase, in whole days.
SELECT
    day.category_id, day.campaign, day.year, day.phase, day.observed_on, day.observed_at,
    item.item_id, item.family_id, item.title, item.brand_key, item.brand, item.ownership, item.rank, item.in_stock,
    item.currency, item.price, CASE WHEN item.units_30d_low IS NOT NULL THEN item.units_basis END AS units_basis,
    item.units_30d_low, item.units_30d_high, item.gmv_30d_low, item.gmv_30d_high,
    CASE
        WHEN item.units_30d_low IS NOT NULL
            THEN
                least(
                    1,
                    (day.observed_on - day.from_on)
                    / coalesce(
                        epoch(item.observed_at - item.rate_from_at) / 86400,
                        item.units_window_days,
                        1
                    )
                )
    END AS inside
FROM item_day_campaign AS item
INNER JOIN campaign_day AS day ON item.category_id = day.category_id AND item.observed_at = day.observed_at
WHERE NOT item.sponsored
