"""Deciding rows in SQL, at any size, from the declared suite: which are turned away, and the figures of each category.

One pass over the staged Parquet makes the narrow temporary table ``judged``; all else reads that. Knows nothing of
Great Expectations, of history, or of what follows from a figure (``warehouse/verdict.py``).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from duckdb import DuckDBPyConnection

from warehouse.stage import QUARANTINE_SCHEMA, STAGED_COLUMNS, STAGED_SCHEMA, sql_text
from warehouse.suite import BETWEEN, IN_SET, KEY_COLUMNS, LENGTH, NOT_NULL, PAIR, UNIQUE, RowRule, Suite

_KEY = ", ".join(KEY_COLUMNS)


@dataclass(slots=True, kw_only=True)
class CategoryFacts:
    """The figures of one category: rows as staged and as accepted, shares 0 to 1."""

    category_id: str
    staged: int = 0
    captured: int = 0
    sponsored: int = 0
    quarantined: int = 0
    doubled: int = 0
    unreadable: int = 0
    rank_gaps: float = 0.0
    currencies: int = 0
    parser_version: str | None = None
    filled: dict[str, float] = field(default_factory=dict)
    warned: dict[int, int] = field(default_factory=dict)
    turned_away: str | None = None


def judge_rows(con: DuckDBPyConnection, suite: Suite) -> int:
    """The number of staged rows turned away. Reads the view ``staged``; makes the tables ``judged``, ``rejected``.

    ``judged``: row_no, category_id, sponsored, rank, currency, key (hash), rule (index in ``suite.quarantining`` or
    NULL), one flag a filled column and warning. ``rejected``: row_no, rule; rule = their number means a double.
    """
    con.execute(f"CREATE OR REPLACE TEMP TABLE judged AS SELECT {_judged_columns(suite)} FROM staged")
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE rejected AS
        SELECT row_no, rule, category_id, sponsored FROM judged WHERE rule IS NOT NULL
        UNION ALL
        SELECT row_no, {len(suite.quarantining)}::UTINYINT, category_id, sponsored FROM ({_doubles(con)})
        """
    )
    row = con.execute("SELECT count(*) FROM rejected").fetchone()
    return int(row[0]) if row else 0


def category_facts(con: DuckDBPyConnection, suite: Suite) -> dict[str, CategoryFacts]:
    """The figures of every category that has staged rows, from ``judged`` and ``rejected``."""
    filled = "".join(f", avg(filled_{column}::INTEGER) AS filled_{column}" for column in suite.filled_columns)
    warned = "".join(
        f", count(*) FILTER (warned_{number}) AS warned_{number}" for number, _ in enumerate(suite.warning)
    )
    table = con.execute(
        f"""
        WITH turned_away AS (
            SELECT category_id, count(*) AS quarantined,
                   count(*) FILTER (rule = {len(suite.quarantining)}) AS doubled
            FROM rejected GROUP BY category_id
        ), accepted AS (
            SELECT category_id, count(*) FILTER (NOT sponsored) AS captured,
                   count(*) FILTER (sponsored) AS sponsored,
                   coalesce(1 - count(DISTINCT rank) FILTER (NOT sponsored) / max(rank) FILTER (NOT sponsored), 0)
                       AS rank_gaps,
                   count(DISTINCT currency) AS currencies{filled}{warned}
            FROM {"judged ANTI JOIN rejected USING (row_no)" if _any(con, "rejected") else "judged"}
            GROUP BY category_id
        ), everything AS (
            SELECT category_id, count(*) AS staged, max(parser_version) AS parser_version
            FROM judged GROUP BY category_id
        )
        SELECT * FROM everything LEFT JOIN turned_away USING (category_id) LEFT JOIN accepted USING (category_id)
        WHERE category_id IS NOT NULL
        """
    ).to_arrow_table()
    return {row["category_id"]: _facts(row, suite) for row in table.to_pylist()}


def write_quarantine(con: DuckDBPyConnection, suite: Suite, unreadable: pa.Table, path: Path) -> None:
    """Write the rows turned away and the unreadable ones to ``path``, in the columns of the table ``quarantine``."""
    if not _any(con, "rejected"):
        pq.write_table(unreadable, path)
        return
    names = ", ".join(QUARANTINE_SCHEMA.names)
    con.register("unreadable", unreadable)
    con.execute(
        f"""
        COPY (
            SELECT {names} FROM ({_rejected_rows(suite)}) UNION ALL SELECT {names} FROM unreadable ORDER BY row_no
        ) TO {sql_text(str(path))} (FORMAT parquet)
        """
    )
    con.unregister("unreadable")


def failing(rule: RowRule) -> str:
    """The SQL condition that is true for a row which fails ``rule``; an empty value fails only NOT_NULL."""
    condition = _CONDITIONS[rule.expectation](rule)
    return f"({rule.when} IS NOT NULL AND {condition})" if rule.when else f"({condition})"


def _not_null(rule: RowRule) -> str:
    return f"{rule.column} IS NULL"


