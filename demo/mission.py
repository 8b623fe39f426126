"""``make demo``: 35 simulated days through the whole pipeline, the last one through the real Airflow DAGs.

Starts the simulated marketplace on loopback, lets the collector observe it day by day up to today, and tells where the
boards, the mails, the warehouse and the evidence are. Everything it makes is labelled simulated.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from demo.server import PORT, serve
from deploy.airflow_home import AirflowError, AirflowHome, airflow
from extractors.counted import counted
from shelfradar import pipeline
from shelfradar.configuration import read_one_source
from shelfradar.errors import EXPECTED, explain
from shelfradar.schedule import last_tick, tick_on
from shelfradar.settings import Settings

SOURCE = "demo"
DAYS = 35
AIRFLOW_PORT = 8080
CONSOLE = Console(stderr=True, highlight=False)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the mission; the exit code is 0 only when every day was loaded."""
    parser = argparse.ArgumentParser(prog="python -m demo.mission", description="Simulated days through the pipeline.")
    parser.add_argument("--days", type=int, default=DAYS, help="days of history, the last one through Airflow")
    parser.add_argument("--until", type=date.fromisoformat, default=None, help="last day; default: today's observation")
    parser.add_argument("--no-airflow", action="store_true", help="the last day in this process too")
    chosen = parser.parse_args(arguments)
    settings = Settings.from_environment()
    try:
        with serve(PORT):
            collect_days(settings, observations(settings, chosen.days, chosen.until), airflow=not chosen.no_airflow)
    except (*EXPECTED, AirflowError) as error:
        CONSOLE.print(f"demo: {explain(error)}", style="red", markup=False)
        return 1
    except OSError as error:
        CONSOLE.print(f"demo: port {PORT} can't be served ({error.strerror}); is another demo running?", style="red")
        return 1
    tell(settings)
    return 0


def observations(settings: Settings, days: int, until: date | None) -> list[datetime]:
    """The scheduled times of the last ``days`` days, oldest first, UTC."""
    source = read_one_source(settings.config, SOURCE)
    last = tick_on(source, until) if until else last_tick(source, datetime.now(UTC))
    day = last.astimezone(source.zone).date()
    return [tick_on(source, day - timedelta(days=back)) for back in range(days - 1, -1, -1)]


def collect_days(settings: Settings, moments: list[datetime], *, airflow: bool) -> None:
    """Observe each moment; the last through Airflow where asked for.

    A day's alerts are decided while the next day is fetched and audited, and before it is loaded.
    """
    in_process, last = (moments[:-1], moments[-1]) if airflow else (moments, None)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=CONSOLE) as progress, ThreadPoolExecutor(1) as beside:
        alerts: Future[pipeline.Answer] = beside.submit(dict)
        task = progress.add_task("Collecting simulated days", total=len(in_process))
        for moment in in_process:
            progress.update(task, description=f"Collecting {moment:%Y-%m-%d} (simulated)")
            pipeline.collect(settings, SOURCE, moment, before_load=alerts.result)
            alerts = beside.submit(pipeline.alerts, settings, SOURCE, moment)
            progress.advance(task)
        alerts.result()
    if last is not None:
        through_airflow(settings, last)
    else:
        pipeline.finish(settings)


def through_airflow(settings: Settings, moment: datetime) -> None:
    """Run ``collect__demo`` and ``report`` for ``moment`` by ``airflow dags test``: the real DAGs, in one process."""
    home = AirflowHome(settings.home / "airflow", AIRFLOW_PORT)
    ours = {"SHELFRADAR_HOME": str(settings.home), "SHELFRADAR_CONFIG": str(settings.config)}
    env = home.environment({**os.environ, **ours})
    at = moment.isoformat()
    steps: list[tuple[str, Callable[[], object]]] = [
        ("Airflow: preparing its database", lambda: home.prepare(env)),
        ("Airflow: creating the pools", lambda: home.make_pools(env)),
        (f"Airflow: collect__{SOURCE} for {at}", lambda: airflow(env, "dags", "test", f"collect__{SOURCE}", at)),
        ("Airflow: report (alerts, mail, boards)", lambda: airflow(env, "dags", "test", "report", at)),
    ]
    for text, step in steps:
        started = time.monotonic()
        with CONSOLE.status(f"{text} ..."):
            step()
        CONSOLE.print(f"{text}: {time.monotonic() - started:.0f} s")


def tell(settings: Settings) -> None:
    """Where to look, and one query to try."""
    mails = len(list(settings.mail.glob("*.eml"))) if settings.mail.is_dir() else 0
    written = mails or not settings.smtp_url
    where = f"{counted(mails, 'mail')} in  {settings.mail}" if written else "mails     sent by SMTP"
    query = (
        "SELECT brand, round(share, 3) AS share FROM brand_share WHERE category_id = 'serum' AND measure = 'units_30d'"
    )
    query += " AND observed_on = (SELECT max(observed_on) FROM brand_share) ORDER BY share DESC LIMIT 5"
    for line in (
        "",
        "SIMULATED data, made by demo/: nothing in it is a real shop.",
        f"  boards    {settings.boards / 'index.html'}",
        f"  {where}",
        f"  warehouse {settings.home / 'lake'}",
        f"  evidence  {settings.home / 'archive'} (WARC)",
        "",
        "Ask the warehouse who leads the serum shelf:",
        f'  .venv/bin/shelfradar sql "{query}"',
    ):
        sys.stdout.write(line + "\n")


if __name__ == "__main__":
    sys.exit(main())
