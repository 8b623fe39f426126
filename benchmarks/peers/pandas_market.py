"""What moved and how big the market is by pandas; of every item its last place in a complete list is kept."""

from __future__ import annotations

import numpy as np
import pandas as pd

from benchmarks.peers.pandas_facts import TRAILING

CARRIED = ["item_id", "title", "brand_key", "brand", "ownership", "rank", "currency", "price", "in_stock"]
TEXT = ["brand_key", "brand", "ownership", "currency"]


def nothing_listed(categories: pd.Series) -> pd.DataFrame:
    """What is known of places before the first day."""
    found = pd.DataFrame({name: pd.Series(dtype="str") for name in ("key", "category_id", *CARRIED)})
    found = found.astype(
        {"rank": "float64", "price": "float64", "in_stock": "boolean", "category_id": pd.CategoricalDtype(categories)}
    )
    found["seen_at"] = pd.Series(dtype="datetime64[us, UTC]")
    return found


def listed_now(item: pd.DataFrame, target: pd.DataFrame) -> pd.DataFrame:
    """The organic entries of complete snapshots."""
    complete = target["complete"].to_numpy()[item["category_id"].cat.codes]
    here = item.loc[complete & ~item["sponsored"], ["key", "category_id", *CARRIED]].reset_index(drop=True)
    return here.astype(dict.fromkeys(TEXT, "str"))


def rank_movement(here: pd.DataFrame, listed: pd.DataFrame, target: pd.DataFrame, at: pd.Timestamp) -> pd.DataFrame:
    """Every item of the complete snapshots now and of the complete ones before them, paired."""
    previous_at, comparable = target["previous_at"], target["comparable"]
    codes = here["category_id"].cat.codes.to_numpy()
    places = pd.Index(listed["key"]).get_indexer(here["key"])
    seen_at = listed["seen_at"].reindex(places).set_axis(here.index)
    paired = seen_at == previous_at.take(codes).set_axis(here.index)
    figures = listed[["rank", "currency", "price", "in_stock"]]
    before = figures.reindex(np.where(paired, places, -1)).set_axis(here.index)
    moved = here.drop(columns="key").assign(
        previous_rank=before["rank"], previous_price=before["price"].where(here["currency"] == before["currency"]),
        previous_in_stock=before["in_stock"], dropped=False,
        entered=pd.array(~(seen_at >= at - TRAILING), dtype="boolean"),
    )  # fmt: skip
    moved["currency"] = moved["currency"].fillna(before["currency"])
    moved["rank_change"] = moved["previous_rank"] - moved["rank"]
    moved["price_change"] = moved["price"] - moved["previous_price"]
    moved["price_change_share"] = moved["price_change"] / moved["previous_price"].where(moved["previous_price"] != 0)
    gone = listed.drop(index=places[paired])
    gone = gone[gone["seen_at"] == previous_at.take(gone["category_id"].cat.codes).set_axis(gone.index)]
    gone = gone.drop(columns=["key", "seen_at"]).rename(
        columns={"rank": "previous_rank", "price": "previous_price", "in_stock": "previous_in_stock"}
    )
    moved = pd.concat([moved, gone.assign(dropped=True, entered=pd.array([False] * len(gone), dtype="boolean"))])
    moved = moved.reset_index(drop=True)
    codes = moved["category_id"].cat.codes
    moved["entered"] = moved["entered"].where(comparable.to_numpy()[codes])
    moved["previous_at"] = previous_at.take(codes).reset_index(drop=True)
    return moved


def remember_places(here: pd.DataFrame, listed: pd.DataFrame, target: pd.DataFrame, at: pd.Timestamp) -> pd.DataFrame:
    """The last place of each item, as far back as 28 days, or as the last complete snapshot of its list."""
    of_list = target[["observed", "complete", "last_at"]].take(listed["category_id"].cat.codes).set_axis(listed.index)
    latest = ~of_list["observed"] | (~of_list["complete"] & (listed["seen_at"] == of_list["last_at"]))
    kept = (listed["seen_at"] >= at - TRAILING) | latest
    known = pd.concat([here.assign(seen_at=at), listed[kept]], ignore_index=True)
    return known.drop_duplicates("key", ignore_index=True)


