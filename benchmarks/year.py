"""A year of days: what one more day costs at its end and at a month's, and the year made again in 4 GB.

Runs of their own (``python -m benchmarks year``, ``… year_peers``), three quarters of an hour and hours on a small
machine; ``--size year_rows=N`` makes them smaller.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import count

from benchmarks.history import make_history, next_day
from benchmarks.measure import Figure, Spent, Target, alternate, compare, plain
from benchmarks.rebuilding import POLARS, rebuild_apart, rebuilt
from benchmarks.setting import Scale, installation
from shelfradar import pipeline

MEMORY_GB = 4
MEMORY = f"{MEMORY_GB}GB"


def year(scale: Scale) -> list[Figure]:
    """A day's increment at a year against a month (CPU), and the memory of the year's full rebuild, all marts."""
    short, long = scale.year_days
    rows = scale.year_rows
    with installation() as small, installation() as big:
        lakes = {short: pipeline.open_lake(small), long: pipeline.open_lake(big)}
        for days, lake in lakes.items():
            make_history(lake, days, rows)
        at_short, at_long = (partial(next_day, lake, count(days + 1), rows) for days, lake in lakes.items())
        at_long()
        at_short()
        works: dict[str, Callable[[], Spent]] = {"ours": at_long, f"at {short} days": at_short}
        found = alternate(works, scale.repeats)
        again = rebuild_apart(big, MEMORY, "all")
    what = f"a day's increment at {long} days of {rows:,} rows, CPU"
    return [compare(what, found, f"at {short} days", Target(1.2), show=plain), _memory(long, rows, again)]


def year_peers(scale: Scale) -> list[Figure]:
    """The year's full rebuild against the peers (wall)."""
    _, long = scale.year_days
    rows = scale.year_rows
    with installation() as big:
        lake = pipeline.open_lake(big)
        make_history(lake, long, rows)
        targets = {"pandas": Target(10, higher=True), POLARS: Target(1.0)}
        what = f"full rebuild of {long} days of {rows:,} rows in {MEMORY}"
        return rebuilt(what, lake, big, min(scale.repeats, 3), targets, memory=MEMORY)


def _memory(days: int, rows: int, spent: Spent) -> Figure:
    held = spent.resident / 1e9
    ratio = held / MEMORY_GB
    what = f"resident at most, full rebuild of {days} days of {rows:,} rows, all marts ({spent.wall:,.0f} s)"
    return Figure(what, f"{held:.2f} GB", "memory_limit", f"{MEMORY_GB} GB", ratio, ratio, ratio, 1.0)
