"""kill -9 in the middle of load and transform: nothing is half visible, and running it again completes it.

``JOB`` is what gets killed. A nursery process imports everything once and forks a child for each try, so that a try
costs a load and not an interpreter.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from warehouse.load import replace_partitions
from warehouse.maintain import maintain
from warehouse.validate import audit

KILLS = 20
NURSERY = """
import os, sys
from datetime import datetime
from pathlib import Path
import pandas  # what binding a first parameter imports
from extractors.source import Source
from extractors.stagedir import StageDir
from warehouse.lake import Lake, LakeConfig
from transforms.run import transform
from warehouse.load import replace_partitions

def job(home, stage_home, source, at):
    lake = Lake(LakeConfig(
        catalog=str(home / "lake" / "catalog.sqlite"), data_path=str(home / "lake" / "files"), temp_dir=home / "tmp"))
    stage = StageDir(stage_home, source.source, at)

    def change(con):
        keys = replace_partitions(con, source, stage)
        transform(con, source.source, sorted({key.observed_at for key in keys}))

    lake.write(change)

source = Source.model_validate_json(sys.argv[1])
for line in sys.stdin:
    home, stage_home, at = line.rstrip("\\n").split("\\t")
    child = os.fork()
    if child == 0:
        try:
            job(Path(home), Path(stage_home), source, datetime.fromisoformat(at))
        except BaseException as error:
            print("failed", repr(error), file=sys.stderr, flush=True)
            os._exit(1)
        os._exit(0)
    print(child, flush=True)
    _, status = os.waitpid(child, 0)
    print(status, flush=True)
"""


@pytest.fixture
def attempt(source, tmp_path: Path, at) -> Iterator[Callable[[Path, float | None], int]]:
    """``attempt(stage_home, seconds)``: load it in a process killed after so long; the exit status, 0 if done."""
    nursery = subprocess.Popen(
        [sys.executable, "-c", NURSERY, source.model_dump_json()],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )

    def run(stage_home: Path, seconds: float | None) -> int:
        nursery.stdin.write(f"{tmp_path}\t{stage_home}\t{at.isoformat()}\n")
        nursery.stdin.flush()
        child = int(nursery.stdout.readline())
        if seconds is not None:
            time.sleep(seconds)
            with suppress(ProcessLookupError):  # it was done before
                os.kill(child, signal.SIGKILL)
        return int(nursery.stdout.readline())

    yield run
    nursery.stdin.close()
    nursery.wait(30)


def state(lake) -> tuple:
    """The listing's generations and the counts that must agree with them."""
    with lake.reader() as con:
        rows = con.execute("SELECT price::INTEGER, count(*) FROM listing GROUP BY 1 ORDER BY 1").fetchall()
        snapshots = con.execute("SELECT sum(captured)::BIGINT, count(*) FROM snapshot").fetchone()
        captures = con.execute("SELECT count(*) FROM capture").fetchone()
        marts = con.execute("SELECT price::INTEGER, count(*) FROM item_day GROUP BY 1 ORDER BY 1").fetchall()
        sizes = con.execute("SELECT sum(listings)::BIGINT, sum(median_price)::INTEGER FROM market_size").fetchone()
    return tuple(rows), snapshots, captures[0], tuple(marts), sizes


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_a_load_killed_at_any_point_is_all_or_nothing(lake, make_source, make_rows, make_stage, tmp_path, attempt):
    chance = random.Random(20261121)
    homes, expected = [], []
    for generation, count in ((1, 2000), (2, 2500)):
        home = tmp_path / f"generation-{generation}"
        price = Decimal(generation)
        stage = make_stage(make_rows("serum", count, price=price) + make_rows("cream", count, price=price), home=home)
        with lake.reader() as con:
            audit(con, make_source(), stage, None)
        homes.append(home)
        rows = ((generation, 2 * count),)
        expected.append((rows, (2 * count, 2), 2, rows, (2 * count, 2 * generation)))
    started = time.monotonic()
    assert attempt(homes[0], None) == 0
    duration = time.monotonic() - started
    assert state(lake) == expected[0]
    interrupted, now = 0, 0
    for _ in range(KILLS):
        wanted = 1 - now
        status = attempt(homes[wanted], chance.uniform(0, duration))
        interrupted += status != 0
        assert state(lake) in (expected[now], expected[wanted]), "a load is half visible"
        assert attempt(homes[wanted], None) == 0
        assert state(lake) == expected[wanted]
        now = wanted
    assert interrupted >= KILLS // 4, f"only {interrupted} loads were interrupted: the test proves too little"
    maintain(lake, keep=timedelta(0), grace=timedelta(0))
    assert state(lake) == expected[now], "cleaning up after the dead took something living"


def test_the_lock_of_a_dead_writer_is_free(lake, make_source, make_rows, make_stage, tmp_path, attempt):
    stage = make_stage(make_rows("serum", 10))
    with lake.reader() as con:
        audit(con, make_source(), stage, None)
    attempt(tmp_path, 0.05)
    assert lake.write(lambda con: len(replace_partitions(con, make_source(), stage))) == 1
