"""The door of one host for every process of this machine: two sources of one host share its patience, not double it.

A folder of small files under ``SHELFRADAR_HOME/hosts``: a lock for each place, and one that guards when the host was
last asked and until when it wants no more. A process that dies frees its locks. Workers on several machines share it
where they share the folder and its file locks; else each machine keeps its own. Times are seconds since the epoch.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from filelock import FileLock, Timeout

POLL_SECONDS = 0.05
FARTHEST_SECONDS = 900.0  # a time farther ahead than this was written by another clock


class HostDoor:
    """The door of ``host`` (name and port) with its files under ``folder``, made where absent."""

    def __init__(self, folder: Path, host: str) -> None:
        readable = re.sub(r"[^a-z0-9.]+", "_", host.lower())[:60]
        self._folder = folder / f"{readable}-{hashlib.sha256(host.lower().encode()).hexdigest()[:8]}"
        self._folder.mkdir(parents=True, exist_ok=True)
        self._state = self._folder / "last.json"

    @asynccontextmanager
    async def place(self, concurrency: int) -> AsyncIterator[None]:
        """One of the host's first ``concurrency`` places, waited for; the last are taken first, so that a source which
        may have one place only finds it."""
        while True:
            lock = self._free_place(concurrency)
            if lock is not None:
                break
            await asyncio.sleep(POLL_SECONDS)
        try:
            yield
        finally:
            lock.release()

    def take(self, delay_seconds: float) -> float:
        """Take the next turn: 0 where it is now, else the seconds until it may be. Atomic among processes."""
        with self._guard():
            last, held_until = self._read()
            now = time.time()
            wait = max(last + delay_seconds, held_until) - now
            if wait <= 0:
                self._write(now, held_until)
            return max(wait, 0.0)

    def left(self) -> None:
        """A request ended: the delay counts from now."""
        with self._guard():
            _, held_until = self._read()
            self._write(time.time(), held_until)

    def hold(self, seconds: float) -> None:
        """No request of anyone's for so long from now on."""
        with self._guard():
            last, held_until = self._read()
            self._write(last, max(held_until, time.time() + seconds))

    def held(self) -> float:
        """Seconds for which the host still wants no request."""
        with self._guard():
            return max(self._read()[1] - time.time(), 0.0)

    def _free_place(self, concurrency: int) -> FileLock | None:
        for number in reversed(range(concurrency)):
            lock = FileLock(self._folder / f"place-{number}.lock")
            try:
                lock.acquire(timeout=0)
            except Timeout:
                continue
            return lock
        return None

    def _guard(self) -> FileLock:
        return FileLock(self._folder / "last.lock")

    def _read(self) -> tuple[float, float]:
        try:
            last, held_until = map(float, json.loads(self._state.read_text(encoding="utf-8")))
        except (FileNotFoundError, ValueError, TypeError):  # none yet, or its writer died while writing
            return 0.0, 0.0
        farthest = time.time() + FARTHEST_SECONDS
        return (last if last <= farthest else 0.0), (held_until if held_until <= farthest else 0.0)

    def _write(self, last: float, held_until: float) -> None:
        self._state.write_text(json.dumps([last, held_until]), encoding="utf-8")
