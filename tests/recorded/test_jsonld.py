"""JSON-LD of real pages: what the jsonld reader makes of two product pages and of a list, beside the list itself."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from extractors.listing import Listing
from extractors.parse import PageContext, parse_page
from extractors.source import Source, read_source
from extractors.spec import SiteSpec, read_spec

ROOT = Path(__file__).parent.parent.parent
SHOP = Source.model_validate(
    {"source": "any", "title": "Any", "site": "any", "timezone": "UTC", "categories": [{"id": "all", "title": "All"}]}
)
ANY = SiteSpec.model_validate({"site": "any", "version": 1, "reader": "jsonld", "fields": {}})
BY_PID = {"item_id": {"path": "url", "regex": r"[?&]pid=(\w+)"}, "title": "name"}


def read(body: bytes, spec: SiteSpec = ANY) -> list[Listing]:
    """The listings of a page's JSON-LD."""
    parsed = parse_page(body, PageContext(spec=spec, source=SHOP, category_id="all"))
    assert parsed.problems == []
    return parsed.listings


@pytest.mark.parametrize(
    ("page", "item_id", "title", "brand", "price", "currency", "rating", "reviews"),
    [
        ("html_detail/flipkart/galaxy_s25_ultra_2026.html", "MOBH8K8UZPUKTTXK",
         "Samsung Galaxy S25 Ultra 5G (Titanium Black, 512 GB)", "Samsung", "141999", "INR", 4.6, 283),
        ("html_detail/hepsiburada/casper_nirvana_2025.html", "HBCV00005Z5G9Z",
         'Casper Nirvana A60.5700-BV00X-V AMD Ryzen 7 5700U 16GB 500GB SSD Freedos 23.8" All In One', "Casper",
         "17999.00", "TRY", 4.8, 21),
    ],
)  # fmt: skip
def test_a_product_page_is_one_product(
    page: str,
    item_id: str,
    title: str,
    brand: str,
    price: str,
    currency: str,
    rating: float,
    reviews: int,
    pages: Path,
) -> None:
    (found,) = read((pages / page).read_bytes())

    assert (found.item_id, found.title, found.brand_text) == (item_id, title, brand)
    assert (found.price, found.currency, found.rating, found.review_count, found.in_stock) == (
        Decimal(price), currency, rating, reviews, True,
    )  # fmt: skip


def test_a_list_and_its_json_ld_name_the_same_items(pages: Path) -> None:
    body = (pages / "html/flipkart/task4_flipkart_2025.html").read_bytes()
    source = read_source(ROOT / "config" / "sources" / "flipkart-search.yaml")
    shown = parse_page(
        body, PageContext(spec=read_spec("flipkart-search"), source=source, category_id="laptops")
    ).listings

    listed = read(body, SiteSpec.model_validate({"site": "any", "version": 1, "reader": "jsonld", "fields": BY_PID}))

    assert len(listed) == 10
    assert [one.item_id for one in listed] == [one.item_id for one in shown[:10]]
    assert [one.title.startswith(card.title.removesuffix("...")) for one, card in zip(listed, shown, strict=False)] == [
        True
    ] * 10
