"""What the page of a watched product or brand shows: its days as lines, with the levels its rules watch and the alerts
that were open, beside the best of our own (for ours: beside the best rival). Pure; no SQL, no words, no HTML."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from boards.figures import NO_LEAD, Row
from boards.paths import brand_path, item_path
from boards.plot import Chart, Line, Mark, Point, Stretch, Timeline, chart_of
from boards.read import CategoryRows
from boards.strokes import (
    Axis,
    amount_axis,
    area_path,
    area_shape,
    level_axis,
    line_path,
    line_shape,
    rank_axis,
    svg,
)
from boards.thresholds import Threshold
from boards.trace import question

COLOURS = {"own": 1, "rival": 2}
REACH = 2.5  # a level further beyond the greatest value than this many times is told, not drawn
BAND_ROOM = 1.5
DAYS = 14
_PER_30_DAYS = {"units_per_day": 30.0}


@dataclass(frozen=True, slots=True)
class Panel:
    """One line chart of a watched page: what it is of (``units``, ``shown``, ``price``, ``rank``, ``share``)."""

    of: str
    chart: Chart
    open_ended: bool = False


@dataclass(slots=True)
class Watched:
    """A watched product or brand in one category. ``beside``: the one it is compared with."""

    kind: str
    id: str
    page: PurePosixPath
    last: Row
    days: Sequence[Row]
    listed: bool
    episodes: list[Row]
    thresholds: list[Threshold]
    sql: str
    beside: Watched | None = None
    panels: tuple[Panel, ...] = ()

    @property
    def name(self) -> str:
        """Its title or brand as people know it."""
        return str(self.last["title"] if self.kind == "item" else self.last["brand"] or self.id)

    @property
    def own(self) -> bool:
        """Whether it is ours."""
        return bool(self.last["ownership"] == "own")

    @property
    def colour(self) -> int:
        """The number of its colour in the charts."""
        return COLOURS["own" if self.own else "rival"]

    @property
    def firing(self) -> bool:
        """Whether an alert on it is firing now."""
        return any(row["state"] == "firing" for row in self.episodes)

    @property
    def recent(self) -> list[Row]:
        """Its last days, the newest first, as many as its page lists."""
        return list(self.days[: -DAYS - 1 : -1])


def watch(rows: CategoryRows, thresholds: Iterable[Threshold]) -> tuple[list[Watched], list[Watched]]:
    """The watched products and the watched brands of a category, drawn and compared."""
    of_here = [one for one in thresholds if one.source == rows.head["source"]]
    items = [_item(row, rows, of_here) for row in rows.watched_items]
    brands = [_brand(row, rows, of_here) for row in rows.watched_brands]
    for watched in (items, brands):
        _compare(watched)
    for one in items:
        one.panels = tuple(_item_panels(one))
    for one in brands:
        one.panels = tuple(_brand_panels(one))
    return items, brands


def _item(row: Row, rows: CategoryRows, thresholds: Sequence[Threshold]) -> Watched:
    key = (*rows.key, row["item_id"])
    return Watched(
        kind="item",
        id=row["item_id"],
        page=item_path(*key),
        last=row["last"],
        days=row["days"],
        listed=row["listed"],
        episodes=_episodes(rows, "item", row["item_id"]),
        thresholds=[one for one in thresholds if one.watches_item(*key, row["last"])],
        sql=question("item", dict(zip(("source", "category_id", "item_id"), key, strict=True))),
    )


def _brand(row: Row, rows: CategoryRows, thresholds: Sequence[Threshold]) -> Watched:
    key = (*rows.key, row["brand_key"])
    groups = {item["last"]["watch_group"] for item in rows.watched_items if item["last"]["brand_key"] == key[2]}
    lead = rows.lead or NO_LEAD
    values: dict[str, Any] = dict(zip(("source", "category_id", "brand_key"), key, strict=True))
    values |= {"measure": lead.measure, "basis": lead.basis, "window_days": lead.window_days, "currency": lead.currency}
    watching = [one for one in thresholds if one.watches_brand(*key, groups) and one.measure in (None, lead.measure)]
    return Watched(
        kind="brand",
        id=row["brand_key"],
        page=brand_path(*key),
        last=row["last"],
        days=row["days"],
        listed=row["listed"],
        episodes=_episodes(rows, "brand", row["brand_key"]),
        thresholds=watching,
        sql=question("brand", values),
    )


def _episodes(rows: CategoryRows, kind: str, entity: str) -> list[Row]:
    return [row for row in rows.episodes if row["entity_kind"] == kind and row["entity_id"] == entity]


def _compare(watched: Sequence[Watched]) -> None:
    """Each beside the first of the other side that is still in the list; they come best first."""
    first = {own: next((one for one in watched if one.own is own and one.listed), None) for own in (True, False)}
    for one in watched:
        one.beside = first[not one.own]


def _item_panels(item: Watched) -> Iterable[Panel]:
    known = any(row["units_30d_low"] is not None for row in item.days)
    low, high = ("units_30d_low", "units_30d_high") if known else ("units_low", "units_high")
    metrics = ("units_30d", "units_per_day") if known else ("units_shown",)
    basis = item.last["units_basis"]
    units = _lines(item, lambda row: _interval(row, low, high) if row["units_basis"] == basis else None)
    yield from _panel("units" if known else "shown", units, _amounts, item, metrics)
    currency = item.last["currency"]
    prices = _lines(item, lambda row: _single(row, "price") if row["currency"] == currency else None)
    yield from _panel("price", prices, _levels, item, ("price",))
    yield from _panel("rank", _lines(item, lambda row: _single(row, "rank")), _ranks, item, ("rank",))


def _brand_panels(brand: Watched) -> Iterable[Panel]:
    shares = _lines(brand, lambda row: _interval(row, "share", "share_high", "share_low"))
    yield from _panel("share", shares, _amounts, brand, ("share",))
    ranks = _lines(brand, lambda row: _single(row, "brand_rank"))
    yield from _panel("rank", ranks, _ranks, brand, ("rank",))


def _lines(one: Watched, point: Callable[[Row], Point | None]) -> list[Line]:
    both = [one, *([one.beside] if one.beside else [])]
    lines = [
        Line(each.name, each.colour, [found for row in each.days if (found := point(row))], each.own) for each in both
    ]
    return [line for line in lines if line.points]


def _single(row: Row, column: str) -> Point | None:
    value = row[column]
    return None if value is None else Point(row["observed_at"], row["observed_on"], float(value))


def _interval(row: Row, value: str, high: str, low: str | None = None) -> Point | None:
    if row[value] is None:
        return None
    at_most = None if row[high] is None else float(row[high])
    at_least = row[low] if low else row[value]
    unbounded = at_most is None if low is None else False
    return Point(row["observed_at"], row["observed_on"], float(row[value]), at_least, at_most, unbounded)


def _amounts(values: Sequence[float], highs: Sequence[float], levels: Sequence[float]) -> Axis:
    greatest = max(values)
    drawn = [level for level in levels if level <= REACH * greatest]
    return amount_axis(max(greatest, min(max(highs, default=0.0), BAND_ROOM * greatest), *drawn))


def _levels(values: Sequence[float], highs: Sequence[float], levels: Sequence[float]) -> Axis:
    del highs
    drawn = [level for level in levels if min(values) / REACH <= level <= max(values) * REACH]
    return level_axis(min(*values, *drawn), max(*values, *drawn)) if drawn else level_axis(min(values), max(values))


def _ranks(values: Sequence[float], highs: Sequence[float], levels: Sequence[float]) -> Axis:
    del highs
    return rank_axis(int(max([*values, *(level for level in levels if level <= REACH * max(values))])))


def _panel(
    of: str,
    lines: list[Line],
    scale: Callable[[Sequence[float], Sequence[float], Sequence[float]], Axis],
    one: Watched,
    metrics: Sequence[str],
) -> Iterable[Panel]:
    """The chart of ``lines``, or nothing where the subject has fewer than two moments to join."""
    if not lines or lines[0].name != one.name or len(lines[0].points) < 2:
        return
    points = [point for line in lines for point in line.points]
    levels = [mark for rule in one.thresholds if rule.metric in metrics for mark in _rule_levels(rule)]
    axis = scale(
        [point.value for point in points],
        [point.high for point in points if point.high is not None],
        [level for _, level, _ in levels],
    )
    marks = [Mark(kind, level, axis.place(level), title) for kind, level, title in levels]
    marks = [mark for mark in marks if 0 <= mark.place <= 100]
    timeline = Timeline(lines)
    stretches = [_stretch(row, timeline) for row in one.episodes if row["metric"] in metrics]
    drawing = _draw(lines, axis, timeline)
    chart = chart_of(drawing, lines, axis, marks, [found for found in stretches if found])
    yield Panel(of, chart, any(point.open for point in lines[0].points))


def _rule_levels(rule: Threshold) -> list[tuple[str, float, str]]:
    factor = _PER_30_DAYS.get(rule.metric, 1.0)
    levels = [("fire", rule.fire * factor, rule.title)]
    if rule.recover is not None:
        levels.append(("recover", rule.recover * factor, rule.title))
    return levels


def _stretch(episode: Row, timeline: Timeline) -> Stretch | None:
    """Where an episode stands on the chart; None where it ended before the chart begins."""
    left = max(timeline.place(episode["started_at"]), 0.0)
    right = min(timeline.place(episode["ended_at"]), 100.0) if episode["ended_at"] else 100.0
    return Stretch(left, max(right, left + 1), episode["rule_title"]) if right > 0 and left < 100 else None


def _draw(lines: Sequence[Line], axis: Axis, timeline: Timeline) -> str:
    shapes: list[str] = []
    for line in reversed(lines):
        by_moment = {point.at: point for point in line.points}
        spots = [(timeline.place(moment), by_moment.get(moment)) for moment in timeline.moments]
        area = area_path([(x, *(_band(axis, point) if point else (None, None))) for x, point in spots])
        if area:
            shapes.append(area_shape(area, line.colour))
        path = line_path([(x, _up(axis, point.value) if point else None) for x, point in spots])
        shapes.append(line_shape(path, line.colour, dashed=line is not lines[0]))
    return svg(shapes)


def _up(axis: Axis, value: float | None) -> float | None:
    return None if value is None else min(axis.place(value), 100.0)


def _band(axis: Axis, point: Point) -> tuple[float | None, float | None]:
    return _up(axis, point.low), _up(axis, point.high)
