"""Makes the marts: for the snapshots that a load affects, or all again, inside the caller's transaction.

The same models run in both cases, over views that show only the rows a chunk of snapshots needs; so the marts after any
sequence of loads equal those of a full rebuild, and a day costs what its own rows cost. The order of models comes from
:mod:`transforms.models`. This module must not know what a mart means, open connections, or commit.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from duckdb import DuckDBPyConnection

from transforms.models import Model, Reach, ordered_models, scope_sql

CHUNK_LISTINGS = 2_000_000
HISTORY = timedelta(days=36)
LOOKBACK: dict[Reach, timedelta] = {"rates": timedelta(days=8), "movement": timedelta(days=28)}
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
_PLAN_TABLES = ("scope_snapshot", "loaded", "affected", "stale", "target", "complete_snapshot")


@dataclass(slots=True)
class Refresh:
    """What was made: how many snapshots, and the rows written by mart."""

    snapshots: int = 0
    rows: dict[str, int] = field(default_factory=dict)

    def add(self, mart: str, count: int) -> None:
        """Count ``count`` more rows of ``mart``."""
        self.rows[mart] = self.rows.get(mart, 0) + count


def transform(con: DuckDBPyConnection, source: str, observed_ats: Iterable[datetime]) -> Refresh:
    """Make the marts of every snapshot that a load of ``source`` at ``observed_ats`` (UTC) affects.

    Runs in the caller's transaction, on a connection with the lake in use. Loading nothing makes nothing.
    """
    ats = sorted(set(observed_ats))
    refresh = Refresh()
    if not ats:
        return refresh
    _plan_load(con, source, ats)
    _delete_stale(con)
    _make_targets(con, refresh)
    _drop_scope(con)
    return refresh


def rebuild(con: DuckDBPyConnection, source: str | None = None) -> Refresh:
    """Make all marts of ``source`` (None: of every source) again, in chunks of bounded size, in the transaction."""
    refresh = Refresh()
    found = con.execute("SELECT source FROM snapshot UNION SELECT source FROM market_size ORDER BY source").fetchall()
    for (name,) in found:
        if source is None or name == source:
            _plan_rebuild(con, name)
            _delete_all(con, name)
            _make_targets(con, refresh)
            _drop_scope(con)
    return refresh


def _plan_load(con: DuckDBPyConnection, source: str, ats: Sequence[datetime]) -> None:
    _set(con, scope_source=source, loaded_ats=list(ats), loaded_from=ats[0], loaded_to=ats[-1])
    for history_from in (ats[0] - HISTORY, _BEGINNING):
        _set(con, history_from=history_from)
        for table in ("scope_snapshot", "loaded", "affected", "target"):
            _make_table(con, table, scope_sql(table))
        # A complete snapshot without a complete one in 36 days is either the first or follows a long gap: look further.
        if _count(con, "SELECT count(*) FROM target WHERE complete AND previous_at IS NULL") == 0:
            break
    _make_table(con, "complete_snapshot", "SELECT category_id, observed_at FROM scope_snapshot WHERE complete")


def _plan_rebuild(con: DuckDBPyConnection, source: str) -> None:
    _set(con, scope_source=source, history_from=_BEGINNING)
    _make_table(con, "scope_snapshot", scope_sql("scope_snapshot"))
    _make_table(con, "affected", scope_sql("everything"))
    _make_table(con, "target", scope_sql("target"))
    _make_table(con, "complete_snapshot", "SELECT category_id, observed_at FROM scope_snapshot WHERE complete")


def _delete_stale(con: DuckDBPyConnection) -> None:
    """Delete the mart rows that will be made again; costs nothing where there are none, as on a new day."""
    span = con.execute(
        "SELECT min(observed_at), max(observed_at) "
        "FROM (SELECT observed_at FROM affected UNION SELECT observed_at FROM loaded)"
    ).fetchone()
    if span is None or span[0] is None:
        return
    _set(con, stale_from=span[0], stale_to=span[1])
    _make_table(con, "stale", scope_sql("stale"))
    for reach, rows in (("rates", "WHERE rates"), ("movement", "")):
        if _count(con, f"SELECT count(*) FROM stale {rows}") == 0:
            continue
        for model in _marts(reach):
            con.execute(
                f"DELETE FROM {model.name} WHERE source = getvariable('scope_source') "
                "AND observed_at BETWEEN getvariable('stale_from') AND getvariable('stale_to') "
                f"AND (category_id, observed_at) IN (SELECT (category_id, observed_at) FROM stale {rows})"
            )


def _delete_all(con: DuckDBPyConnection, source: str) -> None:
    if _count(con, "SELECT count(*) FROM market_size WHERE source = ?", source):
        for model in ordered_models():
            if model.kind == "mart":
                con.execute(f"DELETE FROM {model.name} WHERE source = ?", [source])


def _make_targets(con: DuckDBPyConnection, refresh: Refresh) -> None:
    """Run the models over the targets, oldest first, in chunks of whole observation times."""
    _make_views(con)
    for first, last in _chunks(con):
        chunk = "SELECT * FROM target WHERE observed_at BETWEEN getvariable('chunk_from') AND getvariable('chunk_to')"
        _set(con, chunk_from=first, chunk_to=last)
        _make_table(con, "rates_target", f"{chunk} AND rates")
        _make_table(con, "movement_target", chunk)
        for reach in ("rates", "movement"):
            _run_models(con, reach, refresh)
        refresh.snapshots += _count(con, "SELECT count(*) FROM movement_target")


def _run_models(con: DuckDBPyConnection, reach: Reach, refresh: Refresh) -> None:
    if not _set_span(con, reach):
        return
    for model in ordered_models():
        if model.reach != reach:
            continue
        if model.kind == "step":
            _make_table(con, model.name, model.sql)
        else:
            refresh.add(model.name, _count(con, f"INSERT INTO {model.name} BY NAME\n{model.sql}"))


def _set_span(con: DuckDBPyConnection, reach: Reach) -> bool:
    """Point the views at the targets and the time before them. False where there is no target."""
    span = con.execute(f"SELECT min(observed_at), max(observed_at), min(previous_at) FROM {reach}_target").fetchone()
    if span is None or span[0] is None:
        return False
    first, last, previous = span
    before = first - LOOKBACK[reach]
    if reach == "movement" and previous is not None:
        before = min(before, previous)
    _set(con, now_from=first, now_to=last, before_from=before)
    return True


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


def _make_views(con: DuckDBPyConnection) -> None:
    """``TABLE_now`` and ``TABLE_before``: constants after binding, so that the lake skips files by their statistics."""
    spans = {
        "now": "observed_at BETWEEN getvariable('now_from') AND getvariable('now_to')",
        "before": "observed_at >= getvariable('before_from') AND observed_at < getvariable('now_to')",
    }
    for table, span in _views():
        con.execute(
            f"CREATE OR REPLACE TEMP VIEW {table}_{span} AS SELECT * FROM {table} "
            f"WHERE source = getvariable('scope_source') AND {spans[span]}"
        )


def _views() -> list[tuple[str, str]]:
    return sorted(set().union(*(model.scoped for model in ordered_models())))


def _drop_scope(con: DuckDBPyConnection) -> None:
    """Drop what was made to plan; after an error the caller's rollback does."""
    for table, span in _views():
        con.execute(f"DROP VIEW IF EXISTS temp.{table}_{span}")
    steps = [model.name for model in ordered_models() if model.kind == "step"]
    for table in (*_PLAN_TABLES, "rates_target", "movement_target", *steps):
        con.execute(f"DROP TABLE IF EXISTS temp.{table}")


def _marts(reach: str) -> list[Model]:
    return [model for model in ordered_models() if model.kind == "mart" and model.reach == reach]


def _make_table(con: DuckDBPyConnection, name: str, sql: str) -> None:
    con.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS\n{sql}")


def _set(con: DuckDBPyConnection, **values: object) -> None:
    for name, value in values.items():
        con.execute(f"SET VARIABLE {name} = ?", [value])


def _count(con: DuckDBPyConnection, sql: str, *values: object) -> int:
    row = con.execute(sql, list(values)).fetchone()
    return 0 if row is None else int(row[0])
