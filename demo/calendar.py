"""What happens on which date: everything repeats every 35 days, so any 35-day window holds each event exactly once;
but for the members' days, which are the same days of every month, so that a 35-day window holds them once or twice.

The day of the cycle is the date's proleptic ordinal modulo 35. No clock is read anywhere in the demo.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

CYCLE_DAYS = 35
BLOCKED_DAY = 20
"""Day of the cycle on which ``BLOCKED_CATEGORY`` answers 403 with a CAPTCHA from page ``BLOCKED_FROM_PAGE`` on."""
BLOCKED_CATEGORY = "catfood"
BLOCKED_FROM_PAGE = 4
HALF_EMPTY_DAY = 27
"""Day of the cycle on which the bottom half of page ``HALF_EMPTY_PAGE`` of ``HALF_EMPTY_CATEGORY`` is missing."""
HALF_EMPTY_CATEGORY = "lipstick"
HALF_EMPTY_PAGE = 3


@dataclass(frozen=True, slots=True)
class Campaign:
    """A push for one item on the days ``first..last`` of the cycle: sales times ``sales``, price times ``price``."""

    category: str
    slot: int
    first: int
    last: int
    sales: float = 1.0
    price: float = 1.0


CAMPAIGNS = (
    Campaign("serum", 2, 12, 14, sales=22.0),  # a 30-day figure stays up for 30 days, then falls back for five
    Campaign("thermos", 2, 8, 15, sales=5.0),  # a daily rate falls back the day the push ends
    Campaign("earbuds", 1, 18, 24, sales=1.6, price=0.6),
    Campaign("sunscreen", 3, 5, 6, sales=22.0),
    Campaign("catfood", 4, 14, 22, sales=2.5, price=0.8),
)

MEMBERS_DAYS = range(8, 13)
"""Days of the month on which a third of the items, no flagship among them, sell more for less: ``demo-days`` of
config/campaigns.yaml. Another third every month: a figure of 30 days holds last month's days while this month's begin,
so items that took part each time would never be seen to rise."""
MEMBERS_SALES, MEMBERS_PRICE = 8.0, 0.85
FIRST_MEMBER_SLOT = 6
"""The flagships' slots are below it: what the alert rules tell of them is no matter of the members' days."""


def takes_part(slot: int, ordinal: int) -> bool:
    """Whether the item in the slot takes part in members' days on the day of that ordinal."""
    if slot < FIRST_MEMBER_SLOT:
        return False
    on = date.fromordinal(ordinal)
    return on.day in MEMBERS_DAYS and slot % 3 == on.month % 3


def cycle_day(on: date) -> int:
    """The day of the cycle, 0 to 34."""
    return on.toordinal() % CYCLE_DAYS


def campaign_sales(category: str, slot: int, ordinal: int) -> float:
    """The factor on an item's daily sales on the day of that ordinal."""
    day, factor = ordinal % CYCLE_DAYS, MEMBERS_SALES if takes_part(slot, ordinal) else 1.0
    for push in CAMPAIGNS:
        if push.category == category and push.slot == slot and push.first <= day <= push.last:
            factor *= push.sales
    return factor


def campaign_price(category: str, slot: int, ordinal: int) -> float:
    """The factor on an item's price on the day of that ordinal."""
    day, factor = ordinal % CYCLE_DAYS, MEMBERS_PRICE if takes_part(slot, ordinal) else 1.0
    for push in CAMPAIGNS:
        if push.category == category and push.slot == slot and push.first <= day <= push.last:
            factor *= push.price
    return factor


def blocked_from(on: date, category: str) -> int | None:
    """The first page of the category that answers 403 on that date; None when none does."""
    return BLOCKED_FROM_PAGE if category == BLOCKED_CATEGORY and cycle_day(on) == BLOCKED_DAY else None


def half_empty_page(on: date, category: str) -> int | None:
    """The page of the category whose bottom half is missing on that date; None when all are whole."""
    return HALF_EMPTY_PAGE if category == HALF_EMPTY_CATEGORY and cycle_day(on) == HALF_EMPTY_DAY else None
