-- View: Every time an item entered a category's list, and whether it is still there.
-- Grain: source x category_id x item_id x entered_at.
-- entered_on: Date it entered: it was in no complete snapshot of the 28 days before.
-- entered_at: That observation, UTC.
-- entry_rank: Organic rank on entering.
-- entry_price: Price on entering, in currency.
-- title: Title on entering.
-- latest_on: Date of the category's latest snapshot.
-- age_days: Days from entering to the latest snapshot.
-- stayed: Whether it is in the organic list of the latest snapshot.
-- rank: Organic rank in the latest snapshot; NULL: it is not there.
-- price: Price in the latest snapshot, in currency.
-- coverage: Captured / expected items of the latest snapshot, 0 to 1.
-- complete: Whether the latest snapshot is complete; where not, an item that is missing may only be unseen.
SELECT
    came.source, came.category_id, latest.category_title, came.item_id, came.title, came.brand_key, came.brand,
    came.ownership, came.observed_on AS entered_on, came.observed_at AS entered_at, came.rank AS entry_rank,
    came.currency, came.price AS entry_price, latest.observed_on AS latest_on,
    latest.observed_on - came.observed_on AS age_days, item.item_id IS NOT NULL AS stayed,
    item.rank, item.price, latest.coverage, latest.complete, latest.simulated
FROM rank_movement AS came
INNER JOIN v_snapshot AS latest
    ON came.source = latest.source AND came.category_id = latest.category_id AND latest.is_latest
LEFT JOIN item_day AS item
    ON
        came.source = item.source AND came.category_id = item.category_id AND came.item_id = item.item_id
        AND latest.observed_at = item.observed_at AND NOT item.sponsored
WHERE came.entered
