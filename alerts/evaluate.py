"""From a condition and one entity's history to episodes and edges: pure; the same for live, replay and backtest.

Definitions: ``docs/metrics.md`` section 9. Must not know SQL, mail or the clock: state comes from the history alone. A
checkpoint (:class:`State`) may be handed back as ``prior`` to go on where an earlier evaluation ended; the points
before it (the last 30 days of them, :data:`alerts.compare.HORIZON`) then serve comparison only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal

from alerts.compare import HORIZON, Point, Span, compared_spans
from alerts.condition import Condition, escalated, judge, near_end, recovery

Transition = Literal["fired", "escalated", "resolved", "lost", "possible"]
Phase = Literal["normal", "pending", "firing", "recovering", "no_data"]

# An entrant is in no complete snapshot of the trailing 28 days (metrics.md section 7).
NEW_AFTER = timedelta(days=28)


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """Where an entity stands after the snapshots up to ``as_of``. Derived, never guessed; counters are of snapshots."""

    as_of: datetime | None = None
    start: datetime | None = None
    first_seen: bool = False
    fired_at: datetime | None = None
    beyond: int = 0
    calm: int = 0
    absent: int = 0
    told: float | None = None
    escalations: int = 0
    possible_since: datetime | None = None
    ready: bool = False

    @property
    def firing(self) -> bool:
        """Whether an episode is open."""
        return self.fired_at is not None

    @property
    def idle(self) -> bool:
        """Whether nothing is remembered: what comes next depends on the last 30 days of figures alone."""
        return not (self.firing or self.beyond or self.possible_since or self.ready)

    @property
    def phase(self) -> Phase:
        """The state in the words of metrics.md."""
        if self.absent:
            return "no_data"
        if self.firing:
            return "recovering" if self.calm else "firing"
        return "pending" if self.beyond else "normal"

    def content(self) -> State:
        """The state without its time: all idle ones are one."""
        return State() if self.idle else replace(self, as_of=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """Something to tell: what happened at which observation.

    ``proved`` False: the page no longer bounds the figure. ``told``: the figure last notified. ``ordinal``: which
    escalation of its episode it is, from 1.
    """

    transition: Transition
    start: datetime
    at: datetime
    point: Point
    span: Span
    previous: Point | None
    told: float | None = None
    first_seen: bool = False
    proved: bool = True
    ordinal: int = 0


@dataclass(slots=True, kw_only=True)
class Episode:
    """A stretch in which the condition held: from its first beyond snapshot to its end (None while open)."""

    start: datetime
    fired: Edge
    escalations: list[Edge] = field(default_factory=list)
    end: Edge | None = None


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What one entity's history amounts to: where it stands, the episodes, every edge in order.

    ``changes``: each state that differs from the one before in more than its time: what a log of states has to hold.
    """

    state: State
    episodes: list[Episode]
    edges: list[Edge]
    last: Point | None
    last_span: Span | None
    changes: list[State]


@dataclass(frozen=True, slots=True)
class _Now:
    """A complete snapshot with a figure, and what came before it."""

    point: Point
    span: Span
    previous: Point | None
    first_seen: bool
    new: bool


def evaluate(condition: Condition, points: Sequence[Point], prior: State | None = None) -> Evaluation:
    """The episodes and edges of one entity. ``points``: one a snapshot of its category, by rising time.

    With ``prior``, points up to ``prior.as_of`` serve comparison only; an episode opened before it is continued, and
    its edges (not its Episode) are returned.
    """
    state = prior or State()
    edges: list[Edge] = []
    changes: list[State] = []
    last_span: Span | None = None
    previous: Point | None = None
    complete_at: datetime | None = None
    for point, span in zip(points, compared_spans(condition.compare, condition.relative, points), strict=True):
        if state.as_of is None or point.observed_at > state.as_of:
            before = state
            state, edge = _step(condition, state, point, span, previous, complete_at)
            if edge is not None:
                edges.append(edge)
            if state.content() != before.content():
                changes.append(state)
        if point.complete:
            complete_at = point.observed_at
            if point.known:
                previous, last_span = point, span
    return Evaluation(state, _episodes(edges), edges, previous, last_span, changes)


