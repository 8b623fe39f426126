-- Grain: source x category x observed_at x brand, of complete snapshots, for the five leading brands of the
-- snapshot shown (named, by share; own brands first).
WITH scope AS (
    SELECT
        unnest($sources) AS source, unnest($category_ids) AS category_id,
        unnest($shown_at)::TIMESTAMPTZ AS shown_at, unnest($measures) AS measure, unnest($bases) AS lead_basis,
        unnest($windows) AS lead_window, unnest($currencies) AS lead_currency
),

leader AS (
    SELECT mart.source, mart.category_id, mart.measure, mart.brand_key, scope.shown_at,
        mart.units_basis, mart.units_window_days, mart.currency
    FROM brand_share AS mart
    INNER JOIN scope
        ON
            mart.source = scope.source AND mart.category_id = scope.category_id AND mart.measure = scope.measure
            AND mart.observed_at = scope.shown_at AND mart.units_basis IS NOT DISTINCT FROM scope.lead_basis
            AND mart.units_window_days IS NOT DISTINCT FROM scope.lead_window
            AND mart.currency IS NOT DISTINCT FROM scope.lead_currency
    WHERE mart.observed_at BETWEEN $shown_from AND $shown_to AND mart.brand_key IS NOT NULL AND mart.share IS NOT NULL
    QUALIFY
        row_number() OVER (
            PARTITION BY mart.source, mart.category_id
            ORDER BY mart.ownership IS NOT DISTINCT FROM 'own' DESC, mart.share DESC, mart.brand_key
        ) <= 5
)

SELECT mart.source, mart.category_id, mart.observed_at, mart.observed_on, mart.brand_key, mart.share
FROM brand_share AS mart
INNER JOIN leader
    ON
        mart.source = leader.source AND mart.category_id = leader.category_id
        AND mart.measure = leader.measure AND mart.brand_key = leader.brand_key
        AND mart.units_basis IS NOT DISTINCT FROM leader.units_basis
        AND mart.units_window_days IS NOT DISTINCT FROM leader.units_window_days
        AND mart.currency IS NOT DISTINCT FROM leader.currency
INNER JOIN snapshot
    ON
        mart.source = snapshot.source AND mart.category_id = snapshot.category_id
        AND mart.observed_at = snapshot.observed_at
WHERE
    mart.observed_at BETWEEN $history_from AND $shown_to
    AND mart.observed_at BETWEEN leader.shown_at - to_days($history_days) AND leader.shown_at AND snapshot.complete
ORDER BY mart.source, mart.category_id, mart.observed_at, mart.brand_key
