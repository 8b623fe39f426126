"""Fixtures: made-up secrets for docker-compose.yml, and where its hosts, ports and folders lie on this machine."""

from __future__ import annotations

import base64
import os
import random
import re
import shutil
import socket
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest

from demo.calendar import BLOCKED_DAY, HALF_EMPTY_DAY, cycle_day
from extractors.source import read_source
from shelfradar.schedule import last_tick

HOSTS = re.compile(r"(?<=@)(postgres|redis)(?=:)|(?<=//)(s3|mail|api-server)(?=:)|(?<=host=)postgres|(?<=-ip=)s3")
HANDED_OUT: set[int] = set()
PORTS = ("5432", "6379", "8333", "1025", "8080", "8974")


@pytest.fixture(scope="session")
def variables() -> dict[str, str]:
    """A value for every secret that docker-compose.yml asks for."""
    names = (
        "POSTGRES_PASSWORD", "AIRFLOW_DB_PASSWORD", "LAKE_DB_PASSWORD", "REDIS_PASSWORD", "S3_KEY", "S3_SECRET",
        "AIRFLOW_ADMIN_PASSWORD", "AIRFLOW_SECRET_KEY", "AIRFLOW_JWT_SECRET",
    )  # fmt: skip
    values = {name: f"test-{name.lower().replace('_', '-')}-{'x' * 24}" for name in names}
    return {**values, "AIRFLOW_FERNET_KEY": base64.urlsafe_b64encode(bytes(range(32))).decode()}


@pytest.fixture(scope="session")
def ground() -> Iterator[Path]:
    """A folder for the services' data that other users of this machine's test (postgres) may reach too."""
    folder = Path(tempfile.mkdtemp(prefix="shelfradar-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def move(ground: Path, project_root: Path) -> Callable[[str], str]:
    """Turns the containers' hosts, ports and folders in a word into ours."""
    ports = dict(zip(PORTS, find_free_ports(len(PORTS)), strict=True))
    folders = {
        "/var/lib/shelfradar": ground / "home",
        "/var/lib/airflow": ground / "airflow",
        "/var/lib/caught-mail": ground / "mail",
        "/opt/shelfradar": project_root,
        "-dir=/data": f"-dir={ground / 's3'}",
    }

    def moved(word: str) -> str:
        word = HOSTS.sub("127.0.0.1", word).replace("0.0.0.0", "127.0.0.1")
        word = re.sub(rf"\b({'|'.join(PORTS)})\b", lambda match: str(ports[match[1]]), word)
        for there, here in folders.items():
            word = word.replace(there, str(here))
        return str(ground / "redis") if word == "/data" else word

    return moved


@pytest.fixture(scope="session")
def free_ports() -> Callable[[int], list[int]]:
    """Ports that nothing on loopback uses now, so many."""
    return find_free_ports


def find_free_ports(count: int) -> list[int]:
    """See ``free_ports``. No port is handed out twice, a worker of the tests has a range of its own, and each is low
    enough that a service may add 10,000 for a second port that no client's connection takes."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % 4
    ports: list[int] = []
    while len(ports) < count:
        port = random.randrange(10_000, 12_500) + 2500 * worker
        if port not in HANDED_OUT and is_free(port) and is_free(port + 10_000):
            ports.append(port)
            HANDED_OUT.add(port)
    return ports


def is_free(port: int) -> bool:
    """Whether nothing holds the port, on loopback or on every address."""
    with socket.socket() as probe:
        try:
            probe.bind(("", port))
        except OSError:
            return False
    return True


@dataclass
class Api:
    """A person at Airflow's REST interface."""

    http: httpx2.Client

    def switch_on(self, dag: str, seconds: float = 90) -> None:
        """Unpause ``dag`` as soon as the DAG processor has found it."""
        end = time.monotonic() + seconds
        while (answer := self.http.patch(f"/api/v2/dags/{dag}", json={"is_paused": False})).status_code == 404:
            assert time.monotonic() < end, f"{dag} was not found: {self.http.get('/api/v2/importErrors').text}"
            time.sleep(1)
        answer.raise_for_status()

    def trigger(self, dag: str, logical_date: datetime) -> str:
        """Start a run; its id."""
        body = {"logical_date": logical_date.isoformat()}
        return str(self.http.post(f"/api/v2/dags/{dag}/dagRuns", json=body).raise_for_status().json()["dag_run_id"])

    def finished_run(self, dag: str, kind: str, seconds: float) -> dict[str, Any]:
        """The first run of that type (manual, asset_triggered, ...), when it has ended."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            runs = self.http.get(f"/api/v2/dags/{dag}/dagRuns").raise_for_status().json()["dag_runs"]
            done = [one for one in runs if one["run_type"] == kind and one["state"] in ("success", "failed")]
            if done:
                return dict(done[0])
            time.sleep(1)
        raise AssertionError(f"no {kind} run of {dag} ended within {seconds} s: {self.tasks(dag, '~')}")

    def tasks(self, dag: str, run: str) -> dict[str, str]:
        """The states of a run's tasks."""
        told = self.http.get(f"/api/v2/dags/{dag}/dagRuns/{run}/taskInstances").raise_for_status().json()
        return {f"{one['task_id']}[{one['map_index']}]": str(one["state"]) for one in told["task_instances"]}


@pytest.fixture(scope="session")
def log_in() -> Callable[[str, str], Api]:
    """Logs in as admin at an Airflow's address with a password."""

    def enter(url: str, password: str) -> Api:
        http = httpx2.Client(base_url=url, timeout=120)  # a starting Airflow on a busy machine
        answer = http.post("/auth/token", json={"username": "admin", "password": password}).raise_for_status()
        http.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        return Api(http)

    return enter


ALERTS = """\
recipients:
  analyst: {address: analyst@example.com}
  engineer: {address: engineer@example.com}
engineers: [engineer]
rules:
  - id: serum-sells
    title: Serum sells
    match: {source: demo, category: [serum]}
    of: category
    metric: units_30d
    when: {above: 1}
    recipients: [analyst]
"""


@pytest.fixture(scope="session")
def write_config(project_root: Path) -> Callable[[Path, str], None]:
    """Writes the shipped configuration with the demo at another address and one rule that surely fires."""

    def write(folder: Path, demo_url: str) -> None:
        shutil.copytree(project_root / "config", folder)
        demo = folder / "sources" / "demo.yaml"
        text = demo.read_text(encoding="utf-8")
        assert "http://127.0.0.1:8765" in text
        demo.write_text(text.replace("http://127.0.0.1:8765", demo_url), encoding="utf-8")
        (folder / "alerts.yaml").write_text(ALERTS, encoding="utf-8")

    return write


@pytest.fixture(scope="session")
def calm_day(project_root: Path) -> datetime:
    """The latest scheduled time of the demo on which its marketplace has nothing broken to show."""
    source = read_source(project_root / "config" / "sources" / "demo.yaml")
    moment = last_tick(source, datetime.now(UTC))
    while cycle_day(moment.astimezone(source.zone).date()) in (BLOCKED_DAY, HALF_EMPTY_DAY):
        moment -= timedelta(days=1)
    return moment
