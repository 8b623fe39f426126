"""Makes the marts: for the snapshots that a load affects, or all again, inside the caller's transaction.

The same models run in both cases, over just the rows that a chunk of snapshots needs; so the marts after any sequence
of loads equal those of a full rebuild, and a day costs what its own rows cost. What to make comes from
:mod:`transforms.plan`, the order of models from :mod:`transforms.models`. This module must not know what a mart means,
open connections, or commit. The names it writes into SQL are those of our own files, never of data.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import nullcontext
from datetime import datetime, timedelta
from pathlib import Path

from duckdb import DuckDBPyConnection

from transforms.campaigns import make_campaigns
from transforms.models import Model, Reach, ordered_models
from transforms.plan import PLAN_TABLES, count, drop_tables, make_table, plan_load, plan_rebuild, set_variables
from warehouse.spill import spill_folder
from warehouse.stage import sql_text
from warehouse.threads import threads_for

CHUNK_LISTINGS = 1_000_000
# Up to here it is cheaper to copy the rows of a chunk than to plan several scans of the lake over them.
COPIED_LISTINGS = 200_000
LOOKBACK: dict[Reach, timedelta] = {
    "rates": timedelta(days=8), "movement": timedelta(days=28), "outlook": timedelta(days=90),
}  # fmt: skip
# Which of the snapshots to make a reach makes: each reach has those of the one before it, and more.
REACHES: dict[Reach, str] = {"rates": "rates", "movement": "movement", "outlook": "TRUE"}
SPANS = {
    "now": "BETWEEN getvariable('now_from') AND getvariable('now_to')",
    "before": "BETWEEN getvariable('before_from') AND getvariable('now_to')",
    "previous": "BETWEEN getvariable('previous_from') AND getvariable('previous_to')",
    "trend": "BETWEEN getvariable('trend_from') AND getvariable('trend_to')",
}


def transform(con: DuckDBPyConnection, source: str, observed_ats: Iterable[datetime]) -> int:
    """Make the marts of every snapshot that a load of ``source`` at ``observed_ats`` (UTC) affects.

    Runs in the caller's transaction, on a connection with the lake in use. Returns how many snapshots were made.
    """
    ats = sorted(set(observed_ats))
    if not ats:
        return 0
    with threads_for(con, 0):
        plan_load(con, source, ats)
        _delete_stale(con)
    with threads_for(con, _listings(con)):
        made = _make_targets(con)
        make_campaigns(con)
        drop_tables(con, *PLAN_TABLES)
    return made


def rebuild(con: DuckDBPyConnection, source: str | None = None) -> int:
    """Make all marts of ``source`` (None: of every source) again, in chunks of bounded size, in the transaction."""
    found = con.execute("SELECT source FROM snapshot UNION SELECT source FROM market_size ORDER BY source").fetchall()
    made = 0
    for (name,) in found:
        if source is None or name == source:
            with threads_for(con, 0):
                plan_rebuild(con, name)
            with threads_for(con, _listings(con)):
                _delete_all(con, name)
                made += _make_targets(con)
                make_campaigns(con)
                drop_tables(con, *PLAN_TABLES)
    return made


def _listings(con: DuckDBPyConnection) -> int:
    """How many rows the planned snapshots have."""
    return count(con, "SELECT coalesce(sum(listings), 0) FROM target")


def _delete_stale(con: DuckDBPyConnection) -> None:
    """Delete the mart rows that will be made again; writes nothing where there are none, as on a new day."""
    span = con.execute("SELECT min(observed_at), max(observed_at) FROM stale").fetchone()
    if span is None or span[0] is None:
        return
    set_variables(con, stale_from=span[0], stale_to=span[1])
    for model in ordered_models():
        if model.kind == "mart" and model.reach in REACHES:
            again = f"SELECT (category_id, observed_at) FROM stale WHERE {REACHES[model.reach]}"
            con.execute(
                f"DELETE FROM {model.name} WHERE source = getvariable('scope_source') "
                "AND observed_at BETWEEN getvariable('stale_from') AND getvariable('stale_to') "
                f"AND (category_id, observed_at) IN ({again})"
            )


def _delete_all(con: DuckDBPyConnection, source: str) -> None:
    if count(con, "SELECT count(*) FROM market_size WHERE source = ?", source):
        for model in ordered_models():
            if model.kind == "mart":
                con.execute(f"DELETE FROM {model.name} WHERE source = ?", [source])


def _make_targets(con: DuckDBPyConnection) -> int:
    """Run the models over the targets, oldest first, in chunks of whole observation times."""
    made = 0
    for first, last in _chunks(con):
        set_variables(con, chunk_from=first, chunk_to=last)
        for reach, condition in REACHES.items():
            make_table(
                con,
                f"{reach}_target",
                "SELECT * FROM target "
                f"WHERE observed_at BETWEEN getvariable('chunk_from') AND getvariable('chunk_to') AND {condition}",
            )
        made += _make_chunk(con)
        drop_tables(con, *(f"{reach}_target" for reach in REACHES))
    return made


def _make_chunk(con: DuckDBPyConnection) -> int:
    """Run the models over the ``…_target`` tables, reach by reach; the number of snapshots."""
    listings = count(con, "SELECT coalesce(sum(listings), 0) FROM outlook_target")
    before = -1
    with spill_folder(con) if listings > COPIED_LISTINGS else nullcontext() as folder:
        scope = _Scope(con, folder)
        for reach in REACHES:
            targets = count(con, f"SELECT count(*) FROM {reach}_target")
            scope.point_at(reach, keep=targets == before)
            for model in ordered_models():
                if model.reach == reach and targets:
                    scope.run(model)
            before = targets
        scope.drop()
    return before


class _Scope:
    """The rows a chunk may see, under the names its models read: copies of few rows, views of many.

    ``folder``: where the steps of many rows go, as Parquet files; None: few rows, in temporary tables. A table that is
    made in a transaction is read by one thread, and its memory comes back only with the transaction's end.
    """

    def __init__(self, con: DuckDBPyConnection, folder: Path | None) -> None:
        self._con = con
        self._folder = folder
        self._held: dict[str, str] = {}

    def point_at(self, reach: Reach, *, keep: bool) -> None:
        """Turn to the targets of ``reach``. ``keep``: they are those of before, so the rows of now stay right."""
        first, last, previous_first, previous_last, trend_first, trend_last = self._con.execute(
            "SELECT min(observed_at), max(observed_at), min(previous_at), max(previous_at), min(trend_at), "
            f"max(trend_at) FROM {reach}_target"
        ).fetchall()[0]
        self._drop([name for name in self._held if not (keep and name.endswith("_now"))])
        if first is not None:
            set_variables(self._con, now_from=first, now_to=last, before_from=first - LOOKBACK[reach])
            # Where no target follows a complete snapshot the span is any that holds none of them.
            set_variables(self._con, previous_from=previous_first or first, previous_to=previous_last or first)
            set_variables(self._con, trend_from=trend_first or first, trend_to=trend_last or first)

    def run(self, model: Model) -> None:
        """Run one model over the rows it asks for and store what it gives."""
        for table, span in sorted(model.scoped):
            self._provide(table, span)
        if model.kind == "step":
            self._step(model)
        elif self._folder is None:
            make_table(self._con, f"{model.name}_now", model.sql)
            self._held[f"{model.name}_now"] = "TABLE"
            self._con.execute(f"INSERT INTO {model.name} BY NAME SELECT * FROM {model.name}_now")
        else:
            self._con.execute(f"INSERT INTO {model.name} BY NAME\n{model.sql}")

    def _step(self, model: Model) -> None:
        if self._folder is None:
            make_table(self._con, model.name, model.sql)
            self._held[model.name] = "TABLE"
            return
        file = sql_text(str(self._folder / f"{model.name}.parquet"))
        self._con.execute(f"COPY (\n{model.sql}\n) TO {file} (FORMAT parquet, COMPRESSION lz4_raw)")
        self._con.execute(f"CREATE TEMP VIEW {model.name} AS SELECT * FROM read_parquet({file})")
        self._held[model.name] = "VIEW"

    def drop(self) -> None:
        """Drop everything; after an error the caller's rollback does."""
        self._drop(list(self._held))

    def _provide(self, table: str, span: str) -> None:
        name = f"{table}_{span}"
        if name not in self._held:
            kind = "TABLE" if self._folder is None and span == "now" else "VIEW"
            self._con.execute(
                f"CREATE OR REPLACE TEMP {kind} {name} AS SELECT * FROM {table} "
                f"WHERE source = getvariable('scope_source') AND observed_at {SPANS[span]}"
            )
            self._held[name] = kind

    def _drop(self, names: list[str]) -> None:
        for name in names:
            self._con.execute(f"DROP {self._held.pop(name)} temp.{name}")


def _chunks(con: DuckDBPyConnection) -> list[tuple[datetime, datetime]]:
    """First and last observation time of each chunk, in order: at most CHUNK_LISTINGS listings, at least one time."""
    times = con.execute(
        "SELECT observed_at, sum(listings) FROM target GROUP BY observed_at ORDER BY observed_at"
    ).fetchall()
    chunks: list[tuple[datetime, datetime]] = []
    held = 0
    for at, listings in times:
        if chunks and held + listings <= CHUNK_LISTINGS:
            chunks[-1] = (chunks[-1][0], at)
            held += listings
        else:
            chunks.append((at, at))
            held = listings
    return chunks
