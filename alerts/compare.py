"""What a figure is compared with: a point of history, an interval, and the distance of two intervals. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

Base = Literal["absolute", "previous", "mean_7d", "mean_30d", "own"]

MEAN_DAYS = {"mean_7d": 7, "mean_30d": 30}
LEAST_POINTS_OF_A_MEAN = 3
# How far back anything is looked for: a base, the previous figure, whether an entity has been seen before.
HORIZON = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Span:
    """An interval of a figure or of a difference. None: no bound known on that side."""

    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One entity at one snapshot of its category. Not ``known``: the snapshot has no figure of it (never 0).

    ``places`` is the number of places of the snapshot's list; ``own`` the own product's figure beside it; the rest is
    what a person is shown as evidence.
    """

    observed_at: datetime
    complete: bool
    low: float | None = None
    high: float | None = None
    text: str | None = None
    basis: str | None = None
    capture_id: str | None = None
    places: int | None = None
    name: str | None = None
    ownership: str | None = None
    currency: str | None = None
    own: Span | None = None
    own_name: str | None = None
    own_text: str | None = None

    @property
    def known(self) -> bool:
        """Whether the snapshot has a figure of the entity."""
        return self.low is not None

    @property
    def span(self) -> Span:
        """The figure as an interval."""
        return Span(self.low, self.high)


def compared_spans(compare: Base, relative: bool, points: Sequence[Point]) -> list[Span | None]:
    """The figure each point is judged by: itself, or its distance from its base; None where there is no base.

    Only complete snapshots of the last 30 days with a figure of the same basis serve as base (metrics.md section 4:
    never compare bases).
    """
    if compare == "absolute":
        return [point.span if point.known else None for point in points]
    spans: list[Span | None] = []
    past: list[Point] = []
    for point in points:
        if not (point.complete and point.known):
            spans.append(None)
            continue
        base = point.own if compare == "own" else _base(compare, point, past)
        spans.append(None if base is None else distance(point.span, base, relative=relative))
        past.append(point)
    return spans


def _base(compare: Base, point: Point, past: Sequence[Point]) -> Span | None:
    if compare == "previous":
        last = past[-1] if past else None
        comparable = last and last.basis == point.basis and point.observed_at - last.observed_at <= HORIZON
        return last.span if last and comparable else None
    return _mean(point, past, timedelta(days=MEAN_DAYS[compare]))


def _mean(point: Point, past: Sequence[Point], window: timedelta) -> Span | None:
    """Mean of the complete snapshots of the window before ``point``, ends apart; None under three of them."""
    lows: list[float] = []
    highs: list[float | None] = []
    for earlier in reversed(past):
        if earlier.observed_at < point.observed_at - window:
            break
        if earlier.basis == point.basis and earlier.low is not None:
            lows.append(earlier.low)
            highs.append(earlier.high)
    if len(lows) < LEAST_POINTS_OF_A_MEAN:
        return None
    known = [high for high in highs if high is not None]
    return Span(sum(lows) / len(lows), sum(known) / len(known) if len(known) == len(highs) else None)


def distance(value: Span, base: Span, *, relative: bool) -> Span:
    """value − base, or value / base − 1 where ``relative``, as the widest interval the two allow.

    A relative distance from a base that may be 0 has no upper bound; one from a base of exactly 0 has no bound at all.
    """
    if relative:
        return Span(_ratio(value.low, base.high, None), _ratio(value.high, base.low, None))
    low = None if value.low is None or base.high is None else value.low - base.high
    high = None if value.high is None or base.low is None else value.high - base.low
    return Span(low, high)


def _ratio(value: float | None, base: float | None, otherwise: float | None) -> float | None:
    if value is None or base is None or base <= 0:
        return otherwise
    return value / base - 1
