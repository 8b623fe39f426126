"""What the decision reports must say of the simulated marketplace, in plain Python from what it shows.

Written from docs/metrics.md (sections 7, 8 and 11) with exact fractions and no SQL, so that it can disagree with the
marts; it must not import them. Prices are of the category's currency; a snapshot shows one basis.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from statistics import median

from demo.expected import (
    Band,
    Concentration,
    Family,
    Interval,
    Measure,
    concentration,
    families,
    item_rates,
    price_bands,
)
from demo.truth import ShownListing, shown

COMPARED_DAYS, WINDOW_DAYS = 28, 90
TREND_DAYS = (28, 42)


@dataclass(frozen=True, slots=True)
class Cost:
    """A line of costs.csv. ``item`` None: what entering the category would cost."""

    item: str | None
    cost: Decimal
    fee_share: Decimal
    fee_fixed: Decimal


@dataclass(frozen=True, slots=True)
class Margin:
    """What an item earns; ``profit`` in 30 days, ends in rising order; None where its units are unknown."""

    fees: Decimal
    margin: Decimal
    profit_low: Fraction | None
    profit_high: Fraction | None


@dataclass(frozen=True, slots=True)
class Outlook:
    """The figures of a verdict, and the verdict."""

    verdict: str
    measure: Measure
    here: Concentration
    hhi_before: float | None
    trend: str | None
    entrants: int
    stayed: int
    gap: Band | None
    market: Band | None
    entry_price: Decimal | None
    entry_margin: Decimal | None
    own_rank: int | None
    own_listings: int
    own_share: Fraction


def organic(on: date, category: str) -> list[ShownListing]:
    """The ranked list."""
    return [one for one in shown(on, category) if not one.sponsored]


def items(on: date, category: str) -> dict[str, ShownListing]:
    """Every item once: its ranked entry, else its first advertisement."""
    found = {one.item_id: one for one in reversed(shown(on, category)) if one.sponsored}
    return found | {one.item_id: one for one in organic(on, category)}


def margin_of(price: Decimal, cost: Cost, units: Interval | None) -> Margin:
    """margin = price - cost - fees; a loss is largest at the high end of units."""
    fees = (price * cost.fee_share).quantize(Decimal("0.0001")) + cost.fee_fixed
    margin = price - cost.cost - fees
    if units is None:
        return Margin(fees, margin, None, None)
    ends = [None if end is None else Fraction(margin) * end for end in (units.low, units.high)]
    low, high = ends if margin >= 0 else reversed(ends)
    return Margin(fees, margin, low, high)


def margins(on: date, category: str, costs: Sequence[Cost], collected: Collection[date]) -> dict[str, Margin]:
    """The margin of every item with a cost of its own (or of its family) and a price."""
    own = {cost.item: cost for cost in costs if cost.item is not None}
    rates = item_rates(on, category, collected)
    return {
        item: margin_of(one.price, cost, rates.get(item))
        for item, one in items(on, category).items()
        if (cost := own.get(item) or own.get(one.family)) is not None and one.price is not None
    }


def entrants(on: date, category: str, complete: Collection[date]) -> set[str] | None:
    """Who is in the list and was in no complete one of the trailing 28 days; None: there was none to compare with."""
    earlier = [day for day in complete if on - timedelta(days=COMPARED_DAYS) <= day < on]
    if not earlier:
        return None
    known = {one.item_id for day in earlier for one in organic(day, category)}
    return {one.item_id for one in organic(on, category)} - known


def survival(on: date, category: str, complete: Collection[date]) -> tuple[int, int]:
    """How many entered in the 90 days before, and how many of these are in the list."""
    days = [day for day in complete if on - timedelta(days=WINDOW_DAYS) <= day < on]
    came = {item for day in days for item in entrants(day, category, complete) or ()}
    return len(came), len(came & {one.item_id for one in organic(on, category)})


def measured(on: date, category: str, collected: Collection[date]) -> tuple[Measure, Concentration]:
    """The measure that leads and its concentration: the first with 20 families."""
    order: tuple[Measure, ...] = ("units_30d", "units_shown", "listings")
    for measure in order:
        found = concentration(on, category, measure, collected)
        if found is not None and found.families_known >= 20:
            return measure, found
    raise AssertionError(f"no measure of {category} on {on} has 20 families")


def outlook(
    on: date, category: str, edges: Sequence[Decimal], own: frozenset[str], entry: Cost | None, days: Collection[date]
) -> Outlook:
    """The verdict on a category, all of ``days`` being complete and collected. ``own``: canonical names of brands."""
    known = [day for day in days if day <= on]
    measure, here = measured(on, category, known)
    before = _before(on, category, measure, known)
    trend = _trend(here.hhi, before)
    bands = price_bands(on, category, edges, own, known) if measure == "units_30d" else []
    gap = max((band for band in bands if band.gap > 0), key=lambda band: (round(band.gap, 9), -band.low), default=None)
    market = next((band for band in bands if band.market_band), None)
    price, margin = _entry(on, category, gap or market, entry)
    came, stayed = survival(on, category, known)
    warned = (came >= 4 and 4 * stayed < came) or (margin is not None and margin <= 0)
    every = families(on, category, known)
    mine = [one for one in organic(on, category) if one.shown_brand in own]
    return Outlook(
        verdict=_verdict(here.hhi, trend, warned=warned),
        measure=measure,
        here=here,
        hhi_before=before,
        trend=trend,
        entrants=came,
        stayed=stayed,
        gap=gap,
        market=market,
        entry_price=price,
        entry_margin=margin,
        own_rank=min((one.rank for one in mine if one.rank is not None), default=None),
        own_listings=len(mine),
        own_share=_total([one for one in every if one.brand in own], measure) / (_total(every, measure) or 1),
    )


def unit_bounds(family_id: str, every: Sequence[Family]) -> tuple[Fraction, Fraction, Fraction]:
    """A family's share of units in 30 days: headline, least and most (metrics.md 5)."""
    known = {one.family_id: one.units_30d for one in every if one.units_30d is not None}
    mine = known.pop(family_id)
    others_low = sum((one.low for one in known.values()), Fraction(0))
    highs = [one.high for one in known.values()]
    bounded = [high for high in highs if high is not None]
    least = mine.low / (mine.low + sum(bounded)) if len(bounded) == len(highs) else Fraction(0)
    most = Fraction(1) if mine.high is None else mine.high / (mine.high + others_low)
    return mine.low / (mine.low + others_low), least, most


