"""What the reports must say about the simulated marketplace, worked out in plain Python from what it shows.

Written from docs/metrics.md (sections 3 to 6) with exact fractions and no SQL, so that it can disagree with the marts.
It must not import them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from demo.truth import ShownListing, shown

Measure = Literal["units_30d", "gmv_30d", "units_shown", "listings"]
Days = Collection[date] | None
LOOKBACK_DAYS = 8
"""A counter is compared with the item's latest earlier observation, at most this old."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A proved low end and a high end; None: no upper bound known."""

    low: Fraction
    high: Fraction | None

    def times(self, factor: Fraction) -> Interval:
        """Both ends multiplied."""
        return Interval(self.low * factor, None if self.high is None else self.high * factor)


@dataclass(frozen=True, slots=True)
class Family:
    """One family of the observed top 100. ``price`` is its best-ranked member's; ``units_30d`` None: not known."""

    family_id: str
    brand: str | None
    listings: int
    price: Decimal | None
    units_shown: Interval | None
    units_30d: Interval | None

    def measure(self, measure: Measure) -> Interval | None:
        """The family's figure in that measure; None where the pages do not tell it."""
        if measure == "listings":
            return Interval(Fraction(self.listings), Fraction(self.listings))
        if measure == "units_shown":
            return self.units_shown
        if measure == "gmv_30d" and self.units_30d is not None:
            return self.units_30d.times(Fraction(self.price)) if self.price is not None else None
        return self.units_30d if measure == "units_30d" else None


@dataclass(frozen=True, slots=True)
class Concentration:
    """Concentration in one measure. Shares 0 to 1, HHI 0 to 10,000; ``total`` in the measure's unit."""

    families: int
    families_known: int
    brands: int
    total: Interval
    cr: dict[int, float]
    hhi: float
    hhi_low: float
    hhi_high: float
    unknown_brand_share: float
    lower_bound_share: float
    shares: dict[str, float]


@dataclass(frozen=True, slots=True)
class Band:
    """One price band [low, high). Shares are of what is priced in a band; ``gap`` = units share - listing share."""

    low: Decimal
    high: Decimal | None
    listings: int
    families: int
    brands: int
    own_listings: int
    listing_share: float
    units_share: float
    gmv_share: float
    gap: float
    units_30d_low: float
    market_band: bool


def families(on: date, category: str, collected: Days = None) -> list[Family]:
    """The families of the observed top 100, as known from the days that were ``collected`` (None: every day)."""
    grouped: dict[str, list[ShownListing]] = defaultdict(list)
    for listing in shown(on, category):
        if not listing.sponsored:
            grouped[listing.family].append(listing)
    before = (
        _observations_before(on, category, collected) if any(_is_counter(one) for one in shown(on, category)) else {}
    )
    return [_family(name, members, before) for name, members in grouped.items()]


def _is_counter(listing: ShownListing) -> bool:
    return listing.units_basis == "cumulative"


def _observations_before(on: date, category: str, collected: Days) -> dict[str, tuple[int, ShownListing]]:
    """Item -> its latest observation of a counter before ``on``, and how many days before."""
    latest: dict[str, tuple[int, ShownListing]] = {}
    for days in range(LOOKBACK_DAYS, 0, -1):
        day = on - timedelta(days=days)
        if collected is None or day in collected:
            latest.update({one.item_id: (days, one) for one in shown(day, category) if _is_counter(one)})
    return latest


def _family(name: str, members: list[ShownListing], before: dict[str, tuple[int, ShownListing]]) -> Family:
    members = sorted(members, key=lambda one: one.rank or 0)
    figures = [figure for one in members if (figure := _interval(one)) is not None]
    rates = [rate for one in members if (rate := _units_30d(one, before)) is not None]
    return Family(
        family_id=name,
        brand=next((one.shown_brand for one in members if one.shown_brand is not None), None),
        listings=len(members),
        price=members[0].price,
        units_shown=max(figures, key=lambda one: one.low, default=None),
        units_30d=max(rates, key=lambda one: one.low, default=None),
    )


def item_rates(on: date, category: str, collected: Days = None) -> dict[str, Interval]:
    """Item -> its units in 30 days as its own page entry proves them; items without a known rate are left out."""
    before = _observations_before(on, category, collected)
    rates = {one.item_id: _units_30d(one, before) for one in reversed(shown(on, category)) if one.sponsored}
    rates |= {one.item_id: _units_30d(one, before) for one in shown(on, category) if not one.sponsored}
    return {item: rate for item, rate in rates.items() if rate is not None}


def _interval(listing: ShownListing) -> Interval | None:
    if listing.units_low is None:
        return None
    return Interval(Fraction(listing.units_low), None if listing.units_high is None else Fraction(listing.units_high))


def _units_30d(listing: ShownListing, before: dict[str, tuple[int, ShownListing]]) -> Interval | None:
    """30 days of the proved rate: figure / window, or the growth of a counter; a counter that fell proves nothing."""
    figure = _interval(listing)
    if figure is None:
        return None
    if listing.units_window_days is not None:
        return figure.times(Fraction(30, listing.units_window_days))
    if listing.item_id not in before:
        return None
    days, earlier = before[listing.item_id]
    base = _interval(earlier)
    if base is None or (figure.high is not None and figure.high < base.low):
        return None
    low = max(Fraction(0), figure.low - (base.high if base.high is not None else figure.low))
    high = None if figure.high is None else figure.high - base.low
    return Interval(low, high).times(Fraction(30, days))


