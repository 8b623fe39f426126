"""A real lake whose marts a test fills by hand, and rules written as an operator writes them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from alerts.facts import Evidence, Facts
from alerts.rules import Rules, read_rules
from warehouse.lake import Lake, LakeConfig

DAY_ZERO = datetime(2026, 11, 1, tzinfo=UTC)

HEAD = """
recipients:
  mei: {address: mei@example.com, name: 梅, language: zh-CN, timezone: Asia/Shanghai}
  sam: {address: sam@example.com, name: Sam}
  ops: {address: ops@example.com}
groups:
  managers: [mei, sam]
engineers: [ops]
defaults: {recipients: [managers], escalate_by: 50%, max_age_days: 3}
rules:
"""

ITEM_RULE = """
  - id: rival-units
    title: A rival sells more than 20,000 in 30 days
    match: {source: shop, category: [serum], watch_group: [rivals]}
    of: item
    metric: units_30d
    when: {above: 20000}
    recover: 15000
"""


class MemoryLake:
    """The warehouse's schema in a plain DuckDB in memory: for what needs SQL but neither files nor commits."""

    def __init__(self, schema: Path) -> None:
        self.con = duckdb.connect()
        for file in sorted(schema.glob("*.sql")):
            self.con.execute(re.sub(r"ALTER TABLE \w+ SET PARTITIONED BY[^;]*;", "", file.read_text(encoding="utf-8")))

    def write(self, change: Callable[[Any], Any]) -> Any:
        self.con.execute("BEGIN")
        try:
            result = change(self.con)
        except BaseException:
            self.con.execute("ROLLBACK")
            raise
        self.con.execute("COMMIT")
        return result

    @contextmanager
    def reader(self) -> Iterator[Any]:
        yield self.con


@dataclass(frozen=True)
class Shelf:
    """Marts of one source, ``shop``, category ``serum``, filled day by day."""

    lake: Any

    def day(self, number: int, *, complete: bool = True, status: str = "ok", **figures: Any) -> datetime:
        """One snapshot: item id -> units_30d low, (low, high), or a dict of item_day columns."""
        at = DAY_ZERO + timedelta(days=number)
        both = {"source": "shop", "category_id": "serum", "observed_at": at, "observed_on": at.date()}
        reason = None if status == "ok" else "too few items"
        snapshot = both | {
            "category_title": "精华", "expected": 100, "captured": 100, "sponsored": 0, "quarantined": 0,
            "coverage": 1.0, "complete": complete, "status": status, "status_reason": reason, "simulated": False,
            "parser_version": "shop/1",
        }  # fmt: skip
        capture = both | {
            "capture_id": f"capture-{number}", "page_no": 1, "requested_url": "https://shop.example/serum",
            "outcome": "ok", "sha256": "ab" * 32,
        }  # fmt: skip
        items = [both | _item(rank, *one, number) for rank, one in enumerate(figures.items(), start=1)]
        self.lake.write(lambda con: _insert(con, {"snapshot": [snapshot], "capture": [capture], "item_day": items}))
        return at


def _item(rank: int, item: str, figure: Any, number: int) -> dict[str, Any]:
    columns = figure if isinstance(figure, dict) else {}
    low, high = (None, None) if columns else figure if isinstance(figure, tuple) else (figure, figure)
    own = item.startswith("own")
    return {
        "item_id": item, "family_id": item, "title": f"Title of {item}", "rank": rank, "sponsored": False,
        "ownership": "own" if own else "rival", "watch_group": "ours" if own else "rivals", "counter_reset": False,
        "units_basis": "trailing", "units_text": f"{low}+", "units_30d_low": low, "units_30d_high": high,
        "capture_id": f"capture-{number}", "currency": "CNY", "url": f"https://shop.example/{item}", "price": 99.0,
    } | columns  # fmt: skip


def _insert(con: Any, tables: dict[str, list[dict[str, Any]]]) -> None:
    for table, rows in tables.items():
        if rows:
            con.register("given", pa.Table.from_pylist(rows))
            con.execute(f"INSERT INTO {table} BY NAME SELECT * FROM given")
            con.unregister("given")


