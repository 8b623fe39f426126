-- Alerts: what each rule found, whom it was told, and what is snoozed. alert_episode is derived from the marts and may
-- be made again at any time; alert_outbox is the record of what was said and is never derived.

CREATE TABLE alert_episode (
    rule_id VARCHAR NOT NULL, rule_version VARCHAR NOT NULL, rule_title VARCHAR NOT NULL, severity VARCHAR NOT NULL,
    source VARCHAR NOT NULL, category_id VARCHAR NOT NULL, category_title VARCHAR NOT NULL,
    entity_kind VARCHAR NOT NULL, entity_id VARCHAR NOT NULL, entity_name VARCHAR NOT NULL, ownership VARCHAR,
    metric VARCHAR NOT NULL, compared_with VARCHAR NOT NULL, condition VARCHAR NOT NULL, unit VARCHAR NOT NULL,
    state VARCHAR NOT NULL, started_at TIMESTAMPTZ NOT NULL, started_on DATE NOT NULL, fired_at TIMESTAMPTZ NOT NULL,
    ended_at TIMESTAMPTZ, end_reason VARCHAR, first_seen BOOLEAN NOT NULL, escalations INTEGER NOT NULL,
    fired_low DOUBLE, fired_high DOUBLE, fired_text VARCHAR,
    last_at TIMESTAMPTZ NOT NULL, last_low DOUBLE, last_high DOUBLE, last_text VARCHAR,
    simulated BOOLEAN NOT NULL
);
ALTER TABLE alert_episode SET PARTITIONED BY (source);
COMMENT ON TABLE alert_episode IS 'A stretch in which a rule held for an entity, from its first beyond snapshot to its recovery.';
COMMENT ON COLUMN alert_episode.rule_id IS 'Rule, as config/alerts.yaml names it.';
COMMENT ON COLUMN alert_episode.rule_version IS 'Hash of what the rule decides by; another threshold is another version.';
COMMENT ON COLUMN alert_episode.rule_title IS 'Title of the rule for people.';
COMMENT ON COLUMN alert_episode.severity IS 'immediate or digest.';
COMMENT ON COLUMN alert_episode.source IS 'Source.';
COMMENT ON COLUMN alert_episode.category_id IS 'Category.';
COMMENT ON COLUMN alert_episode.category_title IS 'Title of the category for people.';
COMMENT ON COLUMN alert_episode.entity_kind IS 'item, brand or category.';
COMMENT ON COLUMN alert_episode.entity_id IS 'item_id, brand_key, or empty for a category.';
COMMENT ON COLUMN alert_episode.entity_name IS 'Title, brand or category for people.';
COMMENT ON COLUMN alert_episode.ownership IS 'own or rival, where the watchlist says.';
COMMENT ON COLUMN alert_episode.metric IS 'The figure the rule looks at.';
COMMENT ON COLUMN alert_episode.compared_with IS 'absolute, previous, mean_7d, mean_30d or own.';
COMMENT ON COLUMN alert_episode.condition IS 'The fire condition, such as above 20000 or rises_by 20%.';
COMMENT ON COLUMN alert_episode.unit IS 'Unit of the figures: units, units_per_day, currency code, share, rank, index or flag.';
COMMENT ON COLUMN alert_episode.state IS 'firing, recovering or no_data while open; ended after.';
COMMENT ON COLUMN alert_episode.started_at IS 'Observation of the first snapshot beyond the threshold, UTC.';
COMMENT ON COLUMN alert_episode.started_on IS 'Its date in the source''s time zone.';
COMMENT ON COLUMN alert_episode.fired_at IS 'Observation at which enough consecutive complete snapshots were beyond, UTC.';
COMMENT ON COLUMN alert_episode.ended_at IS 'Observation at which it ended, UTC; NULL while open.';
COMMENT ON COLUMN alert_episode.end_reason IS 'resolved, lost (no value for too many complete snapshots) or superseded (the rule was changed or removed).';
COMMENT ON COLUMN alert_episode.first_seen IS 'Whether the entity was beyond the threshold when it was first seen.';
COMMENT ON COLUMN alert_episode.escalations IS 'How often it moved on by the rule''s escalate_by.';
COMMENT ON COLUMN alert_episode.fired_low IS 'Figure when it fired, low end, in unit.';
COMMENT ON COLUMN alert_episode.fired_high IS 'Figure when it fired, high end; NULL: no upper bound known.';
COMMENT ON COLUMN alert_episode.fired_text IS 'Figure as shown when it fired.';
COMMENT ON COLUMN alert_episode.last_at IS 'Last complete observation of the category that was evaluated, UTC.';
COMMENT ON COLUMN alert_episode.last_low IS 'Last known figure, low end, in unit.';
COMMENT ON COLUMN alert_episode.last_high IS 'Last known figure, high end; NULL: no upper bound known.';
COMMENT ON COLUMN alert_episode.last_text IS 'Last known figure as shown.';
COMMENT ON COLUMN alert_episode.simulated IS 'Whether the data is simulated.';