def _before(on: date, category: str, measure: Measure, known: Collection[date]) -> float | None:
    month_ago = [day for day in known if TREND_DAYS[0] <= (on - day).days <= TREND_DAYS[1]]
    found = concentration(max(month_ago), category, measure, known) if month_ago else None
    return found.hhi if found else None


def _trend(now: float, before: float | None) -> str | None:
    if before is None:
        return None
    return "rising" if now >= 1.05 * before else "falling" if now <= 0.95 * before else "steady"


def _entry(on: date, category: str, band: Band | None, cost: Cost | None) -> tuple[Decimal | None, Decimal | None]:
    """The median price of the band's listings, and what entering at that price would leave a unit."""
    if band is None:
        return None, None
    prices = [
        one.price
        for one in organic(on, category)
        if one.price is not None and one.price >= band.low and (band.high is None or one.price < band.high)
    ]
    price = Decimal(median(prices))
    return price, margin_of(price, cost, None).margin if cost else None


def _total(every: Sequence[Family], measure: Measure) -> Fraction:
    return sum((value.low for one in every if (value := one.measure(measure)) is not None), Fraction(0))


def _verdict(hhi: float, trend: str | None, *, warned: bool) -> str:
    if hhi > 1800 and warned:
        return "closed"
    if (hhi < 1000 or (hhi <= 1800 and trend == "falling")) and not warned:
        return "open"
    return "contested"
