"""Items and families of all days by polars."""

from __future__ import annotations

import polars as pl

from benchmarks.peers.polars_facts import Reference

ITEM, FAMILY = ["at_no", "item_id"], ["at_no", "family_id"]
COUNTS = (pl.col("units_basis") == "cumulative") & pl.col("units_low").is_not_null()
SHOWN = ["units_low", "units_high", "units_basis", "units_window_days"]
RATES = ["units_30d_low", "units_30d_high"]
SNAPSHOT = ["source", "category_id", "observed_at", "observed_on", "at_no"]
LEAD = ["rank", "currency", "price", "band_set", "band_no"]
UNTOLD = ["position", "brand_text", "base_no"]


def listed_once(here: pl.LazyFrame) -> pl.LazyFrame:
    """Organic entries, and advertised items that the organic list lacks, at the first place they hold."""
    organic = here.filter(~pl.col("sponsored"))
    adverts = here.filter("sponsored").collect(engine="streaming")
    if adverts.is_empty():
        return organic
    first = adverts.sort("position").unique(ITEM, keep="first", maintain_order=True)
    return pl.concat([organic, first.lazy().join(organic, on=ITEM, how="anti")])


def item_day(here: pl.LazyFrame, reference: Reference) -> pl.LazyFrame:
    """Items with their brands, owners, bands and rates."""
    item = _based(listed_once(here), here)
    item = item.join(reference.alias.lazy(), on="brand_key", how="left").with_columns(
        pl.col("family_id").fill_null(pl.col("item_id")),
        pl.coalesce("canonical_key", "brand_key").alias("brand_key"),
        pl.when(pl.col("brand_key").is_not_null()).then(pl.coalesce("canonical", "brand_text")).alias("brand"),
    )
    bands = ["category_id", "band_set", "currency"]
    lows = [name for name in reference.edges.columns if name not in bands]
    below = pl.sum_horizontal((pl.col("price") >= pl.col(name)).cast(pl.Int32) for name in lows)
    item = item.join(reference.edges.lazy(), on=bands, how="left").with_columns(
        pl.when(below > 0).then(below).alias("band_no")
    )
    return _rated(_owned(item, reference)).drop(*lows, "canonical", "canonical_key")


def _based(item: pl.LazyFrame, here: pl.LazyFrame) -> pl.LazyFrame:
    """The latest earlier observation of each counter, at least one day old: nearly always of the same snapshot."""
    seen = here.filter(COUNTS).select(
        "at_no", "observed_at", "category_id", "item_id", "sponsored", "units_low", "units_high"
    )
    newest = seen.filter(~pl.col("sponsored")).select(
        pl.col("at_no").alias("base_no"), "item_id", pl.col("observed_at").alias("rate_from_at"),
        pl.col("units_low").alias("base_low"), pl.col("units_high").alias("base_high"),
    )  # fmt: skip
    counter = item.filter(COUNTS).select("at_no", "base_no", "category_id", "observed_at", "item_id")
    counter = counter.filter(pl.col("base_no").is_not_null()).join(newest, on=["base_no", "item_id"], how="left")
    back = pl.col("observed_at") - pl.col("observed_at_then")
    older = (
        counter.filter(pl.col("base_low").is_null())
        .join(seen, on=["category_id", "item_id"], suffix="_then")
        .filter(back.is_between(pl.duration(days=1), pl.duration(days=8)))
        .sort("observed_at_then", "sponsored", "units_low", descending=[True, False, True])
        .unique(ITEM, keep="first", maintain_order=True)
        .select(
            *ITEM, pl.col("observed_at_then").alias("rate_from_at"), pl.col("units_low").alias("base_low"),
            pl.col("units_high").alias("base_high"),
        )
    )  # fmt: skip
    base = counter.filter(pl.col("base_low").is_not_null()).select(*ITEM, "rate_from_at", "base_low", "base_high")
    return item.join(pl.concat([base, older]), on=ITEM, how="left", build_side="force_right")


def _owned(item: pl.LazyFrame, reference: Reference) -> pl.LazyFrame:
    """Who is own or a rival: by item, else by shop, else by brand."""
    owners, groups = [], []
    for kind, column in (("item", "item_id"), ("shop", "shop"), ("brand", "brand_key")):
        watched = reference.watched[kind]
        if watched.is_empty():
            continue
        watched = watched.rename({"value": column, "ownership": f"{kind}_owner", "watch_group": f"{kind}_group"})
        item = item.join(watched.lazy(), on=column, how="left")
        owners.append(f"{kind}_owner")
        groups.append(f"{kind}_group")
    return item.with_columns(
        pl.coalesce(*owners, pl.lit(None, pl.String)).alias("ownership"),
        pl.coalesce(*groups, pl.lit(None, pl.String)).alias("watch_group"),
    ).drop(*owners, *groups)


