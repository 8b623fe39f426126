"""Values of the warehouse as text: for a terminal, a CSV cell, or JSON. Pure; knows neither tables nor streams."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Final

FORMULA_STARTS: Final = "=+-@\t\r"


def plain(value: Any) -> Any:
    """A JSON form of what the warehouse and the records hold: decimals as numbers, times and intervals as ISO 8601.

    Binary values are hexadecimal text. Raises TypeError for anything else.
    """
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.hex()
    raise TypeError(f"{type(value).__name__} has no JSON form")


def jsonable(value: Any) -> Any:
    """``value`` with what JSON has no word for made into what it has: NaN and infinity are null."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if _is_interval(value):
        return _interval(value)
    if isinstance(value, Mapping):
        return {str(key): jsonable(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [jsonable(one) for one in value]
    return value


def csv_cell(value: Any) -> str:
    """The whole value; empty for NULL. Text that a spreadsheet would take for a formula gets an apostrophe first."""
    if isinstance(value, str):
        return f"'{value}" if value.startswith(tuple(FORMULA_STARTS)) else value
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    return _text(value)


def shown(value: Any) -> str:
    """For people: ``-`` for NULL, thousands set apart, no more digits of a fraction than one reads."""
    if value is None:
        return "-"
    if isinstance(value, float):
        return _float(value)
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="seconds" if value.second else "minutes")
    return _text(value)


def _float(value: float) -> str:
    if not math.isfinite(value):
        return str(value)
    if abs(value) < 100:
        return f"{value:,.4g}"
    return f"{value:,.2f}".rstrip("0").rstrip(".")


def _text(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return {None: "", True: "true", False: "false"}[value]
    if isinstance(value, Decimal):
        return _decimal(value)
    if _is_interval(value):
        return _interval(value)
    if isinstance(value, Mapping | list | tuple):
        return json.dumps(jsonable(value), ensure_ascii=False, default=plain)
    return value.hex() if isinstance(value, bytes) else str(value)


def _decimal(value: Decimal) -> str:
    """Every digit but trailing zeros of the fraction; ``normalize()`` would round to 28 digits."""
    digits = format(value, "f")
    return digits.rstrip("0").rstrip(".") if "." in digits else digits


def _is_interval(value: Any) -> bool:
    return type(value).__name__ == "MonthDayNano"


def _interval(value: Any) -> str:
    """ISO 8601: ``P1M2DT3S``."""
    months, days, nanoseconds = value
    return f"P{months}M{days}DT{nanoseconds / 1e9:g}S"
