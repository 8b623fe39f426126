"""The built files: complete, escaped, self-contained, replaced whole."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import duckdb

from boards.build import build_boards

AT = datetime(2026, 11, 22, 7, 30, tzinfo=UTC)


def test_an_overview_a_page_a_category_and_a_health_page(shelf: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    written = build_boards(shelf, tmp_path, generated_at=AT)
    names = [path.relative_to(tmp_path).as_posix() for path in written]
    assert names[0] == "index.html"
    assert sorted(names[1:]) == [
        "demo/cream.html", "demo/mask.html", "demo/serum.html", "health.html", "tmall-double11/cosmetics.html",
        "tmall-double11/first-day.html",
    ]  # fmt: skip
