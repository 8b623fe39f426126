"""For a backtest: the rows of ``item_day`` that one rule means, read once, in the place of the whole mart.

A rule is tried over a year by half a dozen queries, each of which would look through every item of every day. Here the
rule's own items are copied to a temporary table of the mart's name, which goes before it until it is dropped. Not for
rules that compare with our own products, which stand outside the match, nor where the match asks for nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime

from duckdb import DuckDBPyConnection

from alerts.marts import item_columns
from alerts.matching import Ready
from transforms.plan import set_variables

_COLUMNS = ("source", "category_id", "observed_at", "item_id", "title", "ownership", "watch_group", "shop", "brand_key",
            "brand", "currency", "rank")  # fmt: skip
_IN_TIME = (
    "item_day.source = getvariable('alert_source')"
    " AND item_day.observed_at BETWEEN getvariable('alert_before_from') AND getvariable('alert_before_to')"
)
# More values than these are not worth a condition that the files' statistics are held against.
VALUES = 200


# An item's list and id are what it is; its brand, shop and group are what a snapshot says of it, and may change.
_LASTING = ("category_id", "item_id")


@contextmanager
def narrowed(con: DuckDBPyConnection, source: str, ready: Ready, start: datetime, end: datetime) -> Iterator[None]:
    """Inside, ``item_day`` is what ``ready`` means of ``source`` between two times, where that can be told."""
    asked = {column: values for column, values in _asked(ready).items() if values is not None and len(values) <= VALUES}
    columns = item_columns(ready.figure)
    if not asked or columns is None or ready.condition.compare == "own":
        yield
        return
    set_variables(con, alert_source=source, alert_before_from=start, alert_before_to=end)
    lasting = {column: values for column, values in asked.items() if column in _LASTING or ready.figure.kind == "brand"}
    kept = ", ".join(f"item_day.{name}" for name in dict.fromkeys([*_COLUMNS, *columns]))
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE alert_narrow AS SELECT {kept}, NULL::VARCHAR AS url, NULL::VARCHAR AS capture_id"
        f" FROM item_day {_ever(con, asked) if lasting != asked else ''} WHERE {_IN_TIME} AND {_where(con, lasting)}"
    )
    con.execute("ALTER TABLE temp.alert_narrow RENAME TO item_day")
    try:
        yield
    finally:
        con.execute("DROP TABLE temp.item_day")


def _asked(ready: Ready) -> dict[str, list[str] | None]:
    return {
        "category_id": ready.categories, "watch_group": ready.groups, "brand_key": ready.brands, "shop": ready.shops,
        "item_id": ready.items,
    }  # fmt: skip


def _ever(con: DuckDBPyConnection, asked: Mapping[str, Sequence[str]]) -> str:
    """A join with the items that the match ever means: their other days serve comparison."""
    con.execute(
        "CREATE OR REPLACE TEMP TABLE alert_ever AS SELECT DISTINCT category_id, item_id FROM item_day"
        f" WHERE {_IN_TIME} AND {_where(con, asked)}"
    )
    meets = (f"item_day.{name} = alert_ever.{name}" for name in _LASTING)
    return f"SEMI JOIN alert_ever ON {' AND '.join(meets)}"


def _where(con: DuckDBPyConnection, asked: Mapping[str, Sequence[str]]) -> str:
    """The match as conditions on constants: session variables are folded before files are chosen."""
    parts = ["TRUE"]
    for column, values in asked.items():
        names = [f"alert_{column}_{number}" for number in range(len(values))]
        set_variables(con, **dict(zip(names, values, strict=True)))
        listed = ", ".join(f"getvariable('{name}')" for name in names)
        parts.append(f"item_day.{column} IN ({listed})" if names else "FALSE")
    return " AND ".join(parts)
