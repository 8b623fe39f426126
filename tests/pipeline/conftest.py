"""A whole installation of a test's own: the project's config at a demo market on a free port, and a folder for data."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from demo.calendar import cycle_day
from demo.server import HOST, PORT, serve
from extractors.source import Source
from shelfradar import evidencing, pipeline
from shelfradar.configuration import read_one_source
from shelfradar.schedule import tick_on
from shelfradar.settings import Settings
from warehouse.lake import Lake, LakeConfig


@dataclass(frozen=True)
class Installation:
    """Settings, and where its demo market listens."""

    settings: Settings
    base_url: str

    @property
    def environment(self) -> dict[str, str]:
        """What a process of this installation needs."""
        return {"SHELFRADAR_HOME": str(self.settings.home), "SHELFRADAR_CONFIG": str(self.settings.config)}

    @property
    def source(self) -> Source:
        """The demo source."""
        return read_one_source(self.settings.config, "demo")

    def at(self, day: date) -> datetime:
        """The observation of that day."""
        return tick_on(self.source, day)

    def collect(self, days: list[date]) -> None:
        """Observe the demo on ``days``, alerts included."""
        for day in days:
            pipeline.collect(self.settings, "demo", self.at(day))
            pipeline.alerts(self.settings, "demo", self.at(day))

    def run(self, *words: str, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
        """``shelfradar WORDS`` in a process of its own."""
        program = Path(sys.executable).parent / "shelfradar"
        return subprocess.run(
            [str(program), *words],
            env={**os.environ, **self.environment, "COLUMNS": "120"},
            input=stdin,
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )


def install(folder: Path, project_root: Path, base_url: str, categories: tuple[str, ...] = ()) -> Installation:
    """The project's configuration copied to ``folder``; its demo source at ``base_url`` fetches only ``categories``."""
    config = folder / "config"
    shutil.copytree(project_root / "config", config)
    path, yaml = config / "sources" / "demo.yaml", YAML()
    source = yaml.load(path.read_text(encoding="utf-8").replace(f"http://{HOST}:{PORT}", base_url))
    for category in source["categories"]:
        if categories and category["id"] not in categories:
            del category["url"]
    with path.open("w", encoding="utf-8") as file:
        yaml.dump(source, file)
    environment = {"SHELFRADAR_HOME": str(folder / "data"), "SHELFRADAR_CONFIG": str(config)}
    return Installation(Settings.from_environment(environment), base_url)


def first_day(on_cycle_day: int, after: date = date(2026, 9, 1)) -> date:
    """The first date from ``after`` that is that day of the demo's cycle."""
    return next(day for number in range(36) if cycle_day(day := after + timedelta(days=number)) == on_cycle_day)


@pytest.fixture(scope="session")
def market() -> Iterator[str]:
    """The address of a demo market."""
    with serve() as base_url:
        yield base_url


@pytest.fixture
def make_installation(
    tmp_path: Path, project_root: Path, market: str, new_lake: Callable[[LakeConfig], Lake]
) -> Callable[..., Installation]:
    """``make_installation(*categories)``: an installation with an empty warehouse; ``warehouse=False``: with none."""

    def make(*categories: str, warehouse: bool = True) -> Installation:
        made = install(tmp_path, project_root, market, categories)
        if warehouse:
            new_lake(made.settings.lake)
        return made

    return make


@pytest.fixture(scope="session")
def days() -> list[date]:
    """The two days that ``collected`` has observed."""
    start = first_day(1)
    return [start, start + timedelta(days=1)]


@pytest.fixture(scope="session")
def collected(
    tmp_path_factory: pytest.TempPathFactory, project_root: Path, market: str, days: list[date]
) -> Installation:
    """An installation that has observed the serum category on ``days``; tests read it and leave it as it is."""
    made = install(tmp_path_factory.mktemp("collected"), project_root, market, ("serum",))
    made.collect(days)
    pipeline.finish(made.settings)
    return made


@pytest.fixture
def copy_of(tmp_path: Path) -> Callable[[Installation], Installation]:
    """``copy_of(installation)``: a copy that a test may change."""

    def copy(made: Installation) -> Installation:
        shutil.copytree(made.settings.home, tmp_path / "data")
        shutil.copytree(made.settings.config, tmp_path / "config")
        environment = {"SHELFRADAR_HOME": str(tmp_path / "data"), "SHELFRADAR_CONFIG": str(tmp_path / "config")}
        return Installation(Settings.from_environment(environment), made.base_url)

    return copy


ITEMS = """
SELECT item_id, title, min(capture_id) AS capture_id, count(*) AS places FROM listing
WHERE observed_at = (SELECT max(observed_at) FROM listing)
GROUP BY ALL HAVING places = ? ORDER BY max(position) DESC LIMIT 1
"""


@pytest.fixture(scope="session")
def an_item() -> Callable[..., tuple[str, Any]]:
    """``an_item(made, places=1)``: the item furthest down the last day's list of those that stand there so many times:
    its id and a row of it."""

    def find(made: Installation, places: int = 1) -> tuple[str, Any]:
        with Lake(made.settings.lake).reader() as con:
            row = con.execute(ITEMS, [places]).fetchone()
        assert row is not None
        return str(row[0]), row

    return find


@pytest.fixture(scope="session")
def bundle(
    collected: Installation, an_item: Callable[..., tuple[str, Any]], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """An evidence bundle of the demo's last day; tests leave it as it is."""
    target = tmp_path_factory.mktemp("evidence") / "bundle"
    list(evidencing.export(collected.settings, "demo", an_item(collected)[0], None, target))
    return target
