"""Runs DAGs one after another in this process (``dag.test()``) and prints one JSON line: states, and what XCom holds.

Arguments: the DAG folder, then a JSON list of ``[dag id, logical date, conf]``.
"""

from __future__ import annotations

import json
import sys
from datetime import datetime
from pathlib import Path

from airflow import settings
from airflow.dag_processing.dagbag import BundleDagBag
from airflow.models.xcom import XComModel
from sqlalchemy import select

folder, runs = Path(sys.argv[1]), json.loads(sys.argv[2])
bag = BundleDagBag(dag_folder=folder, bundle_path=folder, bundle_name="dags-folder")
told = []
for dag_id, logical_date, conf in runs:
    for task in bag.dags[dag_id].tasks:
        task.retries = 0  # a test that fails should fail now
    run = bag.dags[dag_id].test(logical_date=datetime.fromisoformat(logical_date), run_conf=conf or None)
    with settings.Session() as session:
        states = {f"{ti.task_id}[{ti.map_index}]": str(ti.state) for ti in run.get_task_instances(session=session)}
        rows = session.scalars(select(XComModel).where(XComModel.dag_id == dag_id, XComModel.run_id == run.run_id))
        values = {f"{row.task_id}[{row.map_index}].{row.key}": row.value for row in rows}
    told.append({"dag": dag_id, "state": str(run.state), "tasks": states, "xcom": values})
print(json.dumps(told, default=str))
