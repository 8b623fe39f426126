"""What a task does: a step of the pipeline, at the time of its run; and what it tells the engineers when it ends.

Read at every parse, so it must stay cheap: the pipeline is imported when a task runs.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException


def observation_time(dag_run: Any) -> datetime:
    """The ``observed_at`` of a run, UTC and in whole seconds; the same again on every retry and every clearing.

    A scheduled run: the scheduled time. A manual run: the logical date, or where none was given (the trigger form
    allows that) the time at which the run was asked for. Both are kept in the run, so no clock is read here.
    """
    moment: datetime = dag_run.logical_date or dag_run.run_after
    return moment.astimezone(UTC).replace(microsecond=0)


def step(verb: str, *arguments: Any) -> Any:
    """The result of ``shelfradar.pipeline.<verb>``. Imported here, when a task runs, never when a file is parsed."""
    from shelfradar import pipeline
    from shelfradar.lean import leave_pandas_out
    from shelfradar.settings import Settings

    leave_pandas_out()
    return getattr(pipeline, verb)(Settings.from_environment(), *arguments)


def batches_of(source: str, dag_run: Any) -> list[dict[str, Any]]:
    """The batches of pages to fetch. Raises AirflowSkipException where there are none."""
    if batches := step("plan", source, observation_time(dag_run)):
        return list(batches)
    raise AirflowSkipException(f"{source} has no page to fetch: it is filled by `shelfradar import`")


def fail_where_refused(audit: dict[str, Any]) -> None:
    """After load, so that the good categories land and the report tells of the others. Raises AirflowFailException."""
    refused = sorted(one for one, status in audit["categories"].items() if status == "refused")
    if refused:
        raise AirflowFailException(f"refused, the last good data stays: {', '.join(refused)}; see Data Docs")


def tell_failure(context: Any) -> None:
    """A task has failed for good: queue a notice to the engineers, once until a run of its DAG succeeds again."""
    task, error = context["ti"], context.get("exception")
    why = f"{type(error).__name__}: {error}" if error else "see the log of the task"
    step("task_failed", task.dag_id, task.task_id, observation_time(context["dag_run"]), why)


def tell_success(context: Any) -> None:
    """The last task of a run has succeeded: tell the engineers, where they were told of a failure."""
    step("run_succeeded", context["ti"].dag_id)
