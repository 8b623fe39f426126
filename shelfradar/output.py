"""How answers are written: a table for people, CSV and JSON for machines. Data goes to stdout, talk to stderr."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import pyarrow as pa

NEVER_FOLDED = 24
PIPED_WIDTH = 400


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
    elif form is Format.CSV:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(rows.column_names)
        writer.writerows([_cell(value) for value in row.values()] for row in _dicts(rows))
    else:
        for row in _dicts(rows):
            write_json(row)


def write_json(value: Mapping[str, Any]) -> None:
    """One JSON object on one line of stdout; decimals as numbers, times as ISO 8601."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, default=plain) + "\n")


def plain(value: Any) -> Any:
    """A JSON form of what the warehouse and the records hold. Raises TypeError for anything else."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no JSON form")


def _dicts(rows: pa.Table) -> Iterable[dict[str, Any]]:
    for batch in rows.to_batches(max_chunksize=10_000):
        yield from batch.to_pylist()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="minutes")
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    return str(value)


def _shown(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, float):
        return f"{value:,.4g}" if abs(value) < 100 else f"{value:,.0f}"
    return _cell(value)


def _write_table(rows: pa.Table) -> None:
    import pyarrow as pa
    from rich.console import Console
    from rich.table import Table

    cells = [[_shown(value) for value in row.values()] for row in _dicts(rows)]
    table = Table(box=None, header_style="bold", pad_edge=False)
    for number, column in enumerate(rows.schema):
        kind = column.type
        numeric = pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)
        longest = max((len(row[number]) for row in cells), default=0)
        justify: Literal["left", "right"] = "right" if numeric else "left"
        table.add_column(column.name, justify=justify, overflow="fold", no_wrap=longest <= NEVER_FOLDED)
    for row in cells:
        table.add_row(*(_text(value) for value in row))
    console = Console(highlight=False, markup=False, width=None if sys.stdout.isatty() else PIPED_WIDTH)
    console.print(table)
    say(f"({rows.num_rows:,} row{'' if rows.num_rows == 1 else 's'})")


def _text(value: str) -> Any:
    """Text that the terminal can't take for a command: control characters are shown, markup is not read."""
    from rich.text import Text

    return Text("".join(letter if letter.isprintable() else "\ufffd" for letter in value))
