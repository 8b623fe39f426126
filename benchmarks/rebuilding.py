"""All marts made again: against pandas and polars (streaming), which do somewhat less. Wall seconds.

Each in a process of its own, imports excluded. The peers read the facts from Parquet and write Parquet; what they come
to (rows, totals and HHI of every list, measure and day) is compared with our marts before a figure is told.
"""

from __future__ import annotations

import json
import math
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.measure import Figure, Spent, Target, alternate, compare, cpu_seconds, plain
from benchmarks.setting import Scale, installation
from benchmarks.shelves import observed_at, store_days
from shelfradar import pipeline
from shelfradar.lean import leave_pandas_out
from shelfradar.settings import Settings
from transforms.models import ordered_models
from transforms.run import rebuild
from warehouse.lake import Lake, LakeConfig

DAYS = 20
POLARS = "polars, streaming"
SECONDS = 3600


def full_rebuild(scale: Scale) -> list[Figure]:
    """The rows of 20 days; the lake holds them all before anything is measured."""
    rows = scale.rebuilt_rows // DAYS
    with installation() as settings:
        lake = pipeline.open_lake(settings)
        lake.write(lambda con: store_days(con, 1, DAYS, rows))
        targets = {"pandas": Target(4, higher=True), POLARS: Target(1.4)}
        what = f"full rebuild, {rows * DAYS:,} rows"
        return rebuilt(what, lake, settings, DAYS, min(scale.repeats, 3), targets, memory="6GB")


def rebuilt(
    what: str, lake: Lake, settings: Settings, days: int, repeats: int, targets: dict[str, Target], *, memory: str
) -> list[Figure]:
    """A rebuild of the days 1 to ``days`` of ``lake`` under DuckDB's ``memory`` limit, against the peers."""
    with tempfile.TemporaryDirectory(prefix="shelfradar-bench-") as folder:
        source = Path(folder)
        _export(lake, source, days)
        works: dict[str, Callable[[], Spent]] = {
            "ours": partial(_program, "benchmarks.rebuilding", settings.lake.catalog, settings.lake.data_path, memory),
            "pandas": partial(_peer, "benchmarks.peers.pandas_marts", source, lake),
            POLARS: partial(_peer, "benchmarks.peers.polars_marts", source, lake),
        }
        works["ours"]()
        found = alternate(works, repeats)
    return [compare(what, found, peer, target, show=plain, by="wall") for peer, target in targets.items()]


def _export(lake: Lake, folder: Path, days: int) -> None:
    with lake.reader() as con:
        for day in range(1, days + 1):
            at = observed_at(day).isoformat()
            path = folder / f"{day:03d}.parquet"
            con.execute(
                f"COPY (SELECT * FROM listing WHERE observed_at = TIMESTAMPTZ '{at}') TO '{path}' (FORMAT parquet)"
            )


def _program(module: str, *words: str) -> Spent:
    command = [sys.executable, "-m", module, *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=SECONDS)
    if done.returncode:
        raise RuntimeError(f"{module} ended with {done.returncode}: {done.stderr[-2000:]}")
    return Spent(**json.loads(done.stdout.splitlines()[-1]))


def _peer(module: str, source: Path, lake: Lake) -> Spent:
    with tempfile.TemporaryDirectory(prefix="shelfradar-bench-") as folder:
        spent = _program(module, str(source), folder)
        _check_equal(lake, Path(folder), module)
    return spent


def _check_equal(lake: Lake, folder: Path, module: str) -> None:
    """Raises ValueError unless the peer's concentrations are ours: as many, of the same totals and HHI."""
    sql = "SELECT count(*), sum(total_low), sum(hhi) FROM {}"
    with lake.reader() as con:
        ours = con.execute(sql.format("brand_concentration")).fetchall()[0]
        theirs = con.execute(sql.format(f"read_parquet('{folder}/brand_concentration*.parquet')")).fetchall()[0]
        items = con.execute(f"SELECT count(*) FROM read_parquet('{folder}/item_day*.parquet')").fetchall()[0][0]
        wanted = con.execute("SELECT count(*) FROM item_day").fetchall()[0][0]
    if items != wanted or not all(math.isclose(a, b, rel_tol=1e-9) for a, b in zip(ours, theirs, strict=True)):
        raise ValueError(f"{module} comes to something else: {items} items, {theirs}; ours {wanted}, {ours}")


def _rebuild_ours(catalog: str, data_path: str, memory: str) -> dict[str, float]:
    """As ``shelfradar transform --full`` does it, imports excluded as they are for the peers."""
    leave_pandas_out()
    with tempfile.TemporaryDirectory(prefix="shelfradar-bench-") as folder:
        lake = Lake(LakeConfig(catalog=catalog, data_path=data_path, temp_dir=Path(folder), memory_limit=memory))

        def change(con: Any) -> int:
            return rebuild(con)

        ordered_models()
        with lake.reader():
            cpu, wall = cpu_seconds(), time.perf_counter()
        lake.write(change)
        return {"cpu": cpu_seconds() - cpu, "wall": time.perf_counter() - wall}


if __name__ == "__main__":
    print(json.dumps(_rebuild_ours(*sys.argv[1:4])))
