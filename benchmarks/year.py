"""A year of days: what one more day costs at its end and at a month's, and the year made again in 4 GB.

A run of its own (``python -m benchmarks year``), hours on a small machine; ``--size year_rows=N`` makes it smaller.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import count

from benchmarks.history import make_history, next_day
from benchmarks.measure import Figure, Spent, Target, alternate, compare, plain
from benchmarks.rebuilding import POLARS, rebuilt
from benchmarks.setting import Scale, installation
from shelfradar import pipeline

MEMORY = "4GB"


def year(scale: Scale) -> list[Figure]:
    """A day's increment at a year against a month (CPU), and the year's full rebuild against the peers (wall)."""
    short, long = scale.year_days
    rows = scale.year_rows
    with installation() as small, installation() as big:
        lakes = {short: pipeline.open_lake(small), long: pipeline.open_lake(big)}
        for days, lake in lakes.items():
            make_history(lake, days, rows)
        targets = {"pandas": Target(10, higher=True), POLARS: Target(1.0)}
        what = f"full rebuild of {long} days of {rows:,} rows in {MEMORY}"
        figures = rebuilt(what, lakes[long], big, min(scale.repeats, 3), targets, memory=MEMORY)
        at_short, at_long = (partial(next_day, lake, count(days + 1), rows) for days, lake in lakes.items())
        at_long()
        at_short()
        works: dict[str, Callable[[], Spent]] = {"ours": at_long, f"at {short} days": at_short}
        found = alternate(works, scale.repeats)
    what = f"a day's increment at {long} days of {rows:,} rows, CPU"
    return [compare(what, found, f"at {short} days", Target(1.2), show=plain), *figures]
