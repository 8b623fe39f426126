"""Shares of brands and their concentration by polars, with bounds; values are whole ten-thousandths as in pandas."""

from __future__ import annotations

import polars as pl

from benchmarks.peers.measures import LEVELS, MEASURES, SUMS, UNIT
from benchmarks.peers.polars_facts import BASES, Reference

NAMED = {"units_basis": BASES, "units_window_days": pl.Int32, "currency": pl.Categorical}
MOST_CURRENCIES, LONGEST_WINDOW = 1 << 16, 1 << 12


def numbered(family: pl.LazyFrame) -> pl.LazyFrame:
    """With what a family is compared in: of each measure its snapshot and keys, packed into one number."""
    family = family.with_columns(pl.col("units_basis").cast(BASES), pl.col("currency").cast(pl.Categorical))
    code = {
        "units_basis": (pl.col("units_basis").to_physical(), 8),
        "units_window_days": (pl.col("units_window_days"), LONGEST_WINDOW),
        "currency": (pl.col("currency").to_physical(), MOST_CURRENCIES),
    }  # fmt: skip
    numbers = []
    for place, (measure, (_, _, by)) in enumerate(MEASURES.items()):
        shelf = pl.col("at_no").cast(pl.Int64)
        for name in by:
            shelf = shelf * code[name][1] + (code[name][0].cast(pl.Int64) + 1).fill_null(0)
        numbers.append((shelf * len(MEASURES) + place).alias(f"{measure}_no"))
    return family.with_columns(numbers)


def shelves(family: pl.LazyFrame) -> pl.LazyFrame:
    """What each shelf is of."""
    slot = family.select("at_no", *NAMED, *(f"{measure}_no" for measure in MEASURES)).unique()
    parts = []
    for measure, (_, _, by) in MEASURES.items():
        keys = [pl.col(name) if name in by else pl.lit(None, kind).alias(name) for name, kind in NAMED.items()]
        named = pl.lit(measure, pl.Enum(list(MEASURES))).alias("measure")
        parts.append(slot.select(pl.col(f"{measure}_no").alias("shelf"), "at_no", named, *keys).unique("shelf"))
    return pl.concat(parts)


def measured(family: pl.LazyFrame) -> pl.LazyFrame:
    """Families in four measures: ``low`` and ``high`` as whole numbers of 1 / UNIT. ``open``: 1 where there is no upper
    end, and ``high`` is 0; ``open_low`` is the low end then."""
    owner = pl.col("ownership")
    family = family.with_columns(
        pl.col("brand_key", "brand").cast(pl.Categorical),
        (owner == "own").fill_null(value=False).cast(pl.Int32).alias("own_families"),
        (owner == "rival").fill_null(value=False).cast(pl.Int32).alias("rival_families"),
    )
    parts = []
    for measure, (low, high, _) in MEASURES.items():
        opened = pl.col(high).is_null()
        parts.append(
            family.filter(pl.col(low).is_not_null()).select(
                pl.col(f"{measure}_no").alias("shelf"), "brand_key", "brand", "own_families", "rival_families",
                pl.lit(1, pl.Int32).alias("families"), pl.col("listings").cast(pl.Int32),
                _whole(low).alias("low"), _whole(high).fill_null(0).alias("high"),
                opened.cast(pl.Int32).alias("open"), pl.when(opened).then(_whole(low)).otherwise(0).alias("open_low"),
            )
        )  # fmt: skip
    return pl.concat(parts)


def _whole(name: str) -> pl.Expr:
    return (pl.col(name) * UNIT).round().cast(pl.Int64)


def known_brands(gathered: pl.LazyFrame) -> pl.LazyFrame:
    """Known brands by shelf, ranked: most proved first, of equals the one that may be more, then by key. ``open``:
    families without an upper end, whose low ends are ``open_low``."""
    known = _summed(gathered.filter(pl.col("brand_key").is_not_null()), ["shelf", "brand_key"])
    most = pl.when(pl.col("open") == 0).then("high").alias("most")
    ordered = known.with_columns(most).sort(
        "shelf", "low", "most", "brand_key", descending=[False, True, True, False], nulls_last=False
    )
    return ordered.with_columns(pl.int_range(1, pl.len() + 1).over("shelf").alias("brand_rank")).drop("most")


