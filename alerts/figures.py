"""The figures a rule can look at: for each kind of entity its name, unit, and what it can be. Facts only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

EntityKind = Literal["item", "brand", "category"]
Measure = Literal["units_30d", "gmv_30d", "units_shown", "listings"]
Unit = Literal["units", "units_per_day", "money", "rank", "share", "index", "flag", "count", "rating"]


@dataclass(frozen=True, slots=True)
class Figure:
    """A metric of one kind of entity: its unit, and whether it needs a ``measure`` (what shares are counted in).

    ``least``, ``most``: the ends of what it can be, None: none; ``positive``: more than ``least``, never that itself.
    ``estimate``: rests on ``config/costs.csv`` and is named an estimate wherever it is shown (metrics.md section 8).
    """

    unit: Unit
    measured: bool = False
    least: float | None = 0.0
    most: float | None = None
    positive: bool = False
    estimate: bool = False


_UNITS, _PER_DAY, _COUNT = Figure("units"), Figure("units_per_day"), Figure("count")
_MONEY, _PRICE = Figure("money"), Figure("money", positive=True)
_RANK, _FLAG = Figure("rank", least=1.0), Figure("flag", most=1.0)
_SHARE, _MEASURED_SHARE = Figure("share", most=1.0), Figure("share", measured=True, most=1.0)
_DIFFERENCE = Figure("share", least=-1.0, most=1.0)
_MARGIN = Figure("money", least=None, estimate=True)
_MARGIN_SHARE = Figure("share", least=None, most=1.0, estimate=True)

FIGURES: dict[EntityKind, dict[str, Figure]] = {
    "item": {
        "units_30d": _UNITS,
        "units_per_day": _PER_DAY,
        "units_shown": _UNITS,
        "units_share": _SHARE,
        "gmv_30d": _MONEY,
        "price": _PRICE,
        "price_from": _PRICE,
        "list_price": _PRICE,
        "rank": _RANK,
        "in_stock": _FLAG,
        "rating": Figure("rating"),
        "review_count": _COUNT,
        "margin": _MARGIN,
        "margin_share": _MARGIN_SHARE,
        "profit_30d": _MARGIN,
    },
    "brand": {
        "units_30d": _UNITS,
        "units_per_day": _PER_DAY,
        "units_shown": _UNITS,
        "gmv_30d": _MONEY,
        "listings": _COUNT,
        "share": _MEASURED_SHARE,
        "rank": Figure("rank", measured=True, least=1.0),
        "best_rank": _RANK,
    },
    "category": {
        "units_30d": _UNITS,
        "gmv_30d": _MONEY,
        "median_price": _PRICE,
        "stock_out_share": _SHARE,
        "listings": _COUNT,
        "entrants": _COUNT,
        "dropouts": _COUNT,
        "cr1": _MEASURED_SHARE,
        "cr3": _MEASURED_SHARE,
        "cr4": _MEASURED_SHARE,
        "cr5": _MEASURED_SHARE,
        "cr10": _MEASURED_SHARE,
        "hhi": Figure("index", measured=True, most=10_000.0),
        "effective_brands": Figure("index", measured=True, least=1.0),
        "brands": Figure("count", measured=True),
        "unknown_brand_share": _MEASURED_SHARE,
        "survival": _SHARE,
        "gap": _DIFFERENCE,
        "entry_margin": _MARGIN,
        "entry_margin_share": _MARGIN_SHARE,
        "own_listings": _COUNT,
        "own_rank": _RANK,
        "own_share": _SHARE,
    },
}


def figure(kind: EntityKind, metric: str) -> Figure:
    """The figure of that name. Raises KeyError where that kind of entity has none."""
    return FIGURES[kind][metric]


def is_estimate(kind: str, metric: str) -> bool:
    """Whether the figure is to be named an estimate."""
    return any(known == kind and metric in named and named[metric].estimate for known, named in FIGURES.items())
