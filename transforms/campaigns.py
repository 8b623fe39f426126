"""Makes the marts of campaigns: one edition at a time, whole, from the daily marts of its days.

What to make is ``campaign_now`` (:mod:`transforms.plan`). An edition reads just its own days and those of the edition a
year earlier, so a load costs at most a campaign's days and, outside of one, nothing. This module must not know what a
figure means, open connections, or commit.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from duckdb import DuckDBPyConnection

from transforms.models import Model, ordered_models
from transforms.plan import count, make_table, scope_sql, set_variables

NO_DAY = date(1, 1, 1)
"""Stands for the first and last day of an edition a year earlier where there is none: no row is of that day."""
EDITION_TABLES = ("campaign_phase", "campaign_day", "phase_seen")
Edition = tuple[Any, ...]


def make_campaigns(con: DuckDBPyConnection) -> int:
    """Make the rows of every edition in ``campaign_now`` again, in the caller's transaction; how many editions."""
    models = [model for model in ordered_models() if model.reach == "campaign"]
    editions = editions_to_make(con)
    for edition in editions:
        open_edition(con, edition, models)
        for model in models:
            if model.kind == "step":
                make_table(con, model.name, model.sql)
            else:
                _replace(con, model)
        _close_edition(con, models)
    return len(editions)


def editions_to_make(con: DuckDBPyConnection) -> list[Edition]:
    """Campaign, year and the spans of days of each edition in ``campaign_now``, oldest first."""
    found: list[Edition] = con.execute(
        "SELECT DISTINCT campaign, year, before_on, after_on, last_starts_on, last_ends_on "
        "FROM campaign_now ORDER BY campaign, year"
    ).fetchall()
    return found


def open_edition(con: DuckDBPyConnection, edition: Edition, models: Sequence[Model]) -> None:
    """Put the phases and days of ``edition`` and the rows that ``models`` read under the names they read."""
    campaign, year, first, last, last_first, last_last = edition
    set_variables(
        con, edition_campaign=campaign, edition_year=year, phases_from=first, phases_to=last,
        year_ago_from=last_first or NO_DAY, year_ago_to=last_last or NO_DAY,
    )  # fmt: skip
    for table in EDITION_TABLES:
        make_table(con, table, scope_sql(table))
    for table in _daily(models):
        _show_days(con, table)


def _close_edition(con: DuckDBPyConnection, models: Sequence[Model]) -> None:
    for table in _daily(models):
        con.execute(f"DROP VIEW temp.{table}_campaign")
    for table in (*EDITION_TABLES, *(model.name for model in models if model.kind == "step")):
        con.execute(f"DROP TABLE temp.{table}")


def _daily(models: Sequence[Model]) -> list[str]:
    return sorted({table for model in models for table, _ in model.scoped})


def _show_days(con: DuckDBPyConnection, table: str) -> None:
    """The rows of the edition's days as ``TABLE_campaign``: two spans, so that the days between are never read."""
    spans = (("phases_from", "phases_to"), ("year_ago_from", "year_ago_to"))
    parts = (
        f"SELECT * FROM {table} WHERE source = getvariable('scope_source') "
        f"AND observed_on BETWEEN getvariable('{first}') AND getvariable('{last}')"
        for first, last in spans
    )
    con.execute(f"CREATE OR REPLACE TEMP VIEW {table}_campaign AS {' UNION ALL '.join(parts)}")


def _replace(con: DuckDBPyConnection, model: Model) -> None:
    old = (
        f"FROM {model.name} WHERE source = getvariable('scope_source') AND campaign = getvariable('edition_campaign') "
        "AND year = getvariable('edition_year') AND category_id IN (SELECT category_id FROM campaign_phase)"
    )
    if count(con, f"SELECT count(*) {old}"):
        con.execute(f"DELETE {old}")
    con.execute(f"INSERT INTO {model.name} BY NAME\n{model.sql}")
