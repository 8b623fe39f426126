"""The XLSX workbook: one sheet a report, numbers as numbers, text as text, each heading with its meaning as a note.

Knows the stable views, their dictionary and xlsxwriter; written through :func:`boards.export.export_xlsx`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

import duckdb

from warehouse.views import read_views

_SHEET_ROWS: Final = 1_048_575
_CELL_CHARACTERS: Final = 32_767
_BATCH_ROWS: Final = 10_000
Report = Callable[[str, int], None]

SHEETS: Final = {
    "v_category": ("Categories", "source, category_id"),
    "v_verdict_latest": ("Verdict", "source, category_id"),
    "v_market_latest": ("Market size", "source, category_id, families_known DESC"),
    "v_concentration_latest": ("Concentration", "source, category_id, measure, units_basis"),
    "v_brand_share_latest": ("Brand shares", "source, category_id, measure, units_basis, share DESC NULLS LAST"),
    "v_price_band_latest": ("Price bands", "source, category_id, units_basis, band_no"),
    "v_movement_latest": ("Movement", "source, category_id, rank NULLS LAST, item_id"),
    "v_item_latest": ("Ranking", "source, category_id, sponsored, rank NULLS LAST, item_id"),
    "v_own_position_latest": ("Own products", "source, category_id, rank NULLS LAST, item_id"),
    "v_margin_latest": ("Margin", "source, category_id, rank NULLS LAST, item_id"),
    "v_shelf_share_latest": ("Shelf and adverts", "source, category_id, entries DESC, brand NULLS LAST"),
    "v_entrant": ("Entrants", "source, category_id, entered_on DESC, item_id LIMIT 10000"),
    "v_campaign_category": ("Campaigns", "source, category_id, campaign, year DESC, phase"),
    "v_snapshot": ("Snapshots", "observed_at DESC, source, category_id LIMIT 10000"),
    "v_alert": ("Alerts", "fired_at DESC, rule_id, entity_id LIMIT 10000"),
}
ABOUT: Final = (
    "Shelfradar export. Each sheet holds a category's latest snapshot: its last complete one, its last where none is.",
    "Figures are of the observed top N. *_low is what the pages prove; an empty *_high means no upper bound is known.",
    "15,000+ reads: at least 15,000. lower_bound marks such rows.",
    "Shares run from 0 to 1 and are shown in per cent. Times are UTC; *_on is the date of the marketplace.",
    "Rows with simulated = TRUE are made up for demonstration. A heading's note says what the column means.",
)
_INTERVALS: Final = ("units", "units_per_day", "units_30d", "gmv_30d", "profit_30d", "value", "total")
_LOOKS: Final[dict[str, dict[str, Any]]] = {
    "head": {"bold": True, "bottom": 1, "bg_color": "#E9EEF5", "text_wrap": True, "valign": "top"},
    "note": {"text_wrap": True, "valign": "top"},
    "share": {"num_format": "0.0%"},
    "money": {"num_format": "#,##0.00"},
    "whole": {"num_format": "#,##0"},
    "year": {"num_format": "0"},
    "number": {"num_format": "#,##0.##"},
    "date": {"num_format": "yyyy-mm-dd"},
    "time": {"num_format": "yyyy-mm-dd hh:mm"},
    "interval": {"align": "right"},
    "text": {},
}
_BY_UNIT: Final = (
    ("share", "share"), ("currency, in 30 days", "whole"), ("currency", "money"), ("UTC", "time"), ("date", "date"),
    ("units a day", "number"), ("brands of equal", "number"), ("year", "year"), ("as shown", "number"),
    ("units", "whole"), ("place", "whole"), ("count", "whole"), ("index", "whole"), ("days", "whole"),
    ("of the measure", "whole"),
)  # fmt: skip
_WIDTHS: Final = {"share": 10, "money": 12, "whole": 12, "number": 12, "year": 8, "date": 12, "time": 17,
                  "interval": 19, "text": 18}  # fmt: skip
_WIDE: Final = {"title": 48, "comment": 80, "url": 30, "capture_id": 24, "status_reason": 40, "sentence": 80}


@dataclass(frozen=True, slots=True)
class Heading:
    """A column of a sheet: its name, its look, and the note on it."""

    name: str
    look: str
    note: str | None = None


def write_workbook(
    con: duckdb.DuckDBPyConnection, path: Path, more: Collection[str] = (), report: Report | None = None
) -> None:
    """Fills the workbook at ``path``; ``more``: tables that get a sheet too, of the latest snapshots.

    Raises ValueError where a report has more rows than a sheet holds.
    """
    import xlsxwriter

    options = {
        "constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
        "remove_timezone": True, "nan_inf_to_errors": True,
    }  # fmt: skip
    told = report or (lambda _sheet, _rows: None)
    with xlsxwriter.Workbook(str(path), options) as workbook:
        looks = {kind: workbook.add_format(look) for kind, look in _LOOKS.items()}
        about = workbook.add_worksheet("About")
        about.set_column(0, 0, 120)
        for row, text in enumerate(ABOUT):
            about.write_string(row, 0, text, looks["note"])
        for name, title, order in [*_sheets(), *((name, name[:31], "source, category_id") for name in more)]:
            headings, query = _question(con, name, order)
            sheet = workbook.add_worksheet(title)
            told(title, _write_sheet(con, sheet, looks, headings, query))
        columns = [Heading(name, "text") for name in ("table_name", "column_name", "data_type", "unit", "comment")]
        query = f"SELECT {', '.join(one.name for one in columns)} FROM dictionary ORDER BY kind DESC, 1, column_no"
        told("Columns", _write_sheet(con, workbook.add_worksheet("Columns"), looks, columns, query))


def _sheets() -> list[tuple[str, str, str]]:
    """View, title and order of every sheet: the ones we name, then each further view of latest figures."""
    further = sorted(view.name for view in read_views() if view.name.endswith("_latest") and view.name not in SHEETS)
    named = [(name, title, order) for name, (title, order) in SHEETS.items()]
    return [*named, *((name, _title(name), "source, category_id") for name in further)]


def _title(view: str) -> str:
    return view.removeprefix("v_").removesuffix("_latest").replace("_", " ").capitalize()[:31]


def _question(con: duckdb.DuckDBPyConnection, name: str, order: str) -> tuple[list[Heading], str]:
    """The columns of a sheet and its query: an interval's two ends get the one text that a person reads before them."""
    rows = con.execute(
        "SELECT column_name, data_type, unit, comment FROM dictionary WHERE table_name = $1 ORDER BY column_no", [name]
    ).fetchall()
    names = {column for column, *_ in rows}
    headings, selected = [], []
    for column, kind, unit, comment in rows:
        stem = column.removesuffix("_low")
        if column.endswith("_low") and stem in _INTERVALS and f"{stem}_high" in names:
            headings.append(Heading(stem, "interval", f"{column} and {stem}_high as one text; + has no upper bound."))
            selected.append(f"{_interval(stem)} AS {stem}_text_")
        headings.append(Heading(column, _look(kind, unit), f"{comment}\nUnit: {unit}." if unit else comment))
        selected.append(f'"{column}"')
    latest = "" if name.startswith("v_") else _LATEST
    return headings, f'SELECT {", ".join(selected)} FROM "{name}" {latest} ORDER BY {order}'


