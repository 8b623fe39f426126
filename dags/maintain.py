"""Maintenance: compact the lake's files, expire old snapshots, clean up, once a week.

This Airflow DAG file only wires.
"""

from __future__ import annotations

from typing import Any

from airflow.sdk import DAG, task
from shelfradar_steps import step, tell_success
from shelfradar_wiring import DEFAULTS, LAKE_POOL, at_cron

DOC = """Every Sunday at 03:00 UTC: compacts small files, expires old snapshots, removes orphans.

It waits for a free slot of the pool `lake_writer`, so it never runs beside a load on a single-writer catalog.
"""

with DAG(
    "maintain",
    description="Compact, expire and clean up the lake",
    doc_md=DOC,
    schedule=at_cron("0 3 * * 0", "UTC"),
    catchup=False,
    max_active_runs=1,
    is_paused_upon_creation=False,
    default_args=DEFAULTS,
    tags=["operate"],
):

    @task(pool=LAKE_POOL, on_success_callback=tell_success)
    def maintain() -> Any:
        return step("maintain")

    maintain()
