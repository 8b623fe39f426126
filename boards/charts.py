"""A category's charts as inline SVG: Altair declares them, Vega draws the marks, the page's own HTML writes the labels.

A chart's Vega-Lite is compiled once a process; a page only hands it new data (5 ms a chart instead of 100). Labels
stay HTML so that they keep their size on a phone, follow the language and take the theme's colours; colours are CSS
variables. What a pointer, a finger or the arrow keys read from a chart is its ``hover`` data, in the page
(docs/decisions/0020-board-charts.md).
"""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from boards.plot import Chart, Line, chart_of
from boards.strokes import HEIGHT, WIDTH, amount_axis, line_path, line_shape, svg

COLOURS = 6  # of lines; the next one is the grey of everything else
BAND_ROOM = 1.5  # an interval may raise the scale to this many times the greatest value; beyond, it is cut
SPOT = 9  # diameter of a map's spot, px: a round pen point, so that stretching the drawing keeps it round
_OPENING = re.compile(r"<svg [^>]*>")
_NUMBER = re.compile(r"\d+\.\d{3,}")


@cache
def compiled(kind: str) -> dict[str, Any]:
    """The Vega specification of ``kind`` (``lines`` or ``spots``), compiled once. Its data set is ``points``."""
    import vl_convert

    chart = {"lines": _lines, "spots": _spots}[kind]()
    chart = (
        chart.properties(width=WIDTH, height=HEIGHT, padding=0, background="transparent", autosize="none")
        .configure_view(stroke=None, clip=False)
        .configure_point(shape="M0,0L0,0", strokeCap="round")
    )
    spec = chart.to_dict(validate=True)
    spec["datasets"] = {"points": []}
    return dict(vl_convert.vegalite_to_vega(spec))


def _colours() -> Any:
    import altair as alt

    numbers = range(1, COLOURS + 2)
    return alt.Scale(domain=[str(number) for number in numbers], range=[f"var(--c{number})" for number in numbers])


def _lines() -> Any:
    """Lines over time with the interval around each, from 0 to the signal ``y_top``."""
    import altair as alt

    x = alt.X("at:T", axis=None, scale=alt.Scale(type="utc", nice=False))
    scale = alt.Scale(domainMin=0, domainMax=alt.expr("y_top"), nice=False, zero=True)
    colour = alt.Color("colour:N", legend=None, scale=_colours())
    base = alt.Chart(alt.NamedData("points")).encode(x=x, color=colour, detail="line:N")
    band = base.mark_area(opacity=0.16, aria=False).encode(y=alt.Y("low:Q", scale=scale, axis=None), y2="high:Q")
    line = base.mark_line(strokeWidth=2, aria=False, strokeJoin="round", strokeCap="round")
    line = line.encode(y=alt.Y("value:Q", axis=None, scale=scale))
    return alt.layer(band, line).add_params(alt.param(name="y_top", value=1))


def _spots() -> Any:
    """Spots on two logarithmic axes, between the signals ``x_low``, ``x_top``, ``y_low`` and ``y_top``."""
    import altair as alt

    def log(side: str) -> Any:
        low, top = alt.expr(f"{side}_low"), alt.expr(f"{side}_top")
        return alt.Scale(type="log", domainMin=low, domainMax=top, nice=False)

    signals = [
        alt.param(name=f"{side}_{end}", value=start) for side in "xy" for end, start in (("low", 1), ("top", 10))
    ]
    return (
        alt.Chart(alt.NamedData("points"))
        .mark_point(size=1, strokeWidth=SPOT, filled=False, opacity=0.75, aria=False)
        .encode(
            x=alt.X("x:Q", axis=None, scale=log("x")),
            y=alt.Y("y:Q", axis=None, scale=log("y")),
            color=alt.Color("colour:N", legend=None, scale=_colours()),
        )
        .add_params(*signals)
    )


def draw(kind: str, values: Sequence[Mapping[str, Any]], signals: Mapping[str, float]) -> str:
    """The SVG of the marks: no words in it, stretched to its box, hidden from readers (the figure tells)."""
    import vl_convert

    spec = copy.deepcopy(compiled(kind))
    next(source for source in spec["data"] if source["name"] == "points")["values"] = list(values)
    for signal in spec["signals"]:
        if signal["name"] in signals:
            signal["value"] = signals[signal["name"]]
    drawn: str = vl_convert.vega_to_svg(spec)
    opening = f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" preserveAspectRatio="none" aria-hidden="true" focusable="false">'
    return _NUMBER.sub(lambda found: f"{float(found.group()):.2f}", _OPENING.sub(opening, drawn, count=1))


def draw_lines(lines: Sequence[Line], *, least_top: float = 0.0) -> Chart | None:
    """A chart of ``lines`` over time from 0 to at least ``least_top``; None with fewer than two moments to join."""
    points = [point for line in lines for point in line.points]
    if len({point.at for point in points}) < 2:
        return None
    values = [point.value for point in points]
    highs = [point.high for point in points if point.high is not None]
    axis = amount_axis(max(*values, least_top, min(max(highs, default=0.0), BAND_ROOM * max(values))))
    rows = [
        {
            "at": point.at.isoformat(),
            "value": point.value,
            "low": point.value if point.low is None else point.low,
            "high": point.value if point.high is None else min(point.high, axis.top),
            "line": str(number),
            "colour": str(line.colour),
        }
        for number, line in enumerate(lines)
        for point in line.points
    ]
    return chart_of(draw("lines", rows, {"y_top": axis.top}), lines, axis)


def draw_spark(values: Sequence[float], colour: int = 1) -> str | None:
    """A word-sized line without a scale; None with fewer than two points."""
    if len(values) < 2:
        return None
    low, high = min(values), max(values)
    room = (high - low) * 0.15 or max(abs(high) * 0.1, 1.0)
    places = [
        (100 * number / (len(values) - 1), 100 * (value - low + room) / (high - low + 2 * room))
        for number, value in enumerate(values)
    ]
    return svg([line_shape(line_path(places), colour)])
