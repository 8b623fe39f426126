"""The marts by pandas, a day at a time with the day before it: ``python -m benchmarks.peers.pandas_marts IN OUT``.

Reads ``IN/DAY.parquet`` (the facts), writes ``OUT/MART-DAY.parquet``. Less than the product does: no bounds of shares,
no look further back than a day. Prints CPU and wall seconds as JSON, imports excluded.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.measure import cpu_seconds

KEY = ["category_id", "item_id"]
COLUMNS = [
    "source", "category_id", "observed_at", "observed_on", "rank", "sponsored", "item_id", "family_id", "title", "url",
    "brand_text", "brand_key", "shop", "currency", "price", "list_price", "units_low", "units_high", "units_basis",
    "units_window_days", "units_text", "rating", "review_count", "in_stock", "capture_id",
]  # fmt: skip
GROUP = ["category_id", "measure", "units_basis"]


def read_day(path: Path) -> pd.DataFrame:
    """A day's organic entries."""
    found = pd.read_parquet(path, columns=COLUMNS)
    found = found[~found["sponsored"]]
    found["price"] = found["price"].astype("float64")
    return found


def item_day(here: pd.DataFrame, before: pd.DataFrame | None) -> pd.DataFrame:
    """Entries with their rates."""
    empty = here.iloc[:0] if before is None else before
    base = empty[empty["units_basis"] == "cumulative"][[*KEY, "units_low", "units_high"]]
    base = base.rename(columns={"units_low": "base_low", "units_high": "base_high"})
    item = here.merge(base, how="left", on=KEY)
    counter = item["units_basis"] == "cumulative"
    low, high = item["units_low"].astype("float64"), item["units_high"].astype("float64")
    reset = (high < item["base_low"]).fillna(False)
    gained = (low - item["base_high"].astype("float64").fillna(low)).clip(lower=0)
    known = item["base_low"].notna() & ~reset
    item["units_per_day_low"] = np.where(counter, np.where(known, gained, np.nan), low / item["units_window_days"])
    rate_high = np.where(known, high - item["base_low"], np.nan)
    item["units_per_day_high"] = np.where(counter, rate_high, high / item["units_window_days"])
    for end in ("low", "high"):
        item[f"units_30d_{end}"] = 30 * item[f"units_per_day_{end}"]
        item[f"gmv_30d_{end}"] = item[f"units_30d_{end}"] * item["price"]
    item["family_id"] = item["family_id"].fillna(item["item_id"])
    return item


def family_day(item: pd.DataFrame) -> pd.DataFrame:
    """Families: the first by rank leads, the largest figure counts once."""
    ordered = item.sort_values("rank")
    groups = ordered.groupby(["category_id", "family_id"], sort=False)
    lead = groups[["item_id", "brand_key", "brand_text", "rank", "currency", "price", "units_basis"]].first()
    figures = groups[["units_low", "units_high", "units_30d_low", "units_30d_high"]].max()
    family = lead.join(figures).join(groups.size().rename("listings")).reset_index()
    family["gmv_30d_low"] = family["units_30d_low"] * family["price"]
    family["gmv_30d_high"] = family["units_30d_high"] * family["price"]
    return family


def entities(family: pd.DataFrame) -> pd.DataFrame:
    """Brands, and families of unknown brand by themselves, in four measures."""
    parts = []
    for measure, low, high in (
        ("units_30d", "units_30d_low", "units_30d_high"),
        ("gmv_30d", "gmv_30d_low", "gmv_30d_high"),
        ("units_shown", "units_low", "units_high"),
        ("listings", "listings", "listings"),
    ):
        part = family[family[low].notna()]
        parts.append(
            pd.DataFrame({
                "category_id": part["category_id"], "measure": measure,
                "units_basis": "" if measure == "listings" else part["units_basis"],
                "brand_key": part["brand_key"].fillna(""), "brand": part["brand_text"],
                "unknown": part["family_id"].where(part["brand_key"].isna(), ""),
                "value_low": part[low].astype("float64"), "value_high": part[high].astype("float64"),
                "listings": part["listings"],
            })
        )  # fmt: skip
    gathered = pd.concat(parts, ignore_index=True)
    groups = gathered.groupby([*GROUP, "brand_key", "unknown"], sort=False)
    made = groups.agg(
        brand=("brand", "min"), value_low=("value_low", "sum"), value_high=("value_high", "sum"),
        families=("value_low", "size"), listings=("listings", "sum"),
    )  # fmt: skip
    return made.reset_index()


