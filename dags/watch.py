"""The clock: missed deadlines, quiet weeks, and mails that fell due since the last load.

This Airflow DAG file only wires. A source that was never collected updates no asset, so that `report` can't tell of it.
"""

from __future__ import annotations

from typing import Any

from airflow.sdk import DAG, task
from shelfradar_smtp import send_by_connection
from shelfradar_steps import tell_success
from shelfradar_wiring import DEFAULTS, LAKE_POOL, at_cron

DOC = """Every ten minutes: what the clock alone brings.

- A source with `complete_by` that has no complete snapshot by then: the engineers are told, and when it is over.
- A recipient who was told nothing for a week: one line that the rules were watching.
- Mails and chat messages that are due: digests, what waited for the end of quiet hours, second attempts.
"""

with DAG(
    "watch",
    description="Deadlines, quiet weeks, and mails that fell due",
    doc_md=DOC,
    schedule=at_cron("*/10 * * * *", "UTC"),
    catchup=False,
    max_active_runs=1,
    is_paused_upon_creation=False,
    default_args=DEFAULTS,
    tags=["report"],
):

    @task(pool=LAKE_POOL, on_success_callback=tell_success)
    def watch() -> Any:
        return send_by_connection("watch", "smtp_default")

    watch()
