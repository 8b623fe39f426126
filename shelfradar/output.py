"""How answers are written: a table for people, CSV and JSON for machines. Data goes to stdout, talk to stderr."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Literal

from extractors.counted import counted
from shelfradar.cells import csv_cell, jsonable, plain, shown

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Format", "plain", "say", "write_batches", "write_json", "write_rows"]
NEVER_FOLDED = 24
PIPED_WIDTH = 400
GAP = 2


class Format(StrEnum):
    """Ways to write rows."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"


def say(text: str) -> None:
    """A sentence to the person at the terminal (stderr), so that stdout stays data."""
    from rich.console import Console

    Console(stderr=True, highlight=False, markup=False, soft_wrap=True).print(text)


def write_rows(rows: pa.Table, form: Format) -> None:
    """``rows`` on stdout: an aligned table, CSV with a header, or JSON Lines (one object a row)."""
    if form is Format.TABLE:
        _write_table(rows)
    else:
        write_batches(rows.schema, iter(rows.to_batches(max_chunksize=10_000)), form)


def write_batches(schema: pa.Schema, batches: Iterator[pa.RecordBatch], form: Format) -> int:
    """Rows on stdout as they come, as CSV or JSON Lines, in bounded memory; returns how many."""
    count = 0
    writer = csv.writer(sys.stdout, lineterminator="\n")
    if form is Format.CSV:
        writer.writerow([csv_cell(name) for name in schema.names])
    for batch in batches:
        columns = [column.to_pylist() for column in batch.columns]
        count += batch.num_rows
        if form is Format.CSV:
            writer.writerows([csv_cell(value) for value in row] for row in zip(*columns, strict=True))
        else:
            for row in zip(*columns, strict=True):
                write_json(dict(zip(schema.names, row, strict=True)))
    sys.stdout.flush()
    return count


def write_json(value: Mapping[str, Any]) -> None:
    """One JSON object on one line of stdout; decimals as numbers, times as ISO 8601, NaN and infinity as null."""
    sys.stdout.write(json.dumps(jsonable(value), ensure_ascii=False, default=plain, allow_nan=False) + "\n")


def _write_table(rows: pa.Table) -> None:
    from rich.console import Console

    columns = [[shown(value) for value in column.to_pylist()] for column in rows.columns]
    console = Console(highlight=False, markup=False, width=None if sys.stdout.isatty() else PIPED_WIDTH)
    if rows.num_rows and _least_width(rows.schema.names, columns) > console.width:
        _write_records(console, rows.schema.names, list(zip(*columns, strict=True)))
    else:
        console.print(_table(rows.schema, columns))
    say(f"({counted(rows.num_rows, 'row')})")


def _least_width(names: list[str], columns: list[list[str]]) -> int:
    """Cells of the terminal that the columns need when long texts are folded; a Chinese letter takes two."""
    from rich.cells import cell_len

    return sum(
        min(NEVER_FOLDED, max((cell_len(value) for value in [name, *values]), default=0)) + GAP
        for name, values in zip(names, columns, strict=True)
    )


def _table(schema: pa.Schema, columns: list[list[str]]) -> Any:
    from rich.cells import cell_len
    from rich.table import Table

    table = Table(box=None, header_style="bold", pad_edge=False)
    for field, values in zip(schema, columns, strict=True):
        longest = max((cell_len(value) for value in values), default=0)
        justify: Literal["left", "right"] = "right" if _is_number(field.type) else "left"
        table.add_column(_text(field.name), justify=justify, overflow="fold", no_wrap=longest <= NEVER_FOLDED)
    for row in zip(*columns, strict=True):
        table.add_row(*(_text(value) for value in row))
    return table


def _write_records(console: Any, names: list[str], rows: Iterable[tuple[str, ...]]) -> None:
    """Rows too wide for the terminal: a line a column, a paragraph a row."""
    from rich.text import Text

    width = max(map(len, names))
    for number, row in enumerate(rows, start=1):
        console.print(Text(f"-- row {number}", style="bold"))
        for name, value in zip(names, row, strict=True):
            console.print(Text.assemble(_text(name.ljust(width)), "  ", _text(value)), soft_wrap=True)


def _is_number(kind: Any) -> bool:
    import pyarrow as pa

    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind))


def _text(value: str) -> Any:
    """Text that the terminal can't take for a command: control characters are shown, markup is not read."""
    from rich.text import Text

    return Text("".join(letter if letter.isprintable() else "\ufffd" for letter in value))