def brand_share(entity: pd.DataFrame) -> pd.DataFrame:
    """Shares and ranks of brands."""
    brand = entity.groupby([*GROUP, "brand_key"], sort=False).agg(
        brand=("brand", "min"), value_low=("value_low", "sum"), value_high=("value_high", "sum"),
        families=("families", "sum"), listings=("listings", "sum"),
    )  # fmt: skip
    brand = brand.reset_index()
    groups = brand.groupby(GROUP, sort=False)["value_low"]
    brand["share"] = brand["value_low"] / groups.transform("sum").replace(0, np.nan)
    brand["brand_rank"] = groups.rank(method="first", ascending=False)
    return brand


def concentration(entity: pd.DataFrame) -> pd.DataFrame:
    """CR1 to CR10 and HHI."""
    ordered = entity.sort_values("value_low", ascending=False)
    groups = ordered.groupby(GROUP, sort=False)["value_low"]
    total = groups.transform("sum").replace(0, np.nan)
    ordered["share"] = ordered["value_low"] / total
    ordered["place"] = groups.cumcount()
    ordered["square"] = 10_000 * ordered["share"] ** 2
    found = ordered.groupby(GROUP, sort=False).agg(total_low=("value_low", "sum"), hhi=("square", "sum"))
    for most in (1, 3, 4, 5, 10):
        found[f"cr{most}"] = ordered[ordered["place"] < most].groupby(GROUP, sort=False)["share"].sum()
    found["effective_brands"] = 10_000 / found["hhi"]
    return found.reset_index()


def market_size(item: pd.DataFrame, family: pd.DataFrame) -> pd.DataFrame:
    """Sums, median price, stock-outs."""
    sold = family.groupby(["category_id", "units_basis"], sort=False)
    found = sold[["units_30d_low", "units_30d_high", "gmv_30d_low", "gmv_30d_high"]].sum(min_count=1).reset_index()
    shelf = item.groupby("category_id", sort=False).agg(
        median_price=("price", "median"), in_stock=("in_stock", "mean"), listings=("item_id", "size")
    )
    return found.merge(shelf, on="category_id")


def rank_movement(here: pd.DataFrame, before: pd.DataFrame | None) -> pd.DataFrame:
    """Every item of today and of yesterday, paired."""
    wanted = [*KEY, "title", "brand_key", "rank", "currency", "price", "in_stock"]
    earlier = (here.iloc[:0] if before is None else before)[wanted]
    moved = here[wanted].merge(earlier, how="outer", on=KEY, suffixes=("", "_before"), indicator=True)
    moved["rank_change"] = moved["rank_before"] - moved["rank"]
    moved["price_change"] = moved["price"] - moved["price_before"]
    moved["dropped"] = moved["_merge"] == "right_only"
    moved["entered"] = moved["_merge"] == "left_only"
    return moved.drop(columns="_merge")


def main(source: Path, target: Path) -> dict[str, float]:
    """All days in order."""
    cpu, wall = cpu_seconds(), time.perf_counter()
    before: pd.DataFrame | None = None
    for path in sorted(source.glob("*.parquet")):
        here = read_day(path)
        item = item_day(here, before)
        family = family_day(item)
        entity = entities(family)
        made = {
            "item_day": item, "family_day": family, "brand_share": brand_share(entity),
            "brand_concentration": concentration(entity), "market_size": market_size(item, family),
            "rank_movement": rank_movement(here, before),
        }  # fmt: skip
        for name, frame in made.items():
            frame.assign(day=path.stem).to_parquet(target / f"{name}-{path.stem}.parquet", index=False)
        before = here
    return {"cpu": cpu_seconds() - cpu, "wall": time.perf_counter() - wall}


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), Path(sys.argv[2]))))
