"""The door of one host for every process of this machine: two sources of one host share its patience, not double it.

A folder of small files under ``SHELFRADAR_HOME/hosts``: a lock for each place, and one that guards when the host was
last asked, until when it wants no more, and who waits. A process that dies frees its locks. Workers on several machines
share it where they share the folder and its file locks; else each machine keeps its own. Times are seconds since the
epoch.
"""

from __future__ import annotations

import asyncio
import fcntl
import hashlib
import json
import os
import random
import re
import time
import uuid
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

POLL_SECONDS = 0.05
LONGEST_HOLD_SECONDS = 86_400.0  # a time farther ahead than this was written by another clock


@dataclass(slots=True)
class _State:
    """``last``: when the host was last asked, by ``turn_of``. ``waiter`` comes back at ``back_at``."""

    last: float = 0.0
    held_until: float = 0.0
    turn_of: str = ""
    waiter: str = ""
    back_at: float = 0.0


class HostDoor:
    """The door of ``host`` (name and port) with its files under ``folder``, made where absent. One for each run."""

    def __init__(self, folder: Path, host: str) -> None:
        readable = re.sub(r"[^a-z0-9.]+", "_", host.lower())[:60]
        self._folder = folder / f"{readable}-{hashlib.sha256(host.lower().encode()).hexdigest()[:8]}"
        self._folder.mkdir(parents=True, exist_ok=True)
        self._me = uuid.uuid4().hex[:12]
        self._files: dict[str, int] = {}  # open as long as the door: a request costs microseconds, not milliseconds
        self._mine: set[int] = set()
        weakref.finalize(self, _close, self._files)

    async def enter(self, concurrency: int, delay_seconds: float, bear: Callable[[float | None, float], None]) -> int:
        """Wait for one of the host's first ``concurrency`` places and for the delay; :meth:`leave` ends the turn.

        No place is held while the delay passes, and who had the last turn lets a waiting one go first. ``bear`` is
        told, before each wait, how many seconds it is (None: until others leave a place) and for how many the host
        still wants no request; it raises where that is too long.
        """
        while True:
            place = self._free_place(concurrency)
            wait = self._take(delay_seconds, has_place=place is not None)
            if place is not None and wait <= 0:
                return place
            if place is not None:
                self._release(place)
            bear(wait if place is not None else None, self.held())
            await asyncio.sleep(wait + random.uniform(0.2, 1.0) * POLL_SECONDS)  # noqa: S311 - who comes first

    def leave(self, place: int) -> None:
        """A turn ended: the delay counts from now, and the place is free."""
        with self._guard():
            state = self._read()
            state.last = time.time()
            self._write(state)
        self._release(place)

    def hold(self, seconds: float) -> None:
        """No request of anyone's for so long from now on."""
        with self._guard():
            state = self._read()
            state.held_until = max(state.held_until, time.time() + min(seconds, LONGEST_HOLD_SECONDS))
            self._write(state)

    def held(self) -> float:
        """Seconds for which the host still wants no request."""
        with self._guard():
            return max(self._read().held_until - time.time(), 0.0)

    def _take(self, delay_seconds: float, *, has_place: bool) -> float:
        """Take the next turn: 0 where it is now, else the seconds until it may be. Atomic among processes."""
        with self._guard():
            state, now = self._read(), time.time()
            wait = max(state.last + delay_seconds, state.held_until) - now
            other_waits = state.waiter not in {"", self._me} and now < state.back_at + POLL_SECONDS
            if has_place and wait <= 0 and not (other_waits and state.turn_of == self._me):
                state.last, state.turn_of = now, self._me
                state.waiter = "" if state.waiter == self._me else state.waiter
                self._write(state)
                return 0.0
            if not other_waits and not (has_place and wait <= 0):
                state.waiter, state.back_at = self._me, now + max(wait, 0.0) + POLL_SECONDS
                self._write(state)
            return max(wait, 0.001)

    def _free_place(self, concurrency: int) -> int | None:
        for place in reversed(range(concurrency)):  # the first is left to a source that may have one place only
            if place in self._mine:  # of another task of this run: a file's own lock does not keep it out
                continue
            try:
                fcntl.flock(self._file(f"place-{place}.lock"), fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            self._mine.add(place)
            return place
        return None

    def _release(self, place: int) -> None:
        fcntl.flock(self._file(f"place-{place}.lock"), fcntl.LOCK_UN)
        self._mine.discard(place)

    def _file(self, name: str) -> int:
        if name not in self._files:
            self._files[name] = os.open(self._folder / name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        return self._files[name]

    @contextmanager
    def _guard(self) -> Iterator[None]:
        file = self._file("last.json")
        fcntl.flock(file, fcntl.LOCK_EX)  # held for microseconds by whoever has it
        try:
            yield
        finally:
            fcntl.flock(file, fcntl.LOCK_UN)

    def _read(self) -> _State:
        try:
            state = _State(**json.loads(os.pread(self._file("last.json"), 4096, 0)))
            farthest = time.time() + LONGEST_HOLD_SECONDS + 1
            if max(state.last, state.held_until, state.back_at) > farthest:
                return _State()
        except (ValueError, TypeError):  # none yet, or its writer died while writing
            return _State()
        return state

    def _write(self, state: _State) -> None:
        content = json.dumps({name: getattr(state, name) for name in _State.__slots__}).encode()
        os.pwrite(self._file("last.json"), content, 0)
        os.ftruncate(self._file("last.json"), len(content))


def _close(files: dict[str, int]) -> None:
    while files:
        os.close(files.popitem()[1])
