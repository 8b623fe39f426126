"""What a rule would have done over a history: when it would have fired, for how long, how many mails. Writes nothing.

It is the live evaluation itself (:mod:`alerts.derive`), not a second one: what it says is what would have happened.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from statistics import median

from duckdb import DuckDBPyConnection

from alerts.candidates import count_entities
from alerts.compare import HORIZON
from alerts.derive import Task, derive
from alerts.episodes import Held
from alerts.evaluate import Edge
from alerts.history import read_starts
from alerts.matching import Ready
from alerts.narrow import narrowed
from alerts.rules import Severity

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """One episode that would have fired: of which entity, from when, until when (None: open at the end).

    Times are in the source's own zone, so that their dates are the days of its observations.
    """

    source: str
    category_id: str
    entity_id: str
    name: str
    fired_at: datetime
    ended_at: datetime | None
    end_reason: str | None
    fired_low: float | None
    fired_high: float | None
    escalations: int

    def days(self, end: datetime) -> float:
        """How long it stood, in days; until ``end`` where it is open."""
        return ((self.ended_at or end) - self.fired_at) / DAY

    @property
    def identity(self) -> tuple[str, str, str, datetime]:
        """What makes it the same episode under another version of the rule."""
        return self.source, self.category_id, self.entity_id, self.fired_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Backtest:
    """A rule over a range (both ends included). ``told``: things to tell; ``mails``: mails to each recipient."""

    start: datetime
    end: datetime
    entities: int
    tried: list[Tried]
    told: int
    mails: int

    def __str__(self) -> str:
        fired = {one.identity[:3] for one in self.tried}
        lengths = [one.days(self.end) for one in self.tried]
        lasted = f", for {_days(median(lengths))} at the median" if lengths else ""
        return (
            f"would have fired {_times(len(self.tried))} in {_days((self.end - self.start).days)}, for {len(fired)} of "
            f"{self.entities} entities{lasted}; {self.told} things told in {self.mails} mails a recipient"
        )

    def open_each_day(self) -> list[int]:
        """Episodes open on each day of the range, from its first."""
        days = max((self.end - self.start).days, 0) + 1
        counts = [0] * days
        for one in self.tried:
            first = max((one.fired_at - self.start).days, 0)
            last = days if one.ended_at is None else min((one.ended_at - self.start).days, days)
            for day in range(first, max(last, first + 1)):
                counts[day] += 1
        return counts


def backtest(
    con: DuckDBPyConnection, source: str, ready: Ready, start: datetime, end: datetime, severity: Severity
) -> Backtest:
    """What the rule would have done over the snapshots of ``source`` from ``start`` to ``end``.

    Snapshots before ``start`` serve comparison and state, as they would have live. Times come out in the zone of
    ``start``.
    """
    starts = {category: at for category, at in read_starts(con, source).items() if at <= end}
    first = min([start, *starts.values()]) - HORIZON
    with narrowed(con, source, ready, first, end):
        derived = derive(con, source, Task([ready], starts, until=end))
        entities = count_entities(con, source, ready, start, end)
    edges = [edge for one in derived.findings for edge in one.evaluation.edges if start <= edge.at <= end]
    tried = [_tried(row, start.tzinfo) for row in derived.episodes.values() if start <= row["fired_at"] <= end]
    return Backtest(
        start=start,
        end=end,
        entities=entities,
        tried=sorted(tried, key=lambda one: (one.fired_at, one.category_id, one.name)),
        told=sum(edge.transition != "possible" for edge in edges),
        mails=_mails(edges, severity),
    )


def add_up(parts: Sequence[Backtest]) -> Backtest:
    """The same rule over several sources, as one."""
    return Backtest(
        start=min(one.start for one in parts),
        end=max(one.end for one in parts),
        entities=sum(one.entities for one in parts),
        tried=sorted((tried for one in parts for tried in one.tried), key=lambda one: (one.fired_at, one.name)),
        told=sum(one.told for one in parts),
        mails=sum(one.mails for one in parts),
    )


def _mails(edges: Sequence[Edge], severity: Severity) -> int:
    """One mail a run with anything immediate in it, one a day with anything for the digest."""
    at_once = {edge.at for edge in edges if edge.transition != "possible" and severity == "immediate"}
    later = {edge.at.date() for edge in edges if edge.transition == "possible" or severity == "digest"}
    return len(at_once) + len(later)


def _tried(row: Held, zone: tzinfo | None) -> Tried:
    names = ("source", "category_id", "entity_id", "end_reason", "fired_low", "fired_high", "escalations")
    return Tried(
        name=row["entity_name"],
        fired_at=row["fired_at"].astimezone(zone),
        ended_at=row["ended_at"].astimezone(zone) if row["ended_at"] else None,
        **{name: row[name] for name in names},
    )


def _days(number: float) -> str:
    return f"{number:.3g} day{'' if number == 1 else 's'}"


def _times(number: int) -> str:
    return "once" if number == 1 else f"{number} times"
