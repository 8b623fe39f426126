"""Listing fields, column by column, as the staged table; what a column cannot hold becomes a problem, never a crash.

Pages of strangers hold lone surrogates, prices of forty digits and NaN: those are cleaned or set aside here, named.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

import pyarrow as pa

from extractors.brandkey import brand_key
from extractors.staged import STAGED_SCHEMA

_CENT = Decimal("0.0001")
_FOUND_CHARACTERS = 200

_folded = lru_cache(maxsize=65536)(brand_key)


@dataclass(frozen=True, slots=True)
class BadValue:
    """A value that its column can't hold: the row (from 0), the column, what was found."""

    row: int
    column: str
    found: str


def staged_table(columns: dict[str, Sequence[Any]]) -> tuple[pa.Table, list[BadValue]]:
    """The staged table of ``columns`` (all of ``STAGED_SCHEMA`` but ``brand_key``), and the values set aside."""
    bad: list[BadValue] = []
    arrays = []
    for field in STAGED_SCHEMA:
        values = columns[field.name] if field.name != "brand_key" else [_key(one) for one in columns["brand_text"]]
        arrays.append(_array(field.name, values, field.type, bad))
    return pa.Table.from_arrays(arrays, schema=STAGED_SCHEMA), bad


def _key(text: Any) -> str | None:
    return _folded(text) if isinstance(text, str) else None


def _array(name: str, values: Sequence[Any], kind: pa.DataType, bad: list[BadValue]) -> pa.Array:
    try:
        return pa.array(values, kind)
    except (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError, UnicodeEncodeError, TypeError):
        fitting = [_fitting(row, name, value, kind, bad) for row, value in enumerate(values)]
        return pa.array(fitting, kind)


def _fitting(row: int, name: str, value: Any, kind: pa.DataType, bad: list[BadValue]) -> Any:
    """``value`` where the column holds it, a cleaned one where that is harmless, else None and a BadValue."""
    candidate = _cleaned(value, kind)
    try:
        pa.array([candidate], kind)
    except (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError, UnicodeEncodeError, TypeError):
        bad.append(BadValue(row, name, ascii(value)[:_FOUND_CHARACTERS]))
        return None
    return candidate


def _cleaned(value: Any, kind: pa.DataType) -> Any:
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, Decimal) and pa.types.is_decimal(kind):
        try:
            return value.quantize(_CENT, rounding=ROUND_HALF_EVEN)
        except InvalidOperation:
            return value
    return value
