"""What ``shelfradar alerts backtest`` asks: a rule over its sources' history, and beside it another version of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from pathlib import Path

import pyarrow as pa
from duckdb import DuckDBPyConnection

from alerts.backtest import Backtest, add_up, backtest
from alerts.matching import ready_rules
from alerts.rules import Rule, Rules, read_rules
from shelfradar.alerting import find_rule
from shelfradar.configuration import read_configuration
from shelfradar.errors import RefusedError
from shelfradar.settings import Settings
from warehouse.lake import Lake

_TIME = pa.timestamp("us", tz="UTC")
_EPISODE = [
    *((name, pa.string()) for name in ("source", "category", "entity", "name")),
    ("fired_on", pa.date32()), ("fired_at", _TIME), ("ended_at", _TIME), ("end", pa.string()), ("days", pa.float64()),
    ("low", pa.float64()), ("high", pa.float64()),
]  # fmt: skip


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
            row = {
                "source": one.source, "category": one.category_id, "entity": one.entity_id, "name": one.name,
                "fired_on": one.fired_at.date(), "fired_at": one.fired_at, "ended_at": one.ended_at,
                "end": one.end_reason, "days": round(one.days(self.found.end), 2), "low": one.fired_low,
                "high": one.fired_high,
            }  # fmt: skip
            if self.against:
                row["fires"] = "both" if key in mine and key in theirs else "this" if key in mine else "the other"
            rows.append(row)
        fields = [*_EPISODE, ("fires", pa.string())] if self.against else _EPISODE
        return pa.Table.from_pylist(rows, pa.schema(fields))


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
    rule = find_rule(rules, rule_id)
    other = _other(rules, rule, against, when)
    with Lake(settings.lake).reader() as con:
        zones = {name: source.zone for name, source in configuration.sources.items()}
        found = _backtest(con, rules, rule, span, zones)
        return Trial(rule_id, found, other and _backtest(con, *other, span, zones))


def _other(rules: Rules, rule: Rule, against: Path | None, when: str | None) -> tuple[Rules, Rule] | None:
    if against is not None:
        theirs = read_rules(against)
        return theirs, find_rule(theirs, rule.id)
    if when is None:
        return None
    key, _, amount = when.partition("=")
    try:
        value: float | str = amount if amount.endswith("%") else float(amount)
        data = rule.model_dump(exclude_unset=True) | {"when": {key: value}}
        return rules, Rule.model_validate(data)
    except ValueError as error:
        raise RefusedError(f"--when: found {when!r}; expected a condition such as above=30000 ({error})") from error


def _backtest(con: DuckDBPyConnection, rules: Rules, rule: Rule, span: Span, zones: Mapping[str, tzinfo]) -> Backtest:
    parts = []
    for source in rules.sources_of(
        rule, [row[0] for row in con.execute("SELECT DISTINCT source FROM snapshot").fetchall()]
    ):
        alone = rules.model_copy(update={"rules": [rule]})
        (ready,) = ready_rules(con, alone, source)
        first, last = _moments(con, source, span)
        if last is not None:
            severity, zone = rules.effective(rule).severity or "immediate", zones.get(source, UTC)
            parts.append(backtest(con, source, ready, first.astimezone(zone), last.astimezone(zone), severity))
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
