"""Items and families of a day by pandas; the counters of the 8 days before are kept from day to day."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pandas as pd

from benchmarks.peers.pandas_facts import Reference

LOOKBACK = timedelta(days=8)
ONE_DAY = timedelta(days=1)
UNWANTED = ["key", "position", "brand_text", "base_low", "base_high"]
SHOWN = ["units_low", "units_high", "units_basis", "units_window_days"]
RATES = ["units_30d_low", "units_30d_high"]
FAMILY = [
    "category_id", "family_id", "brand_key", "brand", "ownership", "rank", "currency", "price", "band_set", "band_no",
    *SHOWN, *RATES, "gmv_30d_low", "gmv_30d_high",
]  # fmt: skip


def no_counters() -> pd.DataFrame:
    """What is known of counters before the first day."""
    return pd.DataFrame({"key": pd.Series(dtype="str"), "at": pd.Series(dtype="datetime64[us, UTC]")}).assign(
        low=np.empty(0), high=np.empty(0)
    )


def listed_once(here: pd.DataFrame) -> pd.DataFrame:
    """Organic entries, and advertised items that the organic list lacks, at the first place they hold."""
    if not here["sponsored"].any():
        return here
    organic = here[~here["sponsored"]]
    adverts = here[here["sponsored"]].sort_values("position").drop_duplicates("key")
    return pd.concat([organic, adverts[~adverts["key"].isin(organic["key"])]], ignore_index=True)


def item_day(
    here: pd.DataFrame, counters: pd.DataFrame, target: pd.DataFrame, reference: Reference, at: pd.Timestamp
) -> pd.DataFrame:
    """Items with their brands, owners, bands and rates."""
    item = _branded(listed_once(here), reference)
    item = _based(item, counters, at)
    item["family_id"] = item["family_id"].fillna(item["item_id"])
    sets = target["band_set"].astype("category")
    item["band_set"] = pd.Categorical.from_codes(
        sets.cat.codes.to_numpy()[item["category_id"].cat.codes], dtype=sets.dtype
    )
    item["band_no"] = _band_no(item, target, reference)
    _own(item, reference)
    _rate(item, at)
    return item


def _branded(item: pd.DataFrame, reference: Reference) -> pd.DataFrame:
    """brand_key by its canonical one, brand by its canonical name or as shown: both in categories in order."""
    keys, texts = item["brand_key"].cat, item["brand_text"].cat
    aliased = reference.alias.reindex(keys.categories)
    canonical = aliased["canonical_key"].fillna(keys.categories.to_series())
    item["brand_key"] = _categories(np.append(pd.Categorical(canonical).codes, -1)[keys.codes], canonical)
    names = pd.Index(aliased["brand"].dropna().unique()).union(texts.categories)
    told = np.append(names.get_indexer(aliased["brand"]), -1)[keys.codes]
    shown = np.append(names.get_indexer(texts.categories), -1)[texts.codes]
    item["brand"] = pd.Categorical.from_codes(np.where(keys.codes < 0, -1, np.where(told < 0, shown, told)), names)
    return item


def _categories(codes: np.ndarray, values: pd.Series) -> pd.Categorical:
    return pd.Categorical.from_codes(codes, pd.Categorical(values).categories)


def _based(item: pd.DataFrame, counters: pd.DataFrame, at: pd.Timestamp) -> pd.DataFrame:
    """The latest earlier observation of each counter, at least one day old."""
    counts = (item["units_basis"] == "cumulative") & item["units_low"].notna()
    places = np.where(counts, pd.Index(counters["key"]).get_indexer(item["key"]), -1)
    base = counters[["at", "low", "high"]].reindex(places)
    base = base.where(base["at"].between(at - LOOKBACK, at - ONE_DAY))
    item[["rate_from_at", "base_low", "base_high"]] = base.set_axis(item.index)
    return item


def _band_no(item: pd.DataFrame, target: pd.DataFrame, reference: Reference) -> pd.Series:
    edges = target[["category_id", "band_set"]].merge(reference.edges, on=["category_id", "band_set"])
    edges["category_id"] = edges["category_id"].astype(item["category_id"].dtype)
    priced = item.loc[item["price"].notna(), ["category_id", "currency", "price"]].sort_values("price")
    edges["currency"] = edges["currency"].astype(priced["currency"].dtype)
    by = ["category_id", "currency"]
    for name in by:
        edges[name], priced[name] = edges[name].cat.codes, priced[name].cat.codes
    edges = edges[edges["currency"] >= 0].sort_values("band_low")
    found = pd.merge_asof(priced, edges[[*by, "band_low", "band_no"]], left_on="price", right_on="band_low", by=by)
    return found["band_no"].set_axis(priced.index)


def _own(item: pd.DataFrame, reference: Reference) -> None:
    """Who is own or a rival: by item, else by shop, else by brand."""
    for name in ("ownership", "watch_group"):
        found = np.full(len(item), -1)
        texts = {text for watched in reference.watched.values() for text in watched[name]}
        told = pd.CategoricalDtype(sorted(texts), ordered=True)
        for kind, column in (("item", "item_id"), ("shop", "shop"), ("brand", "brand_key")):
            watched = reference.watched[kind]
            if len(watched):
                codes = np.append(watched[name].astype(told).cat.codes, -1)
                found = np.where(found < 0, codes[_places(watched.index, item[column])], found)
        item[name] = pd.Categorical.from_codes(found, dtype=told)


def _places(watched: pd.Index, values: pd.Series) -> np.ndarray:
    if not isinstance(values.dtype, pd.CategoricalDtype):
        return watched.get_indexer(values)
    return np.append(watched.get_indexer(values.cat.categories), -1)[values.cat.codes]


def _rate(item: pd.DataFrame, at: pd.Timestamp) -> None:
    low, high = (item[name].to_numpy("float64", na_value=np.nan) for name in ("units_low", "units_high"))
    window = item["units_window_days"].to_numpy("float64", na_value=np.nan)
    window = np.where(window == 0, np.nan, window)
    basis = item["units_basis"]
    window = np.where(
        basis == "period", np.where(np.isnan(window), 1, window), np.where(basis == "trailing", window, np.nan)
    )
    base_low, base_high = item["base_low"].to_numpy(), item["base_high"].to_numpy()
    reset = high < base_low
    days = np.where(reset, np.nan, (at - item["rate_from_at"]) / ONE_DAY)
    gained = np.maximum(0, low - np.where(np.isnan(base_high), low, base_high))
    shown = ~np.isnan(window)
    item["counter_reset"] = reset
    for end, figure, grown in (("low", low, gained), ("high", high, high - base_low)):
        rate = np.where(shown, figure / window, grown / days)
        item[f"units_per_day_{end}"] = rate
        item[f"units_30d_{end}"] = 30 * rate
        item[f"gmv_30d_{end}"] = 30 * rate * item["price"]


def remember_counters(counters: pd.DataFrame, here: pd.DataFrame, at: pd.Timestamp) -> pd.DataFrame:
    """The newest observation of every counter of the last 8 days: of one time the organic one, then the higher."""
    counts = here.loc[(here["units_basis"] == "cumulative") & here["units_low"].notna()]
    if counts["sponsored"].any():
        counts = counts.sort_values(["sponsored", "units_low"], ascending=[True, False]).drop_duplicates("key")
    seen = pd.DataFrame({
        "key": counts["key"], "at": at, "low": counts["units_low"].astype("float64"),
        "high": counts["units_high"].astype("float64"),
    })  # fmt: skip
    kept = counters[counters["at"] >= at + ONE_DAY - LOOKBACK]
    return pd.concat([seen, kept], ignore_index=True).drop_duplicates("key", ignore_index=True)


def family_day(item: pd.DataFrame) -> pd.DataFrame:
    """Families of the organic list, their sales counted once; most items have no variants and pass through."""
    organic = item.loc[~item["sponsored"], [*FAMILY, "item_id"]]
    family = organic["category_id"].astype("str") + "/" + organic["family_id"]
    codes = pd.factorize(family)[0]
    named = np.zeros(len(organic), dtype=bool)
    named[codes[organic["family_id"] != organic["item_id"]]] = True
    variants = named[codes]
    alone = organic[~variants].rename(columns={"item_id": "lead_item_id"})
    alone["units_basis"] = alone["units_basis"].where(alone["units_low"].notna())
    grouped = _families(organic[variants].assign(family=codes[variants]))
    return pd.concat([alone.assign(listings=1), grouped], ignore_index=True)


def _families(member: pd.DataFrame) -> pd.DataFrame:
    """The first by rank leads; the figures are of the members that show and prove most in the family's basis."""
    member = member.sort_values(["rank", "item_id"])
    groups = member.groupby("family")
    shows = member[member["units_low"].notna()]
    basis = shows[shows["units_basis"].notna()].drop_duplicates("family").set_index("family")["units_basis"]
    shows = shows[shows["units_basis"].cat.codes == shows["family"].map(basis.cat.codes)]
    best = shows.sort_values("units_low", ascending=False, kind="stable").drop_duplicates("family")
    proves = shows[shows["units_30d_low"].notna()]
    most = proves.sort_values("units_30d_low", ascending=False, kind="stable").drop_duplicates("family")
    branded = member[member["brand_key"].notna()].drop_duplicates("family")
    lead = ["category_id", "family_id", "item_id", "rank", "currency", "price", "band_set", "band_no"]
    made = member.drop_duplicates("family").set_index("family")[lead].rename(columns={"item_id": "lead_item_id"})
    for chosen, names in ((branded, ["brand_key", "brand"]), (best, SHOWN), (most, RATES)):
        made = made.join(chosen.set_index("family")[names])
    made["ownership"] = groups["ownership"].min()
    made["listings"] = groups.size()
    made["gmv_30d_low"], made["gmv_30d_high"] = (made[name] * made["price"] for name in RATES)
    return made
