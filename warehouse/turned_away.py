"""Why rows were turned away, in words: the commonest reason of each category, with what was found most often.

Reads the tables that ``warehouse/judge.py`` made. Decides nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from duckdb import DuckDBPyConnection

from extractors.counted import counted
from warehouse.suite import BETWEEN, IN_SET, LENGTH, NOT_NULL, PAIR, RowRule, Suite

LONGEST = 80  # characters of a found value that a reason quotes
LISTED = 5  # allowed values that a reason lists
_COMMONEST = """
SELECT category_id, rule, count(*) AS rows, sum(count(*)) OVER (PARTITION BY category_id) AS of
FROM rejected WHERE category_id IS NOT NULL GROUP BY category_id, rule
QUALIFY row_number() OVER (PARTITION BY category_id ORDER BY count(*) DESC, rule) = 1
"""


def commonest_reasons(con: DuckDBPyConnection, suite: Suite) -> dict[str, str]:
    """For each category with rows turned away: how many, and the commonest reason with the value found most often."""
    found = con.execute(_COMMONEST).fetchall()
    values = {rule: _values(con, suite, rule) for rule in {row[1] for row in found}}
    return {
        category: f"{counted(total, 'row')} turned away, {'all' if rows == total else rows} for "
        f"{_told(suite, rule, values[rule].get(category))}"
        for category, rule, rows, total in found
    }


def _values(con: DuckDBPyConnection, suite: Suite, rule: int) -> dict[str, str | None]:
    """The value that a category's rows which fail ``rule`` have most often."""
    column = suite.quarantining[rule].column if rule < len(suite.quarantining) else "item_id"
    return dict(
        con.execute(
            f"SELECT rejected.category_id, mode(left(staged.{column}::VARCHAR, {LONGEST})) FROM rejected"
            " JOIN staged USING (row_no) WHERE rule = ? GROUP BY 1",
            [rule],
        ).fetchall()
    )


def _told(suite: Suite, number: int, value: str | None) -> str:
    if number >= len(suite.quarantining):
        return f"item_id: {value!r} stands in the list more than once"
    rule = suite.quarantining[number]
    return f"{rule.column}: {_SAID[rule.expectation](rule, value)}"


def _not_in(rule: RowRule, value: str | None) -> str:
    allowed = [str(one) for one in rule.arguments["value_set"]]
    more = f" and {len(allowed) - LISTED} more" if len(allowed) > LISTED else ""
    return f"found {value!r}, expected {' or '.join(allowed[:LISTED])}{more}"


def _outside(rule: RowRule, value: str | None) -> str:
    given: dict[str, Any] = rule.arguments
    least = "more than" if given.get("strict_min") else "at least"
    sides = [f"{least} {given['min_value']:g}"] if "min_value" in given else []
    if "max_value" in given:
        sides.append(f"at most {given['max_value']:g}")
    return f"found {value}, expected {' and '.join(sides)}"


def _reversed(rule: RowRule, value: str | None) -> str:
    return f"found {value}, below {rule.arguments['column_B']}"


_SAID: dict[str, Callable[[RowRule, str | None], str]] = {
    NOT_NULL: lambda _rule, _value: "found nothing", IN_SET: _not_in, BETWEEN: _outside, PAIR: _reversed,
    LENGTH: lambda _rule, _value: "found an empty text",
}  # fmt: skip
