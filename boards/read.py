"""What the boards show, read from the marts with one query a mart for all categories at once.

Knows the warehouse's tables and nothing of HTML, languages or files. ``boards/sql/*.sql`` hold the queries; each says
its grain. Reads marts, plus the small tables that tell of health (snapshot, capture, quarantine, run, alert_episode).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import duckdb

from boards.figures import NO_LEAD, Lead, choose_lead, of_basis

Row = Mapping[str, Any]
Key = tuple[str, str]

HISTORY_DAYS = 90
SPARK_DAYS = 30
HEALTH_DAYS = 14
RANKING_ROWS = 200
MOVES_SHOWN = 5
WATCHED_MOST = (
    6,
    20,
)  # pages of products, and of brands, a category and ownership: fewer the more categories there are
WATCHED_ALL = 600  # about so many a whole edition: one for each of a hundred long watchlists would be thousands
_SQL = Path(__file__).parent / "sql"
_SHARED_OUT = (
    "shares", "share_history", "bands", "ranking", "movement", "sparks", "captures", "watched_items", "watched_brands",
    "episodes", "verdict", "margins",
)  # fmt: skip


@dataclass(slots=True)
class CategoryRows:
    """All rows one category's page shows. ``concentration`` and ``market`` are those of the snapshot shown."""

    head: Row
    lead: Lead | None = None
    concentration: list[Row] = field(default_factory=list)
    concentration_history: list[Row] = field(default_factory=list)
    market: list[Row] = field(default_factory=list)
    shares: list[Row] = field(default_factory=list)
    share_history: list[Row] = field(default_factory=list)
    bands: list[Row] = field(default_factory=list)
    ranking: list[Row] = field(default_factory=list)
    movement: list[Row] = field(default_factory=list)
    sparks: list[Row] = field(default_factory=list)
    captures: list[Row] = field(default_factory=list)
    watched_items: list[Row] = field(default_factory=list)
    watched_brands: list[Row] = field(default_factory=list)
    episodes: list[Row] = field(default_factory=list)
    verdict: list[Row] = field(default_factory=list)
    margins: list[Row] = field(default_factory=list)

    @property
    def open_episodes(self) -> list[Row]:
        """The alerts that have not ended."""
        return [row for row in self.episodes if row["ended_at"] is None]

    @property
    def key(self) -> Key:
        """Source and category."""
        return _key(self.head)


@dataclass(slots=True)
class HealthRows:
    """What the data-health page shows, of the last ``HEALTH_DAYS`` days."""

    captures: list[Row] = field(default_factory=list)
    days: list[Row] = field(default_factory=list)
    quarantine: list[Row] = field(default_factory=list)
    turned_away: list[Row] = field(default_factory=list)
    runs: list[Row] = field(default_factory=list)
    snoozes: list[Row] = field(default_factory=list)


@cache
def sql_text(name: str) -> str:
    """The query of ``boards/sql/NAME.sql``."""
    return (_SQL / f"{name}.sql").read_text(encoding="utf-8")


def fetch_rows(con: duckdb.DuckDBPyConnection, name: str, parameters: Mapping[str, object]) -> list[Row]:
    """The rows of ``boards/sql/NAME.sql``; takes from ``parameters`` those the query names."""
    text = sql_text(name)
    named = {key: parameters[key] for key in set(re.findall(r"\$([a-z_]+)", text))}
    rows: list[Row] = con.execute(text, named).to_arrow_table().to_pylist()
    return rows


def has_table(con: duckdb.DuckDBPyConnection, table: str) -> bool:
    """Whether the current database and schema hold that table."""
    found = con.execute(
        "SELECT count(*) FROM information_schema.tables WHERE table_catalog = current_database() AND table_name = $t",
        {"t": table},
    ).fetchone()
    return found is not None and found[0] > 0


