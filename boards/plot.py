"""A drawn chart and all that stands around and under it: scale, marks, ends, and the data its readout tells. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from boards.strokes import Axis


@dataclass(frozen=True, slots=True)
class Point:
    """One value at one moment, on a date of the marketplace; ``low``/``high`` draw the interval around it.

    ``open``: no upper bound is known. ``text``: the figure as the page showed it.
    """

    at: datetime
    on: date
    value: float
    low: float | None = None
    high: float | None = None
    open: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One line; ``colour`` is the number of the theme's colour, from 1."""

    name: str
    colour: int
    points: Sequence[Point]
    own: bool = False


@dataclass(frozen=True, slots=True)
class Tick:
    """A grid line: its value and its place, per cent from the bottom."""

    value: float
    place: float


@dataclass(frozen=True, slots=True)
class Mark:
    """A level drawn across a chart: ``kind`` is its style (``fire``, ``recover``), ``title`` what set it."""

    kind: str
    value: float
    place: float
    title: str


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of time shaded behind a chart: where it starts and ends, per cent from the left."""

    left: float
    right: float
    title: str


@dataclass(frozen=True, slots=True)
class End:
    """The dot at a line's last point."""

    colour: int
    place: float


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawn chart: the SVG of its marks, without words, and where the words go. ``hover`` is JSON for board.js."""

    svg: str
    ticks: Sequence[Tick]
    first: Point
    last: Point
    lines: Sequence[Line]
    ends: Sequence[End]
    hover: str
    marks: Sequence[Mark] = ()
    stretches: Sequence[Stretch] = ()


class Timeline:
    """The moments of a chart and how far from the left each stands."""

    def __init__(self, lines: Sequence[Line]) -> None:
        moments = {point.at: point.on for line in lines for point in line.points}
        self.moments = sorted(moments)
        self.dates = [moments[moment] for moment in self.moments]

    def place(self, moment: datetime) -> float:
        """Per cent from the left; not clipped. Needs two moments."""
        first, last = self.moments[0], self.moments[-1]
        return 100 * ((moment - first) / (last - first))


def chart_of(
    svg: str, lines: Sequence[Line], axis: Axis, marks: Sequence[Mark] = (), stretches: Sequence[Stretch] = ()
) -> Chart:
    """The chart whose marks ``svg`` draws on ``axis``; ``lines`` hold at least two moments between them."""
    points = sorted((point for line in lines for point in line.points), key=lambda point: point.at)
    last = points[-1]
    ends = [
        End(line.colour, axis.place(line.points[-1].value))
        for line in lines
        if line.points and line.points[-1].at == last.at
    ]
    ticks = [Tick(value, axis.place(value)) for value in axis.ticks]
    return Chart(svg, ticks, points[0], last, lines, ends, hover_data(lines, axis), marks, stretches)


def hover_data(lines: Sequence[Line], axis: Axis) -> str:
    """What the readout needs, as compact JSON: places from the left, dates as days after the first, values a line."""
    timeline = Timeline(lines)
    first = timeline.dates[0]
    return json.dumps(
        {
            "x": [round(timeline.place(moment), 2) for moment in timeline.moments],
            "from": first.isoformat(),
            "days": [(on - first).days for on in timeline.dates],
            "scale": [axis.bottom, axis.top],
            "lines": [_line_data(line, timeline.moments) for line in lines],
        },
        separators=(",", ":"),
        ensure_ascii=False,
    )


def _line_data(line: Line, moments: Sequence[datetime]) -> Mapping[str, Any]:
    by_moment = {point.at: point for point in line.points}
    points = [by_moment.get(moment) for moment in moments]
    data: dict[str, Any] = {
        "name": line.name,
        "colour": line.colour,
        "v": [None if p is None else _short(p.value) for p in points],
    }
    if any(point and (point.high is not None or point.open) for point in points):
        data["l"] = [None if p is None else _short(p.low) for p in points]
        data["h"] = [None if p is None else "+" if p.open else _short(p.high) for p in points]
    return data


def _short(value: float | None) -> float | None:
    """Six significant digits are more than a readout shows."""
    if value is None:
        return None
    short = float(f"{value:.6g}")
    return int(short) if short.is_integer() else short
