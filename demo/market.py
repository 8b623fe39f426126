"""The hidden truth: what each item really sold and costs on a date, and how the site ranks it.

Pure functions of the date: no clock, no state, no network. What a page makes of it is :mod:`demo.shelf`'s.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from hashlib import blake2b
from random import Random

from demo.calendar import campaign_price, campaign_sales
from demo.catalogue import BY_ID, CATEGORIES, FAMILY_OF, PERMANENT, SLOTS, Item, item_at

WINDOW_DAYS = 30
TOP = 100
RESET_EVERY = {7: 35, 19: 35, 40: 53}
"""Slots whose "sold so far" counter starts again, and every how many days; all others count from their launch."""
COUNTER_BLOCK = 400
"""Permanent items were launched at the last multiple of this many days."""
WEEKDAYS = (0.92, 0.9, 0.95, 1.0, 1.08, 1.2, 1.12)


@dataclass(frozen=True, slots=True)
class Offer:
    """What an item costs on a date, in the category's currency. ``price`` None: the page says it has no price."""

    price: Decimal | None
    price_high: Decimal | None
    list_price: Decimal | None
    coupon_price: Decimal | None


@dataclass(frozen=True, slots=True)
class Truth:
    """One item on one date. ``true_units``: units of the item's whole family, of the basis its category shows."""

    item: Item
    rank: int
    true_units: int
    offer: Offer
    in_stock: bool
    review_count: int


@lru_cache(maxsize=512)
def market(on: date) -> dict[str, tuple[Truth, ...]]:
    """Every category's candidates on a date by rank: the first ``TOP`` are the list, the rest may be advertised."""
    return {facts.id: _category(facts.id, on.toordinal()) for facts in CATEGORIES}


@lru_cache(maxsize=8192)
def daily_units(category: str, ordinal: int) -> tuple[int, ...]:
    """Units each slot sold on the day of that ordinal."""
    rng = Random(f"day/{category}/{ordinal}")
    return tuple(_units(category, item_at(category, slot, ordinal), ordinal, rng.random()) for slot in range(SLOTS))


def in_stock(category: str, slot: int, ordinal: int) -> bool:
    """Whether the item could be bought: a stock-out lasts until the slot's week ends."""
    if slot < 6:
        return True
    return _chance(f"stock/{category}/{slot}/{(ordinal + slot) // 7}") >= 0.04


def _chance(seed: str) -> float:
    """A number in [0, 1) that belongs to the text: much cheaper than seeding a generator for one draw."""
    return int.from_bytes(blake2b(seed.encode(), digest_size=8).digest()) / 2**64


def _units(category: str, item: Item, ordinal: int, luck: float) -> int:
    if not in_stock(category, item.slot, ordinal):
        return 0
    drift = 1 + 0.25 * math.sin(2 * math.pi * (ordinal + 17 * item.brand_no) / 91)
    expected = item.daily * drift * WEEKDAYS[ordinal % 7] * (0.8 + 0.4 * luck)
    return int(expected * campaign_sales(category, item.slot, ordinal) + 0.5)


def _category(category: str, ordinal: int) -> tuple[Truth, ...]:
    items = [item_at(category, slot, ordinal) for slot in range(SLOTS)]
    trailing = [_sold(category, item, max(item.born, ordinal - WINDOW_DAYS + 1), ordinal) for item in items]
    shown = trailing
    if BY_ID[category].style == "cumulative":
        shown = [_sold(category, item, _counted_from(item, ordinal), ordinal) for item in items]
    families: dict[int, int] = defaultdict(int)
    for item in items:
        families[FAMILY_OF.get(item.slot, item.slot)] += shown[item.slot]
    mood = Random(f"rank/{category}/{ordinal}")
    scores = [(units + 40) * (0.9 + 0.2 * mood.random()) for units in trailing]
    order = sorted(items, key=lambda item: (-scores[item.slot], item.slot))
    return tuple(
        Truth(
            item=item,
            rank=rank,
            true_units=families[FAMILY_OF.get(item.slot, item.slot)],
            offer=_offer(category, item, ordinal),
            in_stock=in_stock(category, item.slot, ordinal),
            review_count=item.reviews + (ordinal % 5000) // (3 + item.slot % 4),
        )
        for rank, item in enumerate(order, start=1)
    )


def _counted_from(item: Item, ordinal: int) -> int:
    """The ordinal of the first day that the item's cumulative counter holds."""
    if item.slot in RESET_EVERY:
        period = RESET_EVERY[item.slot]
        return ordinal - (ordinal + item.slot) % period
    return ordinal - ordinal % COUNTER_BLOCK if item.slot < PERMANENT else item.born


def _sold(category: str, item: Item, first: int, last: int) -> int:
    return sum(daily_units(category, ordinal)[item.slot] for ordinal in range(first, last + 1))


def _offer(category: str, item: Item, ordinal: int) -> Offer:
    rng = Random(f"price/{item.item_id}/{(ordinal + item.slot) // 7}")
    silent, promoted, discount, coupon = rng.random() < 0.03, rng.random() < 0.25, rng.random(), rng.random()
    push = campaign_price(category, item.slot, ordinal)
    usual = _charm(item.price, BY_ID[category].currency)
    price = usual
    if push != 1.0:
        price = _charm(item.price * push, BY_ID[category].currency)
    elif promoted:
        price = _charm(item.price * (0.7 + 0.2 * discount), BY_ID[category].currency)
    if silent and push == 1.0 and item.slot >= 6:
        return Offer(None, None, None, None)
    high = _charm(item.price * item.spread, BY_ID[category].currency) if item.spread > 1 else None
    struck = usual if price < usual else _charm(item.price * 1.3, BY_ID[category].currency) if item.struck else None
    cut = price - _charm(item.price * 0.1 * (0.5 + coupon), BY_ID[category].currency) if item.coupon else None
    return Offer(price, high, struck if high is None else None, cut if cut and cut > 0 else None)


def _charm(amount: float, currency: str) -> Decimal:
    """A price as shops like them: whole or .9 yuan, .99 dollars."""
    whole = max(1, int(amount))
    if currency == "USD":
        return Decimal(f"{whole}.99")
    return Decimal(whole) if whole % 3 else Decimal(f"{whole}.9")
