"""What the pandas peer reads: a day's facts, and the reference tables, planned once.

Text of few values is read as categories, decimals as 64-bit floats. A day is a file of one observation time.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

SNAPSHOT_COLUMNS = ["source", "category_id", "observed_at", "observed_on", "coverage", "complete"]
TEXTS = ["category_id", "brand_text", "brand_key", "shop", "currency", "units_basis", "capture_id"]
PRICES = ["price", "price_high", "list_price"]
COLUMNS = [
    *TEXTS, *PRICES, "position", "rank", "sponsored", "item_id", "family_id", "title", "url", "units_low",
    "units_high", "units_window_days", "units_text", "rating", "review_count", "in_stock",
]  # fmt: skip
BEGINNING = pd.Timestamp("0001-01-01")
TRAILING = timedelta(days=28)


class Reference(NamedTuple):
    """``snapshots``: a row a category and time, with its band_set, previous_at and comparable;
    last_at is the complete snapshot before it. ``watched``: by kind,
    ownership and watch_group by value. ``named``: ownership of the brands that the watchlist names."""

    snapshots: pd.DataFrame
    alias: pd.DataFrame
    watched: dict[str, pd.DataFrame]
    named: pd.Series
    edges: pd.DataFrame


def read_reference(folder: Path) -> Reference:
    """The tables of ``folder``, of the one source that its snapshots are of."""
    edges = pd.read_parquet(folder / "price_band_edge.parquet")
    edges["band_low"] = edges["band_low"].astype("float64")
    edges["valid_from"] = pd.to_datetime(edges["valid_from"]).astype("datetime64[us]").fillna(BEGINNING)
    snapshots = plan_snapshots(pd.read_parquet(folder / "snapshot.parquet", columns=SNAPSHOT_COLUMNS), edges)
    watch = pd.read_parquet(folder / "watch.parquet")
    watch = watch[watch["source"].isna() | watch["source"].isin(snapshots["source"])]
    first = watch.sort_values(["ownership", "watch_group"]).drop_duplicates(["kind", "value"]).set_index("value")
    watched = {kind: first[first["kind"] == kind] for kind in ("item", "shop", "brand")}
    alias = pd.read_parquet(folder / "brand_alias.parquet").set_index("brand_key")
    return Reference(snapshots, alias, watched, watched["brand"]["ownership"], edges)


def plan_snapshots(snapshots: pd.DataFrame, edges: pd.DataFrame) -> pd.DataFrame:
    """What each snapshot is compared with, and the version of price bands in force on its date."""
    planned = snapshots.sort_values(["category_id", "observed_at"], ignore_index=True)
    planned["observed_on"] = pd.to_datetime(planned["observed_on"]).astype("datetime64[us]")
    seen = planned["observed_at"].where(planned["complete"]).groupby(planned["category_id"]).ffill()
    planned["last_at"] = seen.groupby(planned["category_id"]).shift()
    planned["previous_at"] = planned["last_at"].where(planned["complete"])
    planned["comparable"] = planned["last_at"] >= planned["observed_at"] - TRAILING
    versions = edges[["category_id", "band_set", "valid_from"]].drop_duplicates()
    return pd.merge_asof(
        planned.sort_values("observed_on"), versions.sort_values("valid_from"),
        left_on="observed_on", right_on="valid_from", by="category_id",
    )  # fmt: skip


def targets_of(snapshots: pd.DataFrame) -> Iterator[tuple[pd.Timestamp, pd.DataFrame]]:
    """Observation times in order, each with a row for every category, in order; ``observed``: it has that one."""
    categories = pd.Index(snapshots["category_id"].unique()).sort_values()
    for at, planned in snapshots.groupby("observed_at"):
        target = planned.set_index("category_id").reindex(categories).rename_axis("category_id").reset_index()
        target["observed"] = target["observed_at"].notna()
        flags = ["complete", "comparable"]
        target[flags] = target[flags].astype("boolean").fillna(False).astype(bool)
        yield at, target


def read_day(path: Path, target: pd.DataFrame) -> pd.DataFrame:
    """A day's facts; ``category_id`` is of the categories of ``target``, in its order, ``key`` names an item of one."""
    table = pq.read_table(path, columns=COLUMNS, read_dictionary=TEXTS)
    for name in PRICES:
        at = table.schema.get_field_index(name)
        table = table.set_column(at, name, pc.cast(table[name], pa.float64()))
    here = table.to_pandas(types_mapper={pa.bool_(): pd.BooleanDtype()}.get)
    here["sponsored"] = here["sponsored"].astype(bool)
    here["key"] = here["category_id"].astype("str") + "/" + here["item_id"]
    here["category_id"] = here["category_id"].cat.set_categories(target["category_id"])
    return here