@pytest.fixture
def real_lake(tmp_path: Path, new_lake: Callable[[LakeConfig], Lake]) -> Lake:
    """An empty lake on disk, migrated."""
    return new_lake(
        LakeConfig(
            catalog=str(tmp_path / "lake" / "catalog.sqlite"),
            data_path=str(tmp_path / "lake" / "files"),
            temp_dir=tmp_path / "tmp",
            memory_limit="500MB",
        )
    )


@pytest.fixture
def lake(request: pytest.FixtureRequest, project_root: Path) -> Any:
    """The schema in memory; with the indirect parameter "real", the lake on disk."""
    if getattr(request, "param", "memory") == "real":
        return request.getfixturevalue("real_lake")
    return MemoryLake(project_root / "warehouse" / "schema")


@pytest.fixture
def shelf(lake: Any) -> Shelf:
    """The lake's marts, to be filled day by day."""
    return Shelf(lake)


@pytest.fixture
def write_rules(tmp_path: Path) -> Callable[..., Rules]:
    """A function: YAML of rules -> the rules, read as from an operator's file."""

    def write(rules: str = ITEM_RULE, head: str = HEAD, **kwargs: Any) -> Rules:
        path = tmp_path / "alerts.yaml"
        path.write_text(head + rules, encoding="utf-8")
        return read_rules(path, **kwargs)

    return write


@pytest.fixture
def head() -> str:
    """What stands over the rules in a file of them: recipients, groups, engineers, defaults."""
    return HEAD


@pytest.fixture
def rules_file(tmp_path: Path) -> Callable[..., Path]:
    """A function: YAML of rules -> the path of the file."""

    def write(rules: str = ITEM_RULE, head: str = HEAD) -> Path:
        path = tmp_path / "alerts.yaml"
        path.write_text(head + rules, encoding="utf-8")
        return path

    return write


@pytest.fixture
def rows(lake: Any) -> Callable[..., list[dict[str, Any]]]:
    """A function: SQL -> rows as dicts."""

    def read(sql: str) -> list[dict[str, Any]]:
        with lake.reader() as con:
            cursor = con.execute(sql)
            names = [column[0] for column in cursor.description]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    return read


@pytest.fixture
def make_facts() -> Callable[..., Facts]:
    """A function: changed fields -> the facts of a rival's crossing."""

    def make(**changed: Any) -> Facts:
        facts: dict[str, Any] = {
            "transition": "fired", "rule_id": "rival-units", "rule_title": "Rivals over 20,000", "source": "shop",
            "category_id": "serum", "category_title": "精华", "entity_kind": "brand",
            "entity_id": changed.get("name", "珀莱雅"),
            "name": "珀莱雅", "ownership": "rival", "url": None, "metric": "units_30d", "measure": None,
            "unit": "units", "currency": None, "compare": "absolute", "when_key": "above", "when_amount": 20000.0,
            "recover": 15000.0, "for_snapshots": 1, "start": "2026-11-20T22:00:00+00:00",
            "at": "2026-11-20T22:00:00+00:00", "first_seen": False, "proved": True, "low": 24000.0, "high": None,
            "text": "2.4万+人付款", "basis": "trailing", "span_low": 24000.0, "span_high": None, "told": None,
            "previous_at": "2026-11-19T22:00:00+00:00", "previous_low": 18000.0, "previous_high": 18999.0,
            "previous_text": "1.8万人付款", "own_name": "晨屿", "own_low": 12000.0, "own_high": 12999.0,
            "own_text": "1.2万人付款",
            "series": [(f"2026-11-{day:02d}T22:00:00+00:00", 9000.0 + 700 * day, 9999.0 + 700 * day)
                       for day in range(1, 20)] + [("2026-11-20T22:00:00+00:00", 24000.0, None)],
            "evidence": [Evidence(capture_id="urn:uuid:1f", url="https://shop.example/serum?page=1", sha256="ab" * 32)],
            "simulated": False, "timezone": "Asia/Shanghai",
        }  # fmt: skip
        return Facts(**(facts | changed))

    return make
