"""Every DAG run for real by ``dag.test()`` against the simulated marketplace, on a lake of its own."""

from __future__ import annotations

import email
import email.policy
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from demo.server import serve

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
DAY, LATER = "2026-11-19T22:00:00+00:00", "2026-11-20T22:00:00+00:00"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where these runs keep Airflow's database, the data and the configuration."""
    return tmp_path_factory.mktemp("dags")


@pytest.fixture(scope="module")
def ran(folder: Path, project_root: Path) -> list[dict[str, Any]]:
    """Runs of every DAG, in the order in which a person would start them."""
    env = environment(folder, project_root)
    replay = {"source": "demo", "from": "2026-11-20", "to": "2026-11-20", "dry_run": False}
    runs = [
        ["collect__demo", DAY, {}],
        ["collect__demo", DAY, {}],
        ["report", LATER, {}],
        ["replay", LATER, {**replay, "dry_run": True}],
        ["maintain", LATER, {}],
        ["collect__tmall-double11", LATER, {}],
        ["replay", LATER, {**replay, "from": "2026-11-21"}],
        ["watch", LATER, {}],
        ["replay", DAY, {**replay, "dry_run": False}],
        ["watch", DAY, {}],
    ]
    with serve(0) as shop:
        shutil.copytree(project_root / "config", folder / "config")
        demo = folder / "config" / "sources" / "demo.yaml"
        demo.write_text(demo.read_text(encoding="utf-8").replace("http://127.0.0.1:8765", shop), encoding="utf-8")
        airflow = str(Path(sys.executable).with_name("airflow"))
        subprocess.run([airflow, "db", "migrate"], env=env, capture_output=True, check=True, timeout=180)
        pools = str(project_root / "deploy" / "pools.json")
        subprocess.run([airflow, "pools", "import", pools], env=env, capture_output=True, check=True, timeout=120)
        script = Path(__file__).with_name("run_dags.py")
        command = [sys.executable, str(script), str(project_root / "dags"), json.dumps(runs)]
        done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=600, check=False)
    (folder / "run.log").write_text(done.stdout + done.stderr, encoding="utf-8")
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


def environment(folder: Path, root: Path) -> dict[str, str]:
    """An Airflow of this test's own, without any SMTP: mails become files."""
    return {
        **os.environ,
        "AIRFLOW_HOME": str(folder / "airflow"),
        "AIRFLOW__CORE__DAGS_FOLDER": str(root / "dags"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "SHELFRADAR_HOME": str(folder / "home"),
        "SHELFRADAR_CONFIG": str(folder / "config"),
    }


def test_every_run_ends_as_it_should(ran: list[dict[str, Any]]) -> None:
    assert [(one["dag"], one["state"]) for one in ran] == [
        ("collect__demo", "success"),
        ("collect__demo", "success"),
        ("report", "success"),
        ("replay", "success"),
        ("maintain", "success"),
        ("collect__tmall-double11", "success"),
        ("replay", "failed"),
        ("watch", "success"),
        ("replay", "success"),
        ("watch", "success"),
    ], [one["tasks"] for one in ran]


def test_a_collection_maps_its_batches_and_a_rerun_loads_the_same(ran: list[dict[str, Any]]) -> None:
    first, again = ran[0], ran[1]
    assert set(first["tasks"]) == {
        "plan[-1]", "pages.fetch[0]", "pages.fetch[1]", "pages.extract[0]", "pages.extract[1]",
        "validate[-1]", "load[-1]", "verdict[-1]",
    }  # fmt: skip
    loaded = first["xcom"]["load[-1].return_value"]
    assert loaded["snapshots"] == 6
    assert loaded["rows"] > 500
    assert again["xcom"]["load[-1].return_value"] == loaded


def test_xcom_holds_ids_and_counts_never_rows(ran: list[dict[str, Any]]) -> None:
    sizes = {f"{one['dag']} {key}": len(str(value)) for one in ran for key, value in one["xcom"].items()}
    assert sizes
    assert max(sizes.values()) < 1000, sizes
    assert {key.split(".")[-1] for key in sizes} <= {"return_value", "skipmixin_key"}, "one value a task"


def test_a_source_filled_by_import_has_nothing_to_fetch(ran: list[dict[str, Any]]) -> None:
    assert set(ran[5]["tasks"].values()) == {"skipped"}


def test_a_dry_replay_stops_before_the_boards(ran: list[dict[str, Any]]) -> None:
    assert ran[3]["tasks"] == {"replay[-1]": "success", "changed[-1]": "success", "boards[-1]": "skipped"}


def test_a_failed_run_is_told_to_the_engineers_once_and_when_one_succeeds_again(
    ran: list[dict[str, Any]], folder: Path
) -> None:
    mails = [email.message_from_bytes(one.read_bytes(), policy=email.policy.default)
             for one in (folder / "home" / "mail").glob("*.eml")]  # fmt: skip
    told = [
        (mail["Subject"], mail.get_body(("plain",)).get_content()) for mail in mails if mail["To"] == "ops@example.com"
    ]
    failed = [" ".join(text.split()) for subject, text in told if subject == "⚠ Run failed: replay replay"]
    assert len(failed) == 1
    assert "from: found 2026-11-21, after to (2026-11-20)" in failed[0]
    assert [subject for subject, _ in told].count("✓ Run succeeds again: replay replay") == 1
