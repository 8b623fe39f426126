"""The promise of a good guest as a property: whatever hosts do, over 10,000 pages, nothing is asked that must not be.

The far side is simulated and so is the clock, since the waits are hours: the event loop's time jumps to the next timer.
The same promises are proved on real sockets in test_fetch_guest.py and test_fetch_hostile.py.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from urllib.parse import urlsplit

import httpx2
import pytest

from extractors import fetch
from extractors.archive import Place
from extractors.exchange import Answer, Failure

BASE = datetime(2026, 11, 21, 22, tzinfo=UTC)
RUNS, CATEGORIES, PAGES = 32, 25, 15
SECTIONS = 25


class JumpingLoop(asyncio.SelectorEventLoop):
    """An event loop whose clock jumps to the next timer instead of waiting for it."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        look = self._selector.select

        def select(timeout=None):
            assert timeout is not None, "nothing is left to wait for: a deadlock"
            self.now += max(timeout, 0.0)
            return look(0)

        self._selector.select = select

    def time(self) -> float:
        return self.now


class Host:
    """What one simulated host allows, and what it has seen."""

    def __init__(self, chance: random.Random) -> None:
        self.disallowed = {chance.randrange(SECTIONS) for _ in range(chance.randrange(4))}
        self.crawl_delay = chance.choice([0, 0, 0, 3, 7])
        self.robots = chance.choices(["rules", "absent", "failing", "silent"], [24, 8, 1, 1])[0]
        self.asked_rules = False
        self.not_before = self.last = -1e9
        self.open = 0

    def rules(self) -> bytes:
        lines = ["User-agent: *", *(f"Disallow: /{section}/" for section in sorted(self.disallowed))]
        return "\n".join([*lines, f"Crawl-delay: {self.crawl_delay}"] if self.crawl_delay else lines).encode()


class FarSide:
    """All hosts of a run, in place of the network; asserts at each request that it may be made."""

    def __init__(self, chance: random.Random, *, delay: float, concurrency: int, walls: bool, busy: int) -> None:
        self.chance, self.delay, self.concurrency, self.walls, self.busy = chance, delay, concurrency, walls, busy
        self.hosts = {f"h{number}.test": Host(chance) for number in range(4)}
        self.walled_at: float | None = None
        self.seen: Counter[str] = Counter()

    async def __aenter__(self):
        return self

    async def __aexit__(self, *_):
        return None

    async def ask(self, question, *, limit, truncate=False):
        clock = asyncio.get_running_loop().time
        parts = urlsplit(question.url)
        host = self.hosts[parts.netloc]
        self.check(host, parts.path, clock())
        host.open, host.last = host.open + 1, clock()
        try:
            await asyncio.sleep(self.chance.uniform(0.01, 0.4))
            return await (self.robots(question, host) if parts.path == "/robots.txt" else self.page(question, host))
        finally:
            host.open -= 1

    def check(self, host, path, now):
        assert now >= host.not_before - 1e-6, "asked before Retry-After had passed"
        assert self.walled_at is None or now <= self.walled_at, "asked after the source was told to go away"
        assert host.open < self.concurrency
        assert now - host.last >= self.delay - 1e-6
        if path == "/robots.txt":
            self.seen["robots"] += 1
            return
        self.seen["page"] += 1
        assert host.asked_rules or host.robots == "absent", "a page before its host's robots.txt"
        assert host.robots in {"rules", "absent"}, "robots.txt could not be had, which forbids everything"
        if host.robots == "rules":
            assert int(path.split("/")[1]) not in host.disallowed
            assert now - host.last >= host.crawl_delay - 1e-6

    async def robots(self, question, host):
        host.asked_rules = True
        if host.robots == "silent":
            await asyncio.sleep(1000)
        status = {"rules": 200, "absent": 404, "failing": 503}[host.robots]
        return self.answer(question, status, host.rules() if status == 200 else b"none")

    async def page(self, question, host):
        fault = self.chance.choices(
            ["none", "busy", "down", "moved", "cut", "slow", "gone", "wall"],
            [60, 5, 3, 8, 4, 0.5, 3, 0.4 if self.walls else 0],
        )[0]  # fmt: skip
        self.seen[fault] += 1
        if fault == "cut":
            raise Failure("http_error", "the connection was cut", retry=True)
        if fault == "slow":
            await asyncio.sleep(1000)
        if fault in {"busy", "down"}:
            return self.patience(question, host, self.busy if fault == "busy" else 503)
        if fault == "moved":
            target = f"http://h{self.chance.randrange(4)}.test/{self.chance.randrange(SECTIONS)}/moved"
            return self.answer(question, self.chance.choice([301, 302, 303, 307, 308]), b"", location=target)
        if fault == "wall":
            self.walled_at = asyncio.get_running_loop().time()
            return self.answer(question, 403, b"no")
        return self.answer(question, 404 if fault == "gone" else 200, b"<html>a page</html>")

    def patience(self, question, host, status):
        seconds = self.chance.choices([0, 1, 5, 30, 200, 86_400], [6, 6, 6, 3, 1, 0.03])[0]
        now = asyncio.get_running_loop().time()
        if self.chance.random() < 0.5:
            host.not_before = max(host.not_before, now + seconds)
            return self.answer(question, status, b"busy", retry_after=str(seconds))
        until = (BASE + timedelta(seconds=now + seconds + 1)).replace(microsecond=0)
        host.not_before = max(host.not_before, (until - BASE).total_seconds())
        return self.answer(question, status, b"busy", retry_after=format_datetime(until, usegmt=True))

    def answer(self, question, status, body, **headers):
        told = httpx2.Headers({name.replace("_", "-"): value for name, value in headers.items()})
        at = BASE + timedelta(seconds=asyncio.get_running_loop().time())
        return Answer(question, question.url, [], status, "", "HTTP/1.1", told, body, body, at)


