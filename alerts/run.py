"""One run of the rules over one source: marts in; episodes and outbox rows out, in the caller's transaction.

Only what changed since the last run is evaluated, on the states remembered; what comes out is what the whole history
says, whatever was run before: a replay, a late arrival and a plain rerun end in the same rows. Must not know how a mail
looks or how it is sent.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypedDict

from duckdb import DuckDBPyConnection

from alerts.checkpoint import Plan, clear, count_episodes, make_plan, recall, retitle, set_checkpoint, store
from alerts.derive import Derived, Task, derive
from alerts.episodes import Finding
from alerts.evaluate import Edge
from alerts.facts import Evidence
from alerts.heard import Heard, Told, read_heard
from alerts.history import Entity, Snapshot, Timeline, read_snapshots, read_starts
from alerts.hours import due_time
from alerts.matching import ready_rules
from alerts.outbox import OutboxRow, outbox_key, queue_rows
from alerts.quality import quality_rows
from alerts.rules import Rules, Severity
from alerts.snoozes import Snooze, read_snoozes
from alerts.telling import facts_of


class Counts(TypedDict):
    """What a run found: episodes of the source, those open now, and outbox rows that are new."""

    episodes: int
    open: int
    queued: int


@dataclass(frozen=True, slots=True)
class _Run:
    rules: Rules
    now: datetime
    snoozes: Sequence[Snooze]
    heard: Heard
    evidence: Mapping[tuple[str, datetime], list[Evidence]]


def evaluate_source(
    con: DuckDBPyConnection, rules: Rules, source: str, observed_at: datetime | None, now: datetime
) -> Counts:
    """Evaluate every rule of ``source``, renew its episodes and queue what is new, in the caller's transaction.

    ``now`` is the caller's clock: edges older than a rule's ``max_age_days`` are recorded and never mailed.
    ``observed_at`` names the run: data-quality notices are about its snapshots (None: about none).
    """
    ready = ready_rules(con, rules, source)
    plan = make_plan(con, source, ready)
    clear(con, source, plan, ready)
    oldest = max((one.rule.max_age_days or 0 for one in ready), default=0)
    derived = _advance(con, source, plan, now - timedelta(days=oldest))
    set_checkpoint(con, source, plan)
    retitle(con, source, ready)
    told = [one for several in derived for finding in several.findings for one in _to_tell(finding, now, rules)]
    run = _Run(rules, now, read_snoozes(con, now), read_heard(con, source, told), _evidence(con, source, told))
    timeline = {key: value for several in derived for key, value in several.timeline.items()}
    rows = [row for one in told for row in _rows(one, run, timeline)]
    if observed_at is not None:
        rows += quality_rows(con, rules, source, _troubled(con, source, observed_at), observed_at, now)
    episodes, still_open = count_episodes(con, source, ready)
    return Counts(episodes=episodes, open=still_open, queued=queue_rows(con, rows))


def _advance(con: DuckDBPyConnection, source: str, plan: Plan, told_since: datetime) -> list[Derived]:
    """Go on with the known rules where something changed, evaluate the new ones over everything, store both."""
    task, remembered = recall(con, source, plan)
    derived = [derive(con, source, task, told_since)]
    if plan.new:
        derived.append(derive(con, source, Task(plan.new, read_starts(con, source)), told_since))
    store(con, source, remembered, derived)
    return derived


def _troubled(con: DuckDBPyConnection, source: str, observed_at: datetime) -> Timeline:
    """The whole timelines of the categories that are not ok at ``observed_at``, or were not before: news of both."""
    sql = (
        "SELECT category_id FROM snapshot WHERE source = $source AND observed_at <= $at GROUP BY category_id"
        " HAVING max(observed_at) = $at AND len(list_filter(arg_max(status, observed_at, 2), lambda s: s <> 'ok')) > 0"
    )
    found = [row[0] for row in con.execute(sql, {"source": source, "at": observed_at}).fetchall()]
    return read_snapshots(con, source, found) if found else {}


def _to_tell(finding: Finding, now: datetime, rules: Rules) -> Iterable[Told]:
    """The edges young enough to be told, and the open episode as it stands: not all may know of it."""
    max_age = timedelta(days=finding.rule.max_age_days or rules.defaults.max_age_days)
    young = [edge for edge in finding.evaluation.edges if now - edge.at <= max_age]
    for edge in young:
        yield Told(finding, edge, edge.transition)
    latest = finding.latest_edge()
    if latest is not None and now - latest.at <= max_age:
        yield Told(finding, latest, "already")


def _rows(told: Told, run: _Run, timeline: Mapping[str, Sequence[Snapshot]]) -> Iterable[OutboxRow]:
    rule, entity, edge = told.finding.rule, told.finding.history.entity, told.edge
    severity: Severity = "digest" if told.transition == "possible" else rule.severity or "immediate"
    snoozed = [one.until for one in run.snoozes if one.covers(rule.id, entity.entity_id, run.now)]
    for name in run.rules.names_of(rule.recipients):
        if run.heard.is_needless(told, name):
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
            outbox_key=outbox_key(rule.version, entity, edge.start, run.heard.key_part(told, name), name),
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


def _evidence(con: DuckDBPyConnection, source: str, told: Sequence[Told]) -> dict[tuple[str, datetime], list[Evidence]]:
    """The captures behind the edges, by category and time: one query for all."""
    times = sorted({one.edge.at for one in told})
    if not times:
        return {}
    items = _shown_items(con, source, told)
    sql = """
    SELECT category_id, observed_at, capture_id, coalesce(final_url, requested_url), sha256 FROM capture
    WHERE source = $source AND outcome = 'ok' AND list_contains($times, observed_at) ORDER BY category_id, page_no
    """
    found: dict[tuple[str, datetime], list[Evidence]] = {}
    for category_id, at, capture_id, url, sha256 in con.execute(sql, {"source": source, "times": times}).fetchall():
        found.setdefault((category_id, at), []).append(
            Evidence(capture_id=capture_id, url=url, sha256=sha256, item_id=items.get(capture_id))
        )
    return found


def _shown_items(con: DuckDBPyConnection, source: str, told: Sequence[Told]) -> dict[str, str]:
    """Of each page of a brand's or category's list, the item it shows first: by that it is taken out of the archive."""
    lists = [one for one in told if one.finding.history.entity.kind != "item"]
    if not lists:
        return {}
    sql = """
    SELECT capture_id, arg_min(item_id, (coalesce(rank, 2147483647), item_id)) FROM item_day
    WHERE source = $source AND list_contains($times, observed_at) AND list_contains($categories, category_id)
    GROUP BY capture_id
    """
    given = {
        "source": source,
        "times": sorted({one.edge.at for one in lists}),
        "categories": sorted({one.finding.history.entity.category_id for one in lists}),
    }
    return dict(con.execute(sql, given).fetchall())


def _evidence_of(edge: Edge, entity: Entity, evidence: Mapping[tuple[str, datetime], list[Evidence]]) -> list[Evidence]:
    """The page an item was read from; for a brand or category, all its pages."""
    pages = evidence.get((entity.category_id, edge.at), [])
    own = [page for page in pages if page.capture_id == edge.point.capture_id]
    return own or pages
