"""The same marts by polars, lazily, streaming: ``python -m benchmarks.peers.polars_marts IN OUT``; see pandas_marts."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import polars as pl

from benchmarks.measure import cpu_seconds
from benchmarks.peers.pandas_marts import COLUMNS

DAY = ["category_id", "observed_at"]
GROUP = [*DAY, "measure", "units_basis"]


def facts(source: Path) -> pl.LazyFrame:
    """The organic entries of all days."""
    found = pl.scan_parquet(str(source / "*.parquet")).select(COLUMNS).filter(~pl.col("sponsored"))
    return found.with_columns(pl.col("price").cast(pl.Float64))


def item_day(here: pl.LazyFrame) -> pl.LazyFrame:
    """Entries with their rates."""
    base = here.filter(pl.col("units_basis") == "cumulative").select(
        "category_id", "item_id", pl.col("observed_at").dt.offset_by("1d"),
        pl.col("units_low").alias("base_low"), pl.col("units_high").alias("base_high"),
    )  # fmt: skip
    item = here.join(base, on=[*DAY, "item_id"], how="left")
    low, high, base_low = pl.col("units_low"), pl.col("units_high"), pl.col("base_low")
    known = base_low.is_not_null() & ~(high < base_low).fill_null(False)
    gained = (low - pl.col("base_high").fill_null(low)).clip(lower_bound=0)
    counter = pl.col("units_basis") == "cumulative"
    window = pl.col("units_window_days")
    item = item.with_columns(
        pl.when(~counter).then(low / window).when(known).then(gained).alias("units_per_day_low"),
        pl.when(~counter).then(high / window).when(known).then(high - base_low).alias("units_per_day_high"),
        pl.col("family_id").fill_null(pl.col("item_id")),
    )
    item = item.with_columns((30 * pl.col(f"units_per_day_{end}")).alias(f"units_30d_{end}") for end in ("low", "high"))
    return item.with_columns(
        (pl.col(f"units_30d_{end}") * pl.col("price")).alias(f"gmv_30d_{end}") for end in ("low", "high")
    )


def family_day(item: pl.LazyFrame) -> pl.LazyFrame:
    """Families: the first by rank leads, the largest figure counts once."""
    lead = [
        pl.col(name).sort_by("rank").drop_nulls().first()
        for name in ("item_id", "brand_key", "brand_text", "currency", "price", "units_basis")
    ]
    most = [pl.col(name).max() for name in ("units_low", "units_high", "units_30d_low", "units_30d_high")]
    family = item.group_by([*DAY, "family_id"]).agg(*lead, pl.col("rank").min(), *most, pl.len().alias("listings"))
    return family.with_columns(
        (pl.col(f"units_30d_{end}") * pl.col("price")).alias(f"gmv_30d_{end}") for end in ("low", "high")
    )


def entities(family: pl.LazyFrame) -> pl.LazyFrame:
    """Brands, and families of unknown brand by themselves, in four measures."""
    parts = [
        family.filter(pl.col(low).is_not_null()).select(
            *DAY, pl.lit(measure).alias("measure"),
            pl.lit("").alias("units_basis") if measure == "listings" else pl.col("units_basis"),
            pl.col("brand_key").fill_null(""), pl.col("brand_text").alias("brand"),
            pl.when(pl.col("brand_key").is_null()).then(pl.col("family_id")).otherwise(pl.lit("")).alias("unknown"),
            pl.col(low).cast(pl.Float64).alias("value_low"), pl.col(high).cast(pl.Float64).alias("value_high"),
            pl.col("listings").alias("count"),
        )
        for measure, low, high in (
            ("units_30d", "units_30d_low", "units_30d_high"), ("gmv_30d", "gmv_30d_low", "gmv_30d_high"),
            ("units_shown", "units_low", "units_high"), ("listings", "listings", "listings"),
        )
    ]  # fmt: skip
    return pl.concat(parts).group_by([*GROUP, "brand_key", "unknown"]).agg(
        pl.col("brand").min(), pl.col("value_low").sum(), pl.col("value_high").sum(), pl.len().alias("families"),
        pl.col("count").sum().alias("listings"),
    )  # fmt: skip


def brand_share(entity: pl.LazyFrame) -> pl.LazyFrame:
    """Shares and ranks of brands."""
    brand = entity.group_by([*GROUP, "brand_key"]).agg(
        pl.col("brand").min(), pl.col("value_low", "value_high", "families", "listings").sum()
    )
    value = pl.col("value_low")
    return brand.with_columns(
        (value / value.sum().over(GROUP)).alias("share"),
        value.rank("ordinal", descending=True).over(GROUP).alias("brand_rank"),
    )


def concentration(entity: pl.LazyFrame) -> pl.LazyFrame:
    """CR1 to CR10 and HHI."""
    value = pl.col("value_low")
    share = (value / value.sum()).fill_nan(None)
    found = entity.group_by(GROUP).agg(
        value.sum().alias("total_low"), (10_000 * share**2).sum().alias("hhi"),
        *((value.top_k(most).sum() / value.sum()).alias(f"cr{most}") for most in (1, 3, 4, 5, 10)),
    )  # fmt: skip
    return found.with_columns((10_000 / pl.col("hhi")).alias("effective_brands"))


def market_size(item: pl.LazyFrame, family: pl.LazyFrame) -> pl.LazyFrame:
    """Sums, median price, stock-outs."""
    sums = [f"{name}_30d_{end}" for name in ("units", "gmv") for end in ("low", "high")]
    sold = family.group_by([*DAY, "units_basis"]).agg(pl.col(sums).sum())
    shelf = item.group_by(DAY).agg(
        pl.col("price").median().alias("median_price"), pl.col("in_stock").mean(), pl.len().alias("listings")
    )
    return sold.join(shelf, on=DAY)


def rank_movement(here: pl.LazyFrame) -> pl.LazyFrame:
    """Every item of a day and of the day before, paired."""
    wanted = [*DAY, "item_id", "title", "brand_key", "rank", "currency", "price", "in_stock"]
    before = here.select(wanted).with_columns(pl.col("observed_at").dt.offset_by("1d"))
    before = before.filter(pl.col("observed_at") <= here.select(pl.col("observed_at").max()).collect().item())
    moved = here.select(wanted).join(before, on=[*DAY, "item_id"], how="full", coalesce=True, suffix="_before")
    return moved.with_columns(
        (pl.col("rank_before") - pl.col("rank")).alias("rank_change"),
        (pl.col("price") - pl.col("price_before")).alias("price_change"),
        pl.col("rank").is_null().alias("dropped"), pl.col("rank_before").is_null().alias("entered"),
    )  # fmt: skip


def main(source: Path, target: Path) -> dict[str, float]:
    """One plan for all marts, so that what they share is made once."""
    cpu, wall = cpu_seconds(), time.perf_counter()
    here = facts(source)
    item = item_day(here)
    family = family_day(item)
    entity = entities(family)
    made = {
        "item_day": item, "family_day": family, "brand_share": brand_share(entity),
        "brand_concentration": concentration(entity), "market_size": market_size(item, family),
        "rank_movement": rank_movement(here),
    }  # fmt: skip
    sinks = [frame.sink_parquet(target / f"{name}.parquet", lazy=True) for name, frame in made.items()]
    pl.collect_all(sinks, engine="streaming")
    return {"cpu": cpu_seconds() - cpu, "wall": time.perf_counter() - wall}


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), Path(sys.argv[2]))))
