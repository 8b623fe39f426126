"""What an installation's people edit, for the synthetic lists: brands, bands, a watchlist, costs and campaigns.

Without it the marts that read it would have no rows and cost nothing.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from transforms.costs import Cost
from transforms.promotions import Campaign, Campaigns, Edition, Title
from transforms.reference import (
    BandVersion,
    Brands,
    CategoryBands,
    PriceBands,
    Reference,
    WatchGroup,
    Watchlist,
    sync_reference,
)

EDGES = (0, 50, 100, 200, 400, 700)
OWN, RIVALS = range(1, 4), range(4, 14)
COSTED_LISTS = 10


def store_reference(con: Any, lists: int) -> None:
    """Mirror the reference of ``lists`` lists into the lake, in the caller's transaction.

    Price bands of every list; 3 own and 10 rival brands; the cost of entering each list, and of 20 items of ten lists;
    two campaigns a year, in February and in November.
    """
    sync_reference(
        con,
        Reference(
            brands=Brands(brands={f"Brand {number}": [f"BRAND·{number}/Co"] for number in range(50)}),
            price_bands=PriceBands(price_bands=[_bands(number) for number in range(1, lists + 1)]),
            watchlist=Watchlist(
                groups={
                    "us": WatchGroup(ownership="own", brands=[f"Brand {number}" for number in OWN]),
                    "them": WatchGroup(ownership="rival", brands=[f"Brand {number}" for number in RIVALS]),
                }
            ),
            campaigns=Campaigns(campaigns=[_campaign("spring", 2, 10, 14), _campaign("autumn", 11, 7, 11)]),
            costs=tuple(_costs(lists)),
        ),
    )


def _bands(number: int) -> CategoryBands:
    version = BandVersion(band_set="v1", edges=[Decimal(edge) for edge in EDGES])
    return CategoryBands(source="bench", category=f"c{number}", currency="CNY", versions=[version])


def _campaign(name: str, month: int, first: int, last: int) -> Campaign:
    edition = Edition(year=2026, starts_on=date(2026, month, first), ends_on=date(2026, month, last))
    return Campaign(campaign=name, title=Title(en=name, zh=name), before_days=7, after_days=7, editions=[edition])


def _costs(lists: int) -> list[Cost]:
    entering = [(number, None) for number in range(1, lists + 1)]
    items = [
        (number, str(600_000_000 + (number - 1) * 1_000_000 + 100 * item))
        for number in range(1, min(lists, COSTED_LISTS) + 1)
        for item in range(20)
    ]
    return [
        Cost(
            source="bench", category=f"c{number}", item=item, cost=Decimal(30), currency="CNY",
            fee_share=Decimal("0.08"), fee_fixed=Decimal(5), origin="quote", line=line,
        )
        for line, (number, item) in enumerate([*entering, *items], start=1)
    ]  # fmt: skip