def _outside(rule: RowRule) -> str:
    given = rule.arguments
    below = "<=" if given.get("strict_min") else "<"
    sides = [f"{rule.column} {below} {_literal(given['min_value'])}"] if "min_value" in given else []
    if "max_value" in given:
        sides.append(f"{rule.column} > {_literal(given['max_value'])}")
    if pa.types.is_floating(STAGED_SCHEMA.field(rule.column).type):
        # NaN is above all numbers, but a Parquet file's bounds leave it out: the engine then takes the rest as proved.
        sides.append(f"isnan({rule.column})")
    return " OR ".join(sides)


def _not_in_set(rule: RowRule) -> str:
    return f"{rule.column} NOT IN ({', '.join(_literal(one) for one in rule.arguments['value_set'])})"


def _too_short(rule: RowRule) -> str:
    return f"length({rule.column}) < {_literal(rule.arguments['min_value'])}"


def _pair_reversed(rule: RowRule) -> str:
    return f"{rule.arguments['column_A']} < {rule.arguments['column_B']}"


_CONDITIONS = {
    NOT_NULL: _not_null, BETWEEN: _outside, IN_SET: _not_in_set, LENGTH: _too_short, PAIR: _pair_reversed,
}  # fmt: skip


def _literal(value: Any) -> str:
    if isinstance(value, datetime):
        return f"TIMESTAMPTZ {sql_text(value.isoformat())}"
    if isinstance(value, str):
        return sql_text(value)
    return str(Decimal(str(value)))


def _judged_columns(suite: Suite) -> str:
    cases = " ".join(f"WHEN {failing(rule)} THEN {number}" for number, rule in enumerate(suite.quarantining))
    return ", ".join([
        "row_no", "category_id", "sponsored", "rank", "currency", "parser_version",
        f"hash({_KEY}) AS key", f"(CASE {cases} END)::UTINYINT AS rule",
        *(f"{column} IS NOT NULL AS filled_{column}" for column in suite.filled_columns),
        *(f"{failing(rule)} AS warned_{number}" for number, rule in enumerate(suite.warning)),
    ])  # fmt: skip


def _doubles(con: DuckDBPyConnection) -> str:
    """A SELECT of the rows that say again what an earlier row said; the first one that is in order stays."""
    con.execute(
        """
        CREATE OR REPLACE TEMP TABLE candidate AS
        SELECT row_no FROM judged WHERE key IN (SELECT key FROM judged GROUP BY key HAVING count(*) > 1)
        """
    )
    if not _any(con, "candidate"):
        return "SELECT row_no, category_id, sponsored FROM judged WHERE false"
    return f"""
        SELECT row_no, category_id, sponsored FROM (
            SELECT row_no, staged.category_id, staged.sponsored, judged.rule,
                   row_number() OVER (PARTITION BY {", ".join(f"staged.{one}" for one in KEY_COLUMNS)}
                                      ORDER BY judged.rule IS NOT NULL, row_no) AS nth
            FROM staged SEMI JOIN candidate USING (row_no) JOIN judged USING (row_no)
        ) WHERE nth > 1 AND rule IS NULL
    """


def _rejected_rows(suite: Suite) -> str:
    rules = [(rule.expectation, rule.column) for rule in suite.quarantining] + [(UNIQUE, "item_id")]
    expectations = ", ".join(sql_text(expectation) for expectation, _ in rules)
    columns = ", ".join(sql_text(column) for _, column in rules)
    found = " ".join(f"WHEN {number} THEN {column}::VARCHAR" for number, (_, column) in enumerate(rules))
    known = ", ".join(sql_text(one) for one in suite.categories)
    at, on = _literal(suite.observed_at), sql_text(suite.observed_on.isoformat())
    whole = ", ".join(f'"{column}" := staged."{column}"' for column in STAGED_COLUMNS)
    return f"""
        SELECT {sql_text(suite.source)} AS source,
               CASE WHEN staged.category_id IN ({known}) THEN staged.category_id ELSE '' END AS category_id,
               {at} AS observed_at, DATE {on} AS observed_on, capture_id, row_no, item_id,
               [{expectations}][rule + 1] AS expectation, [{columns}][rule + 1] AS column_name,
               CASE rule {found} END AS found, to_json(struct_pack({whole}))::VARCHAR AS row_json
        FROM staged JOIN (SELECT row_no, rule FROM rejected) USING (row_no)
    """


def _any(con: DuckDBPyConnection, table: str) -> bool:
    return con.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchone() is not None


def _facts(row: dict[str, Any], suite: Suite) -> CategoryFacts:
    return CategoryFacts(
        category_id=row["category_id"],
        staged=row["staged"],
        captured=row["captured"] or 0,
        sponsored=row["sponsored"] or 0,
        quarantined=row["quarantined"] or 0,
        doubled=row["doubled"] or 0,
        rank_gaps=row["rank_gaps"] or 0.0,
        currencies=row["currencies"] or 0,
        parser_version=row["parser_version"],
        filled={column: row[f"filled_{column}"] or 0.0 for column in suite.filled_columns},
        warned={number: row[f"warned_{number}"] or 0 for number, _ in enumerate(suite.warning)},
    )
