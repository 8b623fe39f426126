"""Whether a peer's marts are ours: every row and column, joined on the key by DuckDB. No part of what is timed."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from duckdb import DuckDBPyConnection

from transforms.grains import GRAINS

MARTS = ("item_day", "family_day", "brand_share", "brand_concentration", "market_size", "rank_movement")
"""The marts that the peers make."""

SLICE_ROWS = 2_000_000  # of both sides together
_NUMBERS = ("INTEGER", "BIGINT", "DOUBLE", "DECIMAL(18,4)")


def check_equal(con: DuckDBPyConnection, folder: Path, peer: str) -> None:
    """Compare ``folder/MART*.parquet`` with the marts of the lake in use; numbers to nine digits, all else exactly.

    Raises ValueError that names mart and column, how many rows differ, and one of them with both values.
    """
    for mart in MARTS:
        theirs = f"read_parquet('{folder}/{mart}*.parquet', union_by_name = true)"
        missing = [name for name in _types(con, mart) if name not in _types(con, theirs)]
        if missing:
            raise ValueError(f"{peer}: {mart} lacks the columns {', '.join(missing)}")
        for first, last in _slices(con, mart, theirs):
            _check_slice(con, mart, theirs, (first, last), peer)


def _types(con: DuckDBPyConnection, relation: str) -> dict[str, str]:
    return {str(name): str(kind) for name, kind, *_ in con.execute(f"DESCRIBE SELECT * FROM {relation}").fetchall()}


def _slices(con: DuckDBPyConnection, mart: str, theirs: str) -> list[tuple[datetime, datetime]]:
    """First and last observation time of slices of SLICE_ROWS rows, at least one time each."""
    times = con.execute(
        f"WITH times AS (SELECT observed_at FROM {mart} UNION ALL SELECT observed_at FROM {theirs}) "
        "SELECT observed_at, count(*) FROM times GROUP BY observed_at ORDER BY observed_at"
    ).fetchall()
    slices: list[tuple[datetime, datetime]] = []
    held = 0
    for at, rows in times:
        if slices and held + rows <= SLICE_ROWS:
            slices[-1] = (slices[-1][0], at)
            held += rows
        else:
            slices.append((at, at))
            held = rows
    return slices


def _check_slice(con: DuckDBPyConnection, mart: str, theirs: str, span: tuple[datetime, datetime], peer: str) -> None:
    columns = {name: kind for name, kind in _types(con, mart).items() if name not in GRAINS[mart]}
    found = con.execute(
        "SELECT count(*), count(*) FILTER (ours.observed_at IS NULL), count(*) FILTER (theirs.observed_at IS NULL), "
        + ", ".join(f"count(*) FILTER ({_differs(name, kind)})" for name, kind in columns.items())
        + _joined(mart, theirs),
        [*span, *span],
    ).fetchall()[0]
    _, extra, absent, *different = found
    if extra or absent:
        which = _example(
            con, mart, theirs, span, "ours.observed_at IS NULL OR theirs.observed_at IS NULL", GRAINS[mart][-1]
        )
        raise ValueError(f"{peer}: {mart} has {extra} rows that are not ours and lacks {absent} of ours, as {which}")
    for (name, kind), rows in zip(columns.items(), different, strict=True):
        if rows:
            which = _example(con, mart, theirs, span, _differs(name, kind), name)
            raise ValueError(f"{peer}: {mart}.{name} differs in {rows} of {found[0]} rows, as {which}")


def _joined(mart: str, theirs: str) -> str:
    condition = " AND ".join(f"ours.{name} IS NOT DISTINCT FROM theirs.{name}" for name in GRAINS[mart])
    return (
        f" FROM (SELECT * FROM {mart} WHERE observed_at BETWEEN ? AND ?) AS ours "
        f"FULL JOIN (SELECT * FROM {theirs} WHERE observed_at BETWEEN ? AND ?) AS theirs ON {condition}"
    )


def _differs(name: str, kind: str) -> str:
    """Of a pair of rows; a row alone is counted as such."""
    ours, theirs = f"ours.{name}", f"theirs.{name}"
    if kind not in _NUMBERS:
        return f"{ours} IS DISTINCT FROM {theirs}::{kind}"
    ours, theirs = f"{ours}::DOUBLE", f"{theirs}::DOUBLE"
    off = f"abs({ours} - {theirs}) > 1e-9 * greatest(abs({ours}), abs({theirs}), 1e-3)"
    return f"({ours} IS NULL) <> ({theirs} IS NULL) OR {off}"


def _example(
    con: DuckDBPyConnection, mart: str, theirs: str, span: tuple[datetime, datetime], condition: str, column: str
) -> str:
    key = ", ".join(f"coalesce(ours.{name}, theirs.{name})" for name in GRAINS[mart])
    row = con.execute(
        f"SELECT {key}, ours.{column}, theirs.{column}{_joined(mart, theirs)} WHERE {condition} LIMIT 1",
        [*span, *span],
    ).fetchall()[0]
    *named, ours, other = map(str, row)
    return f"{' / '.join(named)}: ours {ours}, theirs {other}"
