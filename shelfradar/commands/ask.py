"""Commands that answer: sql, report, export, bands suggest."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from shelfradar.commands.collect import JsonOption
from shelfradar.output import Format, say, write_batches, write_json, write_rows

TABLE_ROWS = 10_000
bands_app = typer.Typer(help="Price bands.", no_args_is_help=True)
FormatOption = Annotated[Format, typer.Option("--format", "-f", help="How to write the rows.")]


class Report(StrEnum):
    """The reports that can be asked for."""

    VERDICT = "verdict"
    CONCENTRATION = "concentration"
    PRICE_BANDS = "price-bands"
    MOVERS = "movers"
    MARKET = "market"
    OWN = "own"
    MARGIN = "margin"
    CAMPAIGN = "campaign"
    CAMPAIGN_BRANDS = "campaign-brands"
    CAMPAIGN_ITEMS = "campaign-items"


class BandMethod(StrEnum):
    """Ways to propose price bands."""

    QUANTILE = "quantile"
    JENKS = "jenks"
    HEAD_TAIL = "head-tail"


def register(app: typer.Typer) -> None:
    """Hang this room's commands into the program."""
    app.command()(sql)
    app.command()(report)
    app.command()(export)


def sql(
    query: Annotated[
        str | None,
        typer.Argument(help="One SELECT in DuckDB's SQL, DESCRIBE name, or SHOW TABLES; '-' reads standard input."),
    ] = None,
    file: Annotated[
        Path | None, typer.Option("--file", exists=True, dir_okay=False, help="Read the query from this file.")
    ] = None,
    form: FormatOption = Format.TABLE,
    limit_seconds: Annotated[float, typer.Option("--time-limit", min=0.1, help="Stop after this many seconds.")] = 60.0,
    max_rows: Annotated[
        int | None, typer.Option("--max-rows", min=1, help="Refuse more; default: 10,000 as a table, else no limit.")
    ] = None,
) -> None:
    """Ask the warehouse, read only, while loads go on. Its views and columns: docs/warehouse.md."""
    from shelfradar.guard import bound_memory, end_process
    from shelfradar.lean import leave_pandas_out
    from shelfradar.settings import Settings
    from warehouse.lake import Lake

    leave_pandas_out()
    text = _query_text(query, file)
    config = Settings.from_environment().lake
    bound_memory(config.memory_limit)
    with Lake(config).analyst(time_limit_seconds=limit_seconds, on_deaf=end_process) as analyst:
        if form is Format.TABLE or max_rows is not None:
            write_rows(analyst.query(text, max_rows=max_rows or TABLE_ROWS), form)
        else:
            answer = analyst.stream(text)
            write_batches(answer.schema, answer.batches, form)


def _query_text(query: str | None, file: Path | None) -> str:
    if (query is None) == (file is None):
        raise typer.BadParameter("give one query, '-' for standard input, or --file")
    if file is not None:
        return file.read_text(encoding="utf-8-sig")
    return sys.stdin.read() if query == "-" else str(query)


def report(
    name: Annotated[Report, typer.Argument(help="Which report.")],
    category: Annotated[str, typer.Option("--category", "-c", help="Category of the source.")],
    source: Annotated[
        str | None, typer.Option("--source", "-s", help="Needed where two sources share the category.")
    ] = None,
    at: Annotated[
        str | None, typer.Option("--at", help="Date of the observation; default: the last complete one.")
    ] = None,
    form: FormatOption = Format.TABLE,
    show_sql: Annotated[bool, typer.Option("--show-sql", help="Write the query instead of its rows.")] = False,
) -> None:
    """A report on one category, from the marts."""
    from shelfradar.lean import leave_pandas_out
    from shelfradar.reporting import report_rows
    from shelfradar.settings import Settings
    from warehouse.lake import Lake

    leave_pandas_out()
    with Lake(Settings.from_environment().lake).reader() as con:
        answer = report_rows(con, name.value, source, category, at)
    if show_sql:
        typer.echo(answer.sql)
        return
    say(answer.heading)
    write_rows(answer.rows, form)


def export(
    target: Annotated[Path, typer.Argument(help="FILE.duckdb, FILE.xlsx, or a folder for CSV or Parquet.")],
    form: Annotated[str, typer.Option("--format", "-f", help="In a folder: csv or parquet.")] = "csv",
    only: Annotated[list[str] | None, typer.Option("--only", help="Of a folder: these views; default: all.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Take the warehouse along: one DuckDB file, one workbook, or a folder of files. Whole or not at all."""
    from rich.console import Console

    from shelfradar.lean import leave_pandas_out
    from shelfradar.reporting import export_to
    from shelfradar.settings import Settings

    leave_pandas_out()
    with Console(stderr=True).status("opening the warehouse") as status:
        written = export_to(
            Settings.from_environment(), target, form, only or (), lambda part, rows: status.update(f"{part}: {rows:,}")
        )
    if as_json:
        write_json(written.as_dict())
        return
    for path in written.files:
        say(f"wrote {path}")


@bands_app.command("suggest")
def suggest_bands(
    category: Annotated[str, typer.Option("--category", "-c", help="Category of the source.")],
    source: Annotated[
        str | None, typer.Option("--source", "-s", help="Needed where two sources share the category.")
    ] = None,
    method: Annotated[BandMethod, typer.Option(help="How to cut.")] = BandMethod.JENKS,
    bands: Annotated[int, typer.Option(min=2, max=20, help="How many bands (head-tail chooses itself).")] = 5,
) -> None:
    """Propose price bands from the last complete snapshot, as YAML to paste; changes nothing."""
    from shelfradar.lean import leave_pandas_out
    from shelfradar.reporting import suggest
    from shelfradar.settings import Settings
    from warehouse.lake import Lake

    leave_pandas_out()
    with Lake(Settings.from_environment().lake).reader() as con:
        typer.echo(suggest(con, source, category, method.value, bands), nl=False)
