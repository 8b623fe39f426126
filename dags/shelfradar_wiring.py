"""What the DAG files share: the config folder, pools, assets and retries.

Read at every parse, so it must stay cheap: no pipeline, no DuckDB, no pandas. It decides nothing about the data.
"""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from typing import Any

from airflow.sdk import Asset, CronTriggerTimetable
from shelfradar_steps import tell_failure

from extractors.config import ConfigError
from extractors.source import Source, read_source

FETCH_POOL = "fetch"
LAKE_POOL = "lake_writer"
PATIENT: dict[str, Any] = {
    "retries": 4,
    "retry_delay": timedelta(seconds=30),
    "retry_exponential_backoff": 2.0,
    "max_retry_delay": timedelta(minutes=20),
}
DEFAULTS: dict[str, Any] = {
    "owner": "shelfradar",
    "retries": 1,
    "retry_delay": timedelta(seconds=20),
    "on_failure_callback": tell_failure,
}


def source_files() -> list[Path]:
    """Every ``config/sources/*.yaml``, by name."""
    # The same rule as Settings.config, which would import the warehouse (and DuckDB) at every parse.
    config = Path(os.environ.get("SHELFRADAR_CONFIG") or "config").resolve()
    return sorted((config / "sources").glob("*.yaml"))


def readable_sources() -> list[Source]:
    """The sources whose YAML is right; ``broken_sources.py`` tells of the others, as an import error."""
    sources = []
    for path in source_files():
        try:
            sources.append(read_source(path))
        except ConfigError:
            continue  # not swallowed: broken_sources.py raises it, in a file of its own so that these DAGs stay
    return sources


def at_cron(cron: str, zone: str) -> CronTriggerTimetable:
    """Runs at the ticks of ``cron`` in ``zone``, the first one after the DAG is switched on.

    Not ``run_immediately=False``: Airflow 3.3.2 takes that for "a tick of the last tenth of the interval counts too".
    """
    return CronTriggerTimetable(cron, timezone=zone, run_immediately=timedelta(0))


def lake_asset(source: str) -> Asset:
    """The asset that is updated when new data of ``source`` has been committed."""
    return Asset(name=f"lake_{source}", uri=f"shelfradar://lake/{source}", group="shelfradar")
