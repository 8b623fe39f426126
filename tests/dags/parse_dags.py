"""Parses the DAG folder given as argument and prints one JSON line: DAGs, edges, import errors, heavy modules."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from airflow.dag_processing.dagbag import BundleDagBag

HEAVY = (
    "great_expectations",
    "pandas",
    "altair",
    "duckdb",
    "vl_convert",
    "pyarrow",
    "selectolax",
    "shelfradar.pipeline",
)


def describe(dag: Any) -> dict[str, Any]:
    """What the tests assert about one DAG."""
    return {
        "edges": sorted([task.task_id, down] for task in dag.tasks for down in task.downstream_task_ids),
        "tasks": {
            task.task_id: {
                "pool": task.pool,
                "retries": task.retries,
                "outlets": [o.uri for o in task.outlets],
                "tells_failure": bool(task.on_failure_callback),
                "tells_success": bool(task.on_success_callback),
            }
            for task in dag.tasks
        },
        "owner": dag.owner,
        "tags": sorted(dag.tags),
        "doc": dag.doc_md,
        "max_active_runs": dag.max_active_runs,
        "catchup": dag.catchup,
        "starts_paused": dag.is_paused_upon_creation,
        "timetable": type(dag.timetable).__name__,
        "cron": getattr(dag.timetable, "expression", None),
        "zone": str(getattr(dag.timetable, "timezone", None)),
        "run_immediately": str(getattr(dag.timetable, "run_immediately", None)),
        "params": sorted(dag.params),
    }


folder = Path(sys.argv[1])
bag = BundleDagBag(dag_folder=folder, bundle_path=folder, bundle_name="dags-folder")
print(
    json.dumps(
        {
            "dags": {dag_id: describe(dag) for dag_id, dag in bag.dags.items()},
            "errors": bag.import_errors,
            "heavy": sorted(name for name in HEAVY if name in sys.modules),
        }
    )
)
