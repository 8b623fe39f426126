"""What the campaign reports must say of the simulated marketplace: metrics.md 10 in plain Python, without SQL.

A phase is the list of its observed days; its figures are means over them. It must not import the marts.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from statistics import median

from demo.expected import Interval, concentration, families, item_rates
from demo.outlook import organic

Phase = Sequence[date]


@dataclass(frozen=True, slots=True)
class Mean:
    """Means over the days of a phase that have the figure; None where no day has it, or has no bound."""

    low: Fraction | None
    high: Fraction | None

    def change(self, before: Mean) -> tuple[Fraction | None, Fraction | None, Fraction | None]:
        """Against the days before: of the low ends, at least and at most."""
        return _grown(self.low, before.low), _grown(self.low, before.high), _grown(self.high, before.low)


def units(phase: Phase, category: str, collected: Collection[date]) -> Mean:
    """Units of the observed top 100 in 30 days."""
    found = [concentration(day, category, "units_30d", _known(day, collected)) for day in phase]
    return _mean([one.total for one in found if one is not None])


def value(phase: Phase, category: str, collected: Collection[date]) -> Mean:
    """Their value; without a high end where a family with units has no price."""
    sums = []
    for day in phase:
        known = [one for one in families(day, category, _known(day, collected)) if one.units_30d is not None]
        priced = [worth for one in known if (worth := one.measure("gmv_30d")) is not None]
        if priced:
            highs = [worth.high for worth in priced if worth.high is not None]
            whole = len(highs) == len(known)
            low = sum((one.low for one in priced), Fraction(0))
            sums.append(Interval(low, sum(highs, Fraction(0)) if whole else None))
    return _mean(sums)


def median_price(phase: Phase, category: str) -> Fraction:
    """The mean of the days' median prices."""
    medians = [median(Fraction(one.price) for one in organic(day, category) if one.price is not None) for day in phase]
    return sum(medians, Fraction(0)) / len(medians)


def brand_units(phase: Phase, category: str, collected: Collection[date]) -> dict[str, tuple[Mean, Fraction]]:
    """Brand -> the mean of its units over the days that know them, and its share of all units of the phase."""
    found: dict[str, list[Interval]] = {}
    total = Fraction(0)
    for day in phase:
        today: dict[str, list[Interval]] = {}
        for family in families(day, category, _known(day, collected)):
            if family.units_30d is not None:
                total += family.units_30d.low
                if family.brand is not None:
                    today.setdefault(family.brand, []).append(family.units_30d)
        for brand, parts in today.items():
            found.setdefault(brand, []).append(_sum(parts))
    return {brand: (_mean(days), sum((one.low for one in days), Fraction(0)) / total) for brand, days in found.items()}


def item_units(phase: Phase, category: str, collected: Collection[date]) -> dict[str, Mean]:
    """Item -> the mean of its units over the days it was listed with a figure."""
    found: dict[str, list[Interval]] = {}
    for day in phase:
        rates = item_rates(day, category, _known(day, collected))
        for one in organic(day, category):
            if one.item_id in rates:
                found.setdefault(one.item_id, []).append(rates[one.item_id])
    return {item: _mean(rates) for item, rates in found.items()}


def _known(day: date, collected: Collection[date]) -> list[date]:
    return [one for one in collected if one <= day]


def _sum(parts: Iterable[Interval]) -> Interval:
    every = list(parts)
    highs = [one.high for one in every if one.high is not None]
    low = sum((one.low for one in every), Fraction(0))
    return Interval(low, sum(highs, Fraction(0)) if len(highs) == len(every) else None)


def _mean(days: Sequence[Interval]) -> Mean:
    if not days:
        return Mean(None, None)
    whole = _sum(days)
    return Mean(whole.low / len(days), None if whole.high is None else whole.high / len(days))


def _grown(now: Fraction | None, before: Fraction | None) -> Fraction | None:
    return now / before - 1 if now is not None and before else None
