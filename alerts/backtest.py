"""What a rule would have done over a history: when it would have fired, for how long, how many things told. Pure.

It is the live evaluation itself, not a second one: what it says is what would have happened.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from alerts.compare import Point
from alerts.evaluate import Condition, Episode, evaluate


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """One entity: the episodes that fired inside the range, and how many edges would have been told in it."""

    name: str
    episodes: list[Episode]
    told: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Backtest:
    """A rule over a range: entities that would have fired, by their first firing."""

    start: datetime
    end: datetime
    entities: int
    tried: list[Tried]

    @property
    def fired(self) -> int:
        """How often it would have fired."""
        return sum(len(one.episodes) for one in self.tried)

    @property
    def told(self) -> int:
        """How many things each recipient would have been told; one run's share one mail."""
        return sum(one.told for one in self.tried)

    def __str__(self) -> str:
        days = (self.end - self.start).days
        return f"would have fired {self.fired} times in {days} days, for {len(self.tried)} of {self.entities} entities"


def backtest(
    condition: Condition, histories: Iterable[tuple[str, Sequence[Point]]], start: datetime, end: datetime
) -> Backtest:
    """What ``condition`` would have done from ``start`` to ``end`` (both included) over (name, points) histories.

    Points before ``start`` serve comparison and state, as they would have live.
    """
    tried: list[Tried] = []
    entities = 0
    for name, points in histories:
        entities += 1
        evaluation = evaluate(condition, [point for point in points if point.observed_at <= end])
        episodes = [one for one in evaluation.episodes if start <= one.fired.at]
        told = [edge for edge in evaluation.edges if edge.at >= start and edge.transition != "possible"]
        if episodes or told:
            tried.append(Tried(name=name, episodes=episodes, told=len(told)))
    tried.sort(key=lambda one: (one.episodes[0].fired.at if one.episodes else end, one.name))
    return Backtest(start=start, end=end, entities=entities, tried=tried)
