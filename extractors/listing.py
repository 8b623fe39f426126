"""The listing record: what one entry of a marketplace's list says, and the contract of everything below.

Parsers make these from bytes; staging writes them to Parquet; nobody else adds meaning to a field. A field the
page does not show is ``None``, never 0 and never an empty string. Definitions: ``docs/metrics.md``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal

UnitsBasis = Literal["cumulative", "trailing", "period", "modelled"]
RankSource = Literal["shown", "position"]


@dataclass(slots=True, kw_only=True)
class Listing:
    """One entry of a category's list, in the order of the page.

    ``position`` counts every entry, sponsored ones included, from 1 across pages; ``rank`` counts the organic
    ones only. ``units_low``/``units_high`` bound the sales figure in units sold (``units_high`` None: no upper
    bound known); ``units_window_days`` is the length of the window of a ``trailing`` or ``period`` figure, in days.
    """

    position: int
    item_id: str
    title: str
    rank: int | None = None
    rank_source: RankSource | None = None
    sponsored: bool = False
    family_id: str | None = None
    url: str | None = None
    image_url: str | None = None
    brand_text: str | None = None
    shop: str | None = None
    currency: str | None = None
    price: Decimal | None = None
    price_high: Decimal | None = None
    list_price: Decimal | None = None
    coupon_price: Decimal | None = None
    member_price: Decimal | None = None
    price_text: str | None = None
    units_low: int | None = None
    units_high: int | None = None
    units_basis: UnitsBasis | None = None
    units_window_days: int | None = None
    units_text: str | None = None
    rating: float | None = None
    review_count: int | None = None
    in_stock: bool | None = None
    category_id: str | None = None
    observed_at: datetime | None = None
