"""Fixtures: made-up secrets for docker-compose.yml, and where its hosts, ports and folders lie on this machine."""

from __future__ import annotations

import base64
import re
import shutil
import socket
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

HOSTS = re.compile(r"(?<=@)(postgres|redis)(?=:)|(?<=//)(s3|mail|api-server)(?=:)|(?<=host=)postgres|(?<=-ip=)s3")
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
    ports = dict(zip(PORTS, free_ports(len(PORTS)), strict=True))
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


def free_ports(count: int) -> list[int]:
    """Ports that nothing on loopback uses now."""
    probes = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return ports
