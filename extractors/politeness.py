"""Patience with a host: at most so many requests at once, so long between two, and as long as it asked us to wait.

A gate is of one run; with a door (``extractors/door.py``) it shares its patience with every other run on the machine.
Times are seconds of the event loop's clock, except in ``retry_after`` where a date means the wall clock.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import partial
from pathlib import Path

from extractors.door import HostDoor
from extractors.source import FetchPolicy

LONGEST_WAIT_SECONDS = 300.0
LONGEST_WAITS_SECONDS = 900.0  # all that one host may ask for in one run
MOST_FAILURES = 20  # pages in a row
SHORTEST_TOLD_SECONDS = 0.5
_FIRST_BACKOFF_SECONDS = 1.0
_LONGEST_BACKOFF_SECONDS = 60.0


class TooLongAWait(Exception):  # noqa: N818 (an outcome, not a fault)
    """The host wants us to wait longer than a run may."""


class Gates:
    """The gates of one run's hosts (name and port), each made when its host is first asked for.

    ``doors``: the folder through which all runs of a machine share their patience; None: alone. ``tell`` is given a
    sentence for each wait of half a second or more, before it.
    """

    def __init__(self, policy: FetchPolicy, doors: Path | None, tell: Callable[[str], None] | None) -> None:
        self._policy = policy
        self._doors = doors
        self._tell = tell
        self._gates: dict[str, HostGate] = {}

    def known(self, host: str) -> HostGate | None:
        """The gate of a host that was asked in this run."""
        return self._gates.get(host)

    def of(self, host: str) -> HostGate:
        """The gate of ``host``."""
        if host not in self._gates:
            door = HostDoor(self._doors, host) if self._doors is not None else None
            delay, places = self._policy.delay_seconds, self._policy.concurrency
            tell = partial(self.tell, host)
            self._gates[host] = HostGate(delay_seconds=delay, concurrency=places, door=door, tell=tell)
        return self._gates[host]

    def tell(self, host: str, seconds: float | None, why: str) -> None:
        """A wait at ``host`` begins; None: nobody knows for how long."""
        if self._tell is None or (seconds is not None and seconds < SHORTEST_TOLD_SECONDS):
            return
        self._tell(f"{host}: waiting{f' {seconds:.1f} s' if seconds is not None else ''}: {why}")


class HostGate:
    """The door of one host. Enter with :meth:`turn` for every request, robots.txt and redirects included."""

    def __init__(
        self,
        *,
        delay_seconds: float,
        concurrency: int,
        door: HostDoor | None = None,
        tell: Callable[[float | None, str], None] | None = None,
    ) -> None:
        self._door = door
        self._tell = tell
        self._concurrency = concurrency
        self._delay = delay_seconds
        self._places = asyncio.Semaphore(concurrency)
        self._order = asyncio.Lock()
        self._last = float("-inf")
        self._held_until = 0.0
        self._asked = 0.0
        self._failures = 0

    @property
    def is_down(self) -> bool:
        """Whether so many pages in a row failed that asking for more would only add to the host's trouble."""
        return self._failures >= MOST_FAILURES

    def count(self, *, failed: bool) -> None:
        """Note what came of a page: the host failed, or it answered, whatever it said."""
        self._failures = self._failures + 1 if failed else 0

    def at_least(self, delay_seconds: float) -> None:
        """Take the host's own crawl delay where it is larger than ours."""
        self._delay = max(self._delay, delay_seconds)

    def hold(self, seconds: float) -> None:
        """No request for so long from now on: what Retry-After asks for."""
        self._held_until = max(self._held_until, asyncio.get_running_loop().time() + seconds)
        self._asked += seconds
        if self._door is not None and seconds > 0:
            self._door.hold(seconds)

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for a place and for the delay since the last request began or ended. Raises TooLongAWait.

        Counted from the end too, so that the host sees the delay however long its connection took.
        """
        async with self._places:
            leave = await self._wait()
            try:
                yield
            finally:
                self._last = asyncio.get_running_loop().time()
                leave()

    async def _wait(self) -> Callable[[], None]:
        """Wait for the turn; what is given ends it."""
        clock, door = asyncio.get_running_loop().time, self._door
        bear = partial(self._bear, set())
        async with self._order:
            while (wait := max(self._last + self._delay, self._held_until) - clock()) > 0:
                bear(wait, self._held_until - clock())
                await asyncio.sleep(wait)
            place = await door.enter(self._concurrency, self._delay, bear) if door is not None else None
            self._last = clock()
        return partial(door.leave, place) if door is not None and place is not None else _nothing

    def _bear(self, told: set[str], wait: float | None, held: float) -> None:
        """Before a wait of a turn: tell of it, once a reason. Raises TooLongAWait."""
        if held > LONGEST_WAIT_SECONDS:
            raise TooLongAWait(f"the host asks for a wait of {held:.0f} s more")
        if held > 0 and self._asked > LONGEST_WAITS_SECONDS:
            raise TooLongAWait(f"the host asked for waits of {self._asked:.0f} s in all")
        why = "it asked for a pause" if held > 0 else "the delay between two requests"
        why = why if wait is not None else "other runs are asking it"
        if self._tell is not None and why not in told:
            told.add(why)
            self._tell(wait, why)


def _nothing() -> None:
    """A gate without a door has nothing to tell it."""


def backoff(attempt: int) -> float:
    """Seconds to wait after the ``attempt``-th try (from 1): doubling, with jitter of half either way."""
    longest: float = min(_LONGEST_BACKOFF_SECONDS, _FIRST_BACKOFF_SECONDS * 2 ** (attempt - 1))
    return longest * random.uniform(0.5, 1.5)  # noqa: S311 (jitter)


def retry_after(value: str | None, now: datetime) -> float | None:
    """Seconds that a Retry-After header asks for (a number, or a date against ``now``); None: absent or unreadable."""
    text = (value or "").strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        until = parsedate_to_datetime(text)
    except (ValueError, IndexError, TypeError, OverflowError):
        return None
    aware = until if until.tzinfo else until.replace(tzinfo=UTC)
    return max(0.0, (aware - now).total_seconds())
