"""The DAGs as they are parsed: exact ids, edges, pools, timetables, and nothing heavy imported."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

COLLECT_EDGES = [
    ["load", "verdict"],
    ["pages.extract", "validate"],
    ["pages.fetch", "pages.extract"],
    ["plan", "pages.fetch"],
    ["validate", "load"],
    ["validate", "verdict"],
]
REPORT_EDGES = [["alerts", "boards"], ["alerts", "deliver"]]
REPLAY_EDGES = [["changed", "boards"], ["replay", "changed"]]

Parse = Callable[[], dict[str, Any]]
Write = Callable[..., Path]


def test_ids_and_edges_are_exactly_these(three_sources: dict[str, Any]) -> None:
    assert three_sources["errors"] == {}
    assert {name: dag["edges"] for name, dag in three_sources["dags"].items()} == {
        "collect__alpha": COLLECT_EDGES,
        "collect__beta": COLLECT_EDGES,
        "collect__off": COLLECT_EDGES,
        "maintain": [],
        "replay": REPLAY_EDGES,
        "report": REPORT_EDGES,
        "watch": [],
    }
    assert three_sources["heavy"] == [], "parsing must stay cheap: the pipeline is imported by tasks alone"


def test_schedules_come_from_the_yaml(three_sources: dict[str, Any]) -> None:
    dags = three_sources["dags"]
    timetables = {name: (dag["timetable"], dag["cron"], dag["zone"]) for name, dag in dags.items()}
    assert timetables["collect__alpha"][:2] == ("CronTriggerTimetable", "30 6 * * 1-5")
    assert "Asia/Shanghai" in timetables["collect__alpha"][2]
    assert dags["collect__alpha"]["run_immediately"] == "0:00:00", "switched on at noon, it does not observe 06:00"
    assert timetables["collect__beta"][0] == timetables["collect__off"][0] == "NullTimetable"
    assert timetables["report"][0] == "AssetTriggeredTimetable"


def test_every_task_tells_of_its_failure_but_the_verdict(three_sources: dict[str, Any]) -> None:
    tasks = {
        f"{name}.{task}": told for name, dag in three_sources["dags"].items() for task, told in dag["tasks"].items()
    }
    silent = {task for task, told in tasks.items() if not told["tells_failure"]}
    assert silent == {f"collect__{name}.verdict" for name in ("alpha", "beta", "off")}, (
        "a refused batch is told as such"
    )
    glad = {task for task, told in tasks.items() if told["tells_success"] and "beta" not in task and "off" not in task}
    assert glad == {"collect__alpha.load", "report.boards", "replay.boards", "maintain.maintain", "watch.watch"}


def test_writers_share_the_pool_and_only_fetch_waits_long(three_sources: dict[str, Any]) -> None:
    dags = {name: dag for name, dag in three_sources["dags"].items() if name not in ("collect__beta", "collect__off")}
    pools = {f"{name}.{task}": told["pool"] for name, dag in dags.items() for task, told in dag["tasks"].items()}
    assert {task for task, pool in pools.items() if pool == "lake_writer"} == {
        "collect__alpha.load", "report.alerts", "report.deliver", "replay.replay", "maintain.maintain",
        "watch.watch",
    }  # fmt: skip
    assert {task for task, pool in pools.items() if pool == "fetch"} == {"collect__alpha.pages.fetch"}
    tasks = dags["collect__alpha"]["tasks"]
    assert tasks["pages.fetch"]["retries"] == 4
    assert tasks["verdict"]["retries"] == 0, "a refused batch is not tried again"
    assert tasks["load"]["outlets"] == ["shelfradar://lake/alpha"]


def test_every_dag_has_an_owner_tags_a_doc_and_one_run_at_a_time(three_sources: dict[str, Any]) -> None:
    for name, dag in three_sources["dags"].items():
        assert dag["owner"] == "shelfradar", name
        assert dag["tags"], name
        assert len(dag["doc"].splitlines()) >= 3, name
        assert dag["max_active_runs"] == 1, name
        assert dag["catchup"] is False, name


def test_collections_wait_to_be_switched_on_and_the_rest_is_ready(three_sources: dict[str, Any]) -> None:
    on = {name for name, dag in three_sources["dags"].items() if dag["starts_paused"] is False}
    assert on == {"report", "replay", "maintain", "watch"}, (
        "a paused report would let a collection go by without a mail"
    )


def test_a_broken_source_is_an_import_error_and_the_others_stay(parse: Parse, write_source: Write) -> None:
    write_source("alpha")
    broken = write_source("broken")
    broken.write_text(broken.read_text(encoding="utf-8") + "colour: blue\n", encoding="utf-8")
    found = parse()
    assert set(found["dags"]) == {"collect__alpha", "maintain", "replay", "report", "watch"}
    assert list(found["errors"]) == ["broken_sources.py"]
    line = len(broken.read_text(encoding="utf-8").splitlines())
    assert f"{broken}:{line}: colour: found an unknown key" in found["errors"]["broken_sources.py"]


def test_without_any_source_the_other_dags_stay(parse: Parse, write_source: Write) -> None:
    found = parse()
    assert found["errors"] == {}
    assert set(found["dags"]) == {"maintain", "replay", "report", "watch"}


def test_the_shipped_sources_have_a_dag_each(
    parse: Parse, airflow_env: dict[str, str], project_root: Path, write_source: Write
) -> None:
    airflow_env["SHELFRADAR_CONFIG"] = str(project_root / "config")
    names = {path.stem for path in (project_root / "config" / "sources").glob("*.yaml")}
    if not names:
        pytest.skip("config/sources is empty")
    found = parse()
    assert found["errors"] == {}
    assert {name for name in found["dags"] if name.startswith("collect__")} == {f"collect__{name}" for name in names}


@pytest.mark.parametrize("path", sorted((Path(__file__).parents[2] / "dags").rglob("*.py")), ids=lambda path: path.name)
def test_dag_files_only_wire(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 80, f"{path.name}: move the work into a room"
