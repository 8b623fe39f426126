"""Simulated days collected into an installation of their own, and its tables as rows."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from demo.server import serve
from shelfradar import pipeline
from shelfradar.configuration import read_one_source
from shelfradar.schedule import tick_on
from shelfradar.settings import Settings

NO_RULES = "recipients: {nobody: {address: nobody@example.org}}\nengineers: [nobody]\nrules: []\n"
Rows = list[dict[str, Any]]
Collected = tuple[Settings, dict[date, dict[str, Any]]]


@pytest.fixture(scope="session")
def collect_days(project_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[Sequence[date]], Collected]:
    """``collect_days(days)``: a new installation that observed the demo on them, and the verdict on each; no alerts."""

    def collect(days: Sequence[date]) -> Collected:
        folder = tmp_path_factory.mktemp("installation")
        shutil.copytree(project_root / "config", folder / "config")
        (folder / "config" / "alerts.yaml").write_text(NO_RULES, encoding="utf-8")
        yaml = folder / "config" / "sources" / "demo.yaml"
        settings = Settings.from_environment(
            {"SHELFRADAR_HOME": str(folder / "data"), "SHELFRADAR_CONFIG": str(folder / "config")}
        )
        with serve() as address:
            text = yaml.read_text(encoding="utf-8").replace("http://127.0.0.1:8765", address)
            yaml.write_text(text, encoding="utf-8")
            pipeline.open_lake(settings).migrate()
            source = read_one_source(settings.config, "demo")
            return settings, {day: pipeline.collect(settings, "demo", tick_on(source, day)) for day in days}

    return collect


@pytest.fixture(scope="session")
def read_tables() -> Callable[[Settings, Mapping[str, str]], dict[str, Rows]]:
    """``read_tables(settings, {table: order})``: the rows of each table, in the order of that column."""

    def read(settings: Settings, tables: Mapping[str, str]) -> dict[str, Rows]:
        rows: dict[str, Rows] = {}
        with pipeline.open_lake(settings).reader() as con:
            for table, order in tables.items():
                found = con.execute(f"SELECT * FROM {table} ORDER BY {order}")
                names = [column[0] for column in found.description]
                rows[table] = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
        return rows

    return read
