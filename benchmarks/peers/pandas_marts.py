"""The six marts by pandas, a day at a time: ``python -m benchmarks.peers.pandas_marts IN OUT``.

Reads ``IN/DAY.parquet`` (the facts of one observation time, in order) and ``IN/reference``, writes every column of our
marts as ``OUT/MART-DAY.parquet``. Of earlier days it keeps what the rules look back to: counters (8 days), and the last
place of each item in a complete list (28 days). Left out, as the data never have it: several observations within a
day, between which a counter might have fallen. Prints CPU and wall seconds as JSON, imports excluded.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import pandas as pd

from benchmarks.measure import cpu_seconds
from benchmarks.peers.pandas_brands import brand_concentration, brand_share, shelves
from benchmarks.peers.pandas_facts import Reference, read_day, read_reference, targets_of
from benchmarks.peers.pandas_items import family_day, item_day, no_counters, remember_counters
from benchmarks.peers.pandas_market import listed_now, market_size, nothing_listed, rank_movement, remember_places

UNTOLD = ["key", "position", "brand_text", "base_low", "base_high"]


class Memory:
    """What is kept from day to day."""

    def __init__(self, categories: pd.Series) -> None:
        self.counters = no_counters()
        self.listed = nothing_listed(categories)


def marts_of(
    path: Path, at: pd.Timestamp, target: pd.DataFrame, memory: Memory, reference: Reference
) -> dict[str, pd.DataFrame]:
    """The marts of one day; ``memory`` is brought up to it."""
    here = read_day(path, target)
    item = item_day(here, memory.counters, target, reference, at)
    family = family_day(item)
    found = shelves(family)
    now = listed_now(item, target)
    moved = rank_movement(now, memory.listed, target, at)
    memory.counters = remember_counters(memory.counters, here, at)
    memory.listed = remember_places(now, memory.listed, target, at)
    return {
        "item_day": item.drop(columns=UNTOLD), "family_day": family,
        "brand_share": brand_share(found, item["brand_key"].cat.categories, reference),
        "brand_concentration": brand_concentration(found, target),
        "market_size": market_size(item, family, moved, target), "rank_movement": moved,
    }  # fmt: skip


def main(source: Path, target: Path) -> dict[str, float]:
    """All days in order."""
    cpu, wall = cpu_seconds(), time.perf_counter()
    reference = read_reference(source / "reference")
    days = list(targets_of(reference.snapshots))
    memory = Memory(days[0][1]["category_id"])
    first = reference.snapshots.iloc[0]
    for path, (at, planned) in zip(sorted(source.glob("*.parquet")), days, strict=True):
        told = {"source": first["source"], "observed_at": at, "observed_on": planned["observed_on"].max()}
        for name, frame in marts_of(path, at, planned, memory, reference).items():
            frame.assign(**told).to_parquet(target / f"{name}-{path.stem}.parquet", index=False)
    return {"cpu": cpu_seconds() - cpu, "wall": time.perf_counter() - wall}


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), Path(sys.argv[2]))))
