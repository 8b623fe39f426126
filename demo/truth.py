"""What a careful reader must get from the simulated marketplace, record by record, without reading a page.

The records come from the figures behind the pages, so they check the whole way from HTML to a listing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache

from demo.server import HOST, PORT
from demo.shelf import PAGES, Entry, Page, page_of

BASE_URL = f"http://{HOST}:{PORT}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownListing:
    """One entry as shown. The fields are those of a listing record; ``true_*`` and ``brand`` are behind the page.

    ``true_units``: what the shown interval hides, in units of its basis; ``brand``: the canonical brand, also where
    the page does not print it. ``position`` counts the entries that were really served.
    """

    page_no: int
    position: int
    rank: int | None
    rank_source: str | None
    sponsored: bool
    item_id: str
    family_id: str | None
    title: str
    url: str
    image_url: str
    brand_text: str | None
    shop: str
    currency: str | None
    price: Decimal | None
    price_high: Decimal | None
    list_price: Decimal | None
    coupon_price: Decimal | None
    member_price: None = None
    price_text: str
    units_low: int | None
    units_high: int | None
    units_basis: str | None
    units_window_days: int | None
    units_text: str | None
    rating: float | None
    review_count: int | None
    in_stock: bool
    true_units: int
    brand: str | None

    @property
    def family(self) -> str:
        """The family whose sales the figure tells: the parent's id, or the item's own."""
        return self.family_id or self.item_id

    @property
    def shown_brand(self) -> str | None:
        """The canonical brand where the page prints one: what a report can know."""
        return self.brand if self.brand_text is not None else None


def shown(on: date, category: str, base_url: str = BASE_URL) -> list[ShownListing]:
    """Every entry of a category that the site serves on a date, in order; blocked pages serve none."""
    return [
        _listing(entry, page, no, position, base_url)
        for position, (page, no, entry) in enumerate(_served(on, category), 1)
    ]


def shown_page(on: date, category: str, page_no: int, base_url: str = BASE_URL) -> list[ShownListing]:
    """The entries of one page, with the positions they have in the whole list."""
    return [listing for listing in shown(on, category, base_url) if listing.page_no == page_no]


@lru_cache(maxsize=512)
def _served(on: date, category: str) -> tuple[tuple[Page, int, Entry], ...]:
    pages = [page_of(on, category, page_no) for page_no in range(1, PAGES + 1)]
    return tuple((page, no, entry) for page in pages for no, entry in enumerate(page.entries, start=1))


def _listing(entry: Entry, page: Page, no: int, position: int, base_url: str) -> ShownListing:
    truth, item, offer, figure = entry.truth, entry.truth.item, entry.truth.offer, entry.figure
    return ShownListing(
        page_no=page.page_no,
        position=position,
        rank=entry.rank,
        rank_source=None if entry.sponsored else "shown",
        sponsored=entry.sponsored,
        item_id=item.item_id,
        family_id=item.family_id,
        title=item.title,
        url=f"{base_url}/item/{item.item_id}.html?spm=a21.list.{page.page_no}.{no}",
        image_url=f"{base_url}/image/{item.item_id}.svg",
        brand_text=item.brand_text,
        shop=item.shop,
        currency=entry.category.currency if offer.price is not None else None,
        price=offer.price,
        price_high=offer.price_high,
        list_price=offer.list_price,
        coupon_price=offer.coupon_price,
        price_text=entry.price_text,
        units_low=figure.low if figure else None,
        units_high=figure.high if figure else None,
        units_basis=figure.basis if figure else None,
        units_window_days=figure.window_days if figure else None,
        units_text=figure.text if figure else None,
        rating=item.rating,
        review_count=truth.review_count if item.rating is not None else None,
        in_stock=truth.in_stock,
        true_units=truth.true_units,
        brand=item.brand,
    )