def _rated(item: pl.LazyFrame) -> pl.LazyFrame:
    low, high, base_low = pl.col("units_low"), pl.col("units_high"), pl.col("base_low")
    basis = pl.col("units_basis")
    shown = pl.when(pl.col("units_window_days") != 0).then("units_window_days")
    window = pl.when(basis == "trailing").then(shown).when(basis == "period").then(shown.fill_null(1))
    reset = (high < base_low).fill_null(value=False)
    days = (pl.col("observed_at") - pl.col("rate_from_at")).dt.total_microseconds() / 86_400_000_000
    gained = (low - pl.col("base_high").fill_null(low)).clip(lower_bound=0)
    item = item.with_columns(
        reset.alias("counter_reset"),
        pl.when(window.is_not_null()).then(low / window).when(~reset).then(gained / days).alias("units_per_day_low"),
        pl.when(window.is_not_null())
        .then(high / window)
        .when(~reset)
        .then((high - base_low) / days)
        .alias("units_per_day_high"),
    )
    ends = ("low", "high")
    item = item.with_columns((30 * pl.col(f"units_per_day_{end}")).alias(f"units_30d_{end}") for end in ends)
    gmv = [(pl.col(f"units_30d_{end}") * pl.col("price")).alias(f"gmv_30d_{end}") for end in ends]
    return item.with_columns(gmv).drop("base_low", "base_high")


def family_day(item: pl.LazyFrame) -> pl.LazyFrame:
    """Families of the organic list, their sales counted once; most items have no variants and pass through."""
    organic = item.filter(~pl.col("sponsored"))
    named = organic.filter(pl.col("family_id") != pl.col("item_id")).select(FAMILY).unique()
    gmv = ["gmv_30d_low", "gmv_30d_high"]
    alone = organic.join(named, on=FAMILY, how="anti", build_side="force_right").select(
        *SNAPSHOT, "family_id", pl.col("item_id").alias("lead_item_id"), "brand_key", "brand", "ownership",
        pl.lit(1, pl.UInt32).alias("listings"), *LEAD, "units_low", "units_high",
        pl.when(pl.col("units_low").is_not_null()).then("units_basis").alias("units_basis"), "units_window_days",
        *RATES, *gmv,
    )  # fmt: skip
    grouped = _families(organic.join(named, on=FAMILY, how="semi", build_side="force_right"))
    return pl.concat([alone, grouped.select(alone.collect_schema().names())])


def _families(member: pl.LazyFrame) -> pl.LazyFrame:
    """The first by rank leads; the figures are of the members that show and prove most in the family's basis."""
    place = ["rank", "item_id"]
    basis = _first(member.drop_nulls(["units_low", "units_basis"]), place)
    basis = basis.select(*FAMILY, pl.col("units_basis").alias("basis"))
    shows = member.filter(pl.col("units_low").is_not_null()).join(basis, on=FAMILY)
    shows = shows.filter(pl.col("units_basis") == pl.col("basis"))
    best = _first(shows, ["units_low", *place]).select(*FAMILY, *SHOWN)
    proves = shows.filter(pl.col("units_30d_low").is_not_null())
    most = _first(proves, ["units_30d_low", *place]).select(*FAMILY, *RATES)
    branded = _first(member.filter(pl.col("brand_key").is_not_null()), place).select(*FAMILY, "brand_key", "brand")
    lead = _first(member, place).select(*SNAPSHOT, "family_id", pl.col("item_id").alias("lead_item_id"), *LEAD)
    counted = member.group_by(FAMILY).agg(pl.col("ownership").min(), pl.len().cast(pl.UInt32).alias("listings"))
    family = lead
    for part in (branded, best, most, counted):
        family = family.join(part, on=FAMILY, how="left")
    return family.with_columns(
        (pl.col(f"units_30d_{end}") * pl.col("price")).alias(f"gmv_30d_{end}") for end in ("low", "high")
    )


def _first(member: pl.LazyFrame, by: list[str]) -> pl.LazyFrame:
    """The first member of each family; a figure the largest first."""
    descending = [name.startswith("units") for name in by]
    ordered = member.sort(by, descending=descending, nulls_last=True)
    return ordered.unique(FAMILY, keep="first", maintain_order=True)
