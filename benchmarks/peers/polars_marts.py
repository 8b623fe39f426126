"""The six marts by polars, lazily, streaming: ``python -m benchmarks.peers.polars_marts IN OUT``.

Reads and makes what the pandas peer does, and leaves out the same (several observations within a day).
All days at once. What later marts share is read back from the file of the earlier one: one plan for all of them would
keep it in memory, or make it several times.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import polars as pl

from benchmarks.measure import cpu_seconds
from benchmarks.peers.polars_brands import brand_concentration, brand_share, known_brands, measured, numbered, shelves
from benchmarks.peers.polars_facts import facts, read_reference
from benchmarks.peers.polars_items import UNTOLD, family_day, item_day
from benchmarks.peers.polars_market import market_size, rank_movement


def main(source: Path, target: Path) -> dict[str, float]:
    """Every mart into a file, the later ones from the earlier."""
    cpu, wall = cpu_seconds(), time.perf_counter()
    reference = read_reference(source / "reference")
    snapshots = reference.snapshots.lazy().select("at_no", "source", "category_id", "observed_at", "observed_on")

    def named(frame: pl.LazyFrame) -> pl.LazyFrame:
        return frame.join(snapshots, on="at_no")

    item = item_day(facts(source, reference), reference).drop(UNTOLD)
    (item,) = stored(target, item_day=item)
    (family,) = stored(target, family_day=family_day(item))
    (moved,) = stored(target, rank_movement=named(rank_movement(item, reference)))
    gathered, shelf = measured(numbered(family)), shelves(numbered(family))
    known = known_brands(gathered).collect(engine="streaming").lazy()
    stored(
        target,
        brand_share=named(brand_share(known, gathered, shelf, reference)),
        brand_concentration=named(brand_concentration(known, gathered, shelf, reference)),
        market_size=named(market_size(item, family, moved, reference)),
    )
    return {"cpu": cpu_seconds() - cpu, "wall": time.perf_counter() - wall}


def stored(target: Path, **made: pl.LazyFrame) -> list[pl.LazyFrame]:
    """Write marts at one go; they are read back from there."""
    paths = {name: target / f"{name}.parquet" for name in made}
    pl.collect_all(
        [frame.sink_parquet(paths[name], compression="snappy", lazy=True) for name, frame in made.items()],
        engine="streaming",
    )
    return [pl.scan_parquet(path) for path in paths.values()]


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), Path(sys.argv[2]))))