CREATE TABLE alert_outbox (
    outbox_key VARCHAR NOT NULL, rule_id VARCHAR NOT NULL, rule_version VARCHAR NOT NULL,
    source VARCHAR NOT NULL, category_id VARCHAR NOT NULL, entity_kind VARCHAR NOT NULL, entity_id VARCHAR NOT NULL,
    episode_start TIMESTAMPTZ NOT NULL, transition VARCHAR NOT NULL, edge_at TIMESTAMPTZ NOT NULL,
    recipient VARCHAR NOT NULL, address VARCHAR NOT NULL, language VARCHAR NOT NULL, severity VARCHAR NOT NULL,
    payload VARCHAR NOT NULL, queued_at TIMESTAMPTZ NOT NULL, due_at TIMESTAMPTZ NOT NULL,
    status VARCHAR NOT NULL, attempts INTEGER NOT NULL, message_id VARCHAR, claimed_at TIMESTAMPTZ,
    finished_at TIMESTAMPTZ, last_error VARCHAR
);
COMMENT ON TABLE alert_outbox IS 'One thing to tell one recipient, once: the record of what was said.';
COMMENT ON COLUMN alert_outbox.outbox_key IS 'Hash of rule version, entity, episode start, transition and recipient. Unique.';
COMMENT ON COLUMN alert_outbox.rule_id IS 'Rule, or notice:KIND for a data-quality notice.';
COMMENT ON COLUMN alert_outbox.rule_version IS 'Version of the rule.';
COMMENT ON COLUMN alert_outbox.source IS 'Source.';
COMMENT ON COLUMN alert_outbox.category_id IS 'Category; empty for a notice about a whole source.';
COMMENT ON COLUMN alert_outbox.entity_kind IS 'item, brand, category or notice.';
COMMENT ON COLUMN alert_outbox.entity_id IS 'item_id, brand_key, or the notice''s incident.';
COMMENT ON COLUMN alert_outbox.episode_start IS 'Start of the episode, UTC.';
COMMENT ON COLUMN alert_outbox.transition IS 'fired, already, escalated, resolved, lost, possible or notice.';
COMMENT ON COLUMN alert_outbox.edge_at IS 'Observation at which it happened, UTC.';
COMMENT ON COLUMN alert_outbox.recipient IS 'Recipient, as config/alerts.yaml names it.';
COMMENT ON COLUMN alert_outbox.address IS 'E-mail address at the time of queueing.';
COMMENT ON COLUMN alert_outbox.language IS 'Language of the mail, en or zh-CN.';
COMMENT ON COLUMN alert_outbox.severity IS 'immediate or digest.';
COMMENT ON COLUMN alert_outbox.payload IS 'Everything the mail says about it, as JSON.';
COMMENT ON COLUMN alert_outbox.queued_at IS 'When it was queued, UTC.';
COMMENT ON COLUMN alert_outbox.due_at IS 'Earliest time of the next attempt, UTC.';
COMMENT ON COLUMN alert_outbox.status IS 'queued, sending, sent, failed, or unsure (the server may or may not have taken it).';
COMMENT ON COLUMN alert_outbox.attempts IS 'Attempts so far.';
COMMENT ON COLUMN alert_outbox.message_id IS 'Message-ID of the mail it went into; kept across attempts.';
COMMENT ON COLUMN alert_outbox.claimed_at IS 'When a deliverer took it last, UTC.';
COMMENT ON COLUMN alert_outbox.finished_at IS 'When it was sent or given up, UTC.';
COMMENT ON COLUMN alert_outbox.last_error IS 'Why the last attempt did not succeed.';

CREATE TABLE alert_snooze (
    rule_id VARCHAR, entity_id VARCHAR, until TIMESTAMPTZ NOT NULL, why VARCHAR NOT NULL, snoozed_at TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE alert_snooze IS 'Silences: while one holds, immediate mails of the rule or entity wait; every one ends by itself.';
COMMENT ON COLUMN alert_snooze.rule_id IS 'Rule; NULL: every rule.';
COMMENT ON COLUMN alert_snooze.entity_id IS 'Entity; NULL: every entity of the rule.';
COMMENT ON COLUMN alert_snooze.until IS 'End of the silence, UTC.';
COMMENT ON COLUMN alert_snooze.why IS 'Reason given.';
COMMENT ON COLUMN alert_snooze.snoozed_at IS 'When it was made, UTC.';
