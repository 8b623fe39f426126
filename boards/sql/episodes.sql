-- Grain: alert episode: those still open, and those that ended within $history_days before the snapshot shown.
WITH scope AS (
    SELECT unnest($sources) AS source, unnest($category_ids) AS category_id, unnest($shown_at)::TIMESTAMPTZ AS shown_at
)

SELECT
    episode.source, episode.category_id, episode.rule_id, episode.rule_title, episode.severity, episode.entity_kind,
    episode.entity_id, episode.entity_name, episode.ownership, episode.metric, episode.compared_with,
    episode.condition, episode.unit, episode.state, episode.started_at, episode.started_on, episode.fired_at,
    episode.ended_at, episode.end_reason, episode.last_at, episode.last_low, episode.last_high, episode.last_text
FROM alert_episode AS episode
INNER JOIN scope ON episode.source = scope.source AND episode.category_id = scope.category_id
WHERE episode.ended_at IS NULL OR episode.ended_at >= scope.shown_at - to_days($history_days)
ORDER BY
    episode.source, episode.category_id, episode.ended_at IS NULL DESC, episode.state = 'firing' DESC,
    episode.severity = 'immediate' DESC, episode.fired_at DESC, episode.entity_id
