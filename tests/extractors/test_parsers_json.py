"""The JSON and JSON-LD readers: an API's answer, JSON inside a page, and what shops tell search engines."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from extractors.parse import PageContext, UnreadablePage, parse_page
from extractors.source import Category, Source
from extractors.spec import SiteSpec

SOURCE = Source(
    source="shop", title="Shop", site="shop", timezone="Asia/Tokyo", categories=[Category(id="c", title="C")]
)
BASE: dict[str, Any] = {
    "site": "shop", "version": 1, "reader": "json", "locale": "de_DE", "currency": "EUR", "items": "data.items",
    "fields": {"item_id": "id", "title": "name", "price": "price", "in_stock": "stock"},
}  # fmt: skip
ITEMS = [{"id": 7, "name": "Über", "price": 19.99, "stock": True}, {"id": "8", "name": "B", "price": "1.299,00"}]


def context(**changes: Any) -> PageContext:
    return PageContext(spec=SiteSpec.model_validate({**BASE, **changes}), source=SOURCE, category_id="c")


def test_numbers_are_read_as_machines_write_them_and_text_as_people_do() -> None:
    rows = [*ITEMS, {"id": 9, "name": "C", "price": 1.234}]

    parsed = parse_page(json.dumps({"data": {"items": rows}}).encode(), context())

    assert [one.price for one in parsed.listings] == [Decimal("19.99"), Decimal("1299.00"), Decimal("1.234")]
    assert [one.item_id for one in parsed.listings] == ["7", "8", "9"]
    assert [one.in_stock for one in parsed.listings] == [True, None, None]


def test_a_path_may_be_any_jmespath() -> None:
    body = json.dumps({"blocks": [{"items": ITEMS[:1]}, {"items": ITEMS[1:]}]}).encode()

    assert [one.item_id for one in parse_page(body, context(items="blocks[].items[]")).listings] == ["7", "8"]


SCRIPTS = [
    ('<script id=state type="application/json">%s</script>', {"css": "script#state"}),
    ("<script>window.g_config = {a:1}; g_page = %s; more();</script>", {"regex": r"g_page\s*=\s*"}),
    ("<script>g_page = %s</script>", {"regex": r"g_page = (\{)"}),
]


@pytest.mark.parametrize(("page", "script"), SCRIPTS)
def test_json_inside_a_script_is_found(page: str, script: dict[str, str]) -> None:
    body = (page % json.dumps({"data": {"items": ITEMS}})).encode()

    assert len(parse_page(body, context(script=script)).listings) == 2


def test_json_inside_a_json_string_is_opened() -> None:
    inner = json.dumps({"data": {"items": ITEMS}})
    body = f"<script>state = {json.dumps({'payload': inner})};</script>".encode()

    parsed = parse_page(body, context(script={"regex": "state = ", "inner": "payload"}))

    assert parsed.listings[0].title == "Über"


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b'{"data": {"items": []}}', "layout"),
        (b'{"data": {"items"', "format"),
        (b"[" * 100_000, "format"),
        (b"<html><title>Robot or human?</title></html>", "blocked"),
        (b"null", "layout"),
        (b'{"data": {"items": [null, 5, "x", []]}}', "layout"),
    ],
)
def test_what_is_no_list_is_refused(body: bytes, kind: str) -> None:
    with pytest.raises(UnreadablePage) as caught:
        parse_page(body, context())

    assert caught.value.kind == kind


def test_an_answer_that_says_it_is_empty_is_empty() -> None:
    assert parse_page(b'{"total": 0, "data": {"items": []}}', context(empty="total == `0`")).listings == []


def test_a_lone_surrogate_never_reaches_a_column() -> None:
    body = b'{"data": {"items": [{"id": 1, "name": "A \\ud83d B"}]}}'

    assert parse_page(body, context()).listings[0].title.encode("utf-8") == b"A ? B"


PRODUCT = {
    "@type": "Product", "sku": "A1", "name": "Chair", "url": "https://shop.example/a1", "brand": {"name": "Thonet"},
    "offers": {"@type": "Offer", "price": "1299.00", "priceCurrency": "CHF", "availability": "https://schema.org/InStock"},
    "aggregateRating": {"ratingValue": 4.5, "reviewCount": 12},
}  # fmt: skip


def jsonld(*blocks: object) -> bytes:
    scripts = (f'<script type="application/ld+json">{json.dumps(block)}</script>' for block in blocks)
    return f"<html><head>{''.join(scripts)}</head></html>".encode()


def ld_context() -> PageContext:
    spec = SiteSpec.model_validate({"site": "shop", "version": 1, "reader": "jsonld", "locale": "en_US", "fields": {}})
    return PageContext(spec=spec, source=SOURCE, category_id="c")


def test_jsonld_needs_no_fields() -> None:
    listing = parse_page(jsonld({"@graph": [{"@type": "WebPage"}, PRODUCT]}), ld_context()).listings[0]

    assert (listing.item_id, listing.title, listing.brand_text) == ("A1", "Chair", "Thonet")
    assert (listing.price, listing.currency, listing.in_stock) == (Decimal("1299.00"), "CHF", True)
    assert (listing.rating, listing.review_count) == (4.5, 12)


def test_jsonld_item_lists_keep_their_order_and_a_broken_block_is_passed_over() -> None:
    entries = [
        {"@type": "ListItem", "position": 1, "item": PRODUCT},
        {"@type": "ListItem", "position": 2, "name": "Table", "url": "https://shop.example/t"},
    ]
    body = b'<script type="application/ld+json">{broken</script>' + jsonld(
        {"@type": "BreadcrumbList", "itemListElement": []}, {"@type": "ItemList", "itemListElement": entries}
    )

    parsed = parse_page(body, ld_context())

    assert [(one.item_id, one.title, one.rank) for one in parsed.listings] == [
        ("A1", "Chair", 1), ("https://shop.example/t", "Table", 2),
    ]  # fmt: skip
