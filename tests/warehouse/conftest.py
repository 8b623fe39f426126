"""A lake of its own for every test, and stages written by hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from extractors.capture import Capture, write_captures
from extractors.source import Source
from extractors.staged import STAGED_SCHEMA
from extractors.stagedir import StageDir
from warehouse.lake import Lake, LakeConfig

AT = datetime(2026, 11, 20, 22, tzinfo=UTC)


@pytest.fixture
def config(tmp_path: Path) -> LakeConfig:
    """A lake with a SQLite catalog in a folder of the test's own."""
    return LakeConfig(
        catalog=str(tmp_path / "lake" / "catalog.sqlite"),
        data_path=str(tmp_path / "lake" / "files"),
        temp_dir=tmp_path / "tmp",
        lock_timeout_seconds=60,
    )


@pytest.fixture
def lake(config: LakeConfig, new_lake: Callable[[LakeConfig], Lake]) -> Lake:
    """A migrated, empty lake."""
    return new_lake(config)


@pytest.fixture
def at() -> datetime:
    """The observation most tests are about."""
    return AT


@pytest.fixture
def make_source() -> Callable[..., Source]:
    """``make_source(**changes)``: a source with the categories ``serum`` and ``cream``."""

    def make(**changes: Any) -> Source:
        plain = {
            "source": "shop", "title": "Shop", "site": "shop", "timezone": "Asia/Shanghai", "currency": "CNY",
            "categories": [
                {"id": "serum", "title": "精华", "expected": 10}, {"id": "cream", "title": "面霜", "expected": 10},
            ],
        }  # fmt: skip
        return Source.model_validate({**plain, **changes})

    return make


@pytest.fixture
def source(make_source: Callable[..., Source]) -> Source:
    """That source, with no bounds of its own."""
    return make_source()


@pytest.fixture
def make_rows() -> Callable[..., list[dict[str, Any]]]:
    """``make_rows(category, count, at=…, **changes)``: so many good staged rows."""

    def make(category: str, count: int, *, at: datetime = AT, **changes: Any) -> list[dict[str, Any]]:
        return [
            {
                "source": "shop", "category_id": category, "observed_at": at, "observed_on": at.date(),
                "position": number, "rank": number, "rank_source": "position", "sponsored": False,
                "item_id": f"{category}-{number}", "title": f"Item {number} of {category}", "brand_text": "Brand",
                "brand_key": "brand", "currency": "CNY", "price": Decimal("19.90") + number, "units_low": 100 * number,
                "units_high": 100 * number + 99, "units_basis": "trailing", "units_window_days": 30,
                "units_text": f"{number}00+人付款", "rating": 4.5, "review_count": 7, "in_stock": True,
                "capture_id": f"{category}-page-1", "parser_version": "shop/1", **changes,
            }
            for number in range(1, count + 1)
        ]  # fmt: skip

    return make


@pytest.fixture
def make_stage(tmp_path: Path) -> Callable[..., StageDir]:
    """``make_stage(rows, outcomes={category: [outcome a page]}, at=…, home=…)``: a stage folder with these rows."""

    def make(
        rows: list[dict[str, Any]], outcomes: dict[str, list[str]] | None = None, *, at: datetime = AT,
        home: Path | None = None,
    ) -> StageDir:  # fmt: skip
        stage = StageDir(home or tmp_path, "shop", at)
        stage.path.mkdir(parents=True, exist_ok=True)
        with stage.writing(stage.listings(0)) as path:
            pq.write_table(pa.Table.from_pylist(rows, STAGED_SCHEMA), path)
        pages = outcomes or {category: ["ok"] for category in sorted({row["category_id"] for row in rows})}
        write_captures(stage.captures(0), [
            Capture(
                capture_id=f"{category}-page-{number}", source="shop", category_id=category, page_no=number,
                observed_at=at, observed_on=at.date(), fetched_at=at, outcome=outcome, sha256="0" * 64,
            )
            for category, listed in pages.items() for number, outcome in enumerate(listed, start=1)
        ])  # fmt: skip
        return stage

    return make


@pytest.fixture(scope="session")
def sql_failures() -> Callable[..., dict[int, set[int]]]:
    """``sql_failures(con, suite)``: number of the row rule -> row_no that fail it in SQL, as ``recorded_failures``."""
    from warehouse.judge import failing

    def find(con: Any, suite: Any) -> dict[int, set[int]]:
        rules = (*suite.quarantining, *suite.warning)
        conditions = [f"SELECT row_no FROM staged WHERE {failing(rule)}" for rule in rules]
        doubles = (
            "SELECT unnest(list(row_no)) FROM staged WHERE item_id IS NOT NULL AND category_id IS NOT NULL "
            "AND sponsored IS NOT NULL AND observed_at IS NOT NULL "
            "GROUP BY observed_at, category_id, item_id, sponsored HAVING count(*) > 1"
        )
        answers = [con.execute(sql).fetchall() for sql in (*conditions, doubles)]
        return {number: {row[0] for row in answer} for number, answer in enumerate(answers)}

    return find


@pytest.fixture
def load_extension() -> Callable[[duckdb.DuckDBPyConnection, str], None]:
    """``load_extension(con, name)``: the pinned wheel's extension; nothing is downloaded."""

    def load(con: duckdb.DuckDBPyConnection, name: str) -> None:
        resource = files(f"duckdb_extension_{name}") / "extensions" / f"v{duckdb.__version__}"
        with as_file(resource / f"{name}.duckdb_extension") as path:
            con.load_extension(str(path))

    return load


@pytest.fixture
def assert_reads_beside_a_load() -> Callable[[duckdb.DuckDBPyConnection, Lake], None]:
    """``assert_reads_beside_a_load(con, lake)``: an attached empty lake shows what a load adds, and takes no change."""

    def check(con: duckdb.DuckDBPyConnection, lake: Lake) -> None:
        assert con.execute("SELECT count(*) FROM run").fetchone() == (0,)
        lake.write(lambda writer: writer.execute(
            "INSERT INTO run VALUES ('r', 'load', NULL, NULL, now(), now(), 'ok', 1, NULL)"
        ))  # fmt: skip
        assert con.execute("SELECT count(*) FROM run").fetchone() == (1,)
        assert con.execute("SELECT count(*) FROM v_item_latest").fetchone() == (0,)
        with pytest.raises(duckdb.InvalidInputException, match="read-only"):
            con.execute("DELETE FROM run")

    return check
