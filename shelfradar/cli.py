"""The command line: one program, the same functions as the DAGs.

Exit codes: 0 only when what was asked for was done; 1 when it was not (the reason is on stderr); 2 for a wrong call.
"""

from __future__ import annotations

import os
import sys

import typer

from shelfradar.commands import alert, ask, collect, evidence, mail, operate

app = typer.Typer(
    name="shelfradar",
    help="Watch the shelf of online marketplaces: collect listings, ask the warehouse, be told when a rival moves.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)
for room in (collect, ask, operate):
    room.register(app)
mail.add_to(alert.app)
app.add_typer(alert.app, name="alerts")
app.add_typer(evidence.app, name="evidence")
app.add_typer(collect.source_app, name="source")
app.add_typer(ask.bands_app, name="bands")


def main() -> None:
    """Run the program; expected errors become one clear message and exit code 1."""
    try:
        app()
    except BrokenPipeError:  # whoever read stdout has gone: `shelfradar sql … | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except Exception as error:
        from shelfradar.errors import EXPECTED, explain

        if not isinstance(error, EXPECTED):
            raise
        print(f"shelfradar: {explain(error)}", file=sys.stderr)  # noqa: T201 - the program's voice
        sys.exit(1)
