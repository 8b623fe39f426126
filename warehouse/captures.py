"""Capture records read back from the warehouse, for those who go on from an archived page: replay and evidence."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

from duckdb import DuckDBPyConnection

from extractors.capture import Capture

COLUMNS = tuple(field.name for field in fields(Capture))


def select_captures(con: DuckDBPyConnection, condition: str, parameters: dict[str, Any]) -> list[Capture]:
    """The captures that meet ``condition`` (our SQL, with ``$name`` parameters), by time, category and page; UTC."""
    answer = con.execute(
        f"SELECT {', '.join(COLUMNS)} FROM capture WHERE {condition} ORDER BY observed_at, category_id, page_no",
        parameters,
    )
    return [Capture(**dict(zip(COLUMNS, map(_utc, row), strict=True))) for row in answer.fetchall()]


def _utc(value: Any) -> Any:
    return value.astimezone(UTC) if isinstance(value, datetime) else value
