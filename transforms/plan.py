"""Plans a refresh: which snapshots a load affects, and what each of them is compared with.

The answers are temporary tables of the connection (``transforms/scope/*.sql``), made in the caller's transaction:
``target`` (the snapshots to make, one row each), ``stale`` (those that have mart rows now), ``band_edge``,
``named_brand`` and ``campaign_now`` (the editions of campaigns to make). This module must not know the models.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib.resources import files

from duckdb import DuckDBPyConnection

HISTORY = timedelta(days=91)
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
# What people edit, copied once: several models read each, and even an empty table of the lake costs a scan's planning.
REFERENCE_TABLES = ("brand_alias", "watch", "sourcing_cost", "campaign_edition")
PLAN_TABLES = (
    *REFERENCE_TABLES, "scope_snapshot", "made", "loaded", "affected", "stale", "band_edge", "target",
    "named_brand", "complete_snapshot", "changed_days", "campaign_now",
)  # fmt: skip


def plan_load(con: DuckDBPyConnection, source: str, ats: Sequence[datetime]) -> None:
    """Plan what a load of ``source`` at the sorted times ``ats`` affects."""
    set_variables(con, scope_source=source, loaded_ats=list(ats), made_from=ats[0])
    _copy_reference(con)
    _plan_tables(con, "band_edge", "named_brand", "made")
    # A complete snapshot without a complete one in HISTORY is either the first or follows a long gap: look further.
    for history_from in (ats[0] - HISTORY, _BEGINNING):
        set_variables(con, history_from=history_from)
        _plan_tables(con, "scope_snapshot", "loaded", "affected", "target")
        if count(con, "SELECT count(*) FROM target WHERE complete AND previous_at IS NULL") == 0:
            break
    _plan_tables(con, "stale", "complete_snapshot", "changed_days", "campaign_now")


def plan_rebuild(con: DuckDBPyConnection, source: str) -> None:
    """Plan to make every snapshot of ``source``; what is there is deleted whole, so nothing is listed as stale."""
    set_variables(con, scope_source=source, history_from=_BEGINNING)
    _copy_reference(con)
    _plan_tables(con, "band_edge", "named_brand", "scope_snapshot")
    make_table(con, "affected", scope_sql("everything"))
    _plan_tables(con, "target", "complete_snapshot")
    make_table(con, "changed_days", scope_sql("every_day"))
    _plan_tables(con, "campaign_now")


def make_table(con: DuckDBPyConnection, name: str, sql: str) -> None:
    """Replace the temporary table ``name`` by the rows of ``sql``."""
    con.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS\n{sql}")


def drop_tables(con: DuckDBPyConnection, *names: str) -> None:
    """Drop temporary tables where they are; never the lake's of the same names."""
    for name in names:
        con.execute(f"DROP TABLE IF EXISTS temp.{name}")


def set_variables(con: DuckDBPyConnection, **values: object) -> None:
    """Session variables: constants once a query is bound, so that the lake skips files by their statistics."""
    for name, value in values.items():
        con.execute(f"SET VARIABLE {name} = ?", [value])


def count(con: DuckDBPyConnection, sql: str, *values: object) -> int:
    """The one number that ``sql`` gives: a count, or the rows a statement wrote."""
    row = con.execute(sql, list(values)).fetchone()
    return 0 if row is None else int(row[0])


@cache
def scope_sql(name: str) -> str:
    """The planning query ``transforms/scope/NAME.sql``."""
    return (files("transforms") / "scope" / f"{name}.sql").read_text(encoding="utf-8")


def _copy_reference(con: DuckDBPyConnection) -> None:
    """Put temporary copies before the lake's tables of the same names (the temporary schema is searched first)."""
    drop_tables(con, *REFERENCE_TABLES)  # of an earlier plan, else they would be copied onto themselves
    for name in REFERENCE_TABLES:
        make_table(con, name, f"SELECT * FROM {name}")


def _plan_tables(con: DuckDBPyConnection, *names: str) -> None:
    for name in names:
        make_table(con, name, scope_sql(name))
