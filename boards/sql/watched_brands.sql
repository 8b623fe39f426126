-- Grain: source x category x watched brand (own or rival) at the snapshot shown, in the measure and basis the board
-- leads with: its row, and its days (complete snapshots and the one shown) as a list.
WITH scope AS (
    SELECT
        unnest($sources) AS source, unnest($category_ids) AS category_id,
        unnest($shown_at)::TIMESTAMPTZ AS shown_at, unnest($measures) AS measure, unnest($bases) AS lead_basis,
        unnest($windows) AS lead_window, unnest($currencies) AS lead_currency
),

day AS (
    SELECT mart.*, scope.shown_at
    FROM brand_share AS mart
    INNER JOIN scope
        ON
            mart.source = scope.source AND mart.category_id = scope.category_id AND mart.measure = scope.measure
            AND mart.units_basis IS NOT DISTINCT FROM scope.lead_basis
            AND mart.units_window_days IS NOT DISTINCT FROM scope.lead_window
            AND mart.currency IS NOT DISTINCT FROM scope.lead_currency
    INNER JOIN snapshot
        ON
            mart.source = snapshot.source AND mart.category_id = snapshot.category_id
            AND mart.observed_at = snapshot.observed_at
    WHERE
        mart.brand_key IS NOT NULL AND mart.ownership IS NOT NULL
        AND mart.observed_at BETWEEN $history_from AND $shown_to
        AND mart.observed_at BETWEEN scope.shown_at - to_days($history_days) AND scope.shown_at
        AND (snapshot.complete OR mart.observed_at = scope.shown_at)
),

brand AS (
    SELECT
        source, category_id, brand_key, max(observed_at) = any_value(shown_at) AS listed, max(observed_on) AS last_on,
        arg_max({
            'brand': brand, 'ownership': ownership, 'share': share, 'share_low': share_low, 'share_high': share_high,
            'value_low': value_low, 'value_high': value_high, 'families': families, 'listings': listings,
            'brand_rank': brand_rank
        }, observed_at) AS last,
        list({
            'observed_at': observed_at, 'observed_on': observed_on, 'share': share, 'share_low': share_low,
            'share_high': share_high, 'brand_rank': brand_rank, 'families': families, 'listings': listings,
            'value_low': value_low, 'value_high': value_high
        } ORDER BY observed_at) AS days
    FROM day
    GROUP BY source, category_id, brand_key
)

SELECT source, category_id, brand_key, listed, last_on, last, days
FROM brand
QUALIFY
    row_number() OVER (
        PARTITION BY source, category_id, last.ownership ORDER BY listed DESC, last.share DESC NULLS LAST, brand_key
    ) <= $watched_most
ORDER BY source, category_id, last.ownership, last.share DESC NULLS LAST, brand_key
