-- Grain: source x category x observed_at x measure x basis, from $history_from to the snapshot shown.
WITH scope AS (
    SELECT unnest($sources) AS source, unnest($category_ids) AS category_id, unnest($shown_at)::TIMESTAMPTZ AS shown_at
)

SELECT mart.*
FROM brand_concentration AS mart
INNER JOIN scope USING (source, category_id)
WHERE
    mart.observed_at BETWEEN $history_from AND $shown_to
    AND mart.observed_at BETWEEN scope.shown_at - to_days($history_days) AND scope.shown_at
    AND (mart.complete OR mart.observed_at = scope.shown_at)
ORDER BY mart.source, mart.category_id, mart.observed_at, mart.measure, mart.units_basis
