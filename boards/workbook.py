"""The XLSX workbook: one sheet a report, numbers as numbers, text as text.

Knows the marts' tables and xlsxwriter; written through :func:`boards.export.export_xlsx`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

import duckdb

from boards.read import has_table

_SHEET_ROWS = 1_048_575
_CELL_CHARACTERS = 32_767
_BATCH_ROWS = 10_000

_LATEST = """
    SELECT snapshot.simulated, mart.*
    FROM {table} AS mart
    INNER JOIN snapshot
        ON
            mart.source = snapshot.source AND mart.category_id = snapshot.category_id
            AND mart.observed_at = snapshot.observed_at
    INNER JOIN (
        SELECT
            source, category_id, coalesce(max(observed_at) FILTER (WHERE complete), max(observed_at)) AS observed_at
        FROM snapshot
        GROUP BY source, category_id
    ) AS head
        ON
            mart.source = head.source AND mart.category_id = head.category_id
            AND mart.observed_at = head.observed_at
    ORDER BY mart.source, mart.category_id, {order}
"""
SHEETS: Final = {
    "Market size": ("market_size", "mart.families_known DESC"),
    "Concentration": ("brand_concentration", "mart.measure, mart.units_basis"),
    "Brand shares": ("brand_share", "mart.measure, mart.units_basis, mart.share DESC NULLS LAST"),
    "Price bands": ("price_band", "mart.units_basis, mart.band_no"),
    "Movement": ("rank_movement", "mart.rank NULLS LAST, mart.item_id"),
    "Ranking": ("item_day", "mart.sponsored, mart.rank NULLS LAST, mart.item_id"),
}
_COLUMNS = """
    SELECT table_name, column_name, data_type, comment
    FROM duckdb_columns()
    WHERE database_name = current_database() AND list_contains($tables, table_name)
    ORDER BY table_name, column_index
"""
ABOUT: Final = (
    "Shelfradar export. Each sheet holds the last complete snapshot of a category (its last where none is complete).",
    "Figures are of the observed top N. *_low is what the pages prove; an empty *_high means no upper bound is known.",
    "Shares run from 0 to 1. Times are UTC; observed_on is the date of the marketplace.",
    "Rows with simulated = TRUE are made up for demonstration.",
)


def write_workbook(con: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Fills the workbook at ``path``. Raises ValueError where a report has more rows than a sheet holds."""
    import xlsxwriter

    options = {
        "constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
        "remove_timezone": True, "nan_inf_to_errors": True,
    }  # fmt: skip
    with xlsxwriter.Workbook(str(path), options) as workbook:
        formats = {kind: workbook.add_format(look) for kind, look in _LOOKS.items()}
        about = workbook.add_worksheet("About")
        about.set_column(0, 0, 120)
        for row, text in enumerate(ABOUT):
            about.write_string(row, 0, text, formats["note"])
        for title, (table, order) in SHEETS.items():
            _write_sheet(con, workbook.add_worksheet(title), formats, _LATEST.format(table=table, order=order))
        snapshots = "SELECT * FROM snapshot ORDER BY observed_at DESC, source, category_id LIMIT 10000"
        _write_sheet(con, workbook.add_worksheet("Snapshots"), formats, snapshots)
        if has_table(con, "alert_episode"):
            episodes = "SELECT * FROM alert_episode ORDER BY fired_at DESC, rule_id, entity_id LIMIT 10000"
            _write_sheet(con, workbook.add_worksheet("Alerts"), formats, episodes)
        tables = {"tables": ["snapshot", *(table for table, _ in SHEETS.values()), "alert_episode"]}
        _write_sheet(con, workbook.add_worksheet("Columns"), formats, _COLUMNS, tables)


_LOOKS: Final[dict[str, dict[str, Any]]] = {
    "head": {"bold": True, "bottom": 1, "bg_color": "#E9EEF5", "text_wrap": True, "valign": "top"},
    "note": {"text_wrap": True, "valign": "top"},
    "share": {"num_format": "0.0%"},
    "money": {"num_format": "#,##0.00"},
    "whole": {"num_format": "#,##0"},
    "number": {"num_format": "#,##0.##"},
    "date": {"num_format": "yyyy-mm-dd"},
    "time": {"num_format": "yyyy-mm-dd hh:mm"},
    "text": {},
}
_KINDS: Final = (
    (re.compile(r"share|coverage|^cr\d+$|^gap$"), "share"),
    (re.compile(r"price|^band_(low|high)$"), "money"),
    (re.compile(r"_at$"), "time"),
    (re.compile(r"_on$"), "date"),
    (re.compile(r"units|gmv|listings|families|total_|value_|hhi|rank|count|captured|expected|brands$"), "whole"),
)
_WIDTHS: Final = {"share": 10, "money": 12, "whole": 12, "number": 12, "date": 12, "time": 17, "text": 18}
_WIDE: Final = {"title": 48, "comment": 80, "url": 30, "capture_id": 24, "status_reason": 40}


def _kind(column: str, sample: str) -> str:
    """The look of a column: by what DuckDB calls its type first, then by its name."""
    if sample in {"VARCHAR", "BOOLEAN"}:
        return "text"
    return next((kind for pattern, kind in _KINDS if pattern.search(column)), "number")


def _write_sheet(
    con: duckdb.DuckDBPyConnection, sheet: Any, formats: dict[str, Any], query: str, parameters: Any = None
) -> None:
    cursor = con.execute(query, parameters) if parameters else con.execute(query)
    columns = [(name, _kind(name, str(kind))) for name, kind, *_ in cursor.description or []]
    sheet.freeze_panes(1, 0)
    for number, (name, kind) in enumerate(columns):
        sheet.set_column(number, number, _WIDE.get(name, _WIDTHS[kind]))
        sheet.write_string(0, number, name, formats["head"])
    last = 0
    for last, row in enumerate(_rows(cursor), start=1):
        if last > _SHEET_ROWS:
            raise ValueError(f"sheet {sheet.name!r} has more than {_SHEET_ROWS} rows; export CSV or Parquet instead")
        _write_row(sheet, last, row, [formats[kind] for _, kind in columns])
    sheet.autofilter(0, 0, max(last, 1), len(columns) - 1)


def _rows(cursor: duckdb.DuckDBPyConnection) -> Iterator[Sequence[Any]]:
    while batch := cursor.fetchmany(_BATCH_ROWS):
        yield from batch


def _write_row(sheet: Any, number: int, row: Sequence[Any], looks: Sequence[Any]) -> None:
    for column, (value, look) in enumerate(zip(row, looks, strict=True)):
        if value is None:
            continue
        if isinstance(value, str):
            sheet.write_string(number, column, value[:_CELL_CHARACTERS], look)
        elif isinstance(value, bool):
            sheet.write_boolean(number, column, value, look)
        elif isinstance(value, (datetime, date)):
            sheet.write_datetime(number, column, value, look)
        else:
            sheet.write_number(number, column, value, look)
