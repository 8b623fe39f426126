"""Rows of the table ``alert_episode``: what the rules found in a source, brought forward. Pure; knows no recipients."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pyarrow as pa

from alerts.compare import Point
from alerts.condition import Condition
from alerts.evaluate import Edge, Episode, Evaluation, State
from alerts.history import EntityHistory, Snapshot
from alerts.rules import Rule

Held = dict[str, Any]
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
        return self.unit_of(self.history.currency)

    def unit_of(self, currency: str | None) -> str:
        """The unit of a figure in that currency."""
        unit = self.rule.figure.unit
        return currency or unit if unit == "money" else unit

    def latest_edge(self) -> Edge | None:
        """An open episode's firing as of its last known point; None where it is not firing or says nothing now."""
        state, last = self.evaluation.state, self.evaluation.last
        if state.start is None or not state.firing or state.absent or last is None:
            return None
        known = [one for one in self.history.points if one.complete and one.known]
        return Edge(
            transition="fired",
            start=state.start,
            at=last.observed_at,
            point=last,
            span=self.evaluation.last_span or last.span,
            previous=known[-2] if len(known) > 1 else None,
            first_seen=state.first_seen,
        )


def advance_episodes(finding: Finding, prior: State, held: Held | None, snapshots: Sequence[Snapshot]) -> list[Held]:
    """The rows of ``alert_episode`` after an evaluation: the open one brought forward, then the new ones.

    ``held`` is the row of the episode that was open in ``prior``. Names and titles are those of its last figure.
    """
    rows: list[Held] = []
    if held is not None and prior.firing:
        edges = [one for one in finding.evaluation.edges if one.start == prior.start and one.at > held["fired_at"]]
        end = next((one for one in edges if one.transition in {"resolved", "lost"}), None)
        escalations = held["escalations"] + sum(one.transition == "escalated" for one in edges)
        rows.append(_brought_on(held | {"escalations": escalations}, finding, end, prior.as_of, snapshots))
    by_time = {one.observed_at: one for one in snapshots} if finding.evaluation.episodes else {}
    for episode in finding.evaluation.episodes:
        row = _new_row(finding, episode, by_time)
        rows.append(_brought_on(row, finding, episode.end, None, snapshots))
    return rows


def _new_row(finding: Finding, episode: Episode, by_time: Mapping[datetime, Snapshot]) -> Held:
    rule, entity, fired = finding.rule, finding.history.entity, episode.fired
    return {
        "rule_id": rule.id,
        "rule_version": rule.version,
        "rule_title": rule.title,
        "severity": rule.severity,
        "source": entity.source,
        "category_id": entity.category_id,
        "category_title": by_time[fired.at].category_title,
        "entity_kind": entity.kind,
        "entity_id": entity.entity_id,
        "entity_name": fired.point.name or finding.history.name or entity.entity_id,
        "ownership": fired.point.ownership,
        "metric": rule.metric,
        "compared_with": rule.compare,
        "condition": rule.condition_text,
        "unit": finding.unit_of(fired.point.currency),
        "started_at": episode.start,
        "started_on": by_time[episode.start].observed_on,
        "fired_at": fired.at,
        "first_seen": fired.first_seen,
        "escalations": len(episode.escalations),
        "fired_low": fired.point.low,
        "fired_high": fired.point.high,
        "fired_text": fired.point.text,
        "last_low": fired.point.low,
        "last_high": fired.point.high,
        "last_text": fired.point.text,
        "simulated": by_time[fired.at].simulated,
    }


def _brought_on(
    row: Held, finding: Finding, end: Edge | None, after: datetime | None, snapshots: Sequence[Snapshot]
) -> Held:
    """``row`` with its state, its end, and its last complete observation and figure after ``after``."""
    row = row | {
        "state": "ended" if end else finding.evaluation.state.phase,
        "ended_at": end.at if end else None,
        "end_reason": end.transition if end else None,
    }
    for point in reversed(finding.history.points):
        if not point.complete or (end is not None and point.observed_at > end.at):
            continue
        if after is not None and point.observed_at <= after:
            break
        if "last_at" not in row or row["last_at"] < point.observed_at:
            row |= {"last_at": point.observed_at, "category_title": _title_at(snapshots, point.observed_at)}
        if point.known:
            row |= _last_figure(finding, point)
            break
    return row


def _last_figure(finding: Finding, point: Point) -> Held:
    return {
        "entity_name": point.name,
        "ownership": point.ownership,
        "unit": finding.unit_of(point.currency),
        "last_low": point.low,
        "last_high": point.high,
        "last_text": point.text,
    }


def _title_at(snapshots: Sequence[Snapshot], at: datetime) -> str:
    return snapshots[bisect_left(snapshots, at, key=lambda one: one.observed_at)].category_title
