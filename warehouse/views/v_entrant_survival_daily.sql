-- View: How many of a category's entrants of the trailing 90 days are still in its list, date by date.
-- Grain: source x category_id x observed_on.
SELECT
    mart.source, mart.category_id, shot.category_title, mart.observed_on, mart.observed_at, mart.window_days,
    mart.observed_from_on, mart.snapshots, mart.entrants, mart.stayed, mart.survival, shot.coverage, shot.complete,
    shot.simulated
FROM entrant_survival AS mart
INNER JOIN v_snapshot AS shot USING (source, category_id, observed_at)
WHERE shot.is_daily
