"""Listings from a table: CSV, TSV, XLSX, Parquet, a JSON array or JSON lines, by column."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time
from typing import Any

from extractors.encoding import decode_body
from extractors.parsers.build import ListingBuilder, ListKey, slug_of
from extractors.parsers.compile import CompiledSpec
from extractors.parsers.page import PageContext, Parsed, UnreadablePage
from extractors.parsers.whole import finish_page, unreadable
from extractors.spec import SiteSpec

Row = dict[str, Any]
_MARKUP = re.compile(r"\s{0,100}<(?:!doctype|html|head|body|script|div|meta|!--)", re.IGNORECASE)
DELIMITERS = ",;\t|"
CELL_LIMIT = 1024 * 1024  # characters of one cell


def read_table(body: bytes, compiled: CompiledSpec, context: PageContext, builder: ListingBuilder) -> Parsed:
    """The listings of a file, each with its category and, where the file has a date column, its ``observed_at``:
    local midnight in the source's time zone, in UTC. Raises UnreadablePage, also where a column is absent."""
    spec = compiled.spec
    columns, rows = _rows(body, spec, context)
    absent = sorted(_mandatory(spec) - set(columns))
    if absent:
        raise UnreadablePage(
            f"{spec.site}: no column {', '.join(map(repr, absent))}; the file has {', '.join(map(repr, columns))}",
            "layout",
        )
    dates = _Dates(spec, context)
    keys: dict[tuple[str, datetime | None], ListKey] = {}
    for row in _guarded(rows, spec):
        observed_at = None
        if spec.date is not None:
            raw_date = row.get(spec.date.column)
            observed_at = dates.instant(raw_date)
            if observed_at is None:
                formats = ", ".join(spec.date.formats)
                builder.skip_row("date", str(raw_date), f"none of the formats {formats}: not loaded")
                continue
        category = _category(row, compiled, context)
        if not category:
            builder.skip_row("category", str(row)[:80], "a row without a category: not loaded")
            continue
        key = keys.setdefault((category, observed_at), ListKey(category, observed_at))
        builder.add((row,), key)
    return finish_page(builder, body, context)


def _category(row: Row, compiled: CompiledSpec, context: PageContext) -> str:
    if compiled.category is None:
        return context.category_id
    found = compiled.category(row)
    return "" if found is None else slug_of(str(found))


def _mandatory(spec: SiteSpec) -> set[str]:
    """The columns without which the file is another file: those that the spec names with no alternative."""
    named = {rules[0].column or rules[0].short for rules in spec.fields.values() if len(rules) == 1}
    if spec.date is not None:
        named.add(spec.date.column)
    return {one for one in named if one is not None}


class _Dates:
    """Reads the cells of the date column; a file has few dates and many rows, so each text is read once."""

    def __init__(self, spec: SiteSpec, context: PageContext) -> None:
        self._formats = spec.date.formats if spec.date else []
        self._zone = context.source.zone
        self._known: dict[Any, datetime | None] = {}

    def instant(self, cell: Any) -> datetime | None:
        """The instant that a cell names, UTC; None where it names none."""
        if cell not in self._known:
            self._known[cell] = self._read(cell)
        return self._known[cell]

    def _read(self, cell: Any) -> datetime | None:
        local = cell if isinstance(cell, datetime) else None
        if local is None and isinstance(cell, date):
            local = datetime.combine(cell, time(), tzinfo=self._zone)
        for form in self._formats if local is None and isinstance(cell, str) else []:
            try:
                local = datetime.strptime(cell, form)  # noqa: DTZ007 - the zone is the source's, added below
            except ValueError:
                continue
            break
        if local is None:
            return None
        there = local.astimezone(self._zone) if local.tzinfo else local.replace(tzinfo=self._zone)
        return there.replace(hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)


def _rows(body: bytes, spec: SiteSpec, context: PageContext) -> tuple[list[str], Iterable[Row]]:
    form = spec.table.format if spec.table.format != "auto" else _form_of(body)
    try:
        if form == "xlsx":
            return _xlsx(body, spec)
        if form == "parquet":
            return _parquet(body)
        text = decode_body(body, context.content_type, spec.encoding)[0]
        if form == "csv" and _MARKUP.match(text):
            raise unreadable(body, context)  # a page where a file was expected: a wall, a shell, another address
        return _json(text, lines=form == "jsonl") if form.startswith("json") else _csv(text, spec)
    except _readable_errors(form) as error:
        raise UnreadablePage(f"{spec.site}: not a readable {form} file: {error}", "format") from error