_LATEST: Final = (
    "SEMI JOIN (SELECT source, category_id, observed_at FROM v_snapshot WHERE is_latest) AS latest "
    "USING (source, category_id, observed_at)"
)


def _interval(stem: str) -> str:
    form = "format('{{:,.1f}}', {})" if stem == "units_per_day" else "format('{{:,}}', round({})::BIGINT)"
    low, high = (form.format(f"{stem}_{end}") for end in ("low", "high"))
    return (
        f"CASE WHEN {stem}_low IS NULL THEN NULL WHEN {stem}_high IS NULL THEN {low} || '+' "
        f"WHEN {low} = {high} THEN {low} ELSE {low} || '–' || {high} END"
    )


def _look(data_type: str, unit: str | None) -> str:
    """The look of a column: by the unit the dictionary has for it."""
    if data_type in {"VARCHAR", "BOOLEAN"} or unit is None:
        return "text"
    return next((look for start, look in _BY_UNIT if unit.startswith(start)), "number")


def _write_sheet(
    con: duckdb.DuckDBPyConnection, sheet: Any, looks: dict[str, Any], headings: Sequence[Heading], query: str
) -> int:
    sheet.freeze_panes(1, 0)
    for number, heading in enumerate(headings):
        sheet.set_column(number, number, _WIDE.get(heading.name, _WIDTHS[heading.look]))
        sheet.write_string(0, number, heading.name, looks["head"])
        if heading.note:
            sheet.write_comment(0, number, heading.note, {"x_scale": 2})
    last = 0
    for last, row in enumerate(_rows(con.execute(query)), start=1):
        if last > _SHEET_ROWS:
            raise ValueError(f"sheet {sheet.name!r} has more than {_SHEET_ROWS} rows; export CSV or Parquet instead")
        _write_row(sheet, last, row, [looks[heading.look] for heading in headings])
    sheet.autofilter(0, 0, max(last, 1), len(headings) - 1)
    return last


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
