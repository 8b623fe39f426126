"""A small warehouse of marts, made by hand: plain, hostile, empty and half-seen categories."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import duckdb
import pytest

from boards.build import build_boards
from boards.thresholds import Threshold
from tests.boards.sample import NOW, campaign, episode, fill_category, insert, key, margin, snapshot, verdict
from warehouse.views import apply_views

AT = datetime(2026, 11, 22, 7, 30, tzinfo=UTC)
THRESHOLD = Threshold(
    rule_id="rival-passes", title="Rival passes <20,000>", source="demo", of="item", metric="units_30d", measure=None,
    direction="above", fire=20_000, recover=15_000, watch_groups=frozenset({"rival-group"}),
)  # fmt: skip


@contextmanager
def empty_marts(project_root: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Every table and view, in memory."""
    with duckdb.connect() as con:
        con.execute("SET TimeZone = 'UTC'")
        for path in sorted((project_root / "warehouse" / "schema").glob("*.sql")):
            con.execute(re.sub(r"ALTER TABLE \w+ SET PARTITIONED BY[^;]*;", "", path.read_text(encoding="utf-8")))
        apply_views(con)
        yield con


@pytest.fixture
def marts(project_root: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """An empty warehouse."""
    with empty_marts(project_root) as con:
        yield con


@pytest.fixture
def fill(marts: duckdb.DuckDBPyConnection) -> Callable[..., None]:
    """Fills one ordinary category of ``marts``."""
    return partial(fill_category, marts)


@pytest.fixture
def shelf(marts: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    """``marts`` with the categories of :func:`fill_shelf`."""
    fill_shelf(marts)
    return marts


@pytest.fixture(scope="session")
def built(project_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The boards of :func:`fill_shelf` in both languages, English at the root. Only to be read."""
    folder = tmp_path_factory.mktemp("boards") / "boards"
    with empty_marts(project_root) as con:
        fill_shelf(con)
        build_boards(con, folder, generated_at=AT, thresholds=[THRESHOLD])
    return folder


def fill_shelf(marts: duckdb.DuckDBPyConnection) -> None:
    """Six categories of two sources: ordinary, hostile, newly incomplete, refused at first sight, first day, firing."""
    fill = partial(fill_category, marts)
    fill("demo", "serum", "精华 Serum")
    fill("demo", "cream", "面霜 <Cream> & Co")
    nothing = {"expected": 100, "captured": 0, "coverage": 0.0, "complete": False, "status": "refused"}
    why = "items 0 < items_min 40"
    insert(marts, "snapshot", [snapshot("demo", "mask", 0, category_title="面膜", status_reason=why, **nothing)])
    half = {
        "captured": 31,
        "coverage": 0.52,
        "complete": False,
        "status": "incomplete",
        "status_reason": "page 3 blocked",
    }
    fill("tmall-double11", "cosmetics", "Cosmetics, Double 11")
    insert(
        marts, "snapshot", [snapshot("tmall-double11", "cosmetics", -1, category_title="Cosmetics, Double 11", **half)]
    )
    fill("tmall-double11", "first-day", "Seen once", days=1, count=5)
    insert(marts, "alert_episode", [episode("demo", "serum", "firing")] + [episode("demo", "serum", "recovering")] * 6)
    capture = {
        "capture_id": "c1", "page_no": 1, "http_status": 200, "outcome": "ok", "sha256": "9f" * 32,
        "warc_file": "demo/2026/11/22.warc.gz", "warc_offset": 4711, "warc_length": 5512,
        "final_url": "https://shop.example/serum?page=1", "fetched_at": NOW,
    }  # fmt: skip
    blocked = {**capture, "capture_id": "c2", "outcome": "blocked", "outcome_detail": "403: <CAPTCHA>"}
    insert(marts, "capture", [{**key("demo", "serum", day), **row} for day in range(5) for row in (capture, blocked)])
    turned = {"capture_id": "c1", "row_no": 7, "expectation": "price > 0", "column_name": "price", "row_json": "{}"}
    insert(marts, "quarantine", [{**key("demo", "serum", 1), **turned, "found": "<script>alert(1)</script>"}])
    none = {"verdict": None, "suppressed": "few_families", "reasons": ""}
    insert(marts, "category_verdict", [verdict("demo", "serum"), verdict("tmall-double11", "first-day", **none)])
    lossy = {"margin": -3.0, "profit_30d_low": None, "profit_30d_high": -3.0 * 900, "counted": False}
    unknown = {"margin": None, "profit_30d_low": None, "missing": "currency", "cost_currency": "USD"}
    insert(marts, "item_margin", [margin("demo", "serum", 3), margin("demo", "serum", 17, **lossy)])
    insert(marts, "item_margin", [margin("demo", "serum", 31, **unknown)])
    for table, rows in campaign("demo", "serum").items():
        insert(marts, table, rows)
    snooze = {"rule_id": "rival-passes", "until": NOW + timedelta(days=3), "why": "known <stock> clearance"}
    insert(marts, "alert_snooze", [{**snooze, "snoozed_at": NOW}, {**snooze, "until": NOW, "snoozed_at": NOW}])
    run = {"run_id": "r1", "kind": "load", "source": "demo", "started_at": NOW, "status": "ok", "rows_loaded": 640}
    insert(
        marts, "run", [{**run, "finished_at": NOW + timedelta(seconds=4)}, {**run, "run_id": "r2", "status": "failed"}]
    )