def _summed(gathered: pl.LazyFrame, by: list[str]) -> pl.LazyFrame:
    return gathered.group_by(by).agg(pl.col("brand").min(), pl.col(SUMS).sum())


def brand_share(known: pl.LazyFrame, gathered: pl.LazyFrame, shelf: pl.LazyFrame, reference: Reference) -> pl.LazyFrame:
    """Shares and ranks of brands; those of unknown brand together."""
    unknown = _summed(gathered.filter(pl.col("brand_key").is_null()), ["shelf"])
    brand = pl.concat([known, unknown], how="diagonal")
    open_, low = pl.col("open") > 0, pl.col("low")
    brand = brand.with_columns(pl.when(~open_).then("high").otherwise(0).alias("high")).with_columns(
        low.sum().over("shelf").alias("total"), pl.col("high").sum().over("shelf").alias("total_high"),
        open_.sum().over("shelf").alias("unbounded"),
    )  # fmt: skip
    high, total = pl.col("high"), pl.col("total")
    others_open = pl.col("unbounded") > open_.cast(pl.UInt32)
    told = brand.join(shelf, on="shelf").with_columns(pl.col("brand_key", "brand").cast(pl.String)).select(
        "at_no", "measure", *NAMED, "brand_key", "brand", _part(low, total).alias("share"),
        pl.when(others_open).then(0.0).otherwise(_part(low, low + pl.col("total_high") - high)).alias("share_low"),
        pl.when(open_).then(1.0).otherwise(_part(high, high + total - low)).alias("share_high"),
        (low / UNIT).alias("value_low"), pl.when(~open_).then(high / UNIT).alias("value_high"),
        "families", "listings", "brand_rank", "own_families", "rival_families",
    )  # fmt: skip
    return _owned(told, reference)


def _part(part: pl.Expr, whole: pl.Expr) -> pl.Expr:
    return pl.when(whole != 0).then(part / whole)


def _owned(told: pl.LazyFrame, reference: Reference) -> pl.LazyFrame:
    """As the watchlist names it, else as all of its families in the list are."""
    families = pl.col("families")
    all_of = pl.when(families == pl.col("own_families")).then(pl.lit("own"))
    all_of = all_of.when(families == pl.col("rival_families")).then(pl.lit("rival"))
    listed = told.filter((pl.col("measure") == "listings") & pl.col("brand_key").is_not_null())
    listed = listed.select("at_no", "brand_key", all_of.alias("of_list")).filter(pl.col("of_list").is_not_null())
    named = (
        reference.watched["brand"].lazy().select(pl.col("value").alias("brand_key"), pl.col("ownership").alias("named"))
    )
    told = told.join(listed, on=["at_no", "brand_key"], how="left").join(named, on="brand_key", how="left")
    return told.with_columns(pl.coalesce("named", "of_list").alias("ownership")).drop(
        "named", "of_list", "rival_families"
    )


def brand_concentration(
    known: pl.LazyFrame, gathered: pl.LazyFrame, shelf: pl.LazyFrame, reference: Reference
) -> pl.LazyFrame:
    """CR1 to CR10 and HHI with its bounds: each family of unknown brand counts as a brand; at most all are of the
    largest one."""
    high, low = pl.col("high"), pl.col("low")
    alone = gathered.filter(pl.col("brand_key").is_null())
    columns = ["shelf", "low", "high", "open", "open_low", "families", "brand_rank"]
    entity = pl.concat([known.select(columns), alone.select(*columns[:-1], pl.lit(None, pl.Int64).alias("brand_rank"))])
    entity = entity.with_columns(
        pl.when(pl.col("open") == 0).then("high").otherwise(0).alias("high"),
        (pl.col("open") > 0).alias("open"), pl.col("brand_rank").is_null().alias("unknown"),
    )  # fmt: skip
    unknown = pl.col("unknown")
    total = entity.group_by("shelf").agg(
        low.sum().alias("total"), high.sum().alias("total_high"), pl.col("open").sum().alias("unbounded"),
        low.filter(unknown).sum().alias("unknown_low"), high.filter(unknown).sum().alias("unknown_high"),
        (unknown & pl.col("open")).any().alias("unknown_open"), pl.col("open_low", "families").sum(),
        (~unknown).sum().alias("brands"),
        *(low.top_k(most).sum().alias(f"cr{most}") for most in (1, 3, 4, 5, 10)),
    )  # fmt: skip
    return _told(total.join(_squares(entity, total), on="shelf").join(shelf, on="shelf"), reference)


