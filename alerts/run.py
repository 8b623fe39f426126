"""One run of the rules over one source: histories in; episodes and outbox rows out, in the caller's transaction.

Every episode is derived again from the whole history, so that a replay, a late arrival and a plain rerun end in the
same rows. Must not know how a mail looks or how it is sent.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypedDict

from duckdb import DuckDBPyConnection

from alerts.episodes import Finding, replace_episodes
from alerts.evaluate import Edge, evaluate
from alerts.facts import Evidence
from alerts.history import Entity, Snapshot, read_history, read_snapshots
from alerts.hours import due_time
from alerts.notices import quality_rows
from alerts.outbox import OutboxRow, Snooze, outbox_key, queue_rows, read_snoozes
from alerts.rules import Rules, Severity, condition_of
from alerts.telling import facts_of

TELLS_FIRING = ("fired", "already", "escalated")


class Counts(TypedDict):
    """What a run found: episodes of the source, those open now, and outbox rows that are new."""

    episodes: int
    open: int
    queued: int


@dataclass(frozen=True, slots=True)
class _Told:
    """Something to tell: an edge under the name it is told by."""

    finding: Finding
    edge: Edge
    transition: str

    @property
    def key_part(self) -> str:
        """The transition as the outbox key has it: later escalations of an episode are things of their own."""
        return f"{self.transition}/{self.edge.ordinal}" if self.edge.ordinal > 1 else self.transition


@dataclass(frozen=True, slots=True)
class _Run:
    rules: Rules
    now: datetime
    snoozes: Sequence[Snooze]
    told_at: Mapping[tuple[str, Entity, str], datetime]
    evidence: Mapping[tuple[str, datetime], list[Evidence]]


def evaluate_source(
    con: DuckDBPyConnection, rules: Rules, source: str, observed_at: datetime | None, now: datetime
) -> Counts:
    """Evaluate every rule of ``source``, renew its episodes and queue what is new, in the caller's transaction.

    ``now`` is the caller's clock: edges older than a rule's ``max_age_days`` are recorded and never mailed.
    ``observed_at`` names the run: data-quality notices are about its snapshots (None: about none).
    """
    timeline = read_snapshots(con, source)
    findings = find(con, rules, source, timeline)
    current = {rules.effective(rule).version for rule in rules.rules if rule.match.source == source}
    episodes, still_open = replace_episodes(con, source, findings, timeline, current)
    told = [one for finding in findings for one in _to_tell(finding, now, rules)]
    run = _Run(rules, now, read_snoozes(con, now), _last_told(con, source), _evidence(con, source, told))
    rows = [row for one in told for row in _rows(one, run, timeline)]
    if observed_at is not None:
        rows += quality_rows(con, rules, source, timeline, observed_at, now)
    return Counts(episodes=episodes, open=still_open, queued=queue_rows(con, rows))


def find(
    con: DuckDBPyConnection, rules: Rules, source: str, timeline: Mapping[str, Sequence[Snapshot]]
) -> list[Finding]:
    """Every entity that a rule of ``source`` matches, evaluated over its whole history."""
    findings: list[Finding] = []
    for declared in rules.rules:
        if declared.match.source != source:
            continue
        rule = rules.effective(declared)
        condition = condition_of(rule, rules.defaults)
        findings.extend(
            Finding(rule, condition, history, evaluate(condition, history.points))
            for history in read_history(con, rule, timeline)
        )
    return findings


def _to_tell(finding: Finding, now: datetime, rules: Rules) -> Iterable[_Told]:
    """The edges young enough to be told, and an open episode whose own edge is too old to have been."""
    max_age = timedelta(days=finding.rule.max_age_days or rules.defaults.max_age_days)
    for edge in finding.evaluation.edges:
        if now - edge.at <= max_age:
            yield _Told(finding, edge, edge.transition)
    latest = finding.latest_edge()
    if latest is not None and now - latest.at <= max_age < now - finding.evaluation.episodes[-1].fired.at:
        yield _Told(finding, latest, "already")


def _rows(told: _Told, run: _Run, timeline: Mapping[str, Sequence[Snapshot]]) -> Iterable[OutboxRow]:
    rule, entity, edge = told.finding.rule, told.finding.history.entity, told.edge
    severity: Severity = "digest" if told.transition == "possible" else rule.severity or "immediate"
    snoozed = [one.until for one in run.snoozes if one.covers(rule.id, entity.entity_id, run.now)]
    for name in run.rules.names_of(rule.recipients):
        if _believed(told, run, name):
            continue
        recipient = run.rules.recipients[name]
        facts = facts_of(
            told.finding,
            edge,
            told.transition,
            snapshots=timeline[entity.category_id],
            evidence=_evidence_of(edge, entity, run.evidence),
            timezone=recipient.timezone,
        )
        yield OutboxRow(
            outbox_key=outbox_key(rule.version, entity, edge.start, told.key_part, name),
            rule_id=rule.id,
            rule_version=rule.version,
            source=entity.source,
            category_id=entity.category_id,
            entity_kind=entity.kind,
            entity_id=entity.entity_id,
            episode_start=edge.start,
            transition=told.transition,
            edge_at=edge.at,
            recipient=name,
            address=recipient.destination,
            language=recipient.language,
            severity=severity,
            payload=facts.to_json(),
            queued_at=run.now,
            due_at=max([due_time(recipient, severity, run.now), *snoozed]),
        )


def _believed(told: _Told, run: _Run, recipient: str) -> bool:
    """Whether the recipient has been told already that this entity is beyond, and of no end since.

    That is so when a replay moves the start of an episode, or an earlier run told it: saying so again is noise.
    """
    if told.transition not in {"fired", "already"}:
        return False
    at = run.told_at.get((told.finding.rule.version, told.finding.history.entity, recipient))
    if at is None:
        return False
    ends = [one.end.at for one in told.finding.evaluation.episodes if one.end and one.end.at <= told.edge.start]
    return not ends or at > max(ends)


def _last_told(con: DuckDBPyConnection, source: str) -> dict[tuple[str, Entity, str], datetime]:
    """When each recipient was last told that an entity is beyond, by rule version."""
    sql = """
    SELECT rule_version, category_id, entity_kind, entity_id, recipient, max(edge_at)
    FROM alert_outbox WHERE source = $source AND list_contains($transitions, transition) GROUP BY ALL
    """
    rows = con.execute(sql, {"source": source, "transitions": list(TELLS_FIRING)}).fetchall()
    return {
        (version, Entity(source, category_id, kind, entity_id), recipient): at
        for version, category_id, kind, entity_id, recipient, at in rows
    }


def _evidence(
    con: DuckDBPyConnection, source: str, told: Sequence[_Told]
) -> dict[tuple[str, datetime], list[Evidence]]:
    """The captures behind the edges, by category and time: one query for all."""
    times = sorted({one.edge.at for one in told})
    if not times:
        return {}
    sql = """
    SELECT category_id, observed_at, capture_id, coalesce(final_url, requested_url), sha256 FROM capture
    WHERE source = $source AND outcome = 'ok' AND list_contains($times, observed_at) ORDER BY category_id, page_no
    """
    found: dict[tuple[str, datetime], list[Evidence]] = {}
    for category_id, at, capture_id, url, sha256 in con.execute(sql, {"source": source, "times": times}).fetchall():
        found.setdefault((category_id, at), []).append(Evidence(capture_id=capture_id, url=url, sha256=sha256))
    return found


def _evidence_of(edge: Edge, entity: Entity, evidence: Mapping[tuple[str, datetime], list[Evidence]]) -> list[Evidence]:
    """The page an item was read from; for a brand or category, all its pages."""
    pages = evidence.get((entity.category_id, edge.at), [])
    own = [page for page in pages if page.capture_id == edge.point.capture_id]
    return own or pages