def read_categories(con: duckdb.DuckDBPyConnection) -> list[CategoryRows]:
    """Every category that was ever observed, in the order of source and title."""
    categories = {_key(head): CategoryRows(head) for head in fetch_rows(con, "categories", {})}
    if not categories:
        return []
    scope = _scope(categories.values())
    _read_concentration(con, categories, scope)
    _read_market(con, categories, scope)
    leads = [rows.lead or NO_LEAD for rows in categories.values()]
    scope |= {
        "measures": [lead.measure for lead in leads],
        "bases": [lead.basis for lead in leads],
        "windows": [lead.window_days for lead in leads],
        "currencies": [lead.currency for lead in leads],
    }
    for name in _SHARED_OUT:
        _share_out(categories, name, fetch_rows(con, name, scope))
    return list(categories.values())


def read_health(con: duckdb.DuckDBPyConnection, now: datetime) -> HealthRows:
    """Captures, coverage, quarantine and runs of the ``HEALTH_DAYS`` days before each source's last observation.

    ``now`` decides which snoozes still hold.
    """
    health = HealthRows(
        runs=fetch_rows(con, "health_runs", {}), snoozes=fetch_rows(con, "health_snoozes", {"now": now})
    )
    sources = fetch_rows(con, "health_sources", {})
    if sources:
        oldest = min(row["latest_at"] for row in sources)
        scope = {"health_from": oldest - timedelta(days=HEALTH_DAYS), "health_days": HEALTH_DAYS}
        for name in ("captures", "days", "quarantine", "turned_away"):
            setattr(health, name, fetch_rows(con, f"health_{name}", scope))
    return health


def watched_most(categories: int) -> int:
    """How many watched products of an ownership have a page of their own in a category, where there are so many."""
    fewest, most = WATCHED_MOST
    return max(fewest, min(most, WATCHED_ALL // max(categories, 1)))


def _key(row: Row) -> Key:
    return row["source"], row["category_id"]


def _scope(categories: Iterable[CategoryRows]) -> dict[str, Any]:
    """The query parameters that name the snapshots shown; the plain bounds let the lake skip files."""
    heads = [rows.head for rows in categories]
    shown = [head["observed_at"] for head in heads]
    return {
        "sources": [head["source"] for head in heads],
        "category_ids": [head["category_id"] for head in heads],
        "shown_at": shown,
        "shown_from": min(shown),
        "shown_to": max(shown),
        "history_from": min(shown) - timedelta(days=HISTORY_DAYS),
        "history_days": HISTORY_DAYS,
        "spark_from": min(shown) - timedelta(days=SPARK_DAYS),
        "spark_days": SPARK_DAYS,
        "most": RANKING_ROWS,
        "moves_shown": MOVES_SHOWN,
        "watched_most": watched_most(len(heads)),
    }


def _share_out(categories: Mapping[Key, CategoryRows], name: str, rows: Sequence[Row]) -> None:
    """Puts each row into the list ``name`` of its category; rows of unknown categories are not ours to show."""
    for row in rows:
        category = categories.get(_key(row))
        if category is not None:
            getattr(category, name).append(row)


def _read_concentration(con: duckdb.DuckDBPyConnection, categories: dict[Key, CategoryRows], scope: Row) -> None:
    by_category: dict[Key, list[Row]] = defaultdict(list)
    for row in fetch_rows(con, "concentration", scope):
        by_category[_key(row)].append(row)
    for key, rows in categories.items():
        mine = by_category[key]
        rows.concentration = [row for row in mine if row["observed_at"] == rows.head["observed_at"]]
        rows.lead = choose_lead(rows.concentration)
        if rows.lead is not None:
            rows.concentration_history = [row for row in mine if rows.lead.leads(row)]


def _read_market(con: duckdb.DuckDBPyConnection, categories: dict[Key, CategoryRows], scope: Row) -> None:
    by_category: dict[Key, list[Row]] = defaultdict(list)
    for row in fetch_rows(con, "market", scope):
        by_category[_key(row)].append(row)
    for key, rows in categories.items():
        mine = by_category[key]
        here = [row for row in mine if row["observed_at"] == rows.head["observed_at"]]
        of_lead = of_basis(here, rows.lead)
        rows.market = of_lead + [row for row in here if row not in of_lead]
