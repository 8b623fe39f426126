"""What moved and how big the market is by polars."""

from __future__ import annotations

import polars as pl

from benchmarks.peers.polars_facts import Reference
from benchmarks.peers.polars_items import ITEM

TOLD = ["title", "brand_key", "brand", "ownership"]
FIGURES = ["rank", "currency", "price", "in_stock"]
SUMS = ["units_30d_low", "units_30d_high", "gmv_30d_low", "gmv_30d_high"]


def rank_movement(item: pl.LazyFrame, reference: Reference) -> pl.LazyFrame:
    """Every item of the complete snapshots now and of the complete ones before them, paired."""
    plan = reference.snapshots.lazy().filter("complete").select("at_no", "next_no", "previous_at", "comparable")
    now = item.filter(~pl.col("sponsored")).join(plan, on="at_no")
    here = now.select(*ITEM, "category_id", "observed_at", "comparable", *TOLD, *FIGURES)
    previous = now.filter(pl.col("next_no").is_not_null()).select(
        pl.col("next_no").alias("at_no"),
        "item_id",
        *TOLD,
        *(pl.col(name).alias(f"previous_{name}") for name in FIGURES),
    )
    figures = previous.select(*ITEM, *(f"previous_{name}" for name in FIGURES))
    moved = here.join(figures, on=ITEM, how="left", build_side="force_right").with_columns(
        (pl.col("previous_rank") - pl.col("rank")).alias("rank_change"),
        pl.when(pl.col("currency") == pl.col("previous_currency")).then("previous_price").alias("previous_price"),
        pl.coalesce("currency", "previous_currency").alias("currency"), pl.lit(value=False).alias("dropped"),
    )  # fmt: skip
    moved = moved.join(_returned(here, figures, now), on=ITEM, how="left", build_side="force_right").with_columns(
        pl.when("comparable").then(pl.col("previous_rank").is_null() & pl.col("returned").is_null()).alias("entered")
    )
    # Few, as are those that returned: their joins are not held beside that of all rows.
    gone = previous.join(here.select(ITEM), on=ITEM, how="anti", build_side="force_right").with_columns(
        pl.col("previous_currency").alias("currency"), pl.lit(value=True).alias("dropped")
    )
    gone = gone.collect(engine="streaming").lazy()
    columns = [*ITEM, *TOLD, "currency", "previous_rank", "previous_price", "previous_in_stock", "dropped"]
    moved = moved.select(*columns, "rank", "rank_change", "price", "in_stock", "entered")
    moved = pl.concat([moved, gone.select(columns)], how="diagonal")
    # What dropped out did not enter, where that can be told.
    moved = moved.join(plan.drop("next_no"), on="at_no").with_columns(
        pl.when("comparable").then(pl.col("entered").fill_null(value=False)).alias("entered")
    )
    change, base = pl.col("price") - pl.col("previous_price"), pl.col("previous_price")
    return moved.with_columns(
        change.alias("price_change"), pl.when(base != 0).then(change / base).alias("price_change_share")
    ).drop("comparable")


def _returned(here: pl.LazyFrame, figures: pl.LazyFrame, now: pl.LazyFrame) -> pl.LazyFrame:
    """Of the items that the previous snapshot lacks those that a complete one of the trailing 28 days has."""
    fresh = here.filter("comparable").select(*ITEM, "category_id", "observed_at")
    fresh = fresh.join(figures.select(ITEM), on=ITEM, how="anti", build_side="force_right")
    seen = now.select("category_id", "item_id", pl.col("observed_at").alias("seen_at"))
    back = pl.col("observed_at") - pl.col("seen_at")
    found = seen.join(fresh, on=["category_id", "item_id"], build_side="force_right")
    found = found.filter((back > pl.duration()) & (back <= pl.duration(days=28)))
    found = found.select(ITEM).unique().with_columns(pl.lit(value=True).alias("returned"))
    return found.collect(engine="streaming").lazy()


