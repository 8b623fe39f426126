"""Marts made again, against pandas and polars (streaming): those that the peers make too, and all, shown apart.

Wall seconds, each in a process of its own, imports excluded. The peers read the facts and the reference tables from
Parquet and write Parquet: every row and column of six marts, which are compared with ours before a figure is told.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

from benchmarks.equality import MARTS, check_equal
from benchmarks.measure import Figure, Spent, Target, alternate, compare, cpu_seconds, plain
from benchmarks.reference import store_reference
from benchmarks.setting import Scale, installation
from benchmarks.shelves import lists_of, store_days
from shelfradar import pipeline
from shelfradar.lean import leave_pandas_out
from shelfradar.settings import Settings
from transforms import campaigns, run
from transforms.models import Model, ordered_models
from transforms.run import rebuild
from warehouse.lake import Lake, LakeConfig

DAYS = 20
POLARS = "polars, streaming"
SECONDS = 3600
ALL_MARTS = "ours, all marts"
PEER_MARTS = frozenset(MARTS)
REFERENCE = ("snapshot", "brand_alias", "watch", "price_band_edge")
"""The tables that the peers read beside the facts."""


def full_rebuild(scale: Scale) -> list[Figure]:
    """The rows of 20 days; the lake holds them all before anything is measured."""
    rows = scale.rebuilt_rows // DAYS
    with installation() as settings:
        lake = pipeline.open_lake(settings)
        lake.write(lambda con: store_days(con, 1, DAYS, rows))
        lake.write(lambda con: store_reference(con, lists_of(rows)))
        targets = {"pandas": Target(4, higher=True), POLARS: Target(1.4)}
        what = f"full rebuild, {rows * DAYS:,} rows"
        return rebuilt(what, lake, settings, min(scale.repeats, 3), targets, memory="6GB")


def rebuilt(
    what: str, lake: Lake, settings: Settings, repeats: int, targets: dict[str, Target], *, memory: str
) -> list[Figure]:
    """A rebuild of ``lake``, the one of ``settings``, under DuckDB's ``memory`` limit, against the peers."""
    with tempfile.TemporaryDirectory(prefix="shelfradar-bench-") as folder:
        source = Path(folder)
        export(lake, source)
        apart = partial(rebuild_apart, settings, memory)
        works: dict[str, Callable[[], Spent]] = {
            "ours": partial(apart, "theirs"),
            ALL_MARTS: partial(apart, "all"),
            "pandas": partial(_peer, "benchmarks.peers.pandas_marts", source, lake),
            POLARS: partial(_peer, "benchmarks.peers.polars_marts", source, lake),
        }
        works[ALL_MARTS]()
        found = alternate(works, repeats)
    figures: list[Figure] = []
    for ours, marts in (("ours", "six marts"), (ALL_MARTS, "all marts")):
        for peer, wanted in targets.items():
            target = wanted if ours == "ours" else Target(None, higher=wanted.higher)
            figures.append(compare(f"{what}, {marts}", found, peer, target, show=plain, by="wall", ours=ours))
    return figures


def export(lake: Lake, folder: Path) -> None:
    """Write what the peers read: ``NUMBER.parquet``, the facts of an observation time, in order, and ``reference``."""
    with lake.reader() as con:
        times = con.execute("SELECT DISTINCT observed_at FROM snapshot ORDER BY observed_at").fetchall()
        for number, (at,) in enumerate(times, start=1):
            facts = f"SELECT * FROM listing WHERE observed_at = TIMESTAMPTZ '{at.isoformat()}'"
            con.execute(f"COPY ({facts}) TO '{folder}/{number:04d}.parquet' (FORMAT parquet)")
        (folder / "reference").mkdir()
        for name in REFERENCE:
            con.execute(f"COPY (SELECT * FROM {name}) TO '{folder}/reference/{name}.parquet' (FORMAT parquet)")


def rebuild_apart(settings: Settings, memory: str, which: str) -> Spent:
    """A rebuild in a process of its own under DuckDB's ``memory`` limit. ``which``: "all" marts, or "theirs"."""
    return _program("benchmarks.rebuilding", settings.lake.catalog, settings.lake.data_path, memory, which)


def _program(module: str, *words: str) -> Spent:
    command = [sys.executable, "-m", module, *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=SECONDS)
    if done.returncode:
        raise RuntimeError(f"{module} ended with {done.returncode}: {done.stderr[-2000:]}")
    return Spent(**json.loads(done.stdout.splitlines()[-1]))


def _peer(module: str, source: Path, lake: Lake) -> Spent:
    with tempfile.TemporaryDirectory(prefix="shelfradar-bench-") as folder:
        spent = _program(module, str(source), folder)
        with lake.reader() as con:
            check_equal(con, Path(folder), module)
    return spent


def models_of(marts: frozenset[str]) -> tuple[Model, ...]:
    """The models of ``marts`` and what they need, in order."""
    models = {model.name: model for model in ordered_models()}
    wanted = set(marts)
    while not wanted >= (needed := wanted.union(*(models[name].needs for name in wanted))):
        wanted = needed
    return tuple(model for model in models.values() if model.name in wanted)


@contextmanager
def only(marts: frozenset[str]) -> Iterator[None]:
    """A rebuild inside makes these marts alone, and what they need."""
    models = models_of(marts)
    with (
        patch.object(run, "ordered_models", lambda: models),
        patch.object(campaigns, "ordered_models", lambda: models),
    ):
        yield


def _rebuild_ours(catalog: str, data_path: str, memory: str, which: str) -> dict[str, float]:
    """As ``shelfradar transform --full`` does it (``which`` "theirs": the peers' marts alone), imports excluded."""
    leave_pandas_out()
    with tempfile.TemporaryDirectory(prefix="shelfradar-bench-") as folder:
        lake = Lake(LakeConfig(catalog=catalog, data_path=data_path, temp_dir=Path(folder), memory_limit=memory))

        def change(con: Any) -> int:
            return rebuild(con)

        with lake.reader():
            cpu, wall = cpu_seconds(), time.perf_counter()
        with only(PEER_MARTS) if which == "theirs" else nullcontext():
            lake.write(change)
        spent = {"cpu": cpu_seconds() - cpu, "wall": time.perf_counter() - wall}
        return spent | {"resident": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024.0}


if __name__ == "__main__":
    print(json.dumps(_rebuild_ours(*sys.argv[1:5])))