def _step(
    condition: Condition,
    state: State,
    point: Point,
    span: Span | None,
    previous: Point | None,
    complete_at: datetime | None,
) -> tuple[State, Edge | None]:
    """One snapshot. An incomplete one keeps the state; a complete one without the entity counts as absence, never 0."""
    state = replace(state, as_of=point.observed_at)
    if not point.complete:
        return state, None
    recent = previous if previous and point.observed_at - previous.observed_at <= HORIZON else None
    absent = 0 if point.known else state.absent + 1
    state = replace(state, absent=absent)
    if absent:
        behind = point.places if condition.counts_absence else None
        if behind is None or absent >= condition.lost_after:
            return _absent(condition, state, point, recent)
        span = Span(behind + 1, None)
    if span is None:
        return replace(state, beyond=0, calm=0), None
    now = _now(condition, point, span, recent, complete_at)
    return (_while_firing if state.firing else _while_normal)(condition, state, now)


def _now(condition: Condition, point: Point, span: Span, previous: Point | None, complete_at: datetime | None) -> _Now:
    """The snapshot, and whether the entity (or, where absence counts, the whole list) is seen for the first time."""
    listed_before = complete_at is not None and point.observed_at - complete_at <= HORIZON
    unseen = previous is None or point.observed_at - previous.observed_at > NEW_AFTER
    first_seen = not listed_before if condition.counts_absence else previous is None
    return _Now(point, span, previous, first_seen, listed_before and unseen and point.known)


def _absent(condition: Condition, state: State, point: Point, previous: Point | None) -> tuple[State, Edge | None]:
    state = replace(state, beyond=0, calm=0)
    if state.absent < condition.lost_after:
        return state, None
    if not state.firing:
        return replace(state, ready=False), None
    edge = _edge("lost", state, _Now(point, Span(None, None), previous, False, False), proved=False)
    return State(as_of=point.observed_at, absent=state.absent), edge


def _while_normal(condition: Condition, state: State, now: _Now) -> tuple[State, Edge | None]:
    verdict = judge(condition, now.span)
    if verdict != "clear" and not _may_begin(condition, state, now):
        return replace(state, beyond=0), None
    if verdict == "proved":
        return _beyond(condition, state, now)
    state = replace(state, beyond=0, start=None, first_seen=False)
    if verdict == "clear":
        return replace(state, possible_since=None, ready=condition.begins == "after_calm"), None
    if state.possible_since is not None:
        return state, None
    state = replace(state, possible_since=now.point.observed_at)
    return state, _edge("possible", replace(state, start=now.point.observed_at), now, proved=False)


def _may_begin(condition: Condition, state: State, now: _Now) -> bool:
    if condition.begins == "whenever" or state.beyond:
        return True
    return state.ready if condition.begins == "after_calm" else now.new


def _beyond(condition: Condition, state: State, now: _Now) -> tuple[State, Edge | None]:
    if state.beyond == 0:
        state = replace(state, start=now.point.observed_at, first_seen=now.first_seen)
    state = replace(state, beyond=state.beyond + 1)
    if state.beyond < condition.for_snapshots:
        return state, None
    edge = _edge("fired", state, now)
    state = replace(state, fired_at=now.point.observed_at, told=near_end(condition, now.span), beyond=0, calm=0)
    return replace(state, possible_since=None, ready=False), edge


def _while_firing(condition: Condition, state: State, now: _Now) -> tuple[State, Edge | None]:
    recovered, proved = recovery(condition, now.span)
    if recovered:
        state = replace(state, calm=state.calm + 1)
        if state.calm < condition.recover_snapshots:
            return state, None
        edge = _edge("resolved", state, now, proved=proved)
        return State(as_of=now.point.observed_at, absent=state.absent, ready=condition.begins == "after_calm"), edge
    state = replace(state, calm=0)
    if not escalated(condition, state.told, now.span):
        return state, None
    edge = _edge("escalated", replace(state, escalations=state.escalations + 1), now)
    return replace(state, escalations=edge.ordinal, told=near_end(condition, now.span)), edge


def _edge(transition: Transition, state: State, now: _Now, *, proved: bool = True) -> Edge:
    return Edge(
        transition=transition,
        start=state.start or now.point.observed_at,
        at=now.point.observed_at,
        point=now.point,
        span=now.span,
        previous=now.previous,
        told=state.told,
        first_seen=state.first_seen,
        proved=proved,
        ordinal=state.escalations if transition == "escalated" else 0,
    )


def _episodes(edges: list[Edge]) -> list[Episode]:
    episodes: list[Episode] = []
    for edge in edges:
        if edge.transition == "fired":
            episodes.append(Episode(start=edge.start, fired=edge))
        elif episodes and episodes[-1].start == edge.start and edge.transition != "possible":
            if edge.transition == "escalated":
                episodes[-1].escalations.append(edge)
            else:
                episodes[-1].end = edge
    return episodes
