"""What the audit asks of the past and of the fetch: trailing medians, and what became of each category's pages."""

from __future__ import annotations

from datetime import timedelta

from duckdb import DuckDBPyConnection

from warehouse.suite import Suite
from warehouse.verdict import Pages

MEDIAN_OF = 7
HISTORY = timedelta(days=60)


def pages_by_category(con: DuckDBPyConnection) -> dict[str, Pages]:
    """What became of the pages of each category, from the view ``staged_capture``."""
    rows = con.execute("SELECT category_id, outcome, count(*) FROM staged_capture GROUP BY ALL ORDER BY ALL").fetchall()
    pages: dict[str, Pages] = {}
    for category_id, outcome, count in rows:
        one = pages.setdefault(category_id, Pages())
        one.asked += count
        if outcome != "ok":
            one.failed[outcome] = count
    return pages


def trailing_medians(con: DuckDBPyConnection, suite: Suite) -> dict[str, float]:
    """The median of organic items over the last complete snapshots of each category, before this one."""
    rows = con.execute(
        """
        SELECT category_id, median(captured) FROM (
            SELECT category_id, captured FROM snapshot
            WHERE source = ? AND observed_at >= ? AND observed_at < ? AND complete
            QUALIFY row_number() OVER (PARTITION BY category_id ORDER BY observed_at DESC) <= ?
        ) GROUP BY category_id
        """,
        [suite.source, suite.observed_at - HISTORY, suite.observed_at, MEDIAN_OF],
    ).fetchall()
    return {category_id: float(median) for category_id, median in rows}
