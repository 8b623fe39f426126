-- View: What moved since the previous complete snapshot: ranks, prices, stock, entrants, drop-outs. Complete ones only.
-- Grain: source x category_id x observed_on x item_id.
SELECT
    mart.source, mart.category_id, shot.category_title, mart.observed_on, mart.observed_at, mart.previous_at,
    mart.item_id, mart.title, mart.brand_key, mart.brand, mart.ownership, mart.rank, mart.previous_rank,
    mart.rank_change, mart.entered, mart.dropped, mart.currency, mart.price, mart.previous_price, mart.price_change,
    mart.price_change_share, mart.in_stock, mart.previous_in_stock, shot.coverage, shot.complete, shot.simulated
FROM rank_movement AS mart
INNER JOIN v_snapshot AS shot USING (source, category_id, observed_at)
WHERE shot.is_daily
