"""The history of every entity a rule looks at, read from the marts: one pass a rule, never one an entity.

Must not know conditions, mail or the clock. Figures and their intervals: ``docs/metrics.md`` sections 4 and 5.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from duckdb import DuckDBPyConnection

from alerts.compare import Point, Span
from alerts.figures import EntityKind
from alerts.rules import Rule


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One observation of a category, as far as alerts need it."""

    category_id: str
    category_title: str
    observed_at: datetime
    observed_on: date
    complete: bool
    simulated: bool
    status: str
    status_reason: str | None


@dataclass(frozen=True, slots=True)
class Entity:
    """What an alert is about. ``entity_id``: item_id, brand_key, or empty for a category."""

    source: str
    category_id: str
    kind: EntityKind
    entity_id: str


@dataclass(slots=True)
class EntityHistory:
    """An entity with one point a snapshot of its category since it was first listed; names are the latest."""

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
    basis: str | None
    capture_id: str | None
    standing: int | None


# metric -> (low end, high end) in SQL. Constants of this file: nothing from outside is put into a statement.
_ITEM: Mapping[str, tuple[str, str]] = {
    "units_30d": ("units_30d_low", "units_30d_high"),
    "units_per_day": ("units_per_day_low", "units_per_day_high"),
    "units_shown": ("units_low", "units_high"),
    "gmv_30d": ("gmv_30d_low", "gmv_30d_high"),
    "price": ("price", "price"),
    "rank": ("rank", "rank"),
    "in_stock": ("in_stock::INTEGER", "in_stock::INTEGER"),
    "rating": ("rating", "rating"),
    "review_count": ("review_count", "review_count"),
}
_BRAND: Mapping[str, tuple[str, str]] = {
    "units_30d": ("value_low", "value_high"),
    "units_per_day": ("value_low / 30", "value_high / 30"),
    "units_shown": ("value_low", "value_high"),
    "gmv_30d": ("value_low", "value_high"),
    "listings": ("value_low", "value_high"),
    "share": ("share_low", "share_high"),
    "rank": ("brand_rank", "brand_rank"),
}
_CATEGORY_CONCENTRATION: Mapping[str, tuple[str, str]] = {
    "hhi": ("hhi_low", "hhi_high"),
    **{name: (name, name) for name in ("cr1", "cr3", "cr4", "cr5", "cr10", "effective_brands")},
}
_CATEGORY_SIZE: Mapping[str, tuple[str, str]] = {
    "units_30d": ("units_30d_low", "units_30d_high"),
    "gmv_30d": ("gmv_30d_low", "gmv_30d_high"),
    **{name: (name, name) for name in ("median_price", "stock_out_share", "entrants", "dropouts")},
}

_SNAPSHOTS = """
SELECT category_id, category_title, observed_at, observed_on, complete, simulated, status, status_reason
FROM snapshot WHERE source = $source ORDER BY category_id, observed_at
"""

_ITEM_SQL = """
SELECT category_id, item_id, observed_at, title, ownership, currency, url,
       ({low})::DOUBLE AS low, ({high})::DOUBLE AS high,
       CASE WHEN $counted THEN units_text END AS text,
       concat_ws('/', CASE WHEN $counted THEN units_basis END, CASE WHEN $money THEN currency END) AS basis,
       capture_id, rank AS standing
FROM item_day
WHERE source = $source AND ({low}) IS NOT NULL
  AND ($categories IS NULL OR list_contains($categories, category_id))
  AND CASE WHEN $own THEN ownership = 'own' ELSE
          ($groups IS NULL OR list_contains($groups, watch_group))
      AND ($shops IS NULL OR list_contains($shops, shop))
      AND ($items IS NULL OR list_contains($items, item_id))
      AND ($brands IS NULL OR list_contains($brands, brand_key)
           OR brand IN (SELECT alias.brand FROM brand_alias AS alias WHERE list_contains($brands, alias.brand_key)))
  END
QUALIFY row_number() OVER (
    PARTITION BY category_id, item_id, observed_at ORDER BY sponsored, rank NULLS LAST, capture_id) = 1
ORDER BY category_id, item_id, observed_at
"""

_BRAND_SQL = """
SELECT category_id, brand_key, observed_at, coalesce(brand, brand_key) AS name, ownership, currency,
       NULL::VARCHAR AS url, ({low})::DOUBLE AS low, ({high})::DOUBLE AS high, NULL::VARCHAR AS text,
       concat_ws('/', units_basis, units_window_days, currency) AS basis, NULL::VARCHAR AS capture_id,
       brand_rank AS standing
FROM brand_share
WHERE source = $source AND measure = $measure AND brand_key IS NOT NULL AND ({low}) IS NOT NULL
  AND ($categories IS NULL OR list_contains($categories, category_id))
  AND CASE WHEN $own THEN ownership = 'own' ELSE
          ($groups IS NULL OR brand_key IN (
               SELECT watch.value FROM watch
               WHERE watch.kind = 'brand' AND list_contains($groups, watch.watch_group)
                 AND (watch.source IS NULL OR watch.source = $source)))
      AND ($brands IS NULL OR list_contains($brands, brand_key)
           OR brand IN (SELECT alias.brand FROM brand_alias AS alias WHERE list_contains($brands, alias.brand_key)))
  END
QUALIFY row_number() OVER (
    PARTITION BY category_id, brand_key, observed_at
    ORDER BY families DESC, units_basis NULLS LAST, units_window_days NULLS LAST, currency NULLS LAST) = 1
ORDER BY category_id, brand_key, observed_at
"""

