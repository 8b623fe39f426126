"""Two sources of one host, in one process and in two, share its patience: measured at the server."""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import re
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from extractors.archive import Archive
from extractors.door import HostDoor
from extractors.fetch import fetch_categories

OBSERVED_AT = datetime(2026, 11, 21, 22, tzinfo=UTC)
PROGRAM = """
import asyncio, json, sys
from datetime import UTC, datetime
from pathlib import Path
from extractors.archive import Archive
from extractors.fetch import fetch_categories
from extractors.source import Source
source, folder, name = Source.model_validate(json.loads(sys.argv[1])), Path(sys.argv[2]), sys.argv[3]
at = datetime(2026, 11, 21, 22, tzinfo=UTC)
with Archive(folder / name).writer(name, at, 0) as writer:
    found = asyncio.run(fetch_categories(source, source.categories, at, archive=writer, doors=folder / "hosts"))
print(json.dumps([one.outcome for one in found]))
"""


def gaps(server) -> list[float]:
    times = [request.at for request in server.requests]
    return [later - earlier for earlier, later in itertools.pairwise(times)]


async def fetch(source, folder: Path, name: str, tell=None) -> list[str]:
    with Archive(folder / name).writer(name, OBSERVED_AT, 0) as writer:
        found = await fetch_categories(
            source, source.categories, OBSERVED_AT, archive=writer, doors=folder / "hosts", tell=tell
        )
    return [one.outcome for one in found]


async def test_two_sources_of_a_process_keep_one_delay(server, source_of, tmp_path):
    for path in ("/a", "/b"):
        server.page(path)
    first, second = (source_of({"c": (server.url(path), 3)}, delay_seconds=0.15) for path in ("/a", "/b"))

    outcomes = await asyncio.gather(fetch(first, tmp_path, "one"), fetch(second, tmp_path, "two"))

    assert outcomes == [["ok"] * 3, ["ok"] * 3]
    assert len(server.requests) == 8, "three pages and robots.txt each"
    assert min(gaps(server)) > 0.14


async def test_two_sources_of_a_process_share_the_places(server, source_of, tmp_path):
    server.page("/a", seconds=0.15)
    sources = [source_of({f"c{number}": (server.url("/a"), 1) for number in range(4)}, concurrency=2) for _ in range(2)]

    await asyncio.gather(*(fetch(one, tmp_path, f"s{at}") for at, one in enumerate(sources)))

    assert server.peak <= 2


async def test_two_processes_keep_one_delay_and_one_place(server, source_of, tmp_path):
    server.page("/a", seconds=0.05)
    source = json.dumps(
        source_of({"c": (server.url("/a"), 3)}, delay_seconds=0.2, concurrency=1).model_dump(mode="json")
    )
    processes = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-c", PROGRAM, source, str(tmp_path), name, stdout=asyncio.subprocess.PIPE
        )
        for name in ("one", "two")
    ]

    told = [json.loads((await process.communicate())[0]) for process in processes]

    assert told == [["ok"] * 3, ["ok"] * 3]
    assert server.peak == 1
    assert min(gaps(server)) > 0.19


async def test_what_the_host_asked_of_one_source_holds_for_the_other(server, source_of, tmp_path):
    server.page("/busy", b"", status=429, Retry_After="1")
    server.page("/a")
    busy, other = (source_of({"c": (server.url(path), 1)}, attempts=1) for path in ("/busy", "/a"))

    assert await fetch(busy, tmp_path, "busy") == ["blocked"]
    told = server.requests[-1].at
    assert await fetch(other, tmp_path, "other") == ["ok"]

    assert server.requests[-1].at - told > 0.95
    assert len(server.requests) == 4


async def test_each_wait_is_told_once_with_its_reason(server, source_of, tmp_path):
    server.page("/a")
    host, told = server.url("/a").split("/")[2], []
    quick, slow = (source_of({"c": (server.url("/a"), 1)}, delay_seconds=delay, attempts=2) for delay in (0, 0.6))
    door = HostDoor(tmp_path / "hosts", host)

    place = await door.enter(1, 0, lambda *_: None)
    visit = asyncio.create_task(fetch(quick, tmp_path, "waits", told.append))
    await asyncio.sleep(0.3)
    door.leave(place)
    assert await visit == ["ok"]
    assert told == [f"{host}: waiting: other runs are asking it"]

    told.clear()
    assert await fetch(slow, tmp_path, "slow", told.append) == ["ok"]
    assert len(told) == 2, "before robots.txt and before the page"
    assert all(re.fullmatch(rf"{host}: waiting 0\.[56] s: the delay between two requests", one) for one in told), told

    told.clear()
    door.hold(0.7)
    server.page("/a", b"", status=429, Retry_After="1")
    assert await fetch(quick, tmp_path, "held", told.append) == ["blocked"]
    assert told[0] == f"{host}: waiting 0.7 s: it asked for a pause"
    assert re.fullmatch(rf"{host}: waiting 1\.\d s: another try after status 429", told[1])
    assert len(told) == 2


async def test_an_hour_asked_of_one_source_is_not_used_by_the_other(server, source_of, tmp_path):
    server.page("/busy", b"", status=429, Retry_After="3600")
    server.page("/a")
    busy, other = (source_of({"c": (server.url(path), 1)}, attempts=1) for path in ("/busy", "/a"))
    await fetch(busy, tmp_path, "busy")

    assert await fetch(other, tmp_path, "other") == ["http_error"]
    assert server.paths() == ["/busy"]


async def test_a_dead_process_frees_its_place_and_half_a_state_is_none(tmp_path):
    script = (
        "import asyncio, sys; from pathlib import Path; from extractors.door import HostDoor\n"
        "async def hold():\n"
        "    door = HostDoor(Path(sys.argv[1]), 'shop.test')\n"
        "    place = await door.enter(1, 0, print)\n"
        "    print('held', flush=True); await asyncio.sleep(60)\n"
        "asyncio.run(hold())"
    )
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", script, str(tmp_path), stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    assert await process.stdout.readline() == b"held\n"
    door = HostDoor(tmp_path, "shop.test")
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.2):
            await door.enter(1, 0, lambda *_: None)
    os.kill(process.pid, signal.SIGKILL)
    await process.wait()
    (state,) = (one / "last.json" for one in tmp_path.iterdir())
    state.write_text("[17")

    async with asyncio.timeout(5):
        place = await door.enter(1, 0.5, lambda *_: None)
    door.leave(place)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.3):
            await door.enter(1, 0.5, lambda *_: None)


async def test_nobody_waits_until_the_other_has_done_all(server, source_of, tmp_path):
    """Two sources of eight pages each: while one waits out the delay, the other may be next."""
    for path in ("/a", "/b"):
        server.page(path)
    sources = [source_of({"c": (server.url(path), 8)}, delay_seconds=0.1) for path in ("/a", "/b")]

    await asyncio.gather(*(fetch(one, tmp_path, f"s{at}") for at, one in enumerate(sources)))

    order = [path[:2] for path in server.paths()]
    assert order.count("/a") == order.count("/b") == 8
    assert sum(one != other for one, other in itertools.pairwise(order)) >= 3, order


def test_hosts_have_doors_of_their_own_whatever_their_names(tmp_path):
    names = ["shop.test:80", "shop.test:8080", "SHOP.test:80", "shop_test:80", "x" * 300]
    for name in names:
        HostDoor(tmp_path, name).hold(1)

    assert len(list(tmp_path.iterdir())) == 4
    assert HostDoor(tmp_path, "shop.test:80").held() > 0
    assert HostDoor(tmp_path, "other.test:80").held() == 0
