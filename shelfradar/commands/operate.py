"""Commands that keep the installation running: transform, replay, boards, doctor, maintain."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from extractors.counted import counted
from shelfradar.commands.collect import JsonOption, SourceOption
from shelfradar.output import say, write_json


def register(app: typer.Typer) -> None:
    """Hang this room's commands into the program."""
    app.command()(transform)
    app.command()(replay)
    app.command()(boards)
    app.command()(doctor)
    app.command()(maintain)


def transform(
    source: Annotated[str | None, typer.Option("--source", "-s", help="Only this source.")] = None,
    full: Annotated[bool, typer.Option("--full", help="All dates, not only those the configuration changed.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Compute the marts again: all of them with --full, else only where config/ changed since."""
    from shelfradar import pipeline
    from shelfradar.lean import leave_pandas_out
    from shelfradar.settings import Settings

    leave_pandas_out()
    answer = pipeline.transform(Settings.from_environment(), source, full=full)
    made = counted(answer["snapshots"], "snapshot")
    _answer(answer, as_json, f"{made} computed" if answer["snapshots"] else "nothing to compute")


def replay(
    source: SourceOption,
    start: Annotated[str, typer.Option("--from", help="First date, in the source's time zone.")],
    end: Annotated[str, typer.Option("--to", help="Last date.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would change; change nothing.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Read the archived pages again with today's specs, show what changes, then replace. Sends no mail."""
    from datetime import date

    from shelfradar import replaying
    from shelfradar.settings import Settings

    settings = Settings.from_environment()
    answer = replaying.replay(settings, source, date.fromisoformat(start), date.fromisoformat(end), dry_run, report=say)
    if as_json:
        write_json(answer)
        return
    for line in replaying.describe(answer):
        typer.echo(line)


def boards(as_json: JsonOption = False) -> None:
    """Write the HTML boards."""
    from shelfradar import pipeline
    from shelfradar.lean import leave_pandas_out
    from shelfradar.settings import Settings

    leave_pandas_out()
    answer = pipeline.boards(Settings.from_environment())
    _answer(answer, as_json, f"{counted(answer['pages'], 'page')}; open {answer['index']}")


def doctor(as_json: JsonOption = False) -> None:
    """Check configuration, warehouse, mail and freshness: what is wrong, and the mend. Exit code 1 if anything is."""
    from shelfradar.doctor import examine
    from shelfradar.lean import leave_pandas_out

    leave_pandas_out()
    findings = examine()
    for finding in findings:
        if as_json:
            write_json(finding.as_dict())
        else:
            typer.echo(f"{finding.mark} {finding.subject}: {finding.text}")
            if finding.mend:
                typer.echo(f"    mend: {finding.mend}")
    if any(finding.level == "error" for finding in findings):
        raise typer.Exit(1)


def maintain(
    backup: Annotated[
        Path | None, typer.Option("--backup", help="Instead: copy the lake into this new folder.")
    ] = None,
    restore: Annotated[
        Path | None, typer.Option("--restore", help="Instead: make this backup the lake of an empty home.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Compact small files, expire old versions, remove orphans; or make a backup, or restore one."""
    from shelfradar import pipeline
    from shelfradar.settings import Settings

    settings = Settings.from_environment()
    if backup is not None and restore is not None:
        raise typer.BadParameter("give --backup or --restore, not both")
    if backup is not None:
        answer = pipeline.backup(settings, backup)
        _answer(answer, as_json, f"wrote {answer['backup']} and read it back")
    elif restore is not None:
        answer = pipeline.restore(settings, restore)
        _answer(answer, as_json, f"restored {answer['restored']}")
    else:
        answer = pipeline.maintain(settings)
        _answer(answer, as_json, ", ".join(f"{key} {value}" for key, value in answer.items()))


def _answer(answer: dict[str, object], as_json: bool, text: str) -> None:
    if as_json:
        write_json(answer)
    else:
        say(text)
