-- View: What is watched: a category of a source, since when, and how far its latest figures reach.
-- Grain: source x category_id.
-- category_title: Title of the category for people, as of its last observation.
-- first_on: Date of its first observation.
-- last_on: Date of its last observation, complete or not.
-- latest_on: Date of the observation that the latest views show.
-- latest_at: That observation, UTC.
-- coverage: Captured / expected items of that observation, 0 to 1.
-- complete: Whether that observation is complete.
-- snapshots: Observations so far.
-- complete_snapshots: How many of them are complete.
SELECT
    source, category_id, arg_max(category_title, observed_at) AS category_title,
    min(observed_on) AS first_on, max(observed_on) AS last_on,
    max(observed_on) FILTER (WHERE is_latest) AS latest_on, max(observed_at) FILTER (WHERE is_latest) AS latest_at,
    max(coverage) FILTER (WHERE is_latest) AS coverage, bool_or(complete AND is_latest) AS complete,
    bool_or(simulated) AS simulated, count(*) AS snapshots, count(*) FILTER (WHERE complete) AS complete_snapshots
FROM v_snapshot
GROUP BY source, category_id