def _readable_errors(form: str) -> tuple[type[Exception], ...]:
    """What the format's library raises for a broken file."""
    usual = (ValueError, OSError, RecursionError, csv.Error)
    if form == "xlsx":
        from python_calamine import CalamineError

        return (*usual, CalamineError)
    if form == "parquet":
        from pyarrow import ArrowException

        return (*usual, ArrowException)
    return usual


def _guarded(rows: Iterable[Row], spec: SiteSpec) -> Iterator[Row]:
    """The rows; a file that breaks on the way is refused whole, not loaded by half."""
    try:
        yield from rows
    except csv.Error as error:
        raise UnreadablePage(f"{spec.site}: not a readable csv file: {error}", "format") from error


def _form_of(body: bytes) -> str:
    head = body.lstrip(b"\xef\xbb\xbf \t\r\n")[:4]
    if head.startswith(b"PK\x03\x04") or body.startswith(b"\xd0\xcf\x11\xe0"):
        return "xlsx"
    if head == b"PAR1":
        return "parquet"
    if head.startswith(b"["):
        return "json"
    return "jsonl" if head.startswith(b"{") else "csv"


def _csv(text: str, spec: SiteSpec) -> tuple[list[str], Iterator[Row]]:
    csv.field_size_limit(CELL_LIMIT)
    delimiter = spec.table.delimiter
    if delimiter is None:
        first = text.split("\n", 1)[0]
        delimiter = max(DELIMITERS, key=first.count)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    for _ in range(spec.table.header_row - 1):
        next(lines, None)
    columns = [name.strip() for name in next(lines, [])]
    return columns, _whole_rows(lines, columns, ended=text[-1:] in ("\n", "\r", ""))


def _whole_rows(lines: Iterator[list[str]], columns: list[str], *, ended: bool) -> Iterator[Row]:
    """The rows; csv.Error at the end of a file whose last row alone is short and has no end of line: it was cut off."""
    short, last = 0, len(columns)
    for line in lines:
        if line:
            last = len(line)
            short += last < len(columns)
            yield {name: cell.strip() or None for name, cell in zip(columns, line, strict=False)}
    if not ended and short == 1 and last < len(columns):
        raise csv.Error(f"cut off: its last row has {last} of {len(columns)} cells and no end")


def _xlsx(body: bytes, spec: SiteSpec) -> tuple[list[str], Iterator[Row]]:
    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_filelike(io.BytesIO(body))
    if spec.table.sheet is not None and spec.table.sheet not in book.sheet_names:
        raise ValueError(f"no sheet {spec.table.sheet!r}; it has {', '.join(book.sheet_names)}")
    sheet = book.get_sheet_by_name(spec.table.sheet or book.sheet_names[0])
    lines = iter(sheet.to_python(skip_empty_area=False)[spec.table.header_row - 1 :])
    columns = [str(name).strip() for name in next(lines, [])]
    return columns, (
        {name: _cell(cell) for name, cell in zip(columns, line, strict=False)} for line in lines if any(line)
    )


def _parquet(body: bytes) -> tuple[list[str], Iterator[Row]]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pq.read_table(pa.BufferReader(body))
    return table.column_names, ({name: _cell(cell) for name, cell in row.items()} for row in table.to_pylist())


def _json(text: str, *, lines: bool) -> tuple[list[str], Iterator[Row]]:
    loaded = [json.loads(line) for line in text.splitlines() if line.strip()] if lines else json.loads(text)
    if not isinstance(loaded, list) or not all(isinstance(row, dict) for row in loaded):
        raise ValueError("rows must be objects")
    columns = list(dict.fromkeys(name for row in loaded for name in row))
    return columns, ({name: _cell(cell) for name, cell in row.items()} for row in loaded)


def _cell(value: Any) -> Any:
    """A typed cell as a raw value: whole floats (as spreadsheets keep ids) as integers, blanks as None."""
    if isinstance(value, str):
        text = value.strip()
        return (text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")) or None
    if isinstance(value, float):
        return None if value != value else int(value) if value.is_integer() else value  # noqa: PLR0124 - NaN
    return value if isinstance(value, (int, date, datetime)) or value is None else str(value)
