"""The figures a rule can look at: for each kind of entity its name, unit and whether it is a share. Facts only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

EntityKind = Literal["item", "brand", "category"]
Measure = Literal["units_30d", "gmv_30d", "units_shown", "listings"]
Unit = Literal["units", "units_per_day", "money", "rank", "share", "index", "flag", "count", "rating"]


@dataclass(frozen=True, slots=True)
class Figure:
    """A metric of one kind of entity: its unit, and whether it needs a ``measure`` (what shares are counted in)."""

    unit: Unit
    measured: bool = False


FIGURES: dict[EntityKind, dict[str, Figure]] = {
    "item": {
        "units_30d": Figure("units"),
        "units_per_day": Figure("units_per_day"),
        "units_shown": Figure("units"),
        "gmv_30d": Figure("money"),
        "price": Figure("money"),
        "price_from": Figure("money"),
        "list_price": Figure("money"),
        "rank": Figure("rank"),
        "in_stock": Figure("flag"),
        "rating": Figure("rating"),
        "review_count": Figure("count"),
    },
    "brand": {
        "units_30d": Figure("units"),
        "units_per_day": Figure("units_per_day"),
        "units_shown": Figure("units"),
        "gmv_30d": Figure("money"),
        "listings": Figure("count"),
        "share": Figure("share", measured=True),
        "rank": Figure("rank", measured=True),
        "best_rank": Figure("rank"),
    },
    "category": {
        "units_30d": Figure("units"),
        "gmv_30d": Figure("money"),
        "median_price": Figure("money"),
        "stock_out_share": Figure("share"),
        "listings": Figure("count"),
        "entrants": Figure("count"),
        "dropouts": Figure("count"),
        "cr1": Figure("share", measured=True),
        "cr3": Figure("share", measured=True),
        "cr4": Figure("share", measured=True),
        "cr5": Figure("share", measured=True),
        "cr10": Figure("share", measured=True),
        "hhi": Figure("index", measured=True),
        "effective_brands": Figure("index", measured=True),
        "brands": Figure("count", measured=True),
        "unknown_brand_share": Figure("share", measured=True),
    },
}


def figure(kind: EntityKind, metric: str) -> Figure:
    """The figure of that name. Raises KeyError where that kind of entity has none."""
    return FIGURES[kind][metric]
