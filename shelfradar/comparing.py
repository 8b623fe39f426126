"""What a change does to the rows of a table: added, removed, changed, by field.

Two connections see the two states: one that was opened before the change, and the one that makes it. Only days whose
fingerprint differs are fetched, one at a time, so a comparison costs the memory of a day, whatever the span. Must not
know what a table means.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any


@dataclass(slots=True)
class Changes:
    """Rows of one table that a change added, removed or changed; of the changed, how many differ in which field."""

    added: int = 0
    removed: int = 0
    changed: int = 0
    fields: Counter[str] = field(default_factory=Counter)

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.changed)

    def told(self) -> dict[str, Any]:
        """As JSON."""
        return {"added": self.added, "removed": self.removed, "changed": self.changed, "fields": dict(self.fields)}


def compare_table(
    before: Any,
    after: Any,
    table: str,
    source: str,
    *,
    key: Iterable[str],
    ignored: Collection[str] = (),
    days: tuple[date, date] | None = None,
    tell: Callable[[str], None] = lambda _: None,
) -> Changes:
    """How the rows of ``source`` in ``table`` differ between the connections ``before`` and ``after``.

    ``key``: the columns that tell the source's rows apart. ``ignored``: columns whose change is none. ``days``: only
    those; a table without ``observed_on`` is compared whole.
    """
    found, names = Changes(), _columns(after, table)
    kept = [name for name in names if name not in {*key, *ignored, "source"}]
    for day in _differing_days(before, after, table, source, names, days):
        tell(f"{table}: comparing {day or 'all'}")
        where, parameters = "source = ?", [source]
        if day is not None:
            where, parameters = f"{where} AND observed_on = ?", [source, day]
        rows = before.execute(f"SELECT * FROM {table} WHERE {where}", parameters).to_arrow_table()
        after.register("rows_before", rows)
        try:
            _add_day(found, after, table, where, parameters, tuple(key), kept)
        finally:
            after.unregister("rows_before")
    return found


def _columns(con: Any, table: str) -> list[str]:
    return [row[0] for row in con.execute(f"DESCRIBE {table}").fetchall()]


def _differing_days(
    before: Any, after: Any, table: str, source: str, names: list[str], days: tuple[date, date] | None
) -> list[Any]:
    """The days whose rows are not the same in both states; [None] for a table without days whose rows are not."""
    dated = "observed_on" in names
    day, where = ("observed_on" if dated else "NULL"), "source = $source"
    parameters: dict[str, Any] = {"source": source}
    if dated and days is not None:
        where += " AND observed_on BETWEEN $first AND $last"
        parameters |= {"first": days[0], "last": days[1]}
    sql = f"SELECT {day}, count(*), sum(hash(t)::HUGEINT) FROM {table} AS t WHERE {where} GROUP BY ALL"
    was, now = ({row[0]: row[1:] for row in con.execute(sql, parameters).fetchall()} for con in (before, after))
    return sorted((one for one in was.keys() | now.keys() if was.get(one) != now.get(one)), key=str)


def _add_day(
    found: Changes, con: Any, table: str, where: str, parameters: list[Any], key: tuple[str, ...], kept: list[str]
) -> None:
    """Count the differences of one day between ``rows_before`` and what ``con`` sees."""
    same = " AND ".join(f"was.{name} IS NOT DISTINCT FROM now.{name}" for name in ("source", *key))
    differ = [f"was.{name} IS DISTINCT FROM now.{name}" for name in kept]
    counts = "".join(f", count(*) FILTER (in_both AND differs_{at})" for at in range(len(kept)))
    flags = "".join(f", {one} AS differs_{at}" for at, one in enumerate(differ))
    anything = " OR ".join(f"differs_{at}" for at in range(len(kept))) or "FALSE"
    row = con.execute(
        f"""
        WITH now AS (SELECT * FROM {table} WHERE {where}),
        pair AS (
            SELECT was.source IS NULL AS added, now.source IS NULL AS removed,
                was.source IS NOT NULL AND now.source IS NOT NULL AS in_both{flags}
            FROM rows_before AS was FULL JOIN now ON {same}
        )
        SELECT count(*) FILTER (added), count(*) FILTER (removed), count(*) FILTER (in_both AND ({anything})){counts}
        FROM pair
        """,
        parameters,
    ).fetchone()
    found.added += row[0]
    found.removed += row[1]
    found.changed += row[2]
    found.fields.update({name: count for name, count in zip(kept, row[3:], strict=True) if count})
