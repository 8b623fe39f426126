"""An Airflow home under ``SHELFRADAR_HOME``: its environment, its secrets, its database and its pools.

Airflow is told everything by environment variables and reached by its own command line; nothing here imports it.
"""

from __future__ import annotations

import base64
import json
import os
import secrets
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOOPBACK = "127.0.0.1"
POOLS = ROOT / "deploy" / "pools.json"


class AirflowError(Exception):
    """Airflow could not be prepared or started; the message holds what it said last."""


@dataclass(frozen=True, slots=True)
class AirflowHome:
    """One local Airflow: its folder and the port of its web interface (loopback only)."""

    folder: Path
    port: int

    @property
    def url(self) -> str:
        """The address of the web interface."""
        return f"http://{LOOPBACK}:{self.port}"

    @property
    def password_file(self) -> Path:
        """Where the generated password of the user ``admin`` is kept (mode 600)."""
        return self.folder / "passwords.json"

    @property
    def logs(self) -> Path:
        """The folder of the parts' own logs; Airflow keeps the tasks' logs there too."""
        return self.folder / "logs"

    def environment(self, base: Mapping[str, str]) -> dict[str, str]:
        """``base`` with what makes every Airflow command use this home and stay on loopback."""
        kept = _secrets(self.folder / "secrets.json")
        programs = str(Path(sys.executable).parent)
        return {
            **base,
            "PATH": os.pathsep.join([programs, base.get("PATH", os.defpath)]),
            "AIRFLOW_HOME": str(self.folder),
            "AIRFLOW__CORE__DAGS_FOLDER": str(ROOT / "dags"),
            "AIRFLOW__CORE__PLUGINS_FOLDER": str(ROOT / "dags" / "plugins"),
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
            "AIRFLOW__CORE__PARALLELISM": "8",
            "AIRFLOW__CORE__FERNET_KEY": kept["fernet_key"],
            "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{self.url}/execution/",
            "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": "admin:admin",
            "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(self.password_file),
            "AIRFLOW__API__HOST": LOOPBACK,
            "AIRFLOW__API__PORT": str(self.port),
            "AIRFLOW__API__BASE_URL": self.url,
            "AIRFLOW__API__WORKERS": "1",
            "AIRFLOW__API__SECRET_KEY": kept["secret_key"],
            "AIRFLOW__API_AUTH__JWT_SECRET": kept["jwt_secret"],
            "AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL": "30",
            "AIRFLOW__SCHEDULER__ENABLE_HEALTH_CHECK": "False",
        }

    def prepare(self, environment: Mapping[str, str]) -> None:
        """Make the database (or bring it up to date) and the admin's password. Raises AirflowError."""
        self.folder.mkdir(parents=True, exist_ok=True)
        if not self.password_file.is_file():
            _write_private(self.password_file, {"admin": secrets.token_urlsafe(12)})
        airflow(environment, "db", "migrate")

    def make_pools(self, environment: Mapping[str, str]) -> None:
        """Create or update the pools of ``deploy/pools.json``. Raises AirflowError."""
        airflow(environment, "pools", "import", str(POOLS))

    @property
    def password(self) -> str:
        """The generated password of the user ``admin``."""
        return str(json.loads(self.password_file.read_text(encoding="utf-8"))["admin"])


def airflow(environment: Mapping[str, str], *arguments: str) -> str:
    """What ``airflow ARGUMENTS`` prints. Raises AirflowError when it fails or takes over five minutes."""
    program = Path(sys.executable).with_name("airflow")
    try:
        done = subprocess.run(  # noqa: S603 - our own program, no shell
            [str(program), *arguments], env=dict(environment), capture_output=True, text=True, timeout=300, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise AirflowError(f"airflow {' '.join(arguments)} did not finish within {error.timeout} s") from error
    if done.returncode:
        raise AirflowError(f"airflow {' '.join(arguments)} failed:\n{(done.stdout + done.stderr)[-2000:]}")
    return done.stdout


def _secrets(path: Path) -> dict[str, str]:
    """The keys of this home, made once: connections stay readable and people logged in across restarts."""
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        fernet = base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
        _write_private(
            path,
            {"fernet_key": fernet, "secret_key": secrets.token_urlsafe(32), "jwt_secret": secrets.token_urlsafe(48)},
        )
    return {str(key): str(value) for key, value in json.loads(path.read_text(encoding="utf-8")).items()}


def _write_private(path: Path, content: dict[str, str]) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(content, file)
