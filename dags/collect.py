"""One DAG a source, made from ``config/sources/*.yaml``: plan, fetch, extract, validate, load, verdict.

This Airflow DAG file only wires: each task calls one step of ``shelfradar.pipeline`` and passes ids and counts.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import shelfradar_steps as steps
import shelfradar_wiring as wiring
from airflow.sdk import DAG, task, task_group

from extractors.source import Source

DOC = """Observes **{title}** ({schedule}, {zone}) and loads what it saw; the report follows by itself.

- `observed_at` is the scheduled time (by hand: the logical date). A rerun of the same time replaces, never adds.
- A red *verdict* means a category was refused: the last good data stays; the reasons are in the Data Docs.
"""


def collect_dag(source: Source) -> DAG:
    """The DAG that observes ``source`` at the times of its cron, in its time zone."""
    name, landed = source.source, wiring.lake_asset(source.source)
    with _empty_dag(source) as dag:

        @task
        def plan(dag_run: Any = None) -> list[dict[str, Any]]:
            return steps.batches_of(name, dag_run)

        @task(pool=wiring.FETCH_POOL, max_active_tis_per_dag=1, execution_timeout=timedelta(hours=4), **wiring.PATIENT)
        def fetch(batch: dict[str, Any], dag_run: Any = None) -> Any:
            return steps.step("fetch", name, steps.observation_time(dag_run), batch)

        @task(execution_timeout=timedelta(hours=1))
        def extract(fetched: dict[str, Any], dag_run: Any = None) -> Any:
            return steps.step("extract", name, steps.observation_time(dag_run), fetched["batch"])

        @task_group
        def pages(batch: dict[str, Any]) -> Any:
            return extract(fetch(batch))

        @task
        def validate(dag_run: Any = None) -> Any:
            return steps.step("validate", name, steps.observation_time(dag_run))

        @task(pool=wiring.LAKE_POOL, outlets=[landed], retries=3, on_success_callback=steps.tell_success)
        def load(dag_run: Any = None, outlet_events: Any = None) -> Any:
            counts = steps.step("load", name, observed_at := steps.observation_time(dag_run))
            outlet_events[landed].extra = {"source": name, "observed_at": observed_at.isoformat(), **counts}
            return counts

        @task(retries=0, on_failure_callback=None)  # a refused batch has a notice of its own
        def verdict(audit: dict[str, Any]) -> None:
            steps.fail_where_refused(audit)

        audit = validate()
        pages.expand(batch=plan()) >> audit >> load() >> verdict(audit)
    return dag


def _empty_dag(source: Source) -> DAG:
    """When it runs and what people read of it."""
    return DAG(
        f"collect__{source.source}",
        description=f"Observe {source.title}: archive, audit, load",
        doc_md=DOC.format(title=source.title, schedule=source.schedule or "by hand", zone=source.timezone),
        schedule=wiring.at_cron(source.schedule, source.timezone) if source.enabled and source.schedule else None,
        catchup=False,
        max_active_runs=1,
        default_args=wiring.DEFAULTS,
        tags=["collect", f"source:{source.source}", *(["simulated"] if source.simulated else [])],
    )


DAGS = [collect_dag(source) for source in wiring.readable_sources()]
