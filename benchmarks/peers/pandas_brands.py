"""Shares of brands and their concentration by pandas, with bounds.

Values are added as whole ten-thousandths: sums do not depend on the order of rows, and equals are equals.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from benchmarks.peers.measures import LEVELS, MEASURES, SUMS, UNIT
from benchmarks.peers.pandas_facts import Reference

PARTS = ["shelf", "brand_key", "low", "high", "open", "open_low", "families"]
NAMED = ["category_id", "measure", "units_basis", "units_window_days", "currency"]


class Shelves(NamedTuple):
    """``shelf``: what is compared, by number. ``known``: known brands; ``unknown``: families of unknown brand."""

    shelf: pd.DataFrame
    known: pd.DataFrame
    unknown: pd.DataFrame


def shelves(family: pd.DataFrame) -> Shelves:
    """Families in four measures: ``low`` and ``high`` (0 where ``open``) as whole numbers of 1 / UNIT."""
    brand = family["brand"].cat
    base = pd.DataFrame({
        "brand_key": family["brand_key"].cat.codes, "brand": brand.codes,
        "own_families": (family["ownership"] == "own").astype("int64"),
        "rival_families": (family["ownership"] == "rival").astype("int64"), "families": 1,
        "listings": family["listings"],
    })  # fmt: skip
    parts, named, held = [], [], 0
    for measure, (low, high, by) in MEASURES.items():
        keys = ["category_id", *by]
        shows = family[low].notna()
        part, values = base[shows], family.loc[shows, keys]
        groups = values.groupby(keys, dropna=False, observed=True)
        number = groups.ngroup() + held
        held += groups.ngroups
        named.append(values[~number.duplicated()].assign(measure=measure, shelf=number))
        lows, highs = family.loc[shows, low], family.loc[shows, high]
        opened = highs.isna().to_numpy("int64")
        lows, highs = _whole(lows), _whole(highs.fillna(0))
        parts.append(part.assign(shelf=number, low=lows, high=highs, open=opened, open_low=lows * opened))
    gathered = pd.concat(parts, ignore_index=True)
    shelf = pd.concat(named, ignore_index=True).sort_values("shelf", ignore_index=True).reindex(columns=NAMED)
    unknown = gathered[gathered["brand_key"] < 0]
    groups = gathered[gathered["brand_key"] >= 0].groupby(["shelf", "brand_key"], sort=False)
    known = groups[SUMS].sum()
    known["brand"] = pd.Categorical.from_codes(groups["brand"].min(), brand.categories)
    return Shelves(shelf, _ranked(known.reset_index()), unknown)


def _whole(values: pd.Series) -> np.ndarray:
    return np.rint(values.to_numpy("float64") * UNIT).astype("int64")


def _ranked(known: pd.DataFrame) -> pd.DataFrame:
    """In order of the shelves; most proved first, of equals the one that may be more, then by key."""
    high = np.where(known["open"] > 0, np.iinfo("int64").max, known["high"])
    order = np.lexsort((known["brand_key"], -high, -known["low"], known["shelf"]))
    known = known.take(order).reset_index(drop=True)
    known["brand_rank"] = known.groupby("shelf").cumcount() + 1
    return known


def brand_share(found: Shelves, keys: pd.Index, reference: Reference) -> pd.DataFrame:
    """Shares and ranks of brands; those of unknown brand together."""
    together = found.unknown.groupby("shelf")[SUMS].sum().reset_index().assign(brand_key=-1)
    brand = pd.concat([found.known, together], ignore_index=True)
    low, high, unbounded = brand["low"], brand["high"].where(brand["open"] == 0, 0), brand["open"] > 0
    totals = pd.DataFrame({"low": low, "high": high, "open": unbounded}).groupby(brand["shelf"]).sum()
    total = totals.reindex(brand["shelf"]).reset_index(drop=True)
    made = taken_rows(found.shelf, brand["shelf"])
    made["brand_key"] = pd.Categorical.from_codes(brand["brand_key"], keys)
    made["brand"] = brand["brand"]
    made["ownership"] = _ownership(brand, made, reference)
    made["value_low"], made["value_high"] = low / UNIT, (high / UNIT).mask(unbounded)
    made["share"] = _parts(low, total["low"])
    made["share_low"] = _parts(low, low + total["high"] - high).mask(total["open"] > unbounded, 0)
    made["share_high"] = _parts(high, high + total["low"] - low).mask(unbounded, 1)
    return made.join(brand[["families", "listings", "brand_rank", "own_families"]])


def taken_rows(frame: pd.DataFrame, numbers: pd.Series) -> pd.DataFrame:
    """The rows of those numbers, numbered anew."""
    return frame.take(numbers.to_numpy()).reset_index(drop=True)


def _parts(part: pd.Series, whole: pd.Series) -> pd.Series:
    return part / whole.where(whole != 0)


def _ownership(brand: pd.DataFrame, made: pd.DataFrame, reference: Reference) -> pd.Series:
    """As the watchlist names it, else as all of its families in the list are."""
    listed = made["measure"] == "listings"
    all_own = brand["families"] == brand["own_families"]
    all_rival = brand["families"] == brand["rival_families"]
    owner = pd.Series(np.select([all_own, all_rival], ["own", "rival"], None), index=brand.index, dtype="str")
    wanted = pd.MultiIndex.from_arrays([made["category_id"].cat.codes, brand["brand_key"]])
    of_list = owner[listed].set_axis(wanted[listed]).reindex(wanted).reset_index(drop=True)
    named = reference.named.reindex(made["brand_key"].cat.categories).reset_index(drop=True)
    return named.reindex(brand["brand_key"]).set_axis(brand.index).fillna(of_list).where(brand["brand_key"] >= 0)


def brand_concentration(found: Shelves, target: pd.DataFrame) -> pd.DataFrame:
    """CR1 to CR10 and HHI with its bounds: each family of unknown brand counts as a brand; at most all are of the
    largest one."""
    unknown = found.unknown.groupby("shelf")[["low", "high", "open"]].sum()
    known = found.known.groupby("shelf").agg(brands=("families", "size"))
    entity = pd.concat([found.known[[*PARTS, "brand_rank"]], found.unknown[PARTS]], ignore_index=True)
    entity["unbounded"] = entity["open"] > 0
    entity["bounded_high"] = entity["high"].where(~entity["unbounded"], 0)
    total = entity.groupby("shelf")[["low", "bounded_high", "unbounded", "open_low", "families"]].sum()
    total = total.join(known).join(unknown.add_prefix("unknown_")).fillna(0)
    squares = _squares(entity, total.reindex(entity["shelf"]).reset_index(drop=True))
    total = total.join(squares)
    for most, largest in _largest(entity).items():
        total[f"cr{most}"] = _parts(largest, total["low"])
    return _told(total, found.shelf, target)


def _squares(entity: pd.DataFrame, total: pd.DataFrame) -> pd.DataFrame:
    low, high, unbounded = entity["low"], entity["bounded_high"], entity["unbounded"]
    first = entity["brand_rank"] == 1
    most_low = low + total["unknown_low"].where(first, 0)
    most_high = high + total["unknown_high"].where(first, 0)
    most_open = unbounded | (first & (total["unknown_open"] > 0))
    share_low = _parts(low, low + total["bounded_high"] - high).mask(total["unbounded"] > unbounded, 0)
    share_high = (
        _parts(most_high, most_high + total["low"] - most_low).mask(most_open, 1).where(entity["brand_key"] >= 0, 0)
    )
    shares = pd.DataFrame({"hhi": _parts(low, total["low"]), "hhi_low": share_low, "hhi_high": share_high})
    return (UNIT * shares**2).groupby(entity["shelf"]).sum(min_count=1)


def _largest(entity: pd.DataFrame) -> dict[int, pd.Series]:
    ordered = entity[["shelf", "low"]].sort_values(["shelf", "low"], ascending=[True, False])
    ordered["place"] = ordered.groupby("shelf").cumcount()
    return {most: ordered[ordered["place"] < most].groupby("shelf")["low"].sum() for most in (1, 3, 4, 5, 10)}


def _told(total: pd.DataFrame, shelf: pd.DataFrame, target: pd.DataFrame) -> pd.DataFrame:
    made = shelf.join(total[["hhi", "cr1", "cr3", "cr4", "cr5", "cr10"]])
    proved = made["hhi"].notna()
    made["hhi_low"] = total["hhi_low"].where(proved)
    made["hhi_high"] = total["hhi_high"].clip(upper=UNIT).where(total["brands"] > 0, UNIT).where(proved)
    made["effective_brands"] = 10_000 / made["hhi"]
    made["total_low"] = total["low"] / UNIT
    made["total_high"] = (total["bounded_high"] / UNIT).where(total["unbounded"] == 0)
    made["families_known"], made["brands"] = total["families"], total["brands"]
    listed = made[made["measure"] == "listings"].set_index("category_id")["families_known"]
    made["families"] = listed.reindex(made["category_id"]).to_numpy()
    shown = taken_rows(target[["coverage", "complete"]], made["category_id"].cat.codes)
    made["coverage"], made["complete"] = shown["coverage"], shown["complete"]
    made["unknown_brand_share"] = _parts(total["unknown_low"], total["low"])
    made["lower_bound_share"] = _parts(total["open_low"], total["low"])
    labelled = proved & (made["coverage"] >= 0.9) & (made["families_known"] >= 20)
    index = made["hhi"].round(6)
    level = np.select([~labelled, index < 1000, index <= 1800], [None, "unconcentrated", "moderate"], "high")
    return made.assign(level=pd.Series(level, dtype="str"), level_set=LEVELS)
