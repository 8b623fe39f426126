"""From marts to findings: goes through the snapshots that are to be evaluated, a stretch at a time, on what is
remembered from before. The same for a new day, a replay, a rule that is new, and a backtest.

A stretch costs a pass of SQL a shape of rule (:mod:`alerts.candidates`), and Python for the entities found there or
remembered. Writes nothing; must not know mail.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pyarrow as pa
from duckdb import DuckDBPyConnection

from alerts.candidates import find_candidates
from alerts.compare import HORIZON
from alerts.episodes import Finding, Held, advance_episodes
from alerts.evaluate import State, evaluate
from alerts.history import Histories, Snapshot, Timeline, read_histories, read_snapshots
from alerts.marts import FigureKey
from alerts.matching import Ready, make_temp, register_rules
from transforms.plan import set_variables

Key = tuple[str, str, str]  # rule version, category_id, entity_id
_TICK = timedelta(microseconds=1)
# A stretch is at least as long as what is looked back at, so that long histories are read about twice, not often.
STRETCH, STRETCH_LISTINGS = timedelta(days=30), 10_000_000
_TIMES = pa.schema([
    ("category_id", pa.string()), ("observed_at", pa.timestamp("us", tz="UTC")),
    ("previous_at", pa.timestamp("us", tz="UTC")),
])  # fmt: skip


@dataclass(slots=True)
class Task:
    """What is to be evaluated: ``ready`` rules, in each category from its start on.

    ``live``: the states remembered from before the starts; ``held``: the open episodes they belong to. ``since``:
    entities that are evaluated from an earlier time on, because a replay cuts an episode of theirs.
    """

    ready: Sequence[Ready]
    starts: Mapping[str, datetime]
    until: datetime | None = None
    live: dict[Key, State] = field(default_factory=dict)
    held: dict[Key, Held] = field(default_factory=dict)
    since: dict[Key, datetime] = field(default_factory=dict)


@dataclass(slots=True)
class Derived:
    """What came out: rows of ``alert_episode`` by key and start, new states in order, what may be told."""

    episodes: dict[tuple[Key, datetime], Held] = field(default_factory=dict)
    states: list[tuple[Key, State]] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    open_findings: dict[Key, Finding] = field(default_factory=dict)
    timeline: Timeline = field(default_factory=dict)


def derive(con: DuckDBPyConnection, source: str, task: Task, told_since: datetime | None = None) -> Derived:
    """Evaluate ``task``. Findings are kept that have an edge since ``told_since`` (None: any edge) or end firing.

    ``task.live`` and ``task.held`` are brought forward in place.
    """
    derived = Derived()
    if not task.starts or not task.ready:
        return derived
    register_rules(con, task.ready)
    first = min([*task.starts.values(), *task.since.values()])
    pending = [state.start for state in task.live.values() if state.start is not None and state.beyond]
    derived.timeline = read_snapshots(con, source, list(task.starts), min([first - HORIZON, *pending]))
    work = _Work(con, source, task, derived, {one.version: one for one in task.ready}, told_since)
    for stretch in _stretches(derived.timeline, task):
        work.evaluate_stretch(*stretch)
    derived.findings += derived.open_findings.values()
    for key, row in task.held.items():
        derived.episodes.setdefault((key, row["started_at"]), row)
    return derived


def _stretches(timeline: Timeline, task: Task) -> Iterator[tuple[datetime, datetime]]:
    """First and last observation time of each stretch, in order."""
    listed: dict[datetime, int] = defaultdict(int)
    for category_id, snapshots in timeline.items():
        for one in snapshots:
            if one.observed_at >= task.starts[category_id] and (task.until is None or one.observed_at <= task.until):
                listed[one.observed_at] += one.places
    held, first, last = 0, None, None
    for at in sorted(listed):
        if first is not None and last is not None and at - first >= STRETCH and held + listed[at] > STRETCH_LISTINGS:
            yield first, last
            held, first = 0, None
        held, first, last = held + listed[at], first or at, at
    if first is not None and last is not None:
        yield first, last


@dataclass(slots=True)
class _Work:
    con: DuckDBPyConnection
    source: str
    task: Task
    derived: Derived
    by_version: Mapping[str, Ready]
    told_since: datetime | None

    def evaluate_stretch(self, first: datetime, last: datetime) -> None:
        """Evaluate the snapshots between two times, both included."""
        touched = self._mark_snapshots(first, last)
        wanted = self._candidates() if touched else set()
        wanted |= {key for key, state in self.task.live.items() if key[1] in touched and not state.idle}
        wanted |= set(self.task.since)
        by_figure: dict[FigureKey, list[Key]] = defaultdict(list)
        for key in sorted(wanted):
            by_figure[self.by_version[key[0]].figure].append(key)
        start = min([first, *self.task.since.values()])
        for figure, keys in by_figure.items():
            pairs = {key[1:] for key in keys}
            histories = read_histories(
                self.con, figure, self.source, pairs, self.derived.timeline, (start - HORIZON, last)
            )
            for key in keys:
                self._evaluate(key, histories, max(first, self.task.starts[key[1]]), last)
        self.task.since.clear()

    def _mark_snapshots(self, first: datetime, last: datetime) -> set[str]:
        """Make ``alert_scope`` and ``alert_complete``; returns the categories that have a complete snapshot here."""
        scope: list[tuple[str, datetime, datetime | None]] = []
        complete: list[tuple[str, datetime, datetime | None]] = []
        for category_id, snapshots in self.derived.timeline.items():
            previous: datetime | None = None
            for one in snapshots[_place(snapshots, first - HORIZON) :]:
                if one.observed_at > last:
                    break
                if not one.complete:
                    continue
                complete.append((category_id, one.observed_at, previous))
                if one.observed_at >= max(first, self.task.starts[category_id]):
                    scope.append(complete[-1])
                previous = one.observed_at
        for name, rows in (("alert_scope", scope), ("alert_complete", complete)):
            columns = [list(column) for column in zip(*rows, strict=True)] or [[], [], []]
            make_temp(self.con, name, pa.Table.from_arrays(
                [pa.array(column, kind.type) for column, kind in zip(columns, _TIMES, strict=True)], schema=_TIMES
            ))  # fmt: skip
        before = [one[2] for one in scope if one[2] is not None]
        set_variables(
            self.con,
            alert_source=self.source,
            alert_now_from=min((one[1] for one in scope), default=first),
            alert_now_to=max((one[1] for one in scope), default=first),
            alert_before_from=first - HORIZON,
            alert_before_to=last,
            alert_previous_from=min(before, default=first),
            alert_previous_to=max(before, default=first - _TICK),
        )
        return {one[0] for one in scope}

    def _candidates(self) -> set[Key]:
        find_candidates(self.con, self.task.ready)
        rows = self.con.execute("SELECT DISTINCT rule_no, category_id, entity_id FROM alert_candidate").fetchall()
        versions = {one.number: one.version for one in self.task.ready}
        return {(versions[number], category_id, entity_id) for number, category_id, entity_id in rows}

    def _evaluate(self, key: Key, histories: Histories, begin: datetime, last: datetime) -> None:
        ready, held = self.by_version[key[0]], self.task.held.get(key)
        begin = self.task.since.get(key, begin)
        prior = replace(self.task.live.get(key, State()), as_of=begin - _TICK)
        history = histories.of(key[1], key[2], begin - HORIZON, last)
        if held is not None and not history.name:
            history.name, history.ownership = held["entity_name"], held["ownership"]
            history.currency = held["unit"] if ready.rule.figure.unit == "money" else None
        finding = Finding(ready.rule, ready.condition, history, evaluate(ready.condition, history.points, prior))
        self.derived.states += [(key, state) for state in finding.evaluation.changes]
        self.task.live[key] = finding.evaluation.state
        self._take_episodes(key, finding, prior)
        self._keep(key, finding)

    def _take_episodes(self, key: Key, finding: Finding, prior: State) -> None:
        snapshots = self.derived.timeline[key[1]]
        for row in advance_episodes(finding, prior, self.task.held.pop(key, None), snapshots):
            self.derived.episodes[key, row["started_at"]] = row
            if row["ended_at"] is None:
                self.task.held[key] = row

    def _keep(self, key: Key, finding: Finding) -> None:
        edges = finding.evaluation.edges
        if edges and (self.told_since is None or edges[-1].at >= self.told_since):
            self.derived.findings.append(finding)
            self.derived.open_findings.pop(key, None)
        elif finding.evaluation.state.firing:
            self.derived.open_findings[key] = finding
        else:
            self.derived.open_findings.pop(key, None)


def _place(snapshots: Sequence[Snapshot], at: datetime) -> int:
    return bisect_left(snapshots, at, key=lambda one: one.observed_at)
