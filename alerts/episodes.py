"""The table ``alert_episode``: what the rules found in a source, renewed where it differs. Knows no recipients."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pyarrow as pa
from duckdb import DuckDBPyConnection

from alerts.compare import Point
from alerts.evaluate import Condition, Edge, Episode, Evaluation
from alerts.history import EntityHistory, Snapshot
from alerts.rules import Rule

_TIME = pa.timestamp("us", tz="UTC")
EPISODE_SCHEMA = pa.schema([
    *((name, pa.string()) for name in (
        "rule_id", "rule_version", "rule_title", "severity", "source", "category_id", "category_title",
        "entity_kind", "entity_id", "entity_name", "ownership", "metric", "compared_with", "condition", "unit", "state",
    )),
    ("started_at", _TIME), ("started_on", pa.date32()), ("fired_at", _TIME), ("ended_at", _TIME),
    ("end_reason", pa.string()), ("first_seen", pa.bool_()), ("escalations", pa.int32()),
    ("fired_low", pa.float64()), ("fired_high", pa.float64()), ("fired_text", pa.string()),
    ("last_at", _TIME), ("last_low", pa.float64()), ("last_high", pa.float64()), ("last_text", pa.string()),
    ("simulated", pa.bool_()),
])  # fmt: skip


@dataclass(frozen=True, slots=True)
class Finding:
    """One entity under one rule: its history and what it amounts to."""

    rule: Rule
    condition: Condition
    history: EntityHistory
    evaluation: Evaluation

    @property
    def unit(self) -> str:
        """The unit of the figures; for money the currency, where the mart says it."""
        unit = self.rule.figure.unit
        return self.history.currency or unit if unit == "money" else unit

    def latest_edge(self) -> Edge | None:
        """An open episode's firing as of its last known point; None where it is not firing or says nothing now."""
        evaluation = self.evaluation
        if not evaluation.state.firing or evaluation.state.absent or evaluation.last is None:
            return None
        fired = evaluation.episodes[-1].fired
        known = [one for one in self.history.points if one.complete and one.known]
        return Edge(
            transition="fired",
            start=fired.start,
            at=evaluation.last.observed_at,
            point=evaluation.last,
            span=evaluation.last_span or evaluation.last.span,
            previous=known[-2] if len(known) > 1 else None,
            first_seen=fired.first_seen,
        )


def replace_episodes(
    con: DuckDBPyConnection,
    source: str,
    findings: Iterable[Finding],
    timeline: Mapping[str, Sequence[Snapshot]],
    current: Collection[str],
) -> tuple[int, int]:
    """(episodes, open ones) of ``source`` now in the table. Nothing is written where nothing differs.

    ``current``: the versions of the rules as they stand. Episodes of a changed or removed rule stay as they were, ended
    as superseded at their last observation.
    """
    rows = [
        _row(finding, episode, timeline[finding.history.entity.category_id])
        for finding in findings
        for episode in finding.evaluation.episodes
    ]
    held = _held(con, source)
    kept = [_superseded(row) for row in held if row["rule_version"] not in current]
    wanted = sorted(kept + rows, key=_order)
    if wanted != sorted(held, key=_order):
        con.execute("DELETE FROM alert_episode WHERE source = $source", {"source": source})
        con.register("new_episode", pa.Table.from_pylist(wanted, EPISODE_SCHEMA))
        con.execute("INSERT INTO alert_episode BY NAME SELECT * FROM new_episode")
        con.unregister("new_episode")
    return len(rows), sum(row["ended_at"] is None for row in rows)


def _row(finding: Finding, episode: Episode, snapshots: Sequence[Snapshot]) -> dict[str, Any]:
    rule, history, fired = finding.rule, finding.history, episode.fired
    by_time = {one.observed_at: one for one in snapshots}
    last_at, last = _last(finding, episode)
    return {
        "rule_id": rule.id,
        "rule_version": rule.version,
        "rule_title": rule.title,
        "severity": rule.severity,
        "source": history.entity.source,
        "category_id": history.entity.category_id,
        "category_title": snapshots[-1].category_title,
        "entity_kind": history.entity.kind,
        "entity_id": history.entity.entity_id,
        "entity_name": history.name,
        "ownership": history.ownership,
        "metric": rule.metric,
        "compared_with": rule.compare,
        "condition": f"{rule.when.key} {_plain(rule.when.amount)}",
        "unit": finding.unit,
        "state": "ended" if episode.end else finding.evaluation.state.phase,
        "started_at": episode.start,
        "started_on": by_time[episode.start].observed_on,
        "fired_at": fired.at,
        "ended_at": episode.end.at if episode.end else None,
        "end_reason": episode.end.transition if episode.end else None,
        "first_seen": fired.first_seen,
        "escalations": len(episode.escalations),
        "fired_low": fired.point.low,
        "fired_high": fired.point.high,
        "fired_text": fired.point.text,
        "last_at": last_at,
        "last_low": last.low,
        "last_high": last.high,
        "last_text": last.text,
        "simulated": by_time[fired.at].simulated,
    }


def _last(finding: Finding, episode: Episode) -> tuple[datetime, Point]:
    """The last complete observation of the episode, and the last point with a figure up to its end."""
    end = episode.end.at if episode.end else None
    within = [one for one in finding.history.points if one.complete and (end is None or one.observed_at <= end)]
    known = [one for one in within if one.known]
    return within[-1].observed_at, known[-1]


def _held(con: DuckDBPyConnection, source: str) -> list[dict[str, Any]]:
    cursor = con.execute("SELECT * FROM alert_episode WHERE source = $source", {"source": source})
    names = [column[0] for column in cursor.description or []]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _superseded(row: dict[str, Any]) -> dict[str, Any]:
    if row["ended_at"] is not None:
        return row
    return row | {"state": "ended", "ended_at": row["last_at"], "end_reason": "superseded"}


def _order(row: dict[str, Any]) -> tuple[str, ...]:
    keys = ("rule_id", "rule_version", "category_id", "entity_id", "started_at")
    return tuple(str(row[key]) for key in keys)


def _plain(amount: float | str) -> str:
    """An amount as a person wrote it: 20000, not 20000.0; a share as it stands."""
    return amount if isinstance(amount, str) else f"{amount:.15g}"
