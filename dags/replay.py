"""Replay: extract archived pages again with today's parser, compare with what was loaded, and replace it.

This Airflow DAG file only wires. Run it by hand, with parameters; a dry run (the default) only compares.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from airflow.sdk import DAG, Param, task
from airflow.sdk.exceptions import AirflowFailException
from shelfradar_steps import step, tell_success
from shelfradar_wiring import DEFAULTS, LAKE_POOL, readable_sources

DOC = """Extracts archived pages again with today's parser. Nothing is fetched and no mail is sent again.

1. Run it with *dry_run*: the task's result counts the rows that would change.
2. Run it again without: partitions and marts are replaced in one transaction, then the boards.
"""
names = [source.source for source in readable_sources()]

with DAG(
    "replay",
    description="Extract again from the archive, compare, replace",
    doc_md=DOC,
    schedule=None,
    catchup=False,
    max_active_runs=1,
    is_paused_upon_creation=False,
    default_args=DEFAULTS,
    tags=["operate"],
    render_template_as_native_obj=True,
    params={
        "source": Param(names[0] if names else None, type="string", enum=names, description="which source"),
        "from": Param(None, type="string", format="date", description="first date, in the source's time zone"),
        "to": Param(None, type="string", format="date", description="last date, inclusive"),
        "dry_run": Param(True, type="boolean", description="only compare, change nothing"),
    },
):

    @task(pool=LAKE_POOL)
    def replay(params: Any = None) -> Any:
        start, end = date.fromisoformat(params["from"]), date.fromisoformat(params["to"])
        if start > end:
            raise AirflowFailException(f"from: found {start}, after to ({end}); expected the earlier date first")
        return step("replay", params["source"], start, end, params["dry_run"])

    @task.short_circuit
    def changed(params: Any = None) -> bool:
        return not params["dry_run"]

    @task(on_success_callback=tell_success)
    def boards() -> Any:
        return step("boards")

    replay() >> changed() >> boards()