def concentration(on: date, category: str, measure: Measure, collected: Days = None) -> Concentration | None:
    """Concentration of brands in the observed top 100 (metrics.md 5); None where the measure is known of no family."""
    every = families(on, category, collected)
    known = [(family, value) for family in every if (value := family.measure(measure)) is not None]
    if not known:
        return None
    entities: dict[tuple[str, str], list[Interval]] = defaultdict(list)
    for family, value in known:
        entities[("brand", family.brand) if family.brand else ("family", family.family_id)].append(value)
    values = {entity: _sum(parts) for entity, parts in entities.items()}
    total = _sum(values.values())
    whole = total.low or Fraction(1)
    lows = sorted((value.low for value in values.values()), reverse=True)
    unknown = [value for (kind, _), value in values.items() if kind == "family"]
    return Concentration(
        families=len(every),
        families_known=len(known),
        brands=len(values) - len(unknown),
        total=total,
        cr={n: float(sum(lows[:n]) / whole) for n in (1, 3, 4, 5, 10)},
        hhi=_hhi(low / whole for low in lows),
        hhi_low=_hhi(_share_low(value, values.values()) for value in values.values()),
        hhi_high=min(10_000.0, _hhi(_shares_high({k[1]: v for k, v in values.items() if k[0] == "brand"}, unknown))),
        unknown_brand_share=float(sum(value.low for value in unknown) / whole),
        lower_bound_share=float(sum(value.low for _, value in known if value.high is None) / whole),
        shares={name: float(value.low / whole) for (kind, name), value in values.items() if kind == "brand"},
    )


def _sum(parts: Iterable[Interval]) -> Interval:
    low, high = Fraction(0), Fraction(0)
    bounded = True
    for part in parts:
        low += part.low
        bounded = bounded and part.high is not None
        high += part.high or 0
    return Interval(low, high if bounded else None)


def _hhi(shares: Iterable[Fraction]) -> float:
    """Sum of squared percentages, 0 to 10,000."""
    return float(sum((100 * share) ** 2 for share in shares))


def _share_low(value: Interval, every: Iterable[Interval]) -> Fraction:
    others = _sum(one for one in every if one is not value)
    if others.high is None or value.low + others.high == 0:
        return Fraction(0)
    return value.low / (value.low + others.high)


def _shares_high(brands: dict[str, Interval], unknown: Sequence[Interval]) -> list[Fraction]:
    """Upper ends of the shares when the largest brand holds every unknown family too; 1 where it has no bound."""
    if not brands:
        return [Fraction(1)]
    largest = max(brands, key=lambda name: brands[name].low)
    held = {name: _sum([value, *unknown]) if name == largest else value for name, value in brands.items()}
    total = sum((value.low for value in held.values()), Fraction(0))
    return [
        Fraction(1) if value.high is None else value.high / ((value.high + total - value.low) or 1)
        for value in held.values()
    ]


def price_bands(
    on: date, category: str, edges: Sequence[Decimal], own: frozenset[str], collected: Days = None
) -> list[Band]:
    """The bands between ``edges`` (lower ends; the last is open). ``own``: canonical names of our brands."""
    highs = [*edges[1:], None]
    organic = [one for one in shown(on, category) if not one.sponsored]
    every = families(on, category, collected)
    found = []
    for low, high in zip(edges, highs, strict=True):
        listings = [one for one in organic if _within(one.price, low, high)]
        members = [one for one in every if _within(one.price, low, high)]
        found.append((low, high, listings, members))
    units = [_known_low(members, "units_30d") for *_, members in found]
    gmv = [_known_low(members, "gmv_30d") for *_, members in found]
    count = sum(len(listings) for _, _, listings, _ in found)
    market = max(range(len(found)), key=lambda no: (units[no], -no))
    return [
        Band(
            low=low,
            high=high,
            listings=len(listings),
            families=len(members),
            brands=len({one.brand for one in members if one.brand is not None}),
            own_listings=sum(one.shown_brand in own for one in listings),
            listing_share=float(Fraction(len(listings), count or 1)),
            units_share=float(units[no] / (sum(units) or 1)),
            gmv_share=float(gmv[no] / (sum(gmv) or 1)),
            gap=float(units[no] / (sum(units) or 1) - Fraction(len(listings), count or 1)),
            units_30d_low=float(units[no]),
            market_band=no == market and units[no] > 0,
        )
        for no, (low, high, listings, members) in enumerate(found)
    ]


def _within(price: Decimal | None, low: Decimal, high: Decimal | None) -> bool:
    return price is not None and price >= low and (high is None or price < high)


def _known_low(members: Iterable[Family], measure: Measure) -> Fraction:
    return sum((value.low for one in members if (value := one.measure(measure)) is not None), Fraction(0))
