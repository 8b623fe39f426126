-- View: Every stretch in which an alert rule held for an item, a brand or a category.
-- Grain: source x category_id x rule_id x rule_version x entity_kind x entity_id x started_at.
-- lower_bound: Whether the last figure is a lower bound: no upper bound is known.
-- coverage: Captured / expected items of the snapshot at last_at, 0 to 1.
SELECT
    episode.source, episode.category_id, episode.category_title, episode.rule_id, episode.rule_title,
    episode.rule_version, episode.severity, episode.entity_kind, episode.entity_id, episode.entity_name,
    episode.ownership, episode.metric, episode.compared_with, episode.condition, episode.unit, episode.state,
    episode.started_on, episode.started_at, episode.fired_at, episode.ended_at, episode.end_reason,
    episode.first_seen, episode.escalations, episode.fired_low, episode.fired_high, episode.fired_text,
    episode.last_at, episode.last_low, episode.last_high, episode.last_text,
    episode.last_low IS NOT NULL AND episode.last_high IS NULL AS lower_bound, shot.coverage, episode.simulated
FROM alert_episode AS episode
LEFT JOIN v_snapshot AS shot
    ON
        episode.source = shot.source AND episode.category_id = shot.category_id
        AND episode.last_at = shot.observed_at
