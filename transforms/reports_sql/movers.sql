-- Who came, who left, who moved: entrants and drop-outs first, then the largest changes of rank.
SELECT
    CASE WHEN dropped THEN 'dropped out' WHEN entered THEN 'entered' ELSE 'moved' END AS movement,
    rank, previous_rank, rank_change, item_id, title, brand, ownership, currency, price, price_change,
    price_change_share, in_stock, previous_in_stock, previous_at
FROM rank_movement
WHERE
    source = $source AND category_id = $category AND observed_at = $observed_at
    AND (dropped OR entered OR rank_change <> 0 OR price_change <> 0 OR in_stock <> previous_in_stock)
ORDER BY dropped DESC, entered DESC NULLS LAST, abs(rank_change) DESC NULLS LAST, coalesce(rank, previous_rank), item_id
