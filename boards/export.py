"""The reports as files for other tools: an XLSX workbook, or a folder of CSV or Parquet. Entry points of the exports.

Text in a cell is data, never a formula: XLSX cells are written as strings, and a CSV cell that a spreadsheet would take
for a formula (``=``, ``+``, ``-``, ``@``, tab or carriage return first) gets a leading apostrophe. Every row says
whether it is simulated. Files are replaced whole or not at all.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import duckdb

from boards.files import write_through
from boards.workbook import write_workbook

MARTS: Final = (
    "brand_concentration", "brand_share", "price_band", "market_size", "rank_movement", "item_day", "family_day",
)  # fmt: skip
FORMATS: Final = ("csv", "parquet")
FORMULA_STARTS: Final = "=+-@\t\r"
_WHOLE = """
    SELECT {columns}, snapshot.simulated
    FROM {table} AS mart
    INNER JOIN snapshot
        ON
            mart.source = snapshot.source AND mart.category_id = snapshot.category_id
            AND mart.observed_at = snapshot.observed_at
    ORDER BY mart.source, mart.category_id, mart.observed_at
"""


def export_xlsx(con: duckdb.DuckDBPyConnection, path: Path) -> Path:
    """Writes a workbook of the reports at ``path``: one sheet a report, of each category's last complete snapshot.

    Raises ValueError where a report has more rows than a sheet holds.
    """
    return write_through(path, lambda temporary: write_workbook(con, temporary))


def export_folder(con: duckdb.DuckDBPyConnection, folder: Path, form: str) -> list[Path]:
    """Writes every mart, all history, and the snapshots as one file each into ``folder``; returns their paths.

    ``form`` is ``csv`` (UTF-8, header, formula starts guarded) or ``parquet`` (zstd). Raises ValueError for another.
    """
    if form not in FORMATS:
        raise ValueError(f"export format {form!r}: expected one of {', '.join(FORMATS)}")
    written = []
    for table in ("snapshot", *MARTS):
        query = _folder_query(con, table, guard=form == "csv")
        written.append(write_through(folder / f"{table}.{form}", _writer(con, query, form)))
    return written


def guard_expression(column: str) -> str:
    """SQL that puts an apostrophe before text a spreadsheet would take for a formula."""
    name = _quoted(column)
    starts = ", ".join(f"chr({ord(start)})" for start in FORMULA_STARTS)
    return f"CASE WHEN left(mart.{name}, 1) IN ({starts}) THEN '''' || mart.{name} ELSE mart.{name} END AS {name}"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _folder_query(con: duckdb.DuckDBPyConnection, table: str, *, guard: bool) -> str:
    described = con.execute(f"DESCRIBE {_quoted(table)}").fetchall()
    columns = [
        guard_expression(name) if guard and kind == "VARCHAR" else f"mart.{_quoted(name)}"
        for name, kind, *_ in described
    ]
    if table == "snapshot":
        return f"SELECT {', '.join(columns)} FROM snapshot AS mart ORDER BY source, category_id, observed_at"
    return _WHOLE.format(columns=", ".join(columns), table=_quoted(table))


def _writer(con: duckdb.DuckDBPyConnection, query: str, form: str) -> Any:
    relation = con.sql(query)
    if form == "csv":
        return lambda temporary: relation.write_csv(str(temporary), header=True)
    return lambda temporary: relation.write_parquet(str(temporary), compression="zstd")
