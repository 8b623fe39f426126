-- Grain: open alert episode (not yet ended).
SELECT
    source, category_id, rule_id, rule_title, severity, entity_kind, entity_id, entity_name, ownership, metric, condition,
    unit, state, started_on, fired_at, last_at, last_low, last_high, last_text
FROM alert_episode
WHERE ended_at IS NULL
ORDER BY source, category_id, state = 'firing' DESC, severity = 'immediate' DESC, fired_at DESC, entity_id
