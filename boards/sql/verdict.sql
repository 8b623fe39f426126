-- Grain: source x category, at the snapshot shown.
WITH scope AS (
    SELECT
        unnest($sources) AS source, unnest($category_ids) AS category_id, unnest($shown_at)::TIMESTAMPTZ AS observed_at
)

SELECT mart.*
FROM category_verdict AS mart
INNER JOIN scope USING (source, category_id, observed_at)
WHERE mart.observed_at BETWEEN $shown_from AND $shown_to
ORDER BY mart.source, mart.category_id
