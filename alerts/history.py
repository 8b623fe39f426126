"""The histories that rules are evaluated on, read from the marts: those of the entities asked for, one pass a figure.

Must not know conditions, mail or the clock. Figures and their intervals: ``docs/metrics.md`` sections 4 and 5.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import pyarrow as pa
from duckdb import DuckDBPyConnection

from alerts.compare import Point, Span
from alerts.figures import EntityKind
from alerts.marts import FigureKey, figure_sql
from alerts.matching import make_temp
from transforms.plan import set_variables


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One observation of a category, as far as alerts need it. ``places``: how long its list is."""

    category_id: str
    category_title: str
    observed_at: datetime
    observed_on: date
    complete: bool
    simulated: bool
    status: str
    status_reason: str | None
    places: int = 0


Timeline = Mapping[str, Sequence[Snapshot]]


@dataclass(frozen=True, slots=True)
class Entity:
    """What an alert is about. ``entity_id``: item_id, brand_key, or empty for a category."""

    source: str
    category_id: str
    kind: EntityKind
    entity_id: str


@dataclass(slots=True)
class EntityHistory:
    """An entity with one point a snapshot of its category; names are the latest."""

    entity: Entity
    name: str
    ownership: str | None
    currency: str | None
    url: str | None
    points: list[Point] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Row:
    name: str
    ownership: str | None
    currency: str | None
    url: str | None
    low: float
    high: float | None
    text: str | None
    basis: str
    capture_id: str | None
    standing: int | None


_READ = ("category_id", "entity_id", "observed_at", "name", "ownership", "currency", "url", "low", "high", "text",
         "basis", "capture_id", "standing")  # fmt: skip
_OwnRows = Mapping[str, Mapping[tuple[datetime, str], _Row]]

_SNAPSHOTS = """
SELECT category_id, category_title, observed_at, observed_on, complete, simulated, status, status_reason,
       greatest(expected, captured) AS places
FROM snapshot WHERE source = $source AND ($categories IS NULL OR list_contains($categories, category_id))
  AND observed_at >= coalesce($since, observed_at)
ORDER BY category_id, observed_at
"""
_WANTED = """
SELECT {columns} FROM ({figures}) AS figure
SEMI JOIN alert_wanted AS wanted
    ON figure.category_id = wanted.category_id AND figure.entity_id = wanted.entity_id
ORDER BY category_id, entity_id, observed_at
"""
_OWN = """
SELECT {columns} FROM ({figures}) AS figure
SEMI JOIN (SELECT DISTINCT category_id FROM alert_wanted) AS wanted ON figure.category_id = wanted.category_id
WHERE ownership = 'own'
QUALIFY row_number() OVER (
    PARTITION BY category_id, observed_at, basis ORDER BY standing NULLS LAST, entity_id) = 1
"""


def read_snapshots(
    con: DuckDBPyConnection, source: str, categories: Sequence[str] | None = None, since: datetime | None = None
) -> dict[str, list[Snapshot]]:
    """The snapshots of a source by category, by rising time; of all its categories and times where none are given."""
    timeline: dict[str, list[Snapshot]] = defaultdict(list)
    given = {"source": source, "categories": None if categories is None else list(categories), "since": since}
    for row in con.execute(_SNAPSHOTS, given).fetchall():
        timeline[row[0]].append(Snapshot(*row))
    return dict(timeline)


def read_starts(con: DuckDBPyConnection, source: str) -> dict[str, datetime]:
    """The first snapshot of each category."""
    sql = "SELECT category_id, min(observed_at) FROM snapshot WHERE source = $source GROUP BY category_id"
    return dict(con.execute(sql, {"source": source}).fetchall())


@dataclass(slots=True)
class Histories:
    """The histories of some entities in one figure, each made when it is asked for."""

    figure: FigureKey
    source: str
    timeline: Timeline
    rows: Mapping[tuple[str, str], Mapping[datetime, _Row]]
    own: _OwnRows

    def of(self, category_id: str, entity_id: str, since: datetime, until: datetime) -> EntityHistory:
        """One point a snapshot of the category from ``since`` to ``until``; no name where it has no figure in them."""
        seen = self.rows.get((category_id, entity_id), {})
        snapshots = self.timeline.get(category_id, ())
        first = bisect_left(snapshots, since, key=lambda one: one.observed_at)
        last = bisect_right(snapshots, until, key=lambda one: one.observed_at)
        beside = self.own.get(category_id, {})
        titled = self.figure.kind == "category"
        points = [_point(one, seen.get(one.observed_at), beside, titled=titled) for one in snapshots[first:last]]
        entity = Entity(self.source, category_id, self.figure.kind, entity_id)
        latest = seen[max(seen)] if seen else None
        if latest is None:
            return EntityHistory(entity, "", None, None, None, points)
        name = snapshots[last - 1].category_title if titled else latest.name
        return EntityHistory(entity, name, latest.ownership, latest.currency, latest.url, points)


def read_histories(
    con: DuckDBPyConnection,
    figure: FigureKey,
    source: str,
    wanted: Iterable[tuple[str, str]],
    timeline: Timeline,
    span: tuple[datetime, datetime],
) -> Histories:
    """The figures of the ``wanted`` (category_id, entity_id) in ``span`` (both ends included), the own ones beside."""
    pairs = list(wanted)
    make_temp(con, "alert_wanted", pa.table({
        "category_id": pa.array([one[0] for one in pairs], pa.string()),
        "entity_id": pa.array([one[1] for one in pairs], pa.string()),
    }))  # fmt: skip
    set_variables(con, alert_source=source, alert_before_from=span[0], alert_before_to=span[1])
    columns = ", ".join(f"figure.{name}" for name in _READ)
    figures = figure_sql(figure, "before", once="wanted")
    rows: dict[tuple[str, str], dict[datetime, _Row]] = defaultdict(dict)
    for category_id, entity_id, at, *rest in _fetch(con, _WANTED.format(columns=columns, figures=figures)):
        rows[category_id, entity_id][at] = _Row(*rest)
    own: dict[str, dict[tuple[datetime, str], _Row]] = defaultdict(dict)
    if figure.kind != "category":
        figures = figure_sql(figure, "before", once="own")
        for category_id, _, at, *rest in _fetch(con, _OWN.format(columns=columns, figures=figures)):
            own[category_id][at, rest[_READ.index("basis") - 3]] = _Row(*rest)
    return Histories(figure, source, timeline, rows, own)


def _fetch(con: DuckDBPyConnection, sql: str) -> list[tuple[Any, ...]]:
    rows: list[tuple[Any, ...]] = con.execute(sql).fetchall()
    return rows


def _point(snapshot: Snapshot, row: _Row | None, own: Mapping[tuple[datetime, str], _Row], *, titled: bool) -> Point:
    """The point of one snapshot; ``titled``: named by the category's title, as a category is."""
    if row is None:
        return Point(observed_at=snapshot.observed_at, complete=snapshot.complete, places=snapshot.places)
    beside = own.get((snapshot.observed_at, row.basis))
    return Point(
        observed_at=snapshot.observed_at,
        complete=snapshot.complete,
        low=row.low,
        high=row.high,
        text=row.text,
        basis=row.basis,
        capture_id=row.capture_id,
        places=snapshot.places,
        name=snapshot.category_title if titled else row.name,
        ownership=row.ownership,
        currency=row.currency,
        own=Span(beside.low, beside.high) if beside else None,
        own_name=beside.name if beside else None,
        own_text=beside.text if beside else None,
    )
