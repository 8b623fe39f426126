-- Grain: source x category x item of the snapshot shown that has been in the list on two days or more: its ranks (its
-- proved units where the list prints no rank) of complete snapshots in the last $spark_days days, oldest first.
WITH scope AS (
    SELECT unnest($sources) AS source, unnest($category_ids) AS category_id, unnest($shown_at)::TIMESTAMPTZ AS shown_at
),

shown AS (
    SELECT item.source, item.category_id, item.item_id, scope.shown_at, item.rank IS NOT NULL AS ranked
    FROM item_day AS item
    INNER JOIN scope
        ON
            item.source = scope.source AND item.category_id = scope.category_id
            AND item.observed_at = scope.shown_at
    WHERE item.observed_at BETWEEN $shown_from AND $shown_to AND NOT item.sponsored
    QUALIFY
        row_number() OVER (
            PARTITION BY item.source, item.category_id
            ORDER BY item.rank NULLS LAST, coalesce(item.units_30d_low, item.units_low) DESC NULLS LAST, item.item_id
        ) <= $most
)

SELECT
    item.source, item.category_id, item.item_id, any_value(shown.ranked) AS ranked,
    list(
        CASE WHEN shown.ranked THEN -item.rank ELSE coalesce(item.units_30d_low, item.units_low) END
        ORDER BY item.observed_at
    ) AS ups
FROM item_day AS item
INNER JOIN shown USING (source, category_id, item_id)
INNER JOIN snapshot
    ON
        item.source = snapshot.source AND item.category_id = snapshot.category_id
        AND item.observed_at = snapshot.observed_at
WHERE
    item.observed_at BETWEEN $spark_from AND $shown_to
    AND item.observed_at BETWEEN shown.shown_at - to_days($spark_days) AND shown.shown_at
    AND snapshot.complete AND NOT item.sponsored
    AND CASE WHEN shown.ranked THEN item.rank ELSE coalesce(item.units_30d_low, item.units_low) END IS NOT NULL
GROUP BY item.source, item.category_id, item.item_id
HAVING count(*) > 1
ORDER BY item.source, item.category_id, item.item_id
