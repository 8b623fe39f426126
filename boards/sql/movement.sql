-- Grain: source x category x item x kind of move, at the snapshot shown: what came, left, climbed, fell, was sold out, or
-- changed its price by 1 % or more. One item can be of several kinds. The $moves_shown greatest of each kind.
WITH scope AS (
    SELECT
        unnest($sources) AS source, unnest($category_ids) AS category_id, unnest($shown_at)::TIMESTAMPTZ AS observed_at
),

moved AS (
    SELECT
        mart.*, mart.previous_rank - mart.rank AS climb,
        unnest(list_filter([
            CASE WHEN mart.dropped THEN 'dropped' END,
            CASE WHEN mart.entered THEN 'entered' END,
            CASE WHEN mart.rank < mart.previous_rank THEN 'climbed' END,
            CASE WHEN mart.rank > mart.previous_rank THEN 'fell' END,
            CASE WHEN NOT mart.in_stock AND mart.previous_in_stock THEN 'sold_out' END,
            CASE WHEN mart.price_change_share <= -0.01 THEN 'cheaper' END,
            CASE WHEN mart.price_change_share >= 0.01 THEN 'dearer' END
        ], lambda kind: kind IS NOT NULL)) AS move
    FROM rank_movement AS mart
    INNER JOIN scope USING (source, category_id, observed_at)
    WHERE mart.observed_at BETWEEN $shown_from AND $shown_to
),

sized AS (
    SELECT
        *, count(*) OVER (PARTITION BY source, category_id, move) AS of_this_move,
        CASE WHEN move IN ('cheaper', 'dearer') THEN abs(price_change_share) ELSE abs(climb) END AS size
    FROM moved
)

SELECT *
FROM sized
QUALIFY
    row_number() OVER (
        PARTITION BY source, category_id, move
        ORDER BY size DESC NULLS LAST, coalesce(rank, previous_rank) NULLS LAST, item_id
    ) <= $moves_shown
ORDER BY source, category_id, move, size DESC NULLS LAST, coalesce(rank, previous_rank) NULLS LAST, item_id
