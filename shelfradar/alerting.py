"""What the command line asks of the alert rules: hints, backtests, silences."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pyarrow as pa
from duckdb import DuckDBPyConnection

from alerts.backtest import Backtest, add_up, backtest
from alerts.lint import Hint, lint_rules
from alerts.matching import ready_rules
from alerts.outbox import Snooze, add_snooze
from alerts.rules import Rule, Rules, read_rules
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


@dataclass(frozen=True, slots=True)
class Trial:
    """What a rule would have done, and what another version of it would have."""

    rule_id: str
    found: Backtest
    against: Backtest | None = None

    def table(self) -> pa.Table:
        """One row an episode; with another version, which of the two would have fired it."""
        mine = {one.identity: one for one in self.found.tried}
        theirs = {one.identity: one for one in self.against.tried} if self.against else {}
        rows = []
        for key in sorted({*mine, *theirs}, key=lambda one: (one[3], one[:3])):
            one = mine.get(key) or theirs[key]
            fires = "both" if key in mine and key in theirs else "this" if key in mine else "the other"
            rows.append({
                "source": one.source, "category": one.category_id, "entity": one.entity_id, "name": one.name,
                "fired_at": one.fired_at, "ended_at": one.ended_at, "end": one.end_reason,
                "days": round(one.days(self.found.end), 2), "low": one.fired_low, "high": one.fired_high,
                **({"fires": fires} if self.against else {}),
            })  # fmt: skip
        times = pa.timestamp("us", tz="UTC")
        kinds = {"fired_at": times, "ended_at": times, "days": pa.float64(), "low": pa.float64(), "high": pa.float64()}
        names = ["source", "category", "entity", "name", "fired_at", "ended_at", "end", "days", "low", "high"]
        names += ["fires"] if self.against else []
        return pa.Table.from_pylist(rows, pa.schema([(name, kinds.get(name, pa.string())) for name in names]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Which days to test on: ``days`` back from the last observation, or from a date to a date (both included)."""

    days: int = 90
    first: date | None = None
    last: date | None = None


def try_rule(
    settings: Settings, rule_id: str, span: Span, against: Path | None = None, when: str | None = None
) -> Trial:
    """What a rule would have done over its sources' history; ``against`` another file's rule of that id, or the same
    rule with another condition (``when``, such as ``above=30000``)."""
    configuration = read_configuration(settings.config)
    rules = configuration.rules
    rule = _rule(rules, rule_id)
    other = _other(rules, rule, against, when)
    with Lake(settings.lake).reader() as con:
        found = _backtest(con, rules, rule, span)
        return Trial(rule_id, found, other and _backtest(con, *other, span))


def _other(rules: Rules, rule: Rule, against: Path | None, when: str | None) -> tuple[Rules, Rule] | None:
    if against is not None:
        theirs = read_rules(against)
        return theirs, _rule(theirs, rule.id)
    if when is None:
        return None
    key, _, amount = when.partition("=")
    try:
        value: float | str = amount if amount.endswith("%") else float(amount)
        data = rule.model_dump(exclude_unset=True) | {"when": {key: value}}
        return rules, Rule.model_validate(data)
    except ValueError as error:
        raise RefusedError(f"--when: found {when!r}; expected a condition such as above=30000 ({error})") from error


def _backtest(con: DuckDBPyConnection, rules: Rules, rule: Rule, span: Span) -> Backtest:
    parts = []
    for source in rules.sources_of(
        rule, [row[0] for row in con.execute("SELECT DISTINCT source FROM snapshot").fetchall()]
    ):
        alone = rules.model_copy(update={"rules": [rule]})
        (ready,) = ready_rules(con, alone, source)
        first, last = _moments(con, source, span)
        if last is not None:
            parts.append(backtest(con, source, ready, first, last, rules.effective(rule).severity or "immediate"))
    if not parts:
        raise RefusedError(f"{rule.id}: its sources have no snapshot yet: there is nothing to test it on")
    return add_up(parts)


def _moments(con: DuckDBPyConnection, source: str, span: Span) -> tuple[datetime, datetime | None]:
    """First moment and last observation of the span, in the source."""
    sql = """
    SELECT max(observed_at), min(observed_at) FILTER (observed_on >= $first) FROM snapshot
    WHERE source = $source AND observed_on <= coalesce($last, observed_on)
    """
    last, first = con.execute(sql, {"source": source, "first": span.first, "last": span.last}).fetchall()[0]
    if last is None:
        return datetime.max.replace(tzinfo=UTC), None
    return (first or last) if span.first else last - timedelta(days=span.days), last


def add_silence(settings: Settings, rule: str | None, item: str | None, until: str, why: str) -> str:
    """Silence a rule, an item, or an item in a rule. Returns what was done, in words."""
    if rule is None and item is None:
        raise RefusedError("name a rule, or an item with --item")
    if rule is not None:
        rules = read_configuration(settings.config).rules
        if rule not in {one.id.partition("/")[0] for one in rules.rules}:
            _rule(rules, rule)
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


def _rule(rules: Rules, rule_id: str) -> Rule:
    for rule in rules.rules:
        if rule.id == rule_id:
            return rule
    known = ", ".join(rule.id for rule in rules.rules[:30]) or "none"
    raise RefusedError(f"rule: found {rule_id!r}; expected one of: {known}")
