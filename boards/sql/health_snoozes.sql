-- Grain: snooze that still holds at $now, with the open alerts it keeps quiet.
SELECT
    snooze.rule_id, snooze.entity_id, snooze.until, snooze.why, snooze.snoozed_at,
    count(episode.rule_id) AS episodes, any_value(episode.entity_name) AS entity_name,
    any_value(episode.rule_title) AS rule_title
FROM alert_snooze AS snooze
LEFT JOIN alert_episode AS episode
    ON
        episode.ended_at IS NULL AND (
            snooze.rule_id IS NULL OR snooze.rule_id = episode.rule_id
            OR snooze.rule_id = split_part(episode.rule_id, '/', 1)
        )
        AND (snooze.entity_id IS NULL OR snooze.entity_id = episode.entity_id)
WHERE snooze.until > $now
GROUP BY snooze.rule_id, snooze.entity_id, snooze.until, snooze.why, snooze.snoozed_at
ORDER BY snooze.until, snooze.rule_id, snooze.entity_id
