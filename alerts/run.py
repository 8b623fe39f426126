"""One run of the rules over one source: marts in; episodes and outbox rows out, in the caller's transaction.

Only what changed since the last run is evaluated, on the states remembered; what comes out is what the whole history
says, whatever was run before: a replay, a late arrival and a plain rerun end in the same rows. Must not know how a mail
looks or how it is sent.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypedDict

import pyarrow as pa
from duckdb import DuckDBPyConnection

from alerts.checkpoint import Plan, clear, count_episodes, make_plan, recall, retitle, set_checkpoint, store
from alerts.derive import Derived, Task, derive
from alerts.episodes import Finding
from alerts.evaluate import Edge
from alerts.facts import Evidence
from alerts.history import Entity, Snapshot, Timeline, read_snapshots, read_starts
from alerts.hours import due_time
from alerts.matching import make_temp, ready_rules
from alerts.outbox import OutboxRow, outbox_key, queue_rows
from alerts.quality import quality_rows
from alerts.rules import Rules, Severity
from alerts.snoozes import Snooze, read_snoozes
from alerts.telling import facts_of

TELLS_FIRING = ("fired", "already", "escalated")
TELLS_END = ("resolved", "lost")


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

    def key_part(self, heard: Collection[tuple[str, datetime]]) -> str:
        """The transition as the outbox key has it: a later escalation of an episode is a thing of its own, and so is
        what is told again after a correction of what the recipient has ``heard``."""
        if self.transition not in {*TELLS_END, "already"}:
            return f"{self.transition}/{self.edge.ordinal}" if self.edge.ordinal > 1 else self.transition
        before = sum(name == self.transition and self.edge.start <= at != self.edge.at for name, at in heard)
        return f"{self.transition}/{before + 1}" if before else self.transition


@dataclass(frozen=True, slots=True)
class _Run:
    rules: Rules
    now: datetime
    snoozes: Sequence[Snooze]
    told_at: Mapping[tuple[str, Entity, str], datetime]
    ends: Mapping[tuple[str, Entity], list[datetime]]
    heard: Mapping[tuple[str, Entity, str], set[tuple[str, datetime]]]
    evidence: Mapping[tuple[str, datetime], list[Evidence]]
    begun: set[tuple[str, Entity, datetime, str]] = field(default_factory=set)


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
    run = _Run(rules, now, read_snoozes(con, now), *_earlier(con, source, told), _evidence(con, source, told))
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


def _to_tell(finding: Finding, now: datetime, rules: Rules) -> Iterable[_Told]:
    """The edges young enough to be told, and the open episode as it stands: not all may know of it."""
    max_age = timedelta(days=finding.rule.max_age_days or rules.defaults.max_age_days)
    young = [edge for edge in finding.evaluation.edges if now - edge.at <= max_age]
    for edge in young:
        yield _Told(finding, edge, edge.transition)
    latest = finding.latest_edge()
    if latest is not None and now - latest.at <= max_age:
        yield _Told(finding, latest, "already")


def _rows(told: _Told, run: _Run, timeline: Mapping[str, Sequence[Snapshot]]) -> Iterable[OutboxRow]:
    rule, entity, edge = told.finding.rule, told.finding.history.entity, told.edge
    severity: Severity = "digest" if told.transition == "possible" else rule.severity or "immediate"
    snoozed = [one.until for one in run.snoozes if one.covers(rule.id, entity.entity_id, run.now)]
    for name in run.rules.names_of(rule.recipients):
        if _needless(told, run, name):
            continue
        recipient, heard = run.rules.recipients[name], run.heard.get((rule.version, entity, name), set())
        facts = facts_of(
            told.finding,
            edge,
            told.transition,
            snapshots=timeline[entity.category_id],
            evidence=_evidence_of(edge, entity, run.evidence),
            timezone=recipient.timezone,
        )
        yield OutboxRow(
            outbox_key=outbox_key(rule.version, entity, edge.start, told.key_part(heard), name),
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


def _needless(told: _Told, run: _Run, recipient: str) -> bool:
    """Whether there is nothing to say to the recipient.

    That is so when they were told that this entity is beyond and of no end since (a replay may have moved the start of
    the episode, or shown that the end they were told of was none: that is told, once); of an escalation or an end when
    they were not, or when they have heard of it already.
    """
    if told.transition == "possible":
        return False
    key = (told.finding.rule.version, told.finding.history.entity)
    at = run.told_at.get((*key, recipient))
    begins = told.transition in {"fired", "already"}
    last = told.edge.start if begins else told.edge.at
    ends = run.ends.get(key, ())
    knows = at is not None and not any(at <= end and (end <= last if begins else end < last) for end in ends)
    knows = knows and (begins or (at is not None and at <= last))
    begun = (*key, told.edge.start, recipient) in run.begun
    heard = run.heard.get((*key, recipient), set())
    if begins:
        needless = begun or (knows and not _was_no_end(told, heard, at) and not _was_calm(told, at))
        if not needless:
            run.begun.add((*key, told.edge.start, recipient))
        return needless
    return not begun and (not knows or _has_heard(told, heard, at))


def _was_calm(told: _Told, since: datetime | None) -> bool:
    """Whether the entity was seen between what the recipient was told at ``since`` and the start of this episode: then
    it was of another one, which a correction took back without an end."""
    if since is None:
        return False
    points = told.finding.history.points
    return any(one.complete and one.known and since < one.observed_at < told.edge.start for one in points)


def _was_no_end(told: _Told, heard: set[tuple[str, datetime]], since: datetime | None) -> bool:
    """Whether the episode is open although its end was the last that the recipient heard."""
    if told.transition != "already" or since is None:
        return False
    ends = [at for transition, at in heard if transition in TELLS_END and at > since]
    return bool(ends) and told.edge.start <= max(ends)


def _has_heard(told: _Told, heard: set[tuple[str, datetime]], since: datetime | None) -> bool:
    """Whether the recipient was told of this under another start of the episode, or of an end ``since`` they were told
    that it is beyond."""
    if (told.transition, told.edge.at) in heard:
        return True
    ended = any(transition in TELLS_END and since is not None and at > since for transition, at in heard)
    return told.transition in TELLS_END and ended


_Ends = dict[tuple[str, Entity], list[datetime]]
_Heard = dict[tuple[str, Entity, str], set[tuple[str, datetime]]]


def _earlier(
    con: DuckDBPyConnection, source: str, told: Sequence[_Told]
) -> tuple[dict[tuple[str, Entity, str], datetime], _Ends, _Heard]:
    """Of the entities there is something to tell of, by rule version: when each recipient was last told that it is
    beyond; when its episodes ended; and of which escalations and ends each recipient has heard."""
    make_temp(con, "alert_told", pa.table({
        "version": pa.array([one.finding.rule.version for one in told], pa.string()),
        "category": pa.array([one.finding.history.entity.category_id for one in told], pa.string()),
        "entity": pa.array([one.finding.history.entity.entity_id for one in told], pa.string()),
    }))  # fmt: skip
    among = "SEMI JOIN alert_told AS told ON version = rule_version AND category = category_id AND entity = entity_id"
    sql = f"""
    SELECT rule_version, category_id, entity_kind, entity_id, recipient, transition, edge_at FROM alert_outbox {among}
    WHERE source = $source AND list_contains($transitions, transition)
    """
    told_at: dict[tuple[str, Entity, str], datetime] = {}
    heard: _Heard = {}
    rows = con.execute(sql, {"source": source, "transitions": [*TELLS_FIRING, *TELLS_END]}).fetchall()
    for version, category_id, kind, entity_id, recipient, transition, at in rows:
        key = (version, Entity(source, category_id, kind, entity_id), recipient)
        heard.setdefault(key, set()).add((transition, at))
        if transition in TELLS_FIRING:
            told_at[key] = max(at, told_at.get(key, at))
    sql = f"""
    SELECT rule_version, category_id, entity_kind, entity_id, ended_at FROM alert_episode {among}
    WHERE source = $source AND ended_at IS NOT NULL
    """
    ends: _Ends = {}
    for version, category_id, kind, entity_id, ended_at in con.execute(sql, {"source": source}).fetchall():
        ends.setdefault((version, Entity(source, category_id, kind, entity_id)), []).append(ended_at)
    return told_at, ends, heard


def _evidence(
    con: DuckDBPyConnection, source: str, told: Sequence[_Told]
) -> dict[tuple[str, datetime], list[Evidence]]:
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


def _shown_items(con: DuckDBPyConnection, source: str, told: Sequence[_Told]) -> dict[str, str]:
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
