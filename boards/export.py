"""The reports as files for other tools: an XLSX workbook, or a folder of CSV or Parquet. Entry points of the exports.

What is written are the stable views (docs/warehouse.md), so every row says its basis, its coverage and whether it is a
lower bound or simulated; a mart that no view shows yet is written as it is. Text in a cell is data, never a formula:
XLSX cells are written as strings, and a CSV cell that a spreadsheet would take for a formula (``=``, ``+``, ``-``,
``@``, tab or carriage return first) gets a leading apostrophe. An export is there whole or not at all.
"""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Final

import duckdb

from boards.files import write_through
from boards.workbook import write_workbook
from warehouse.views import read_views

FORMATS: Final = ("csv", "parquet")
FORMULA_STARTS: Final = "=+-@\t\r"
Report = Callable[[str, int], None]
_SNAPSHOT_KEY: Final = ("source", "category_id", "observed_at")


def export_xlsx(con: duckdb.DuckDBPyConnection, path: Path, report: Report | None = None) -> Path:
    """Writes a workbook of the reports at ``path``: one sheet a report, of each category's latest snapshot.

    ``report`` is told each sheet and its rows. Raises ValueError where a report has more rows than a sheet holds.
    """
    return write_through(path, lambda temporary: write_workbook(con, temporary, marts_without_view(con), report))


def export_folder(
    con: duckdb.DuckDBPyConnection, folder: Path, form: str, only: Collection[str] = (), report: Report | None = None
) -> list[Path]:
    """Writes the stable views, all history, as one file each into ``folder``; returns their paths.

    ``form`` is ``csv`` (UTF-8, header, formula starts guarded) or ``parquet`` (zstd); ``only`` names the ones wanted.
    Files appear in ``folder`` once all of them are written. Raises ValueError for another form or name.
    """
    if form not in FORMATS:
        raise ValueError(f"export format {form!r}: expected one of {', '.join(FORMATS)}")
    names = _chosen(exported(con), only)
    partial = folder.with_name(f".{folder.name}-{uuid.uuid4().hex[:8]}")
    partial.mkdir(parents=True)
    try:
        for name in names:
            rows = _write(con, name, partial / f"{name}.{form}", form)
            if report is not None:
                report(name, rows)
        return _put_in_place(partial, folder)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def exported(con: duckdb.DuckDBPyConnection) -> list[str]:
    """What a folder gets: every view of all history, then the marts that no view shows."""
    views = sorted(view.name for view in read_views() if not view.name.endswith("_latest"))
    return [*views, *marts_without_view(con)]


def marts_without_view(con: duckdb.DuckDBPyConnection) -> list[str]:
    """Tables of figures by snapshot that no stable view reads: a new mart whose view is still to be written."""
    seen = {table for view in read_views() for table in view.reads}
    rows = con.execute(
        "SELECT table_name FROM duckdb_columns() WHERE database_name = current_database() AND NOT internal "
        "AND list_contains($keys, column_name) GROUP BY table_name HAVING count(*) = len($keys) ORDER BY table_name",
        {"keys": list(_SNAPSHOT_KEY)},
    ).fetchall()
    return [name for (name,) in rows if name not in seen and not name.startswith("v_") and name not in _INNER]


_INNER: Final = frozenset({"entrant"})


def guard_expression(column: str) -> str:
    """SQL that puts an apostrophe before text a spreadsheet would take for a formula."""
    name = _quoted(column)
    starts = ", ".join(f"chr({ord(start)})" for start in FORMULA_STARTS)
    return f"CASE WHEN left({name}, 1) IN ({starts}) THEN '''' || {name} ELSE {name} END AS {name}"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _chosen(names: list[str], only: Collection[str]) -> list[str]:
    unknown = sorted(set(only) - set(names))
    if unknown:
        raise ValueError(f"found {', '.join(unknown)}; expected some of {', '.join(names)}")
    return [name for name in names if not only or name in only]


def _write(con: duckdb.DuckDBPyConnection, name: str, path: Path, form: str) -> int:
    described = con.execute(f"DESCRIBE {_quoted(name)}").fetchall()
    columns = [
        guard_expression(column) if form == "csv" and kind == "VARCHAR" else _quoted(column)
        for column, kind, *_ in described
    ]
    order = ", ".join(key for key in _SNAPSHOT_KEY if key in {column for column, *_ in described})
    query = f"SELECT {', '.join(columns)} FROM {_quoted(name)}" + (f" ORDER BY {order}" if order else "")
    how = "FORMAT csv, HEADER" if form == "csv" else "FORMAT parquet, COMPRESSION zstd"
    file = "'" + str(path).replace("'", "''") + "'"
    row = con.execute(f"COPY ({query}) TO {file} ({how})").fetchone()
    return int(row[0]) if row else 0


def _put_in_place(partial: Path, folder: Path) -> list[Path]:
    """A new folder appears at once; in one that is there, files are replaced one by one, at the end."""
    if not folder.exists():
        partial.rename(folder)
        return sorted(folder.iterdir())
    return [path.replace(folder / path.name) for path in sorted(partial.iterdir())]