_CATEGORY_SQL = """
SELECT category_id, '' AS entity_id, observed_at, category_id AS name, NULL::VARCHAR AS ownership,
       currency,
       NULL::VARCHAR AS url, ({low})::DOUBLE AS low, ({high})::DOUBLE AS high, NULL::VARCHAR AS text,
       concat_ws('/', units_basis, currency) AS basis, NULL::VARCHAR AS capture_id, NULL::INTEGER AS standing
FROM {mart}
WHERE source = $source AND ({low}) IS NOT NULL
  AND ($measure IS NULL OR {measure} = $measure)
  AND ($categories IS NULL OR list_contains($categories, category_id))
QUALIFY row_number() OVER (
    PARTITION BY category_id, observed_at
    ORDER BY families_known DESC, units_basis NULLS LAST, currency NULLS LAST) = 1
ORDER BY category_id, observed_at
"""

_UNRANKED = 1_000_000_000
_COUNTED = frozenset({"units_30d", "units_per_day", "units_shown", "gmv_30d"})


def read_snapshots(con: DuckDBPyConnection, source: str) -> dict[str, list[Snapshot]]:
    """Every snapshot of a source by category, by rising time."""
    timeline: dict[str, list[Snapshot]] = defaultdict(list)
    for row in con.execute(_SNAPSHOTS, {"source": source}).fetchall():
        timeline[row[0]].append(Snapshot(*row))
    return dict(timeline)


def read_history(
    con: DuckDBPyConnection, rule: Rule, timeline: Mapping[str, Sequence[Snapshot]]
) -> list[EntityHistory]:
    """The history of every entity the rule matches, with the own product's figure beside each point."""
    rows = _read(con, rule, own=False)
    own = _own_rows(con, rule)
    histories: list[EntityHistory] = []
    for entity, seen in rows.items():
        snapshots = timeline.get(entity.category_id, [])
        latest = seen[max(seen)]
        first = min(seen)
        beside = own.get(entity.category_id, {})
        points = [_point(one, seen, beside) for one in snapshots if one.observed_at >= first]
        name = snapshots[-1].category_title if entity.kind == "category" and snapshots else latest.name
        histories.append(EntityHistory(entity, name, latest.ownership, latest.currency, latest.url, points))
    return histories


def _point(snapshot: Snapshot, seen: Mapping[datetime, _Row], own: Mapping[tuple[datetime, str | None], _Row]) -> Point:
    row = seen.get(snapshot.observed_at)
    if row is None:
        return Point(observed_at=snapshot.observed_at, complete=snapshot.complete)
    beside = own.get((snapshot.observed_at, row.basis))
    return Point(
        observed_at=snapshot.observed_at,
        complete=snapshot.complete,
        low=row.low,
        high=row.high,
        text=row.text,
        basis=row.basis,
        capture_id=row.capture_id,
        own=Span(beside.low, beside.high) if beside else None,
        own_name=beside.name if beside else None,
        own_text=beside.text if beside else None,
    )


def _own_rows(con: DuckDBPyConnection, rule: Rule) -> dict[str, dict[tuple[datetime, str | None], _Row]]:
    """The best-ranked own product (or brand) of each category, by time and by basis: unlike bases stand apart."""
    if rule.of == "category":
        return {}
    best: dict[str, dict[tuple[datetime, str | None], _Row]] = defaultdict(dict)
    for entity, seen in _read(con, rule, own=True).items():
        for at, row in seen.items():
            held = best[entity.category_id].get((at, row.basis))
            if held is None or (row.standing or _UNRANKED) < (held.standing or _UNRANKED):
                best[entity.category_id][at, row.basis] = row
    return best


def _read(con: DuckDBPyConnection, rule: Rule, *, own: bool) -> dict[Entity, dict[datetime, _Row]]:
    rows: dict[Entity, dict[datetime, _Row]] = defaultdict(dict)
    for category_id, entity_id, at, *rest in con.execute(*_statement(rule, own=own)).fetchall():
        rows[Entity(rule.match.source, category_id, rule.of, entity_id)][at] = _Row(*rest)
    return rows


def _statement(rule: Rule, *, own: bool) -> tuple[str, dict[str, Any]]:
    match = rule.match
    given: dict[str, Any] = {"source": match.source, "categories": match.category}
    if rule.of == "category":
        concentration = rule.metric in _CATEGORY_CONCENTRATION
        low, high = (_CATEGORY_CONCENTRATION if concentration else _CATEGORY_SIZE)[rule.metric]
        mart, measure = ("brand_concentration", "measure") if concentration else ("market_size", "NULL::VARCHAR")
        sql = _CATEGORY_SQL.format(low=low, high=high, mart=mart, measure=measure)
        return sql, given | {"measure": rule.measure}
    given |= {"own": own, "groups": match.watch_group, "brands": rule.brand_keys}
    if rule.of == "brand":
        low, high = _BRAND[rule.metric]
        measure = rule.measure or ("units_30d" if rule.metric == "units_per_day" else rule.metric)
        return _BRAND_SQL.format(low=low, high=high), given | {"measure": measure}
    low, high = _ITEM[rule.metric]
    given |= {"shops": match.shop, "items": match.item, "counted": rule.metric in _COUNTED}
    given |= {"money": rule.figure.unit == "money"}
    return _ITEM_SQL.format(low=low, high=high), given
