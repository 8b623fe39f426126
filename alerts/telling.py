"""From an edge to the facts a mail is written from: everything a person needs to trust it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from alerts.episodes import Finding
from alerts.evaluate import Edge
from alerts.facts import Evidence, Facts
from alerts.history import Snapshot

SERIES_POINTS = 30
EVIDENCE_PAGES = 5


def facts_of(
    finding: Finding,
    edge: Edge,
    transition: str,
    *,
    snapshots: Sequence[Snapshot],
    evidence: Sequence[Evidence],
    timezone: str,
) -> Facts:
    """The facts of ``edge``, told as ``transition``, to a recipient in ``timezone``."""
    history = finding.history
    return Facts(
        transition=transition,
        category_title=snapshots[-1].category_title,
        evidence=list(evidence[:EVIDENCE_PAGES]),
        simulated=any(one.simulated for one in snapshots),
        series=_series(finding, edge),
        timezone=timezone,
        source=history.entity.source,
        category_id=history.entity.category_id,
        entity_kind=history.entity.kind,
        entity_id=history.entity.entity_id,
        name=history.name,
        ownership=history.ownership,
        url=history.url,
        currency=history.currency,
        **_asked(finding),
        **_seen(edge),
        **_beside(edge),
    )


def _asked(finding: Finding) -> dict[str, Any]:
    """What the rule asks for."""
    rule = finding.rule
    return {
        "rule_id": rule.id, "rule_title": rule.title, "metric": rule.metric, "measure": rule.measure,
        "unit": rule.figure.unit, "compare": rule.compare, "when_key": rule.when.level[0],
        "when_amount": rule.when.level[1], "recover": rule.recover, "for_snapshots": finding.condition.for_snapshots,
    }  # fmt: skip


def _seen(edge: Edge) -> dict[str, Any]:
    """What the pages showed, and when."""
    point = edge.point
    return {
        "start": _iso(edge.start), "at": _iso(edge.at), "first_seen": edge.first_seen, "proved": edge.proved,
        "low": point.low, "high": point.high, "text": point.text, "basis": point.basis, "span_low": edge.span.low,
        "span_high": edge.span.high, "told": edge.told,
    }  # fmt: skip


def _beside(edge: Edge) -> dict[str, Any]:
    """The figure before, and our own."""
    previous, point = edge.previous, edge.point
    return {
        "previous_at": _iso(previous.observed_at) if previous else None,
        "previous_low": previous.low if previous else None, "previous_high": previous.high if previous else None,
        "previous_text": previous.text if previous else None, "own_name": point.own_name,
        "own_low": point.own.low if point.own else None, "own_high": point.own.high if point.own else None,
        "own_text": point.own_text,
    }  # fmt: skip


def _series(finding: Finding, edge: Edge) -> list[tuple[str, float, float | None]]:
    """The last known points up to the edge, for the chart."""
    known = [
        (_iso(point.observed_at), point.low, point.high)
        for point in finding.history.points
        if point.complete and point.low is not None and point.observed_at <= edge.at
    ]
    return known[-SERIES_POINTS:]


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()
