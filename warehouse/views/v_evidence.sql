-- View: Where figures come from: an entry as the page shows it, its figures, the page's capture and WARC record.
-- Grain: source x category_id x observed_at x position.
-- brand_key: Folded canonical brand, as in v_brand_share_daily; NULL: unknown.
-- brand: Canonical brand; NULL: unknown.
-- units_30d_low: Low end of units in 30 days; NULL: unknown, or an advertisement of an item the organic list has.
-- lower_bound: Whether the sales figure is a lower bound: no upper bound is known.
-- rate_from_at: Earlier observation that a counter's rate is measured from, UTC: the same item_id is its other end.
SELECT
    listing.source, listing.category_id, shot.category_title, listing.observed_on, listing.observed_at,
    listing.position, listing.rank, listing.sponsored, listing.item_id, listing.family_id, listing.title,
    listing.brand_text, coalesce(alias.canonical_key, listing.brand_key) AS brand_key,
    CASE WHEN listing.brand_key IS NOT NULL THEN coalesce(alias.brand, listing.brand_text) END AS brand,
    listing.currency, listing.price_text, listing.price, listing.units_text, listing.units_low, listing.units_high,
    listing.units_basis, listing.units_window_days, item.rate_from_at, item.units_30d_low, item.units_30d_high,
    listing.units_low IS NOT NULL AND listing.units_high IS NULL AS lower_bound,
    listing.capture_id, capture.page_no, capture.final_url, capture.fetched_at, capture.http_status, capture.sha256,
    capture.warc_file, capture.warc_offset, capture.warc_length, listing.parser_version,
    shot.coverage, shot.complete, shot.simulated
FROM listing
INNER JOIN v_snapshot AS shot USING (source, category_id, observed_at)
LEFT JOIN capture
    ON
        listing.source = capture.source AND listing.category_id = capture.category_id
        AND listing.observed_at = capture.observed_at AND listing.capture_id = capture.capture_id
LEFT JOIN item_day AS item
    ON
        listing.source = item.source AND listing.category_id = item.category_id
        AND listing.observed_at = item.observed_at AND listing.item_id = item.item_id
        AND listing.sponsored = item.sponsored
LEFT JOIN brand_alias AS alias ON listing.brand_key = alias.brand_key
