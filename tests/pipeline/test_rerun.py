"""A rerun of the same observation replaces and changes nothing; analysts and loads do not wait for each other."""

from __future__ import annotations

from datetime import date
from typing import Any

from shelfradar import pipeline
from warehouse.lake import Lake

OF_THE_FETCH = {"capture_id"}
"""What differs between two fetches of the same page: the identity of the evidence."""


def contents(made: Any) -> dict[str, list[tuple[Any, ...]]]:
    """Every fact and mart, sorted, without the identity of captures."""
    with Lake(made.settings.lake).reader() as con:
        tables = [row[0] for row in con.execute("SELECT table_name FROM duckdb_tables() ORDER BY 1").fetchall()]
        found = {}
        for table in tables:
            if table in {"capture", "run", "schema_version"} or table.startswith(("ducklake_", "alert_")):
                continue
            names = [row[0] for row in con.execute(f"DESCRIBE {table}").fetchall() if row[0] not in OF_THE_FETCH]
            found[table] = con.execute(f"SELECT {', '.join(names)} FROM {table} ORDER BY ALL").fetchall()
    return found


def test_the_same_observation_again_changes_nothing(collected, copy_of, days: list[date]) -> None:
    made = copy_of(collected)
    before = contents(made)
    assert before["listing"]
    assert before["brand_concentration"]

    pipeline.collect(made.settings, "demo", made.at(days[0]))

    assert contents(made) == before


def test_an_analyst_session_stays_open_while_a_load_commits(collected, copy_of, days: list[date]) -> None:
    made = copy_of(collected)
    with Lake(made.settings.lake).analyst() as analyst:
        before = analyst.query("SELECT count(*) FROM listing").to_pylist()
        assert pipeline.load(made.settings, "demo", made.at(days[1]))["rows"] > 0
        assert analyst.query("SELECT count(*) FROM listing").to_pylist() == before


def test_a_mistake_in_another_source_stops_no_load(collected, copy_of, days: list[date]) -> None:
    made = copy_of(collected)
    (made.settings.config / "sources" / "other.yaml").write_text("source: other\ntitel: x\n", encoding="utf-8")
    assert pipeline.load(made.settings, "demo", made.at(days[1]))["rows"] > 0
    assert pipeline.alerts(made.settings, "demo", made.at(days[1]))["queued"] == 0