def market_size(item: pd.DataFrame, family: pd.DataFrame, moved: pd.DataFrame, target: pd.DataFrame) -> pd.DataFrame:
    """Sums by basis and currency, beside the counts of the whole snapshot."""
    organic = item.loc[~item["sponsored"], ["category_id", "currency", "price", "in_stock"]]
    priced = organic.groupby(["category_id", "currency"], observed=True)["price"].agg(["count", "median"]).reset_index()
    priced = priced[priced["count"] > 0].astype({"currency": "str"})
    common = priced.sort_values(["count", "currency"]).drop_duplicates("category_id", keep="last")
    commonest = common.set_index("category_id")["currency"]
    found = target.loc[target["observed"], ["category_id", "coverage", "complete", "previous_at"]]
    found = found.merge(_sold(family, commonest), how="left", on="category_id")
    usual = commonest.reindex(found["category_id"]).reset_index(drop=True)
    found["currency"] = found["currency"].fillna(usual)
    medians = priced.rename(columns={"median": "median_price"})[["category_id", "currency", "median_price"]]
    found = found.merge(medians, how="left", on=["category_id", "currency"])
    for part in (_shelf(organic, family), _moves(moved)):
        found = found.join(part, on="category_id")
    since = ["dropouts", "price_rises", "price_cuts", "stock_outs", "restocks"]
    found[since] = found[since].where(found["previous_at"].notna())
    counts = ["listings", "families", "families_known", "families_priced"]
    return found.drop(columns="previous_at").fillna(dict.fromkeys(counts, 0))


def _sold(family: pd.DataFrame, commonest: pd.Series) -> pd.DataFrame:
    known = family[family["units_basis"].notna()]
    usual = commonest.reindex(known["category_id"]).set_axis(known.index)
    sums = ["units_30d_low", "units_30d_high", "gmv_30d_low", "gmv_30d_high"]
    known = known[["category_id", "units_basis", *sums]].assign(
        currency=known["currency"].astype("str").fillna(usual),
        unbounded_low=known["units_30d_low"].where(known["units_30d_high"].isna()),
    )
    groups = known.groupby(["category_id", "units_basis", "currency"], observed=True, dropna=False)
    sold, counts = groups[[*sums, "unbounded_low"]].sum(min_count=1), groups[sums].count()
    sold["units_30d_high"] = sold["units_30d_high"].where(counts["units_30d_high"] == counts["units_30d_low"])
    sold["gmv_30d_high"] = sold["gmv_30d_high"].where(counts["gmv_30d_high"] == counts["units_30d_low"])
    sold["families_known"], sold["families_priced"] = counts["units_30d_low"], counts["gmv_30d_low"]
    low = sold["units_30d_low"]
    sold["lower_bound_share"] = sold["unbounded_low"].fillna(0) / low.where(low != 0)
    return sold.drop(columns="unbounded_low").reset_index()


def _shelf(organic: pd.DataFrame, family: pd.DataFrame) -> pd.DataFrame:
    groups = organic.groupby("category_id", observed=True)
    return pd.DataFrame({
        "listings": groups.size(), "stock_out_share": 1 - groups["in_stock"].mean().astype("float64"),
        "families": family.groupby("category_id", observed=True).size(),
    })  # fmt: skip


def _moves(moved: pd.DataFrame) -> pd.DataFrame:
    here, before = moved["in_stock"], moved["previous_in_stock"]
    events = pd.DataFrame({
        "dropouts": moved["dropped"], "price_rises": moved["price_change"] > 0,
        "price_cuts": moved["price_change"] < 0, "stock_outs": (before & ~here).fillna(False),
        "restocks": (~before & here).fillna(False),
    })  # fmt: skip
    groups = events.groupby(moved["category_id"], observed=True).sum()
    entered = moved["entered"].groupby(moved["category_id"], observed=True)
    return groups.assign(entrants=entered.sum(min_count=1))
