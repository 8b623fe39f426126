"""``shelfradar evidence``: export a bundle that others can check, and verify one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from shelfradar.commands.collect import AtOption, JsonOption, SourceOption
from shelfradar.output import say, write_json

app = typer.Typer(
    help="Evidence: the archived page behind a figure, as a bundle others can check.", no_args_is_help=True
)


@app.command()
def export(
    item: Annotated[str, typer.Argument(help="The marketplace's item id.")],
    target: Annotated[Path, typer.Argument(help="A new folder for the bundle.")],
    source: SourceOption,
    at: AtOption = None,
) -> None:
    """The archived pages that show ITEM, their headers, hashes and capture records, and the rows read from them."""
    from shelfradar import evidencing
    from shelfradar.lean import leave_pandas_out
    from shelfradar.settings import Settings

    leave_pandas_out()
    for line in evidencing.export(Settings.from_environment(), source, item, at, target):
        say(line)


@app.command()
def verify(
    bundle: Annotated[Path, typer.Argument(help="A bundle's folder.", exists=True, file_okay=False)],
    as_json: JsonOption = False,
) -> None:
    """Check a bundle alone, without warehouse or network: every file and record against its recorded hash."""
    from shelfradar import evidencing

    findings = evidencing.verify(bundle)
    for finding in findings:
        if as_json:
            write_json(finding)
        else:
            typer.echo(f"{'ok   ' if finding['ok'] else 'WRONG'} {finding['subject']}: {finding['text']}")
    if not all(finding["ok"] for finding in findings):
        raise typer.Exit(1)
