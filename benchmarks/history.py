"""A day's increment through all marts: against a full rebuild of the same history, and against itself on a short one.

The histories lie in the lake as so many loads would have left them, a file a day and table, not compacted. CPU seconds.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import count
from typing import Any

from benchmarks.measure import Figure, Spent, Target, alternate, compare, plain, spent_by
from benchmarks.reference import store_reference
from benchmarks.setting import Scale, installation
from benchmarks.shelves import lists_of, observed_at, store_days
from shelfradar import pipeline
from transforms.run import rebuild, transform
from warehouse.lake import Lake


def increment(scale: Scale) -> list[Figure]:
    """One more day (facts inserted, every mart) at a long history: against a rebuild, and against a short history."""
    short, long = scale.days
    with installation() as small, installation() as big:
        lakes = {short: pipeline.open_lake(small), long: pipeline.open_lake(big)}
        for days, lake in lakes.items():
            make_history(lake, days, scale.day_rows)
        at_short, at_long = (partial(next_day, lake, count(days + 1), scale.day_rows) for days, lake in lakes.items())
        at_long()
        at_short()
        works: dict[str, Callable[[], Spent]] = {"ours": at_long, f"at {short} days": at_short}
        found = alternate(works, scale.repeats)
        found["full rebuild"] = [spent_by(lambda: lakes[long].write(rebuild))] * scale.repeats
    what = f"a day's increment at {long} days of {scale.day_rows:,} rows, CPU"
    return [
        compare(what, found, "full rebuild", Target(0.04), show=plain),
        compare(what, found, f"at {short} days", Target(1.2), show=plain),
    ]


def make_history(lake: Lake, days: int, rows: int) -> None:
    """All days' facts, the marts of all but the last ones by a rebuild, and those a day at a time."""
    loaded_singly = min(days - 1, 3)

    def start(con: Any) -> None:
        store_reference(con, lists_of(rows))
        store_days(con, 1, days - loaded_singly, rows)
        rebuild(con)

    lake.write(start)
    for day in range(days - loaded_singly + 1, days + 1):
        _load(lake, day, rows)


def next_day(lake: Lake, numbers: count[int], rows: int) -> Spent:
    """The next day of ``numbers`` loaded: facts inserted, every mart."""
    return spent_by(partial(_load, lake, next(numbers), rows))


def _load(lake: Lake, day: int, rows: int) -> None:
    def change(con: Any) -> None:
        store_days(con, day, day, rows)
        transform(con, "bench", [observed_at(day)])

    lake.write(change)
