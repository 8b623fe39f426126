-- Grain: source x category x watched product (own or rival) in the list within $history_days before the snapshot shown:
-- its last facts, and its days (complete snapshots and the one shown) as a list. The $watched_most best of each
-- ownership: those with an open alert first, then those still in the list, by rank and proved units.
WITH scope AS (
    SELECT unnest($sources) AS source, unnest($category_ids) AS category_id, unnest($shown_at)::TIMESTAMPTZ AS shown_at
),

day AS (
    SELECT item.*, scope.shown_at
    FROM item_day AS item
    INNER JOIN scope ON item.source = scope.source AND item.category_id = scope.category_id
    INNER JOIN snapshot
        ON
            item.source = snapshot.source AND item.category_id = snapshot.category_id
            AND item.observed_at = snapshot.observed_at
    WHERE
        item.ownership IS NOT NULL AND NOT item.sponsored AND item.observed_at BETWEEN $history_from AND $shown_to
        AND item.observed_at BETWEEN scope.shown_at - to_days($history_days) AND scope.shown_at
        AND (snapshot.complete OR item.observed_at = scope.shown_at)
),

item AS (
    SELECT
        source, category_id, item_id, any_value(shown_at) AS shown_at, max(observed_at) AS last_at,
        arg_max({
            'observed_on': observed_on, 'title': title, 'url': url, 'brand_key': brand_key, 'brand': brand,
            'shop': shop, 'ownership': ownership, 'watch_group': watch_group, 'rank': rank, 'in_stock': in_stock,
            'rating': rating, 'review_count': review_count, 'currency': currency, 'price': price,
            'price_high': price_high, 'list_price': list_price, 'band_no': band_no, 'units_low': units_low,
            'units_high': units_high, 'units_basis': units_basis, 'units_window_days': units_window_days,
            'units_text': units_text, 'units_30d_low': units_30d_low, 'units_30d_high': units_30d_high,
            'gmv_30d_low': gmv_30d_low, 'gmv_30d_high': gmv_30d_high, 'counter_reset': counter_reset,
            'capture_id': capture_id
        }, observed_at) AS last,
        list({
            'observed_at': observed_at, 'observed_on': observed_on, 'rank': rank, 'price': price,
            'currency': currency, 'in_stock': in_stock, 'units_text': units_text, 'units_low': units_low,
            'units_high': units_high, 'units_basis': units_basis, 'units_30d_low': units_30d_low,
            'units_30d_high': units_30d_high, 'counter_reset': counter_reset, 'capture_id': capture_id
        } ORDER BY observed_at) AS days
    FROM day
    GROUP BY source, category_id, item_id
),

alarmed AS (
    SELECT DISTINCT source, category_id, entity_id AS item_id
    FROM alert_episode
    WHERE ended_at IS NULL AND entity_kind = 'item'
)

SELECT
    item.source, item.category_id, item.item_id, item.last_at, item.last, item.days,
    item.last_at = item.shown_at AS listed
FROM item
LEFT JOIN alarmed USING (source, category_id, item_id)
QUALIFY
    row_number() OVER (
        PARTITION BY item.source, item.category_id, item.last.ownership
        ORDER BY
            alarmed.item_id IS NOT NULL DESC, item.last_at DESC, item.last.rank NULLS LAST,
            coalesce(item.last.units_30d_low, item.last.units_low) DESC NULLS LAST, item.item_id
    ) <= $watched_most
ORDER BY
    item.source, item.category_id, item.last.ownership, listed DESC, item.last.rank NULLS LAST,
    coalesce(item.last.units_30d_low, item.last.units_low) DESC NULLS LAST, item.item_id
