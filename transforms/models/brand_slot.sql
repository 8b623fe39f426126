-- Step: what is compared with what: numbers of the shelves that a family's figures belong to, one in each measure.
-- Grain: source x category x observed_at x basis x window x currency, as families have them.
-- Inputs: family_day of the snapshots to make. Bases, windows (of figures as shown) and currencies are never mixed.
-- To group and sort by one number costs a fraction of that by six columns. Source: docs/metrics.md 5.
WITH slot AS (
    SELECT
        category_id, observed_at, units_basis, units_window_days, currency,
        row_number() OVER (ORDER BY category_id, observed_at, units_basis, units_window_days, currency) AS slot_no
    FROM family_day_now
    SEMI JOIN rates_target USING (category_id, observed_at)
    GROUP BY category_id, observed_at, units_basis, units_window_days, currency
)

SELECT
    category_id, observed_at, units_basis, units_window_days, currency,
    4 * min(slot_no) OVER (PARTITION BY category_id, observed_at, units_basis) AS units_no,
    4 * min(slot_no) OVER (PARTITION BY category_id, observed_at, units_basis, currency) + 1 AS gmv_no,
    4 * min(slot_no) OVER (PARTITION BY category_id, observed_at, units_basis, units_window_days) + 2 AS shown_no,
    4 * min(slot_no) OVER (PARTITION BY category_id, observed_at) + 3 AS listings_no
FROM slot
