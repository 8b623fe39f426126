"""``shelfradar alerts``: check the rules against the warehouse, list what fired, send what is queued."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from extractors.counted import counted
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
SELECT queued_at, due_at, recipient, rule_id, transition, edge_at, status, attempts, finished_at, message_id,
       coalesce(last_error, answer) AS said
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
        say(f"{counted(answer['episodes'], 'episode')}, {answer['open']:,} open, {answer['queued']:,} newly queued")
        if send:
            say(f"delivered: {answer['delivered']}")


@app.command("list")
def list_episodes(
    every: Annotated[bool, typer.Option("--all", help="Ended episodes too.")] = False,
    outbox: Annotated[bool, typer.Option("--outbox", help="The queue of mails instead.")] = False,
    form: FormatOption = Format.TABLE,
) -> None:
    """The episodes that are open now, or the queue of mails."""
    from shelfradar.lean import leave_pandas_out
    from shelfradar.settings import Settings
    from warehouse.lake import Lake

    leave_pandas_out()
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
def lint(form: FormatOption = Format.TABLE, as_json: JsonOption = False) -> None:
    """What is wrong or not meant in the rules, with file and line, held against the warehouse where there is one.

    Ends with 0 where nothing is found, with 1 where something is, with 2 where the configuration can't be read.
    """
    from shelfradar.alerting import lint as look
    from shelfradar.settings import Settings

    linted = look(Settings.from_environment())
    form = Format.JSON if as_json else form
    if form is Format.TABLE:
        for one in linted.findings:
            typer.echo(str(one))
    else:
        write_rows(linted.table(), form)
    found = counted(len(linted.findings), "finding")
    held = "" if linted.warehouse else "; not held against a warehouse: there is none yet"
    say(
        f"{counted(linted.rules, 'rule')}, {found}{held}"
        if linted.rules is not None
        else f"the configuration can't be read: {found}"
    )
    raise typer.Exit(linted.code)


@app.command()
def backtest(
    rule: Annotated[str, typer.Argument(help="Id of a rule in config/alerts.yaml.")],
    days: Annotated[int, typer.Option(min=1, max=3660, help="How far back from the last observation.")] = 90,
    first: Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="First day instead.")] = None,
    last: Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="Last day.")] = None,
    against: Annotated[Path | None, typer.Option(help="Another alerts.yaml: compare with its rule of that id.")] = None,
    when: Annotated[str | None, typer.Option(help="Compare with this condition: above=30000, falls_by=20%.")] = None,
    chart: Annotated[Path | None, typer.Option(help="Write the episodes as a picture (SVG) here.")] = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """When a rule would have fired over the history: the live evaluation itself, nothing is queued."""
    from alerts.backtest_chart import sparkline, timeline_svg
    from shelfradar.backtesting import Span, try_rule
    from shelfradar.settings import Settings

    span = Span(days=days, first=first.date() if first else None, last=last.date() if last else None)
    trial = try_rule(Settings.from_environment(), rule, span, against, when)
    write_rows(trial.table(), form)
    versions = [(rule, trial.found)] + ([("the other", trial.against)] if trial.against else [])
    for name, one in versions:
        say(f"{name}: {one}")
        say(f"{one.start:%Y-%m-%d} {sparkline(one.open_each_day())} {one.end:%Y-%m-%d} open each day")
    if chart:
        chart.write_text(timeline_svg(rule, trial.found, trial.against), encoding="utf-8")
        say(f"chart: {chart}")


@app.command()
def snooze(
    until: Annotated[str, typer.Option("--until", help="Last moment of silence: 2026-12-01 or an ISO time (UTC).")],
    why: Annotated[str, typer.Option("--why", help="The reason, kept and shown.")],
    rule: Annotated[str | None, typer.Argument(help="Id of a rule; with --item only: every rule of that item.")] = None,
    item: Annotated[str | None, typer.Option("--item", help="Only this item, brand or category.")] = None,
) -> None:
    """Silence a rule or an item until a date; mails that fall due wait until then."""
    from shelfradar.settings import Settings
    from shelfradar.silences import add_silence

    say(add_silence(Settings.from_environment(), rule, item, until, why))


@app.command()
def unsnooze(
    rule: Annotated[str | None, typer.Argument(help="Id of a rule; with --item only: silences of that item.")] = None,
    item: Annotated[str | None, typer.Option("--item", help="Only of this item, brand or category.")] = None,
) -> None:
    """End silences before their time; what waited leaves with the next delivery."""
    from shelfradar.settings import Settings
    from shelfradar.silences import end_silence

    for line in end_silence(Settings.from_environment(), rule, item):
        say(line)


@app.command()
def snoozes(
    every: Annotated[bool, typer.Option("--all", help="Silences that are over too.")] = False,
    form: FormatOption = Format.TABLE,
) -> None:
    """The silences that hold: of what, until when, why, and how many mails' lines wait for it."""
    from shelfradar.lean import leave_pandas_out
    from shelfradar.settings import Settings
    from shelfradar.silences import list_silences

    leave_pandas_out()
    write_rows(list_silences(Settings.from_environment(), every=every), form)
