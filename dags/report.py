"""The report: runs whenever a source's new data has been committed. Alerts, then mail; boards beside them.

This Airflow DAG file only wires. What landed, and when, comes from the events of the assets that triggered the run.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from airflow.sdk import DAG, AssetAny, task
from shelfradar_smtp import send_by_connection
from shelfradar_steps import step, tell_success
from shelfradar_wiring import DEFAULTS, LAKE_POOL, PATIENT, lake_asset, readable_sources

DOC = """Runs by itself when a `collect__*` DAG has loaded new data; by hand it looks at everything again.

- *alerts* evaluates the rules of `config/alerts.yaml` and queues mail; evaluating twice queues nothing new.
- *deliver* sends through the connection `smtp_default`; without it through `SHELFRADAR_SMTP_URL`, or to .eml files.
- *boards* writes the HTML boards, shown under *Shelfradar boards* in the menu.
"""


def landed(triggering_asset_events: Any) -> list[tuple[str, datetime]]:
    """What the events tell of: (source, observed_at), oldest first, each once."""
    extras = [event.extra for events in triggering_asset_events.values() for event in events]
    told = {(extra["source"], datetime.fromisoformat(extra["observed_at"])) for extra in extras}
    return sorted(told, key=lambda one: (one[1], one[0]))


assets = [lake_asset(source.source) for source in readable_sources()]

with DAG(
    "report",
    description="Alerts, mail and boards, after every load",
    doc_md=DOC,
    schedule=AssetAny(*assets) if assets else None,
    catchup=False,
    max_active_runs=1,
    is_paused_upon_creation=False,
    default_args=DEFAULTS,
    tags=["report"],
):

    @task(pool=LAKE_POOL, retries=3)
    def alerts(triggering_asset_events: Any = None) -> Any:
        news = landed(triggering_asset_events)
        return [step("alerts", *one) for one in news] if news else [step("alerts", None, None)]

    @task(pool=LAKE_POOL, **PATIENT)
    def deliver() -> Any:
        return send_by_connection("deliver", "smtp_default")

    @task(on_success_callback=tell_success)
    def boards() -> Any:
        return step("boards")

    alerts() >> [deliver(), boards()]
