"""Staged rows to facts: with the audit against a bare INSERT … SELECT, a day again against a bare delete and insert.

Facts only: marts have rows of their own. Great Expectations' record is timed apart: it is no part of the decision which
rows are loaded (that is SQL), and it looks at a sample of at most 200,000 rows.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import duckdb

from benchmarks.measure import Figure, Spent, Target, alternate, compare, plain, rate, spent_by
from benchmarks.setting import Scale, bench_source, installation
from benchmarks.shelves import check_brand_keys, lists_of, observed_at, stage_day
from extractors.source import Source
from extractors.stagedir import StageDir
from shelfradar import pipeline
from shelfradar.settings import Settings
from warehouse.lake import Lake
from warehouse.load import replace_partitions
from warehouse.stage import STAGED_COLUMNS, capture_rows
from warehouse.validate import audit

COLUMNS = ", ".join(STAGED_COLUMNS)
TABLES = ("listing", "snapshot", "capture")
BARE = "bare delete + insert, same tables"
BARE_LISTING = "bare delete + insert, listing only"


def load_with_audit(scale: Scale) -> list[Figure]:
    """Rows a second, wall time, into a lake that has none of them; the same rows of a DuckDB file as the peer."""
    rows = scale.loaded_rows
    with installation() as settings:
        source, stage = _staged(settings, rows)
        lake = pipeline.open_lake(settings)
        taken: list[Spent] = []

        def ours() -> Spent:
            _forget(lake)
            return spent_by(partial(_audit_and_load, lake, source, stage))

        works: dict[str, Callable[[], Spent]] = {
            "ours": ours,
            "DuckDB file, INSERT … SELECT": partial(_bare_file, stage),
            "DuckLake, INSERT … SELECT": partial(_bare_lake, lake, stage),
        }
        found = alternate(works, scale.repeats)
        taken.append(spent_by(partial(_with_record, lake, source, stage, settings)))
        bare = spent_by(partial(_audit_alone, lake, source, stage))
    show = rate(rows, "rows")
    what = f"load with audit, {rows:,} rows"
    found["Great Expectations"] = [Spent(taken[0].cpu - bare.cpu, taken[0].wall - bare.wall)] * scale.repeats
    return [
        compare(what, found, "DuckDB file, INSERT … SELECT", Target(0.8, higher=True), show=show, by="wall"),
        compare(what, found, "DuckLake, INSERT … SELECT", Target(None, higher=True), show=show, by="wall"),
        compare(what, found, "Great Expectations", Target(None), show=plain, by="wall"),
    ]


def day_again(scale: Scale) -> list[Figure]:
    """A day that is there already, loaded again; both through the same lake."""
    rows = scale.again_rows
    with installation() as settings:
        source, stage = _staged(settings, rows)
        lake = pipeline.open_lake(settings)
        _audit_and_load(lake, source, stage)
        works: dict[str, Callable[[], Spent]] = {
            "ours": partial(spent_by, lambda: lake.write(lambda con: replace_partitions(con, source, stage))),
            BARE: partial(spent_by, lambda: lake.write(partial(_replace_bare, stage, TABLES))),
            BARE_LISTING: partial(spent_by, lambda: lake.write(partial(_replace_bare, stage, ("listing",)))),
        }
        found = alternate(works, scale.repeats)
    what = f"a day again, {rows:,} rows"
    return [
        compare(what, found, BARE, Target(1.3), show=plain, by="wall"),
        compare(what, found, BARE_LISTING, Target(None), show=plain, by="wall"),
    ]


def _staged(settings: Settings, rows: int) -> tuple[Source, StageDir]:
    check_brand_keys()
    stage = StageDir(settings.home, "bench", observed_at(0))
    with duckdb.connect() as con:
        con.execute("SET TimeZone = 'UTC'")
        stage_day(con, stage, 0, rows)
    return bench_source("http://127.0.0.1", lists_of(rows), 1), stage


def _audit_alone(lake: Lake, source: Source, stage: StageDir) -> None:
    with lake.reader() as con:
        found = audit(con, source, stage, None)
    if found.quarantined:
        raise ValueError(f"{found.quarantined} synthetic rows were turned away")


def _with_record(lake: Lake, source: Source, stage: StageDir, settings: Settings) -> None:
    with lake.reader() as con:
        audit(con, source, stage, settings.data_docs)


def _audit_and_load(lake: Lake, source: Source, stage: StageDir) -> None:
    _audit_alone(lake, source, stage)
    lake.write(lambda con: replace_partitions(con, source, stage))


def _forget(lake: Lake) -> None:
    """Empty the facts without a trace in what is measured next."""

    def clear(con: Any) -> None:
        for table in ("listing", "snapshot", "capture"):
            con.execute(f"DELETE FROM {table}")

    lake.write(clear)


def _files(stage: StageDir) -> list[str]:
    return [str(path) for path in stage.all_listings()]


def _bare_file(stage: StageDir) -> Spent:
    with tempfile.TemporaryDirectory(prefix="shelfradar-bench-") as folder:
        with duckdb.connect(str(Path(folder) / "bare.duckdb")) as con:
            con.execute("SET TimeZone = 'UTC'")
            con.execute("CREATE TABLE listing AS SELECT * FROM read_parquet(?) LIMIT 0", [_files(stage)])

        def insert() -> None:
            with duckdb.connect(str(Path(folder) / "bare.duckdb")) as con:
                con.execute("INSERT INTO listing SELECT * FROM read_parquet(?)", [_files(stage)])

        return spent_by(insert)


def _bare_lake(lake: Lake, stage: StageDir) -> Spent:
    _forget(lake)
    sql = f"INSERT INTO listing ({COLUMNS}) SELECT {COLUMNS} FROM read_parquet(?)"
    return spent_by(lambda: lake.write(lambda con: con.execute(sql, [_files(stage)])))


def _replace_bare(stage: StageDir, tables: tuple[str, ...], con: Any) -> None:
    """Delete and insert the day in ``tables``, with nothing asked and nothing checked; snapshots come from a copy."""
    day = [stage.source, stage.observed_at]
    where = "source = ? AND observed_at = ?"
    if "snapshot" in tables:
        con.execute(f"CREATE OR REPLACE TEMP TABLE kept AS SELECT * FROM snapshot WHERE {where}", day)
    for table in tables:
        con.execute(f"DELETE FROM {table} WHERE {where}", day)
    con.execute(f"INSERT INTO listing ({COLUMNS}) SELECT {COLUMNS} FROM read_parquet(?)", [_files(stage)])
    if "snapshot" in tables:
        con.execute("INSERT INTO snapshot SELECT * FROM kept")
    if "capture" in tables:
        con.execute(f"INSERT INTO capture BY NAME {capture_rows(stage)}")
