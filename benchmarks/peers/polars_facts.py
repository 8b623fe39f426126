"""What the polars peer reads: the facts lazily, and the reference tables, planned once."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import polars as pl

COLUMNS = [
    "source", "category_id", "observed_at", "position", "rank", "sponsored", "item_id", "family_id", "title", "url",
    "brand_text", "brand_key", "shop", "currency", "price", "price_high", "list_price", "units_low", "units_high",
    "units_basis", "units_window_days", "units_text", "rating", "review_count", "in_stock", "capture_id",
]  # fmt: skip
SNAPSHOT = ["category_id", "observed_at", "observed_on", "coverage", "complete"]
PLAN = ["category_id", "observed_at", "observed_on", "at_no", "base_no", "band_set"]
BASES = pl.Enum(["cumulative", "trailing", "period", "modelled"])


class Reference(NamedTuple):
    """``snapshots``: a row a category and time by number (``at_no``), with band_set and the numbers of base_at and
    previous_at. ``watched``: by kind, ownership and watch_group by value. ``edges``: low ends of bands,
    a column each."""

    snapshots: pl.DataFrame
    alias: pl.DataFrame
    watched: dict[str, pl.DataFrame]
    edges: pl.DataFrame


def read_reference(folder: Path) -> Reference:
    """The tables of ``folder``, of the one source that its snapshots are of."""
    edges = pl.read_parquet(folder / "price_band_edge.parquet").with_columns(pl.col("band_low").cast(pl.Float64))
    snapshots = plan_snapshots(pl.read_parquet(folder / "snapshot.parquet"), edges)
    wide = edges.pivot("band_no", index=["category_id", "band_set", "currency"], values="band_low")
    ours = pl.col("source").is_null() | pl.col("source").is_in(snapshots["source"].unique().implode())
    watch = pl.read_parquet(folder / "watch.parquet").filter(ours).sort("ownership", "watch_group")
    first = watch.unique(["kind", "value"], keep="first", maintain_order=True)
    watched = {
        kind: first.filter(pl.col("kind") == kind).select("value", "ownership", "watch_group")
        for kind in ("item", "shop", "brand")
    }
    alias = pl.read_parquet(folder / "brand_alias.parquet").rename({"brand": "canonical"})
    return Reference(snapshots, alias, watched, wide)


def plan_snapshots(snapshots: pl.DataFrame, edges: pl.DataFrame) -> pl.DataFrame:
    """What each snapshot is compared with, and the version of price bands in force on its date."""
    at, by = pl.col("observed_at"), "category_id"
    planned = snapshots.select("source", *SNAPSHOT).sort(by, "observed_at").with_row_index("at_no")
    seen = pl.when("complete").then("at_no").forward_fill().over(by).shift(1).over(by).alias("last_no")
    planned = planned.with_columns(seen)
    times = planned.select(pl.col("at_no").alias("last_no"), at.alias("last_at"))
    planned = planned.join(times, on="last_no", how="left").with_columns(
        pl.when("complete").then("last_at").alias("previous_at"),
        pl.when("complete").then("last_no").alias("previous_no"),
        pl.when("complete").then(pl.when("complete").then("at_no").backward_fill().shift(-1).over(by)).alias("next_no"),
        (pl.col("last_at") >= at.dt.offset_by("-28d")).fill_null(value=False).alias("comparable"),
    )
    bases = planned.select(by, at.dt.offset_by("1d").alias("based_at"), pl.col("at_no").alias("base_no"))
    planned = planned.sort("observed_at").join_asof(
        bases.sort("based_at"),
        left_on="observed_at",
        right_on="based_at",
        by=by,
        tolerance="7d",
        check_sortedness=False,
    )
    versions = edges.select(by, "band_set", pl.col("valid_from").fill_null(pl.date(1, 1, 1))).unique()
    return planned.sort("observed_on").join_asof(
        versions.sort("valid_from"), left_on="observed_on", right_on="valid_from", by=by, check_sortedness=False
    )


def facts(source: Path, reference: Reference) -> pl.LazyFrame:
    """The entries of all days with the numbers of their snapshots."""
    found = pl.scan_parquet(str(source / "*.parquet")).select(COLUMNS)
    found = found.with_columns(pl.col("price", "price_high", "list_price").cast(pl.Float64))
    plan = reference.snapshots.select(*PLAN).lazy()
    return found.join(plan, on=["category_id", "observed_at"])
