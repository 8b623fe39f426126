-- View: Every observation of a category, and which of them the daily and the latest views take.
-- Grain: source x category_id x observed_at.
-- is_daily: Whether it stands for its date: the last complete snapshot of the date, the last one where none is.
-- is_latest: Whether it stands for the category: its last complete snapshot, its last one where none is complete.
SELECT
    source, category_id, category_title, observed_on, observed_at, coverage, complete, simulated,
    row_number() OVER (
        PARTITION BY source, category_id, observed_on ORDER BY complete DESC, observed_at DESC
    ) = 1 AS is_daily,
    row_number() OVER (PARTITION BY source, category_id ORDER BY complete DESC, observed_at DESC) = 1 AS is_latest,
    expected, captured, sponsored, quarantined, status, status_reason, parser_version, band_set
FROM snapshot
