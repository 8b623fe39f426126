"""Line charts as inline SVG: Altair declares them, Vega draws the marks, the page's own HTML writes the labels.

A chart's Vega-Lite is compiled once a process; a page only hands it new data (5 ms a chart instead of 100). Labels
stay HTML so that they keep their size on a phone, follow the language and take the theme's colours; colours are CSS
variables (docs/decisions/0020-board-charts.md).
"""

from __future__ import annotations

import copy
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from math import ceil, floor, log10
from typing import Any

WIDTH, HEIGHT = 300, 100
COLOURS = 6
BAND_ROOM = 1.5  # an interval may raise the scale to this many times the greatest value; beyond, it is cut
_OPENING = re.compile(r"<svg [^>]*>")
_NUMBER = re.compile(r"\d+\.\d{3,}")


@dataclass(frozen=True, slots=True)
class Point:
    """One value at one moment, on a date of the marketplace; ``low``/``high`` draw the interval around it."""

    at: datetime
    on: date
    value: float
    low: float | None = None
    high: float | None = None


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
class Chart:
    """A drawn chart: the SVG of its marks, without words, and where the words go."""

    svg: str
    ticks: list[Tick]
    first: Point
    last: Point
    lines: Sequence[Line]


def nice_ticks(top: float, most: int = 4) -> list[float]:
    """Round values from 0 that reach at least ``top``, in steps of 1, 2 or 5 times a power of ten."""
    if top <= 0:
        return [0.0, 1.0]
    raw = top / most
    power = 10.0 ** floor(log10(raw))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= raw * (1 - 1e-9))
    return [index * step for index in range(ceil(top / step - 1e-9) + 1)]


@cache
def _compiled(kind: str) -> dict[str, Any]:
    """The Vega specification of ``kind`` (``lines``, or ``spark`` with a low end of its own), compiled once."""
    import altair as alt
    import vl_convert

    colours = alt.Scale(
        domain=[str(number) for number in range(1, COLOURS + 1)],
        range=[f"var(--c{number})" for number in range(1, COLOURS + 1)],
    )
    low, high = alt.param(name="y_low", value=0), alt.param(name="y_top", value=1)
    x = alt.X("at:T", axis=None, scale=alt.Scale(type="utc", nice=False))
    scale = alt.Scale(domainMin=alt.expr("y_low"), domainMax=alt.expr("y_top"), nice=False, zero=kind == "lines")
    y = alt.Y("value:Q", axis=None, scale=scale)
    colour = alt.Color("colour:N", legend=None, scale=colours)
    base = alt.Chart(alt.NamedData("points")).encode(x=x, color=colour, detail="line:N")
    band = base.mark_area(opacity=0.16, aria=False).encode(y=alt.Y("low:Q", scale=scale, axis=None), y2="high:Q")
    line = base.mark_line(strokeWidth=2, aria=False, strokeJoin="round", strokeCap="round").encode(y=y)
    chart = (
        alt.layer(band, line)
        .add_params(low, high)
        .properties(width=WIDTH, height=HEIGHT, padding=0, background="transparent")
        .properties(autosize=alt.AutoSizeParams(type="none"))
        .configure_view(stroke=None, clip=False)
    )
    spec = chart.to_dict(validate=True)
    spec["datasets"] = {"points": []}
    compiled: dict[str, Any] = vl_convert.vegalite_to_vega(spec)
    return compiled


def _draw(kind: str, lines: Sequence[Line], low: float, top: float) -> str:
    """The SVG of the marks: no words in it, stretched to its box, hidden from readers (the figure tells)."""
    import vl_convert

    spec = copy.deepcopy(_compiled(kind))
    values = [
        {
            "at": point.at.isoformat(),
            "value": point.value,
            "low": point.value if point.low is None else point.low,
            "high": point.value if point.high is None else min(point.high, top),
            "line": str(number),
            "colour": str(line.colour),
        }
        for number, line in enumerate(lines)
        for point in line.points
    ]
    next(source for source in spec["data"] if source["name"] == "points")["values"] = values
    for signal in spec["signals"]:
        if signal["name"] in {"y_low", "y_top"}:
            signal["value"] = low if signal["name"] == "y_low" else top
    drawn: str = vl_convert.vega_to_svg(spec)
    opening = f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" preserveAspectRatio="none" aria-hidden="true" focusable="false">'
    return _NUMBER.sub(lambda found: f"{float(found.group()):.2f}", _OPENING.sub(opening, drawn, count=1))


def draw_lines(lines: Sequence[Line], *, least_top: float = 0.0) -> Chart | None:
    """A chart of ``lines`` over time from 0 to at least ``least_top``; None with fewer than two moments to join."""
    points = sorted((point for line in lines for point in line.points), key=lambda point: point.at)
    if len({point.at for point in points}) < 2:
        return None
    values = [point.value for point in points]
    highs = [point.high for point in points if point.high is not None]
    ticks = nice_ticks(max(*values, least_top, min(max(highs, default=0.0), BAND_ROOM * max(values))))
    top = ticks[-1]
    places = [Tick(value, 100 * value / top) for value in ticks]
    return Chart(_draw("lines", lines, 0.0, top), places, points[0], points[-1], lines)


def draw_spark(points: Sequence[Point], colour: int = 1) -> str | None:
    """A word-sized line without a scale; None with fewer than two points."""
    if len(points) < 2:
        return None
    values = [point.value for point in points]
    low, high = min(values), max(values)
    room = (high - low) * 0.15 or max(abs(high) * 0.1, 1.0)
    return _draw("spark", [Line("", colour, points)], low - room, high + room)
