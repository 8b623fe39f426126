"""``shelfradar alerts``: check the rules against the warehouse, list what fired, send what is queued."""

from __future__ import annotations

from typing import Annotated

import typer

from shelfradar.commands.ask import FormatOption
from shelfradar.commands.collect import JsonOption
from shelfradar.output import Format, say, write_json, write_rows

app = typer.Typer(help="Alert rules: check, list, send.", no_args_is_help=True)

EPISODES = """
SELECT rule_id, source, category_id, entity_name, metric, condition, state, started_on, fired_at, ended_at,
       coalesce(last_text, fired_text) AS shown, severity
FROM alert_episode WHERE $every OR ended_at IS NULL ORDER BY fired_at DESC, rule_id, entity_name
"""
OUTBOX = """
SELECT queued_at, due_at, recipient, rule_id, transition, edge_at, status, attempts, finished_at, last_error
FROM alert_outbox ORDER BY queued_at DESC, recipient LIMIT 500
"""


@app.command()
def check(
    source: Annotated[str | None, typer.Option("--source", "-s", help="Only this source.")] = None,
    send: Annotated[bool, typer.Option("--send", help="Also deliver what is queued.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Evaluate the rules over the warehouse and queue what crossed. Doing it twice queues nothing new."""
    from shelfradar import pipeline
    from shelfradar.settings import Settings

    settings = Settings.from_environment()
    answer = pipeline.alerts(settings, source, None)
    if send:
        answer["delivered"] = pipeline.deliver(settings)
    if as_json:
        write_json(answer)
    else:
        say(f"{answer['episodes']:,} episodes, {answer['open']:,} open, {answer['queued']:,} newly queued")
        if send:
            say(f"delivered: {answer['delivered']}")


@app.command("list")
def list_episodes(
    every: Annotated[bool, typer.Option("--all", help="Ended episodes too.")] = False,
    outbox: Annotated[bool, typer.Option("--outbox", help="The queue of mails instead.")] = False,
    form: FormatOption = Format.TABLE,
) -> None:
    """The episodes that are open now, or the queue of mails."""
    from shelfradar.settings import Settings
    from warehouse.lake import Lake

    with Lake(Settings.from_environment().lake).reader() as con:
        answer = con.execute(OUTBOX) if outbox else con.execute(EPISODES, {"every": every})
        write_rows(answer.to_arrow_table(), form)


@app.command()
def deliver(as_json: JsonOption = False) -> None:
    """Send what is queued and due: by SMTP where configured, else as .eml files."""
    from shelfradar import pipeline
    from shelfradar.settings import Settings

    answer = pipeline.deliver(Settings.from_environment())
    if as_json:
        write_json(answer)
    else:
        say(", ".join(f"{key} {value}" for key, value in answer.items()))
    if answer["failed"]:
        raise typer.Exit(1)


@app.command()
def lint(as_json: JsonOption = False) -> None:
    """Read config/alerts.yaml against sources and watchlist; every mistake with file, line and key."""
    from shelfradar.configuration import read_configuration
    from shelfradar.settings import Settings

    rules = read_configuration(Settings.from_environment().config).rules
    if as_json:
        write_json({"rules": len(rules.rules)})
    else:
        say(f"{len(rules.rules)} rules, no mistake found")
