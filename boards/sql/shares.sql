-- Grain: source x category x brand, at the snapshot shown, of the measure and basis the board leads with.
WITH scope AS (
    SELECT
        unnest($sources) AS source, unnest($category_ids) AS category_id,
        unnest($shown_at)::TIMESTAMPTZ AS observed_at, unnest($measures) AS measure, unnest($bases) AS lead_basis,
        unnest($windows) AS lead_window, unnest($currencies) AS lead_currency
)

SELECT mart.*
FROM brand_share AS mart
INNER JOIN scope USING (source, category_id, observed_at, measure)
WHERE
    mart.observed_at BETWEEN $shown_from AND $shown_to
    AND mart.units_basis IS NOT DISTINCT FROM scope.lead_basis
    AND mart.units_window_days IS NOT DISTINCT FROM scope.lead_window
    AND mart.currency IS NOT DISTINCT FROM scope.lead_currency
ORDER BY mart.source, mart.category_id, mart.share DESC NULLS LAST, mart.brand_rank NULLS LAST, mart.brand_key
