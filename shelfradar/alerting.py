"""What the command line asks of the alert rules: hints, backtests, silences."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pyarrow as pa

from alerts.backtest import backtest
from alerts.history import read_history, read_snapshots
from alerts.lint import Hint, lint_rules
from alerts.model import Rule, condition_of
from alerts.outbox import Snooze, add_snooze
from extractors.spec import read_spec
from shelfradar.configuration import Configuration, read_configuration
from shelfradar.errors import RefusedError
from shelfradar.settings import Settings
from warehouse.lake import Lake


def hints(configuration: Configuration) -> list[Hint]:
    """What is legal in the rules and yet not meant, given the display ladders of the sources' sites."""
    specs = {name: read_spec(source.site) for name, source in configuration.sources.items()}
    ladders = {name: spec.units.ladder for name, spec in specs.items() if spec.units and spec.units.ladder}
    return lint_rules(configuration.rules, ladders)


def try_rule(settings: Settings, rule_id: str, days: int) -> tuple[str, pa.Table]:
    """A sentence and the episodes of what a rule would have done in the last ``days`` days of its source's history."""
    configuration = read_configuration(settings.config)
    rule = configuration.rules.effective(_rule(configuration, rule_id))
    condition = condition_of(rule, configuration.rules.defaults)
    with Lake(settings.lake).reader() as con:
        timeline = read_snapshots(con, rule.match.source)
        moments = [one.observed_at for snapshots in timeline.values() for one in snapshots]
        if not moments:
            raise RefusedError(f"{rule.match.source} has no snapshot yet: nothing to test {rule_id} on")
        histories = [(one.entity.entity_id, one.points) for one in read_history(con, rule, timeline)]
    end = max(moments)
    found = backtest(condition, histories, end - timedelta(days=days), end)
    rows = [
        {"entity": tried.name, "fired_at": episode.fired.at, "ended_at": episode.end.at if episode.end else None}
        for tried in found.tried
        for episode in tried.episodes
    ]
    times = pa.timestamp("us", tz="UTC")
    schema = pa.schema([("entity", pa.string()), ("fired_at", times), ("ended_at", times)])
    return str(found), pa.Table.from_pylist(sorted(rows, key=lambda row: (row["fired_at"], row["entity"])), schema)


def add_silence(settings: Settings, rule: str | None, item: str | None, until: str, why: str) -> str:
    """Silence a rule, an item, or an item in a rule. Returns what was done, in words."""
    if rule is None and item is None:
        raise RefusedError("name a rule, or an item with --item")
    if rule is not None:
        _rule(read_configuration(settings.config), rule)
    try:
        moment = datetime.fromisoformat(until)
    except ValueError as error:
        raise RefusedError(f"--until: found {until!r}; expected 2026-12-01 or an ISO time") from error
    moment, now = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)), datetime.now(UTC)
    if moment <= now:
        raise RefusedError(f"--until: found {until}, which is past; a silence needs an end to come")
    silence = Snooze(rule_id=rule, entity_id=item, until=moment, why=why, snoozed_at=now)
    Lake(settings.lake).write(lambda con: add_snooze(con, silence))
    return f"{rule or 'every rule'}{f', {item}' if item else ''}: silent until {moment:%Y-%m-%d %H:%M %Z} ({why})"


def _rule(configuration: Configuration, rule_id: str) -> Rule:
    for rule in configuration.rules.rules:
        if rule.id == rule_id:
            return rule
    known = ", ".join(rule.id for rule in configuration.rules.rules) or "none"
    raise RefusedError(f"rule: found {rule_id!r}; expected one of: {known}")
