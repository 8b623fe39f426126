-- Grain: source x category x item that came, left, moved most or changed its price most, at the snapshot shown.
WITH scope AS (
    SELECT
        unnest($sources) AS source, unnest($category_ids) AS category_id, unnest($shown_at)::TIMESTAMPTZ AS observed_at
),

moved AS (
    SELECT
        mart.*, mart.previous_rank - mart.rank AS climb,
        CASE
            WHEN mart.dropped THEN 'dropped'
            WHEN mart.entered THEN 'entered'
            WHEN mart.rank < mart.previous_rank THEN 'climbed'
            WHEN mart.rank > mart.previous_rank THEN 'fell'
        END AS move
    FROM rank_movement AS mart
    INNER JOIN scope USING (source, category_id, observed_at)
    WHERE mart.observed_at BETWEEN $shown_from AND $shown_to
)

SELECT *, count(*) OVER (PARTITION BY source, category_id, move) AS of_this_move
FROM moved
WHERE move IS NOT NULL
QUALIFY
    row_number() OVER (
        PARTITION BY source, category_id, move
        ORDER BY abs(climb) DESC NULLS LAST, coalesce(rank, previous_rank) NULLS LAST, item_id
    ) <= 8
ORDER BY source, category_id, move, abs(climb) DESC NULLS LAST, coalesce(rank, previous_rank) NULLS LAST, item_id
