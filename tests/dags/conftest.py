"""Fixtures for the DAG tests: a configuration to parse, an Airflow of their own, and what a parse of dags/ gives."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

SOURCE = """\
source: {name}
title: The shop {name}
site: demo
timezone: Asia/Shanghai
schedule: {schedule}
enabled: {enabled}
simulated: true
allow_private: true
categories:
  - {{id: serum, title: Serum, url: "http://127.0.0.1:1/serum?page={{page}}"}}
"""


@pytest.fixture
def write_source(tmp_path: Path) -> Callable[..., Path]:
    """Writes a source into the test's own config folder."""
    return source_writer(tmp_path)


def source_writer(tmp_path: Path) -> Callable[..., Path]:
    """See ``write_source``."""
    folder = tmp_path / "config" / "sources"
    folder.mkdir(parents=True)

    def write(name: str, schedule: str = "'0 6 * * *'", enabled: str = "true") -> Path:
        path = folder / f"{name}.yaml"
        path.write_text(SOURCE.format(name=name, schedule=schedule, enabled=enabled), encoding="utf-8")
        return path

    return write


@pytest.fixture
def airflow_env(tmp_path: Path, project_root: Path) -> dict[str, str]:
    """The environment of an Airflow that belongs to this test alone."""
    return environment_in(tmp_path, project_root)


def environment_in(tmp_path: Path, project_root: Path) -> dict[str, str]:
    """See ``airflow_env``."""
    return {
        **os.environ,
        "AIRFLOW_HOME": str(tmp_path / "airflow"),
        "AIRFLOW__CORE__DAGS_FOLDER": str(project_root / "dags"),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(project_root / "dags" / "plugins"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "SHELFRADAR_HOME": str(tmp_path / "home"),
        "SHELFRADAR_CONFIG": str(tmp_path / "config"),
    }


@pytest.fixture
def parse(project_root: Path, airflow_env: dict[str, str]) -> Callable[[], dict[str, Any]]:
    """Parses dags/ as Airflow's DAG processor does, in a process of its own, and tells what came of it."""

    return lambda: parsed(project_root, airflow_env)


@pytest.fixture(scope="session")
def three_sources(tmp_path_factory: pytest.TempPathFactory, project_root: Path) -> dict[str, Any]:
    """What a parse gives with three sources: ``alpha`` on weekdays, ``beta`` by hand, ``off`` not enabled."""
    folder = tmp_path_factory.mktemp("three")
    write = source_writer(folder)
    write("alpha", schedule="'30 6 * * 1-5'")
    write("beta", schedule="null")
    write("off", enabled="false")
    return parsed(project_root, environment_in(folder, project_root))


def parsed(project_root: Path, env: dict[str, str]) -> dict[str, Any]:
    """See ``parse``."""
    script = Path(__file__).with_name("parse_dags.py")
    command = [sys.executable, str(script), str(project_root / "dags")]
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return dict(json.loads(done.stdout.splitlines()[-1]))
