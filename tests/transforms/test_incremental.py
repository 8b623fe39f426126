"""Incremental = full: after any sequence of loads, late arrivals and reruns the marts equal those of a rebuild."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from duckdb import DuckDBPyConnection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from transforms import run
from transforms.models import Model, ordered_models
from transforms.run import rebuild, transform

MARTS = [model.name for model in ordered_models() if model.kind == "mart"]
START = datetime(2026, 1, 1, 6, tzinfo=UTC)
LISTING = (
    "source", "category_id", "observed_at", "observed_on", "position", "rank", "sponsored", "item_id", "family_id",
    "title", "brand_text", "brand_key", "currency", "price", "units_low", "units_high", "units_basis",
    "units_window_days", "in_stock", "capture_id", "parser_version",
)  # fmt: skip
SNAPSHOT = (
    "source", "category_id", "category_title", "observed_at", "observed_on", "expected", "captured", "sponsored",
    "quarantined", "coverage", "complete", "status", "simulated", "parser_version",
)  # fmt: skip


@dataclass(frozen=True)
class Load:
    """One load: a category at an hour after START, its items by number, and whether it was complete."""

    category: str
    hours: int
    items: dict[int, int]
    complete: bool


loads = st.builds(
    Load,
    category=st.sampled_from(["counter", "window"]),
    # Days near each other (windows reach), far ones (28, 36, 90 and 118 days), and hours less than a day apart.
    hours=st.one_of(
        st.integers(0, 12).map(lambda day: day * 24),
        st.sampled_from([13, 36 * 24, 41 * 24, 80 * 24, 101 * 24, 117 * 24, 118 * 24 + 1]),
    ),
    items=st.dictionaries(st.integers(1, 6), st.integers(0, 400), max_size=5),
    complete=st.booleans(),
)


def _store(con: DuckDBPyConnection, batch: list[Load]) -> list[datetime]:
    """Replace the partitions of the batch, as a load does."""
    listing: list[tuple[Any, ...]] = []
    snapshot: list[tuple[Any, ...]] = []
    for load in {(one.category, one.hours): one for one in batch}.values():
        at = START + timedelta(hours=load.hours)
        con.execute("DELETE FROM snapshot WHERE category_id = ? AND observed_at = ?", [load.category, at])
        con.execute("DELETE FROM listing WHERE category_id = ? AND observed_at = ?", [load.category, at])
        share = 1.0 if load.complete else 0.5
        snapshot.append((
            "shop", load.category, "C", at, at.date(), 5, len(load.items), 0, 0, share, load.complete, "ok", True,
            "s/1",
        ))  # fmt: skip
        for rank, (number, units) in enumerate(load.items.items(), start=1):
            counter = load.category == "counter"
            listing.append((
                "shop", load.category, at, at.date(), rank, rank, False, f"i{number}", "fam" if number < 3 else None,
                "T", f"B{number % 3}", f"b{number % 3}" if number % 3 else None, "CNY", 10 * number + units % 7,
                units, units + 9 if number != 4 else None, "cumulative" if counter else "trailing",
                None if counter else 7, number % 2 == 0, "cap", "s/1",
            ))  # fmt: skip
    _insert(con, "snapshot", SNAPSHOT, snapshot)
    _insert(con, "listing", LISTING, listing)
    return sorted({START + timedelta(hours=load.hours) for load in batch})


def _insert(con: DuckDBPyConnection, table: str, columns: tuple[str, ...], rows: list[tuple[Any, ...]]) -> None:
    if rows:
        marks = ", ".join(f"({', '.join('?' * len(columns))})" for _ in rows)
        values = [value for row in rows for value in row]
        con.execute(f"INSERT INTO {table} ({', '.join(columns)}) VALUES {marks}", values)


def _marts(con: DuckDBPyConnection) -> dict[str, list[tuple[Any, ...]]]:
    return {mart: sorted(con.execute(f"SELECT * FROM {mart}").fetchall(), key=repr) for mart in MARTS}


@pytest.mark.slow
@pytest.mark.timeout(900)
@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(batches=st.lists(st.lists(loads, min_size=1, max_size=4), min_size=2, max_size=4))
def test_marts_after_any_sequence_equal_a_rebuild(con: DuckDBPyConnection, batches: list[list[Load]]) -> None:
    con.execute("INSERT INTO price_band_edge VALUES ('shop', 'window', 'CNY', 'v1', NULL, 1, 0, 30), "
                "('shop', 'window', 'CNY', 'v1', NULL, 2, 30, NULL), "
                "('shop', 'window', 'CNY', 'v2', '2026-01-05', 1, 0, NULL)")  # fmt: skip
    con.execute("INSERT INTO sourcing_cost VALUES ('shop', 'window', 'i3', NULL, 9, 'CNY', 0.1, 1, 'own', NULL), "
                "('shop', 'window', 'fam', '2026-01-04', 8.5, 'CNY', 0, 0, '1688', NULL), "
                "('shop', 'counter', NULL, NULL, 3, 'CNY', 0, 0, 'quote', NULL)")  # fmt: skip
    con.execute("INSERT INTO watch VALUES ('ours', 'own', 'brand', NULL, 'b1')")
    # Two editions, "a year" apart but near, and one whose phases hold the far days.
    con.execute("INSERT INTO campaign_edition VALUES "
                "('c', 'C', 'C', NULL, 2025, '2026-01-02', '2026-01-03', '2026-01-01', '2026-01-04'), "
                "('c', 'C', 'C', NULL, 2026, '2026-01-07', '2026-01-09', '2026-01-04', '2026-01-12'), "
                "('far', 'F', 'F', 'shop', 2026, '2026-02-06', '2026-04-20', '2026-01-10', '2026-05-01')")  # fmt: skip
    for batch in batches:
        transform(con, "shop", _store(con, batch))
    incremental = _marts(con)
    rebuild(con)
    assert incremental == _marts(con)
    con.execute("ROLLBACK")
    con.execute("BEGIN")


def _day(number: int, **items: int) -> Load:
    return Load("window", number * 24, {int(name[1:]): units for name, units in items.items()}, complete=True)


def test_a_rerun_changes_nothing(con: DuckDBPyConnection) -> None:
    for number in range(3):
        transform(con, "shop", _store(con, [_day(number, i1=100, i3=50 + number)]))
    before = _marts(con)
    transform(con, "shop", _store(con, [_day(1, i1=100, i3=51)]))
    assert _marts(con) == before


def test_a_late_day_reaches_the_days_after_it_and_no_other_source(con: DuckDBPyConnection) -> None:
    for number in (0, 2, 4):
        transform(con, "shop", _store(con, [_day(number, i1=100)]))
    con.execute("INSERT INTO market_size SELECT * REPLACE ('other' AS source) FROM market_size")
    transform(con, "shop", _store(con, [_day(3, i3=9)]))
    moved = "SELECT item_id, entered, dropped FROM rank_movement WHERE observed_on = '2026-01-05' ORDER BY item_id"
    assert con.execute(moved).fetchall() == [("i1", False, False), ("i3", False, True)]
    assert con.execute("SELECT count(*) FROM market_size WHERE source = 'other'").fetchone() == (3,)


def test_a_category_that_is_gone_from_the_facts_leaves_the_marts(con: DuckDBPyConnection) -> None:
    ats = _store(con, [_day(0, i1=100), Load("counter", 0, {5: 1}, complete=True)])
    transform(con, "shop", ats)
    con.execute("DELETE FROM snapshot WHERE category_id = 'counter'")
    con.execute("DELETE FROM listing WHERE category_id = 'counter'")
    transform(con, "shop", ats)
    assert {row[0] for mart in MARTS for row in con.execute(f"SELECT category_id FROM {mart}").fetchall()} == {"window"}


@pytest.mark.parametrize("copied", [0, run.COPIED_LISTINGS], ids=["views and files of many rows", "copies of few"])
def test_a_rebuild_in_many_chunks_equals_one(
    con: DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch, copied: int
) -> None:
    ats = _store(con, [Load(kind, 24 * day, {n: 10 * day + n for n in range(1, 6)}, complete=day != 3)
                       for day in range(6) for kind in ("counter", "window")])  # fmt: skip
    transform(con, "shop", ats)
    whole = _marts(con)
    monkeypatch.setattr(run, "CHUNK_LISTINGS", 7)
    monkeypatch.setattr(run, "COPIED_LISTINGS", copied)
    assert rebuild(con) == 12
    assert _marts(con) == whole
    assert _spilled(con) == [], "files of the moment stayed"


def test_a_step_has_the_same_types_in_a_file_as_in_a_table(
    con: DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept, compared = run._Scope._step, []

    def keep(scope: run._Scope, model: Model) -> None:
        kept(scope, model)
        assert scope._folder is not None
        asked, read = (con.execute(f"DESCRIBE {what}").fetchall() for what in (f"({model.sql}\n)", model.name))
        compared.append(model.name)
        assert [one[:2] for one in read] == [one[:2] for one in asked], model.name

    monkeypatch.setattr(run, "COPIED_LISTINGS", 0)
    monkeypatch.setattr(run._Scope, "_step", keep)
    transform(con, "shop", _store(con, [_day(0, i1=100, i3=50), Load("counter", 0, {5: 1}, complete=True)]))
    steps = {model.name for model in ordered_models() if model.kind == "step" and model.reach != "campaign"}
    assert set(compared) == steps


def _spilled(con: DuckDBPyConnection) -> list[Path]:
    (where,) = con.execute("SELECT current_setting('temp_directory')").fetchall()[0]
    return list(Path(where).rglob("*.parquet"))


def test_loading_nothing_makes_nothing(con: DuckDBPyConnection) -> None:
    assert transform(con, "shop", []) == 0
    assert transform(con, "shop", [START]) == 0
