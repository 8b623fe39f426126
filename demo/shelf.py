"""What the site shows: texts, intervals they prove, pages, advertisements, and the two bad days.

The intervals are worked out here from the figure and the declared ladder, not by reading the text back: tests compare
them with what the pipeline reads.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from random import Random

from demo.calendar import blocked_from, half_empty_page
from demo.catalogue import BY_ID, CategoryFacts
from demo.market import TOP, WINDOW_DAYS, Truth, market

PAGES = 5
PAGE_SIZE = 20
ADS = (2, 2, 2, 1, 1)
LADDER = (
    50, 100, 200, 300, 400, 500, 600, 700, 800, 900, 1_000, 2_000, 3_000, 4_000, 5_000, 6_000, 7_000, 8_000, 9_000,
    10_000, 15_000, 20_000, 25_000, 30_000, 40_000, 50_000, 60_000, 70_000, 80_000, 90_000, 100_000,
)  # fmt: skip
"""Steps of "…+" figures; the last one is open."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A sales figure as shown, and the interval of units it proves (``high`` None: no upper bound)."""

    text: str
    low: int
    high: int | None
    basis: str
    window_days: int | None


@dataclass(frozen=True, slots=True)
class Entry:
    """One card of a page: the truth behind it and what is printed on it."""

    truth: Truth
    category: CategoryFacts
    sponsored: bool
    figure: Figure | None

    @property
    def rank(self) -> int | None:
        """The printed rank; advertisements have none."""
        return None if self.sponsored else self.truth.rank

    @property
    def price_text(self) -> str:
        """The price as printed, the low end first in a range."""
        offer = self.truth.offer
        if offer.price is None:
            return "See price in cart" if self.category.english else "暂无报价"
        tail = f"-{offer.price_high}" if offer.price_high is not None else ""
        return f"{self.category.symbol}{grouped(offer.price)}{tail}"


@dataclass(frozen=True, slots=True)
class Page:
    """One page as served. ``blocked``: a 403 with a CAPTCHA instead."""

    on: date
    category: CategoryFacts
    page_no: int
    entries: tuple[Entry, ...]
    blocked: bool = False


def grouped(amount: Decimal) -> str:
    """An amount with thousands separators, and as many decimals as it has."""
    return f"{amount:,}"


def page_of(on: date, category: str, page_no: int) -> Page:
    """The page as the site serves it on that date. Raises KeyError for an unknown category or page."""
    if not 1 <= page_no <= PAGES:
        raise KeyError(f"page {page_no}: the list has pages 1 to {PAGES}")
    facts = BY_ID[category]
    first_blocked = blocked_from(on, category)
    if first_blocked is not None and page_no >= first_blocked:
        return Page(on, facts, page_no, (), blocked=True)
    entries = _entries(on, facts, page_no)
    if half_empty_page(on, category) == page_no:
        entries = entries[: len(entries) // 2]
    return Page(on, facts, page_no, tuple(entries))


def _entries(on: date, facts: CategoryFacts, page_no: int) -> list[Entry]:
    candidates = market(on)[facts.id]
    start = (page_no - 1) * PAGE_SIZE
    entries = [_entry(facts, truth, sponsored=False) for truth in candidates[start : start + PAGE_SIZE]]
    rng = Random(f"ads/{facts.id}/{on.toordinal()}/{page_no}")
    for advertised in _advertised(candidates, facts, on)[sum(ADS[: page_no - 1]) : sum(ADS[:page_no])]:
        entries.insert(int(rng.random() * len(entries)), _entry(facts, advertised, sponsored=True))
    return entries


def _advertised(candidates: tuple[Truth, ...], facts: CategoryFacts, on: date) -> list[Truth]:
    """The day's advertisers, distinct: mostly items below the list, some that also stand in it."""
    rng = Random(f"advertisers/{facts.id}/{on.toordinal()}")
    below = sorted(candidates[TOP:], key=lambda _: rng.random())[:5]
    among = sorted(candidates[:TOP], key=lambda _: rng.random())[:3]
    return sorted(below + among, key=lambda _: rng.random())


def _entry(facts: CategoryFacts, truth: Truth, *, sponsored: bool) -> Entry:
    figure = None if truth.item.silent or truth.true_units == 0 else _figure(facts, truth.true_units)
    return Entry(truth, facts, sponsored, figure)


def _figure(facts: CategoryFacts, units: int) -> Figure | None:
    """What the site prints for so many units; None where it prints nothing."""
    match facts.style:
        case "cumulative":
            return Figure(f"已售 {units}", units, units, "cumulative", None)
        case "exact":
            return Figure(f"{units}人付款", units, units, "trailing", WINDOW_DAYS)
        case "rounded":
            return _rounded(units)
        case "bucket":
            return _bucket(units)
        case "bought":
            return _bought(units)


def _bucket(units: int) -> Figure:
    """Exact below 1,000; above, the step of the ladder."""
    if units < 1000:
        return Figure(f"{units}人付款", units, units, "trailing", WINDOW_DAYS)
    low, high = _step(units)
    return Figure(f"{_ten_thousands(low)}+人付款", low, high, "trailing", WINDOW_DAYS)


def _bought(units: int) -> Figure | None:
    """The step of the ladder; nothing below its first."""
    if units < LADDER[0]:
        return None
    low, high = _step(units)
    short = f"{low // 1000}K" if low >= 1000 else str(low)
    return Figure(f"{short}+ bought in past month", low, high, "trailing", WINDOW_DAYS)


def _rounded(units: int) -> Figure:
    """Exact below 10,000; above, cut to a tenth of 10,000 without a plus: the text covers its own precision."""
    if units < 10_000:
        return Figure(f"月销 {units}", units, units, "trailing", WINDOW_DAYS)
    low = units // 1000 * 1000
    return Figure(f"月销 {low / 10_000:.1f}万", low, low + 999, "trailing", WINDOW_DAYS)


def _step(units: int) -> tuple[int, int | None]:
    at = bisect_right(LADDER, units)
    return LADDER[at - 1], LADDER[at] - 1 if at < len(LADDER) else None


def _ten_thousands(low: int) -> str:
    if low < 10_000:
        return str(low)
    return f"{low / 10_000:.1f}万" if low % 10_000 else f"{low // 10_000}万"