def _squares(entity: pl.LazyFrame, total: pl.LazyFrame) -> pl.LazyFrame:
    held = ["total", "total_high", "unbounded", "unknown_low", "unknown_high", "unknown_open"]
    entity = entity.join(total.select("shelf", *held), on="shelf")
    high, low, first = pl.col("high"), pl.col("low"), (pl.col("brand_rank") == 1).fill_null(value=False)
    most_low = low + pl.when(first).then("unknown_low").otherwise(0)
    most_high = high + pl.when(first).then("unknown_high").otherwise(0)
    others_open = pl.col("unbounded") > pl.col("open").cast(pl.UInt32)
    least = pl.when(others_open).then(0.0).otherwise(_part(low, low + pl.col("total_high") - high))
    most = (
        pl.when("unknown").then(0.0)
        .when(pl.col("open") | (first & pl.col("unknown_open"))).then(1.0)
        .otherwise(_part(most_high, most_high + pl.col("total") - most_low))
    )  # fmt: skip
    shares = {"hhi": _part(low, pl.col("total")), "hhi_low": least, "hhi_high": most}
    squares = entity.select("shelf", *((10_000 * share**2).alias(name) for name, share in shares.items()))
    return squares.group_by("shelf").agg(pl.col(*shares).sum())


def _told(total: pl.LazyFrame, reference: Reference) -> pl.LazyFrame:
    """A shelf of nothing but zeros has no shares."""
    some = pl.col("total") > 0
    listed = total.filter(pl.col("measure") == "listings").select("at_no", pl.col("families").alias("of_list"))
    snapshots = reference.snapshots.lazy().select("at_no", "coverage", "complete")
    told = total.join(listed, on="at_no").join(snapshots, on="at_no").with_columns(
        *(_part(pl.col(f"cr{most}"), pl.col("total")).alias(f"cr{most}") for most in (1, 3, 4, 5, 10)),
        pl.when(some).then("hhi").alias("hhi"), pl.when(some).then("hhi_low").alias("hhi_low"),
        pl.when(some & (pl.col("brands") > 0)).then(pl.col("hhi_high").clip(upper_bound=10_000))
        .when(some).then(10_000.0).alias("hhi_high"),
    )  # fmt: skip
    index = pl.col("hhi").round(6)
    labelled = (pl.col("coverage") >= 0.9) & (pl.col("families") >= 20) & pl.col("hhi").is_not_null()
    return told.select(
        "at_no", "measure", *NAMED, "cr1", "cr3", "cr4", "cr5", "cr10", "hhi", "hhi_low", "hhi_high",
        (10_000 / pl.col("hhi")).alias("effective_brands"),
        pl.when(~labelled).then(None).when(index < 1000).then(pl.lit("unconcentrated"))
        .when(index <= 1800).then(pl.lit("moderate")).otherwise(pl.lit("high")).alias("level"),
        pl.lit(LEVELS).alias("level_set"), (pl.col("total") / UNIT).alias("total_low"),
        pl.when(pl.col("unbounded") == 0).then(pl.col("total_high") / UNIT).alias("total_high"),
        pl.col("of_list").alias("families"), pl.col("families").alias("families_known"), "brands", "coverage",
        "complete", _part(pl.col("unknown_low"), pl.col("total")).alias("unknown_brand_share"),
        _part(pl.col("open_low"), pl.col("total")).alias("lower_bound_share"),
    )  # fmt: skip