class NoArchive:
    """Takes what is to be kept and keeps nothing: the archive has tests of its own."""

    def store_exchange(self, url, sent, received):
        return Place("<urn:uuid:0>", "x.warc.gz", 0, 0, "0" * 64, len(received.payload), received.received_at)


def _visit(seed: int, monkeypatch: pytest.MonkeyPatch, source_of):
    chance = random.Random(seed)
    delay, concurrency = chance.choice([0.0, 0.5, 2.0]), chance.choice([1, 2, 4])
    far = FarSide(chance, delay=delay, concurrency=concurrency, walls=seed % 8 == 0, busy=429 if seed % 8 == 1 else 503)
    monkeypatch.setattr(fetch, "Exchange", lambda **_: far)
    urls = {
        f"c{number}": (f"http://h{chance.randrange(4)}.test/{chance.randrange(SECTIONS)}/list?page={{page}}", PAGES)
        for number in range(CATEGORIES)
    }
    source = source_of(urls, delay_seconds=delay, concurrency=concurrency, attempts=chance.choice([1, 2, 3]))
    with asyncio.Runner(loop_factory=JumpingLoop) as runner:
        captures = runner.run(fetch.fetch_categories(source, source.categories, BASE, archive=NoArchive()))
        hours = runner.get_loop().time() / 3600
    assert [(one.category_id, one.page_no) for one in captures] == [
        (category.id, number) for category in source.categories for number in range(1, PAGES + 1)
    ]
    return far, captures, hours


def test_ten_thousand_pages_with_faults_ask_for_nothing_that_is_not_allowed(monkeypatch, source_of):
    outcomes: Counter[str] = Counter()
    seen: Counter[str] = Counter()
    longest = 0.0
    for seed in range(RUNS):
        far, captures, hours = _visit(seed, monkeypatch, source_of)
        outcomes.update(one.outcome for one in captures)
        seen.update(far.seen)
        longest = max(longest, hours)
    assert sum(outcomes.values()) == RUNS * CATEGORIES * PAGES
    assert seen["page"] > 10_000, seen
    assert min(outcomes[one] for one in ("ok", "blocked", "robots_denied", "http_error", "timeout")) > 50, outcomes
    assert min(seen[one] for one in ("busy", "down", "moved", "cut", "slow", "gone", "wall")) > 2, seen
    assert longest < 6, "hosts that ask for waits again and again don't hold a run for ever"
