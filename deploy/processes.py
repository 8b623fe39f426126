"""Services as processes of this machine: each in a group of its own, watched, and ended by its id.

`make airflow` runs Airflow's parts this way; the deployment's test runs every service of docker-compose.yml so, with
the file's own command lines and health checks.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from deploy.airflow_home import ROOT
from deploy.compose import Service

STOP_SECONDS = 30.0


class ServiceError(Exception):
    """A service could not be started, ended early, or never became healthy."""


@dataclass(slots=True)
class Processes:
    """Services that run here. ``base`` is the environment they share; each logs to ``logs/NAME.log``."""

    base: Mapping[str, str]
    logs: Path
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self, service: Service, *more: str, user: str | None = None) -> None:
        """Start ``service`` (with ``more`` words) as ``user``, or as ourselves."""
        self.logs.mkdir(parents=True, exist_ok=True)
        with (self.logs / f"{service.name}.log").open("wb") as log:
            self.running[service.name] = subprocess.Popen(  # noqa: S603 - the compose file's own words, no shell
                [*service.command, *more],
                env=self.environment(service),
                cwd=ROOT,
                stdout=log,
                stderr=subprocess.STDOUT,
                user=user,
                start_new_session=True,
            )

    def run(self, service: Service, seconds: float) -> None:
        """Run a one-time ``service`` to its end. Raises ServiceError when it fails or takes longer."""
        self.start(service)
        try:
            code = self.running[service.name].wait(timeout=seconds)
        except subprocess.TimeoutExpired as error:
            raise ServiceError(
                f"{service.name} was not done after {seconds:.0f} s\n{self.tail(service.name)}"
            ) from error
        del self.running[service.name]
        if code:
            raise ServiceError(f"{service.name} ended with code {code}\n{self.tail(service.name)}")

    def wait(self, service: Service, seconds: float) -> float:
        """Seconds until the service's health check passed. Raises ServiceError when it ends or time is up."""
        if service.check is None:
            raise ServiceError(f"{service.name} has no health check")
        begin, said = time.monotonic(), "nothing"
        while time.monotonic() - begin < seconds:
            self.check_alive()
            done = subprocess.run(  # noqa: S603 - the compose file's own words
                service.check, env=self.environment(service), cwd=ROOT, capture_output=True, text=True, check=False
            )
            if done.returncode == 0:
                return time.monotonic() - begin
            said = (done.stdout + done.stderr).strip()[-500:]
            time.sleep(0.5)
        raise ServiceError(f"{service.name} not healthy after {seconds:.0f} s; said {said}\n{self.tail(service.name)}")

    def check_alive(self) -> None:
        """Raises ServiceError naming the first service that has ended, with the end of its log."""
        for name, process in self.running.items():
            if process.poll() is not None:
                raise ServiceError(f"{name} ended with code {process.returncode}\n{self.tail(name)}")

    def stop(self) -> None:
        """End everything, the last started first: asked, then killed, each with its whole group."""
        for process in reversed(self.running.values()):
            _signal(process, signal.SIGTERM)
        end = time.monotonic() + STOP_SECONDS
        for process in reversed(self.running.values()):
            try:
                process.wait(timeout=max(0.1, end - time.monotonic()))
            except subprocess.TimeoutExpired:
                _signal(process, signal.SIGKILL)
            _signal(process, signal.SIGKILL)
            process.wait()
        self.running.clear()

    def environment(self, service: Service) -> dict[str, str]:
        """The variables ``service`` runs with."""
        return {**self.base, **service.environment}

    def tail(self, name: str) -> str:
        """The end of a service's log."""
        return (self.logs / f"{name}.log").read_text(encoding="utf-8", errors="replace")[-3000:]


def _signal(process: subprocess.Popen[bytes], number: int) -> None:
    try:
        os.killpg(process.pid, number)
    except ProcessLookupError:
        return
