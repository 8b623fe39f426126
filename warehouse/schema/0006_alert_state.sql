-- How far the alert rules have been evaluated, so that a run goes on where the last one ended. Derived, like
-- alert_episode: it may be emptied at any time, and the next run makes it again from the marts.

CREATE TABLE alert_state (
    source VARCHAR NOT NULL, rule_version VARCHAR NOT NULL, category_id VARCHAR NOT NULL, entity_id VARCHAR NOT NULL,
    as_of TIMESTAMPTZ NOT NULL, idle BOOLEAN NOT NULL, started_at TIMESTAMPTZ, first_seen BOOLEAN NOT NULL,
    fired_at TIMESTAMPTZ, beyond INTEGER NOT NULL, calm INTEGER NOT NULL, absent INTEGER NOT NULL, told DOUBLE,
    escalations INTEGER NOT NULL, possible_since TIMESTAMPTZ, ready BOOLEAN NOT NULL
);
ALTER TABLE alert_state SET PARTITIONED BY (source);
COMMENT ON TABLE alert_state IS 'Log of the states of entities under rules: a row where a state changed. What has no row is idle.';
COMMENT ON COLUMN alert_state.source IS 'Source.';
COMMENT ON COLUMN alert_state.rule_version IS 'Version of the rule.';
COMMENT ON COLUMN alert_state.category_id IS 'Category.';
COMMENT ON COLUMN alert_state.entity_id IS 'item_id, brand_key, or empty for a category.';
COMMENT ON COLUMN alert_state.as_of IS 'Observation after which the state holds, UTC; until the entity''s next row.';
COMMENT ON COLUMN alert_state.idle IS 'Whether nothing is remembered from here on.';
COMMENT ON COLUMN alert_state.started_at IS 'First snapshot beyond the threshold of what is pending or firing, UTC.';
COMMENT ON COLUMN alert_state.first_seen IS 'Whether the entity was beyond when it was first seen.';
COMMENT ON COLUMN alert_state.fired_at IS 'Observation at which the open episode fired, UTC; NULL: none is open.';
COMMENT ON COLUMN alert_state.beyond IS 'Consecutive complete snapshots beyond the threshold, while pending.';
COMMENT ON COLUMN alert_state.calm IS 'Consecutive complete snapshots past the recovery line, while firing.';
COMMENT ON COLUMN alert_state.absent IS 'Consecutive complete snapshots without a figure.';
COMMENT ON COLUMN alert_state.told IS 'Figure last notified, in the rule''s terms.';
COMMENT ON COLUMN alert_state.escalations IS 'Escalations of the open episode so far.';
COMMENT ON COLUMN alert_state.possible_since IS 'Since when the threshold is possibly met without proof, UTC.';
COMMENT ON COLUMN alert_state.ready IS 'Whether the entity was inside the line, for rules that tell of leaving.';

CREATE TABLE alert_checkpoint (source VARCHAR NOT NULL, lake_version BIGINT NOT NULL);
COMMENT ON TABLE alert_checkpoint IS 'Up to which version of the lake the marts of a source have been taken in by the rules.';
COMMENT ON COLUMN alert_checkpoint.source IS 'Source.';
COMMENT ON COLUMN alert_checkpoint.lake_version IS 'DuckLake snapshot id; what was committed later is evaluated by the next run.';

CREATE TABLE alert_checkpoint_rule (source VARCHAR NOT NULL, rule_version VARCHAR NOT NULL, digest VARCHAR NOT NULL);
COMMENT ON TABLE alert_checkpoint_rule IS 'The rules evaluated over the whole history of a source.';
COMMENT ON COLUMN alert_checkpoint_rule.source IS 'Source.';
COMMENT ON COLUMN alert_checkpoint_rule.rule_version IS 'Version of the rule.';
COMMENT ON COLUMN alert_checkpoint_rule.digest IS 'Hash of the rule and of what its match stands for: a changed watchlist is another.';
