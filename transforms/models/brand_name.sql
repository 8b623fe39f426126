-- Step: the known brands by number, in the order of their keys, and each one's names in theirs.
-- Grain: brand x name as families show it.
-- Inputs: family_day of the snapshots to make.
SELECT
    brand_key, brand, dense_rank() OVER (ORDER BY brand_key) AS brand_no,
    row_number() OVER (ORDER BY brand_key, brand) AS name_no
FROM family_day_now
SEMI JOIN rates_target USING (category_id, observed_at)
WHERE brand_key IS NOT NULL
GROUP BY brand_key, brand
