"""``make airflow``: Airflow on loopback with the DAGs, the pools and the boards, until Ctrl-C.

Not ``airflow standalone``: that binds every address, serves task logs on two more open ports, and can't be told not to.
"""

from __future__ import annotations

import argparse
import os
import signal
import socket
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import httpx2

from deploy.airflow_home import LOOPBACK, ROOT, AirflowError, AirflowHome
from deploy.compose import Service
from deploy.processes import Processes, ServiceError

COMPONENTS: dict[str, list[str]] = {
    "api-server": ["airflow", "api-server"],
    "scheduler": ["airflow", "scheduler", "--skip-serve-logs"],
    "dag-processor": ["airflow", "dag-processor"],
    "triggerer": ["airflow", "triggerer", "--skip-serve-logs"],
}
READY_SECONDS = 300.0


@contextmanager
def running(home: AirflowHome, environment: Mapping[str, str]) -> Iterator[Processes]:
    """Airflow's parts, ready to work; they are stopped on leaving. Raises AirflowError or ServiceError."""
    home.prepare(environment)
    parts = Processes(environment, home.logs)
    try:
        for name, command in COMPONENTS.items():
            parts.start(Service(name, command, {}, None))
        home.make_pools(environment)
        wait_until_ready(home, parts)
        yield parts
    finally:
        parts.stop()


def wait_until_ready(home: AirflowHome, parts: Processes) -> None:
    """Return when every part reports itself healthy. Raises AirflowError or ServiceError."""
    end = time.monotonic() + READY_SECONDS
    while time.monotonic() < end:
        parts.check_alive()
        if healthy(home):
            return
        time.sleep(1)
    raise AirflowError(f"Airflow was not healthy after {READY_SECONDS:.0f} s; its logs are in {home.logs}")


def healthy(home: AirflowHome) -> bool:
    """Whether the web interface answers and says that every part is alive."""
    try:
        told = httpx2.get(f"{home.url}/api/v2/monitor/health", timeout=5).raise_for_status().json()
    except (httpx2.HTTPError, ValueError):
        return False
    return all(part and part["status"] in ("healthy", None) for part in told.values()) and bool(told["scheduler"])


def main() -> None:
    """Start, tell where to look, wait for Ctrl-C."""
    parser = argparse.ArgumentParser(prog="make airflow", description="Airflow on loopback, with DAGs and boards.")
    parser.add_argument("--port", type=int, default=8080)
    port: int = parser.parse_args().port
    base = {"SHELFRADAR_HOME": str(ROOT / "data"), "SHELFRADAR_CONFIG": str(ROOT / "config"), **os.environ}
    home = AirflowHome(Path(base["SHELFRADAR_HOME"]).resolve() / "airflow", port)
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        refuse_taken_port(port)
        say("Preparing Airflow (the first time takes about half a minute) ...")
        with running(home, home.environment(base)) as parts:
            say(banner(home))
            while True:
                parts.check_alive()
                time.sleep(2)
    except KeyboardInterrupt:
        say("Airflow has stopped.")
    except (AirflowError, ServiceError) as error:
        sys.exit(f"make airflow: {error}")


def refuse_taken_port(port: int) -> None:
    """Raises AirflowError where something else listens on ``port`` of loopback."""
    with socket.socket() as probe:
        if probe.connect_ex((LOOPBACK, port)) == 0:
            raise AirflowError(f"port {port} is taken; name another: .venv/bin/python -m deploy.airflow_local --port N")


def banner(home: AirflowHome) -> str:
    """Where to look and what to do next."""
    return (
        f"\nAirflow is ready: {home.url}   user admin, password {home.password}\n"
        "  Dags                 switch on collect__demo and press play; report follows by itself\n"
        "  Shelfradar boards    in the menu on the left\n"
        "  the demo's shelf     in another terminal: .venv/bin/python -m demo.server\n"
        f"  logs                 {home.folder / 'logs'}\n"
        "Ctrl-C stops it.\n"
    )


def say(text: str) -> None:
    """Tell the person at the terminal."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    main()
