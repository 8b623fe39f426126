"""No model compares each row with each: a join that DuckDB can't hash costs the square of a day's rows.

A LEFT JOIN does that as soon as one of its conditions looks at one side alone (``item.basis = 'cumulative'``) or holds
an OR. Small fixtures never notice; 140,000 listings took 20 seconds of item_day instead of half a one.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from benchmarks.shelves import observed_at, store_days
from transforms import run
from transforms.models import ordered_models
from transforms.run import rebuild, transform

EACH_WITH_EACH = ("BLOCKWISE_NL_JOIN", "CROSS_PRODUCT", "NESTED_LOOP_JOIN")
ROWS = 3000


class Explaining:
    """A connection that explains what it is asked to store before it stores it."""

    def __init__(self, con: Any) -> None:
        self._con = con
        self.plans: dict[str, str] = {}

    def execute(self, sql: str, *values: Any) -> Any:
        """Explain statements of the models, run all."""
        if "\n-- Mart: " in sql or "\n-- Step: " in sql:
            header = next(line for line in sql.splitlines() if line.startswith(("-- Mart: ", "-- Step: ")))
            self.plans[header] = self._con.execute(f"EXPLAIN {sql}").fetchall()[0][1]
        return self._con.execute(sql, *values)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._con, name)


@pytest.mark.parametrize("copied", [0, 1_000_000], ids=["views of many rows", "copies of few"])
def test_no_model_compares_each_row_with_each(con, monkeypatch, copied):
    monkeypatch.setattr(run, "COPIED_LISTINGS", copied)
    store_days(con, 1, 2, ROWS)
    start, day = observed_at(2).date(), timedelta(days=1)
    edition = ["sale", "Sale", "促销", None, start.year, start, start + day, start - day, start + 2 * day]
    con.execute("INSERT INTO campaign_edition VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", edition)
    explaining = Explaining(con)

    rebuild(explaining)
    store_days(con, 3, 3, ROWS)
    transform(explaining, "bench", [observed_at(3)])

    assert len(explaining.plans) == len(ordered_models())
    assert {name: kind for name, plan in explaining.plans.items() for kind in EACH_WITH_EACH if kind in plan} == {}
