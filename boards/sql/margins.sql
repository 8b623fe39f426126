-- Grain: source x category x item whose sourcing cost is given, at the snapshot shown; the $most best placed.
WITH scope AS (
    SELECT
        unnest($sources) AS source, unnest($category_ids) AS category_id, unnest($shown_at)::TIMESTAMPTZ AS observed_at
)

SELECT mart.*
FROM item_margin AS mart
INNER JOIN scope USING (source, category_id, observed_at)
WHERE mart.observed_at BETWEEN $shown_from AND $shown_to
QUALIFY
    row_number() OVER (
        PARTITION BY mart.source, mart.category_id ORDER BY mart.rank NULLS LAST, mart.item_id
    ) <= $most
ORDER BY mart.source, mart.category_id, mart.rank NULLS LAST, mart.item_id
