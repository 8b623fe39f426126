"""The reports a person asks for by name, each one query over the marts (``transforms/reports_sql/NAME.sql``).

An answer carries its rows, the SQL that gives them again anywhere, and a heading that says what was observed. This
module must not know how rows are shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any, Literal, get_args

import pyarrow as pa
import sqlglot
from duckdb import DuckDBPyConnection
from sqlglot import exp

ReportName = Literal[
    "verdict", "concentration", "price-bands", "movers", "market", "own", "margin", "campaign", "campaign-brands",
    "campaign-items",
]  # fmt: skip
REPORTS: tuple[str, ...] = get_args(ReportName)


class NoReportError(LookupError):
    """There is nothing to report on; the message says what was asked for and what there is."""


@dataclass(frozen=True, slots=True)
class ReportAnswer:
    """A report: ``heading`` tells coverage and origin, ``sql`` is the query with its values written in."""

    heading: str
    sql: str
    rows: pa.Table


def report(con: DuckDBPyConnection, name: str, source: str, category: str, on: date | None = None) -> ReportAnswer:
    """The report ``name`` on a category as of its date ``on`` (None: its last complete snapshot).

    Raises NoReportError where the report, the category or the date is unknown.
    """
    if name not in REPORTS:
        raise NoReportError(f"report: found {name!r}; expected one of {', '.join(REPORTS)}")
    shown = _snapshot(con, source, category, on)
    query = _sql(name)
    values = {"source": source, "category": category, "observed_at": shown["observed_at"]}
    rows = con.execute(query, values).to_arrow_table()
    return ReportAnswer(_heading(name, source, category, shown), _written_out(query, values), rows)


def _snapshot(con: DuckDBPyConnection, source: str, category: str, on: date | None) -> dict[str, Any]:
    values = {"source": source, "category": category, "observed_on": on}
    result = con.execute(_sql("snapshot"), values)
    names = [column[0] for column in result.description]
    row = result.fetchone()
    if row is None:
        dates = con.execute(
            "SELECT min(observed_on), max(observed_on) FROM snapshot WHERE source = ? AND category_id = ?",
            [source, category],
        ).fetchone()
        known = f"between {dates[0]} and {dates[1]}" if dates and dates[0] else "of a category that was collected"
        raise NoReportError(
            f"{source}/{category}: found no snapshot{f' on {on}' if on else ''}; expected a date {known}"
        )
    return dict(zip(names, row, strict=True))


def _heading(name: str, source: str, category: str, shown: dict[str, Any]) -> str:
    parts = [
        f"{shown['category_title']} ({source}/{category}), {name}, {shown['observed_on']}",
        f"of the observed top {shown['captured']} of {shown['expected']} (coverage {shown['coverage']:.0%})",
    ]
    if name == "margin":
        parts.append("ESTIMATES from config/costs.csv")
    if not shown["complete"]:
        parts.append(f"INCOMPLETE: {shown['status_reason'] or 'too little was captured'}")
    if shown["simulated"]:
        parts.append("simulated data")
    return "; ".join(parts)


def _written_out(query: str, values: dict[str, Any]) -> str:
    """``query`` with its parameters as literals, quoted by sqlglot."""

    def fill(node: exp.Expression) -> exp.Expression:
        if isinstance(node, exp.Parameter | exp.Placeholder):
            return exp.Literal.string(str(values[node.name]))
        return node

    return str(sqlglot.parse_one(query, dialect="duckdb").transform(fill).sql(dialect="duckdb", pretty=True))


@cache
def _sql(name: str) -> str:
    return (files("transforms") / "reports_sql" / f"{name}.sql").read_text(encoding="utf-8")
