"""The small picture in an alert mail: a figure's last observations as a PNG, for mail programs show no SVG.

A Vega-Lite specification handed to vl-convert, which is imported only when a picture is made. It holds numbers and
dates alone, so that no font is missing, on a clear ground that stands in light and dark.
"""

from __future__ import annotations

from typing import Any

from alerts.facts import Facts

WIDTH, HEIGHT, SCALE = 560, 170, 1.5
_GREY, _LINE, _LIMIT = "#8a929c", "#3b82f6", "#ef4444"


def chart_spec(facts: Facts) -> dict[str, Any]:
    """The Vega-Lite specification: the interval as a band, its low end as a line, an absolute threshold dashed."""
    values = [
        {"at": at[:16], "low": low, "high": low if high is None else high, "last": number == len(facts.series)}
        for number, (at, low, high) in enumerate(facts.series, start=1)
    ]
    x = {"field": "at", "type": "temporal", "title": None, "axis": {"format": "%m-%d", "tickCount": 5, "grid": False}}
    y_axis: dict[str, Any] = {"format": ".0%"} if facts.unit == "share" else {"format": "~s"}
    if facts.unit == "flag":
        y_axis = {"values": [0, 1], "labelExpr": "datum.value ? '✓' : '✗'"}
    reverse = facts.unit == "rank"
    y = {
        "field": "low", "type": "quantitative", "title": None, "axis": {"tickCount": 4, **y_axis},
        "scale": {"zero": False, "reverse": reverse, "nice": True},
    }  # fmt: skip
    layers: list[dict[str, Any]] = [
        {"mark": {"type": "area", "fill": _GREY, "fillOpacity": 0.35},
         "encoding": {"x": x, "y": y, "y2": {"field": "high"}}},
        {"mark": {"type": "line", "color": _LINE, "strokeWidth": 2}, "encoding": {"x": x, "y": y}},
        {"transform": [{"filter": "datum.last"}], "mark": {"type": "point", "color": _LINE, "filled": True, "size": 60},
         "encoding": {"x": x, "y": y}},
    ]  # fmt: skip
    if facts.compare == "absolute":
        limit = facts.when_amount
        level = float(limit.rstrip("%")) / 100 if isinstance(limit, str) else limit
        layers.append({
            "mark": {"type": "rule", "color": _LIMIT, "strokeDash": [4, 3]}, "encoding": {"y": {"datum": level}},
        })  # fmt: skip
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "width": WIDTH, "height": HEIGHT, "background": "transparent",
        "autosize": {"type": "fit", "contains": "padding"},
        "data": {"values": values}, "layer": layers,
        "config": {
            "view": {"stroke": None},
            "axis": {"labelColor": _GREY, "tickColor": _GREY, "domainColor": _GREY, "gridColor": _GREY,
                     "gridOpacity": 0.25, "labelFontSize": 16},
        },
    }  # fmt: skip


def chart_png(facts: Facts) -> bytes | None:
    """The picture, larger than shown for sharp screens; None where there is no line to draw (under two points)."""
    if len(facts.series) < 2:
        return None
    import vl_convert

    picture: bytes = vl_convert.vegalite_to_png(chart_spec(facts), scale=SCALE, allowed_base_urls=[])
    return picture