def market_size(item: pl.LazyFrame, family: pl.LazyFrame, moved: pl.LazyFrame, reference: Reference) -> pl.LazyFrame:
    """Sums by basis and currency, beside the counts of the whole snapshot."""
    organic = item.filter(~pl.col("sponsored")).select("at_no", "currency", "price", "in_stock")
    priced = organic.filter(pl.col("price").is_not_null()).group_by("at_no", "currency")
    priced = priced.agg(pl.len(), pl.col("price").median().alias("median_price"))
    common = priced.sort("len", "currency", descending=True).unique("at_no", keep="first", maintain_order=True)
    commonest = common.select("at_no", pl.col("currency").alias("usual"))
    out, known = (~pl.col("in_stock")).sum(), pl.col("in_stock").count()
    shelf = organic.group_by("at_no").agg(
        pl.len().alias("listings"), pl.when(known > 0).then(out / known).alias("stock_out_share")
    )
    families = family.group_by("at_no").agg(pl.len().alias("families"))
    found = reference.snapshots.lazy().select("at_no", "coverage", "complete", "previous_at")
    for part in (_sold(family, commonest), commonest, shelf, families, _moves(moved)):
        found = found.join(part, on="at_no", how="left")
    found = found.with_columns(pl.coalesce("currency", "usual").alias("currency"))
    found = found.join(priced.drop("len"), on=["at_no", "currency"], how="left")
    since = ["dropouts", "price_rises", "price_cuts", "stock_outs", "restocks"]
    return found.with_columns(
        pl.col("listings", "families", "families_known", "families_priced").fill_null(0),
        *(pl.when(pl.col("previous_at").is_not_null()).then(name).alias(name) for name in since),
    ).drop("usual", "previous_at", "coverage", "complete").join(
        reference.snapshots.lazy().select("at_no", "coverage", "complete"), on="at_no"
    )  # fmt: skip


def _sold(family: pl.LazyFrame, commonest: pl.LazyFrame) -> pl.LazyFrame:
    known = family.filter(pl.col("units_basis").is_not_null()).select("at_no", "units_basis", "currency", *SUMS)
    known = known.join(commonest, on="at_no", how="left").with_columns(
        pl.coalesce("currency", "usual").alias("currency")
    )
    low, high = pl.col("units_30d_low"), pl.col("units_30d_high")
    counts = [pl.col(name).count().alias(f"{name}_count") for name in SUMS]
    sold = known.group_by("at_no", "units_basis", "currency").agg(
        pl.col(SUMS).sum(), *counts, low.filter(high.is_null()).sum().alias("unbounded_low")
    )
    of = pl.col("units_30d_low_count")
    return sold.select(
        "at_no", "units_basis", "currency",
        *(pl.when(pl.col(f"{name}_count") > 0).then(name).alias(name) for name in ("units_30d_low", "gmv_30d_low")),
        *(
            pl.when((pl.col(f"{name}_count") == of) & (of > 0)).then(name).alias(name)
            for name in ("units_30d_high", "gmv_30d_high")
        ),
        of.alias("families_known"), pl.col("gmv_30d_low_count").alias("families_priced"),
        pl.when(low > 0).then(pl.col("unbounded_low") / low).alias("lower_bound_share"),
    )  # fmt: skip


def _moves(moved: pl.LazyFrame) -> pl.LazyFrame:
    here, before, change = pl.col("in_stock"), pl.col("previous_in_stock"), pl.col("price_change")
    return moved.group_by("at_no").agg(
        pl.when(pl.col("entered").count() > 0).then(pl.col("entered").sum()).alias("entrants"),
        pl.col("dropped").sum().alias("dropouts"), (change > 0).sum().alias("price_rises"),
        (change < 0).sum().alias("price_cuts"), (before & ~here).sum().alias("stock_outs"),
        (~before & here).sum().alias("restocks"),
    )  # fmt: skip
