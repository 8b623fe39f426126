"""Commands that bring data in: run, parse, import, source test, source list."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from extractors.counted import counted
from shelfradar.output import say, write_json

source_app = typer.Typer(help="Try and list the sources.", no_args_is_help=True)

WARNINGS_SHOWN = 10

SourceOption = Annotated[str, typer.Option("--source", "-s", help="A file of config/sources, without .yaml.")]
AtOption = Annotated[
    str | None, typer.Option("--at", help="The observation: 2026-11-21 or 2026-11-21T06:00 (source's time zone).")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Write JSON for machines.")]


def register(app: typer.Typer) -> None:
    """Hang this room's commands into the program."""
    app.command()(run)
    app.command()(parse)
    app.command("import")(import_file)


def run(
    source: Annotated[
        list[str] | None, typer.Option("--source", "-s", help="Only these; default: all enabled.")
    ] = None,
    at: AtOption = None,
    as_json: JsonOption = False,
) -> None:
    """Collect, audit, load, report and alert: all steps in one process."""
    from shelfradar import pipeline
    from shelfradar.configuration import read_configuration
    from shelfradar.errors import EXPECTED, explain
    from shelfradar.schedule import observation_at
    from shelfradar.settings import Settings

    settings = Settings.from_environment()
    configuration = read_configuration(settings.config)
    wanted = source or [one.source for one in configuration.sources.values() if one.enabled and one.schedule]
    if not wanted:
        say("no source is enabled and scheduled; name one with --source")
    now, failed = datetime.now(UTC), 0
    for name in wanted:
        chosen = configuration.source(name)
        try:
            answer = pipeline.run(settings, name, observation_at(chosen, at, now), report=say)
        except EXPECTED as error:
            failed += 1
            answer = {"source": name, "error": explain(error)}
        failed += int(_short(answer))
        _show_run(answer, as_json)
    if failed or not wanted:
        raise typer.Exit(1)


def _short(answer: dict[str, Any]) -> bool:
    """Whether a category of the run was refused or left incomplete."""
    return any(status != "ok" for status in answer.get("categories", {}).values())


def _show_run(answer: dict[str, Any], as_json: bool) -> None:
    if as_json:
        write_json(answer)
        return
    if "error" in answer:
        say(f"{answer['source']}: {answer['error']}")
        return
    say(
        f"{answer['source']} {answer['observed_at']}: {counted(answer['rows'], 'row')} in "
        f"{counted(answer['snapshots'], 'snapshot')}, {answer['quarantined']:,} quarantined, "
        f"{counted(answer['queued'], 'alert')} queued"
    )
    for category, status in answer["categories"].items():
        if status != "ok":
            say(f"  {category}: {status}: {answer['reasons'].get(category, '')}")
        for text in answer["warnings"].get(category, []):
            say(f"  {category}: {text}")


def parse(
    file: Annotated[
        Path, typer.Argument(help="A saved page, an API's answer, or a table.", exists=True, dir_okay=False)
    ],
    source: SourceOption,
    url: Annotated[str | None, typer.Option(help="Address the page came from, to resolve links.")] = None,
    category: Annotated[str | None, typer.Option(help="Category of the source; default: its first.")] = None,
    explain: Annotated[
        bool, typer.Option("--explain", help="Show each field instead: what was read, by which rule, what is missing.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Read one file as the source would and write its listings as JSON Lines; no network, no warehouse."""
    from shelfradar.inspection import explain_file, parse_file, show_explanation
    from shelfradar.settings import Settings

    settings = Settings.from_environment()
    if explain:
        explained = explain_file(settings.config, source, file, url=url, category=category)
        (write_json if as_json else show_explanation)(explained)
        return
    parsed = parse_file(settings.config, source, file, url=url, category=category)
    for listing in parsed.listings:
        write_json(listing)
    for problem in parsed.problems:
        say(problem)
    if not parsed.listings:
        say(f"{file}: no entries, and the page says itself that its list is empty")


def import_file(
    file: Annotated[Path, typer.Argument(help="CSV, TSV, XLSX, Parquet or JSON.", exists=True, dir_okay=False)],
    source: SourceOption,
    at: AtOption = None,
    as_json: JsonOption = False,
) -> None:
    """Bring in an export from elsewhere, through the same audit and load; a date column gives many observations."""
    from shelfradar import pipeline
    from shelfradar.configuration import read_one_source
    from shelfradar.schedule import observation_at
    from shelfradar.settings import Settings

    settings = Settings.from_environment()
    chosen = read_one_source(settings.config, source)
    moment = observation_at(chosen, at, datetime.now(UTC))
    answer = pipeline.import_file(settings, source, file, moment, dated=at is not None, report=say)
    if as_json:
        write_json(answer)
    else:
        say(
            f"{source}: {counted(answer['rows'], 'row')} in {counted(answer['snapshots'], 'snapshot')} "
            f"from {file.name}, {answer['quarantined']:,} quarantined, {answer['problems']:,} could not be read"
        )
        for reason, count in answer["reasons"].items():
            say(f"  {reason}: {count:,}")
        for warning in list(answer["warnings"])[:WARNINGS_SHOWN]:
            say(f"  {warning}")
        if (left := len(answer["warnings"]) - WARNINGS_SHOWN) > 0:
            say(f"  and {left} more such")
    if _short(answer):
        raise typer.Exit(1)


@source_app.command("list")
def list_sources(as_json: JsonOption = False) -> None:
    """The configured sources."""
    from shelfradar.configuration import read_configuration
    from shelfradar.settings import Settings

    for one in read_configuration(Settings.from_environment().config).sources.values():
        if as_json:
            write_json(one.model_dump(mode="json"))
        else:
            schedule = one.schedule or "by hand"
            typer.echo(f"{one.source:28} {counted(len(one.categories), 'category'):>14}  {schedule:16} {one.title}")


@source_app.command("test")
def try_source(
    name: Annotated[str, typer.Argument(help="A file of config/sources, without .yaml.")],
    file: Annotated[Path | None, typer.Option(help="Read this saved page instead of fetching one.")] = None,
    at: AtOption = None,
    as_json: JsonOption = False,
) -> None:
    """Fetch one page politely and show, field by field, what was read and what was not. Nothing is loaded."""
    from shelfradar.configuration import read_one_source
    from shelfradar.inspection import explain_source, show_explanation
    from shelfradar.schedule import observation_at
    from shelfradar.settings import Settings

    settings = Settings.from_environment()
    source = read_one_source(settings.config, name)
    moment = observation_at(source, at, datetime.now(UTC))
    explained = explain_source(source, file, moment, doors=settings.hosts, tell=say)
    if as_json:
        write_json(explained)
    else:
        show_explanation(explained)
    if not explained["items"]:
        raise typer.Exit(1)
