"""``shelfradar alerts test-mail``, ``resend`` and ``watch``: the way out, tried and looked after."""

from __future__ import annotations

from typing import Annotated

import typer

from extractors.counted import counted
from shelfradar.commands.collect import JsonOption
from shelfradar.output import say, write_json


def send_test(
    recipient: Annotated[
        str | None, typer.Argument(help="A recipient or group of config/alerts.yaml; default: the engineers.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Send a labelled test the way an alert goes, now, and tell what the server or chat answered."""
    from shelfradar import pipeline, posting
    from shelfradar.settings import Settings

    settings = Settings.from_environment()
    answers = posting.send_test(settings, pipeline.open_lake(settings), recipient)
    for one in answers:
        if as_json:
            write_json(one)
        else:
            say(f"{one['recipient']} ({one['to']}): {one['status']}: {one['answer']}")
    if any(one["status"] != "sent" for one in answers):
        raise typer.Exit(1)


def resend(
    message_ids: Annotated[
        list[str] | None, typer.Argument(help="Message-IDs, as `alerts list --outbox` has them.")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Every mail that failed or is unsure.")] = False,
) -> None:
    """Queue mails again that failed or may not have arrived; they keep their Message-ID, so a copy is known as one."""
    from shelfradar import pipeline, posting
    from shelfradar.settings import Settings

    if bool(message_ids) == every:
        raise typer.BadParameter("name Message-IDs, or --all")
    queued = posting.resend(pipeline.open_lake(Settings.from_environment()), message_ids)
    say(f"{counted(queued, 'mail')} queued again; `shelfradar alerts deliver` sends what is queued")
    if message_ids and queued < len(message_ids):
        raise typer.Exit(1)


def watch(as_json: JsonOption = False) -> None:
    """What the clock alone brings: missed deadlines, quiet weeks, mails that fell due. For cron, without Airflow."""
    from shelfradar import pipeline
    from shelfradar.settings import Settings

    answer = pipeline.watch(Settings.from_environment())
    if as_json:
        write_json(answer)
    else:
        say(f"{answer['deadlines']} deadlines, {answer['weekly']} weekly lines; delivered: {answer['delivered']}")


def add_to(app: typer.Typer) -> None:
    """Put these commands under ``shelfradar alerts``."""
    app.command("test-mail")(send_test)
    app.command()(resend)
    app.command()(watch)
