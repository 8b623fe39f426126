"""One plain DuckDB file of the whole warehouse, for tools that can't load the lake's extension."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Final

from duckdb import DuckDBPyConnection

from warehouse.lake import Lake, LakeError, attach_lake, open_duckdb
from warehouse.views import comment_columns

Report = Callable[[str, int], None]
EMPTY: Final = frozenset({"alert_outbox"})
"""Left without rows: whom was told what, with addresses, is no business of whoever gets the file."""


def export_duckdb(lake: Lake, path: Path, report: Report | None = None) -> Path:
    """``path``, now a DuckDB file with every table, view and comment of the lake as one snapshot; whole or not at all.

    The columns of the views have their comments in it, which the lake can't hold. ``report`` is told each table and its
    rows as they are written. Raises LakeError where ``path`` is a folder or there is no warehouse.
    """
    if path.is_dir():
        raise LakeError(f"{path} is a folder; name the DuckDB file to write")
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.stem}-{uuid.uuid4().hex[:8]}.duckdb")
    try:
        con = open_duckdb(lake.config, partial)
        try:
            attach_lake(con, lake.config, read_only=True)
            _copy(con, _database_name(con, partial), report or (lambda _table, _rows: None))
        finally:
            con.close()
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
        partial.with_name(partial.name + ".wal").unlink(missing_ok=True)
    return path


def _database_name(con: DuckDBPyConnection, path: Path) -> str:
    row = con.execute("SELECT database_name FROM duckdb_databases() WHERE path = $1", [str(path)]).fetchone()
    if row is None:
        raise LakeError(f"{path} could not be opened as a DuckDB file")
    return '"' + str(row[0]).replace('"', '""') + '"'


def _copy(con: DuckDBPyConnection, target: str, report: Report) -> None:
    """Structure first, then rows table by table, all of one snapshot of the lake."""
    con.execute("BEGIN")
    con.execute(f"COPY FROM DATABASE lake TO {target} (SCHEMA)")
    tables = con.execute(
        "SELECT table_name FROM duckdb_tables() WHERE database_name = 'lake' ORDER BY table_name"
    ).fetchall()
    for (table,) in tables:
        rows = 0
        if table not in EMPTY:
            (rows,) = con.execute(f'INSERT INTO {target}."{table}" SELECT * FROM lake."{table}"').fetchone() or (0,)
        report(table, rows)
    con.execute(f"USE {target}")
    comment_columns(con)
    con.execute("COMMIT")
