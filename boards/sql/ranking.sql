-- Grain: source x category x organic item at the snapshot shown, the $most best placed (by rank, then by proved
-- units where the list prints no rank), with the move since the previous complete snapshot.
WITH scope AS (
    SELECT
        unnest($sources) AS source, unnest($category_ids) AS category_id, unnest($shown_at)::TIMESTAMPTZ AS observed_at
)

SELECT
    item.source, item.category_id, item.item_id, item.title, item.url, item.brand_key, item.brand, item.shop,
    item.ownership, item.rank, item.in_stock, item.currency, item.price, item.price_high, item.list_price,
    item.band_no, item.units_low, item.units_high, item.units_basis, item.units_window_days, item.units_text,
    item.units_30d_low, item.units_30d_high, item.counter_reset, item.capture_id,
    move.previous_rank, move.previous_rank - item.rank AS climb, move.entered, move.price_change, move.price_change_share
FROM item_day AS item
INNER JOIN scope USING (source, category_id, observed_at)
LEFT JOIN rank_movement AS move
    ON
        item.source = move.source AND item.category_id = move.category_id
        AND item.observed_at = move.observed_at AND item.item_id = move.item_id
WHERE item.observed_at BETWEEN $shown_from AND $shown_to AND NOT item.sponsored
QUALIFY
    row_number() OVER (
        PARTITION BY item.source, item.category_id
        ORDER BY item.rank NULLS LAST, coalesce(item.units_30d_low, item.units_low) DESC NULLS LAST, item.item_id
    ) <= $most
ORDER BY
    item.source, item.category_id, item.rank NULLS LAST,
    coalesce(item.units_30d_low, item.units_low) DESC NULLS LAST, item.item_id
