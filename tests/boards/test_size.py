"""Many categories: how large a page is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from boards.build import build_boards

AT = datetime(2026, 11, 22, 7, 30, tzinfo=UTC)


@pytest.mark.slow
def test_a_hundred_categories_stay_small_pages(
    marts: duckdb.DuckDBPyConnection, fill: Callable[..., None], tmp_path: Path
) -> None:
    fill("demo", "c0", "精华", days=30, count=100)
    for table in (
        "snapshot",
        "brand_concentration",
        "brand_share",
        "price_band",
        "item_day",
        "rank_movement",
        "market_size",
    ):
        marts.execute(
            f"INSERT INTO {table} SELECT t.* REPLACE ('c' || n AS category_id) FROM {table} AS t, range(1, 100) AS r(n)"
        )
    written = build_boards(marts, tmp_path, generated_at=AT)
    assert sum(path.parent.name == "demo" for path in written) == 200
    assert max(path.stat().st_size for path in written) < 1_500_000
