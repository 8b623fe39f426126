-- Mart: an item's entry into the observed top N: few rows, so that 90 days of them are cheap to read.
-- Grain: source x category x observed_at x item that entered.
-- Inputs: rank_movement of the snapshots to make. Source of the rule: docs/metrics.md 7.
SELECT
    source, category_id, observed_at, observed_on, item_id, title, brand_key, brand, ownership, rank, currency, price
FROM rank_movement_now
SEMI JOIN movement_target USING (category_id, observed_at)
WHERE entered
