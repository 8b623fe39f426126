"""Processes of one installation: started each in a group of its own, watched, and ended by their ids."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from deploy.airflow_home import ROOT, AirflowError

Parts = Mapping[str, "subprocess.Popen[bytes]"]
STOP_SECONDS = 20.0


def start(name: str, command: list[str], environment: Mapping[str, str], logs: Path) -> subprocess.Popen[bytes]:
    """The process of one part, in a group of its own, its output in ``logs/NAME.log``."""
    logs.mkdir(parents=True, exist_ok=True)
    program = Path(sys.executable).with_name(command[0])
    with (logs / f"{name}.log").open("wb") as log:
        return subprocess.Popen(  # noqa: S603 - our own programs, no shell
            [str(program), *command[1:]],
            env=dict(environment),
            cwd=ROOT,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def check_alive(parts: Parts, logs: Path) -> None:
    """Raises AirflowError naming the first part that has ended, with the end of its log."""
    for name, process in parts.items():
        if process.poll() is not None:
            log = logs / f"{name}.log"
            tail = log.read_text(encoding="utf-8", errors="replace")[-1500:]
            raise AirflowError(f"{name} ended with code {process.returncode}; the end of {log}:\n{tail}")


def stop(parts: Parts) -> None:
    """End the parts and whatever they started: first asked, then, after STOP_SECONDS, killed."""
    for process in parts.values():
        _signal(process, signal.SIGTERM)
    end = time.monotonic() + STOP_SECONDS
    for process in parts.values():
        try:
            process.wait(timeout=max(0.1, end - time.monotonic()))
        except subprocess.TimeoutExpired:
            pass
        finally:
            _signal(process, signal.SIGKILL)  # its group: also children that outlived it
            process.wait()


def _signal(process: subprocess.Popen[bytes], number: int) -> None:
    try:
        os.killpg(process.pid, number)
    except ProcessLookupError:
        return
