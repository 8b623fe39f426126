"""Whatever the far side sends: listings, or our own refusal. No other exception, no absurd figure, no slow page."""

from __future__ import annotations

import json
import math
import time
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from extractors.parse import PageContext, Parsed, UnreadablePage, explain_page, parse_page
from extractors.source import Category, Source
from extractors.spec import SiteSpec
from extractors.units import ABSURD_UNITS

SOURCE = Source(source="shop", title="Shop", site="shop", timezone="UTC", categories=[Category(id="c", title="C")])
MORE = {
    "rating": "rating",
    "review_count": "reviews",
    "url": "url",
    "in_stock": "stock",
    "currency": "cur",
    "units": "sold",
}
SPECS: dict[str, dict[str, Any]] = {
    "html": {
        "items": "li", "sponsored": ".ad", "total": "h1",
        "fields": {"item_id": "@id", "title": ["a", "b@title"], "price": "b", "units": "i", "url": "a@href"},
    },
    "json": {"items": "items", "total": "total", "sponsored": "ad"},
    "jsonld": {"fields": {}},
    "table": {"date": {"column": "d", "formats": ["%Y-%m-%d"]}},
}  # fmt: skip


def context(reader: str, **changes: Any) -> PageContext:
    fields = {"item_id": "id", "title": "name", "price": "price", **MORE}
    base = {"site": "shop", "version": 1, "reader": reader, "fields": fields, "units": {"basis": "cumulative"}}
    spec = SiteSpec.model_validate({**base, **SPECS[reader], **changes})
    return PageContext(spec=spec, source=SOURCE, category_id="c", url="https://shop.example/l")


def read(body: bytes, where: PageContext) -> Parsed | None:
    """What is read of it; None where it is refused."""
    try:
        parsed = parse_page(body, where)
    except UnreadablePage:
        return None
    for listing in parsed.listings:
        assert listing.item_id
        assert listing.title
        assert listing.price is None or listing.price > 0
        assert listing.units_low is None or listing.units_low >= 0
        assert listing.review_count is None or 0 <= listing.review_count <= ABSURD_UNITS
        assert listing.rating is None or math.isfinite(listing.rating)
        assert listing.currency is None or len(listing.currency) == 3
        assert listing.url is None or not listing.url.lower().startswith("javascript:")
        str(listing).encode("utf-8")
    return parsed


TAGS = [
    "<li id=1>", "<li id='2'>", "</li>", "<a href='javascript:x'>", "<a href='http://['>", "</a>", "<b>", "</b>", "<i>",
    "</i>", "<!--", "<script>", "</script>", "<svg>", "<template>", "<h1>9", "class=ad", "<table><li id=3>",
]  # fmt: skip
TEXTS = ["¥59-89", "1.234,5 €", "1.5万+人付款", "<u>4.7", "\x00", "\ufffd", "&#xD800;", "&nbsp;"]
PIECES = st.sampled_from([*TAGS, *TEXTS])
LOOSE = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@LOOSE
@given(st.lists(PIECES, max_size=25).map("".join), st.sampled_from(["utf-8", "utf-16", "gb18030"]))
def test_any_html(text: str, encoding: str) -> None:
    where = context("html")

    read(text.encode(encoding, "replace"), where)
    explain_page(text.encode(encoding, "replace"), where)


ODD = st.sampled_from(["\ud800", "-5", "1e999", 10**40, -1, 1e300])
NAMES = st.sampled_from([*MORE.values(), "name"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | ODD,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=8,
)
ROW = st.fixed_dictionaries({"id": VALUES, "name": VALUES, "price": VALUES, **dict.fromkeys(MORE.values(), VALUES)})
ROWS = st.lists(ROW | VALUES, max_size=4)


@LOOSE
@given(ROWS)
def test_any_json(rows: list[Any]) -> None:
    read(json.dumps({"items": rows, "total": rows}).encode(), context("json"))
    read(json.dumps(rows).encode(), context("table", date=None))


@LOOSE
@given(VALUES)
def test_any_jsonld(value: Any) -> None:
    product = {"@type": "Product", "sku": value, "name": "N", "offers": value, "brand": value, "image": value}
    blocks = [product, {"@type": "ItemList", "itemListElement": value}, value]

    read(f'<script type="application/ld+json">{json.dumps(blocks)}</script>'.encode(), context("jsonld"))


@LOOSE
@given(st.lists(st.text(max_size=12), max_size=20), st.sampled_from([",", ";", "\t"]))
def test_any_table(cells: list[str], delimiter: str) -> None:
    header = delimiter.join(["d", "id", "name", "price", *MORE.values()])

    read(f"{header}\n2026-01-01{delimiter}{delimiter.join(cells)}".encode("utf-8", "replace"), context("table"))


@pytest.mark.parametrize("reader", SPECS)
@LOOSE
@given(body=st.binary(max_size=200))
def test_any_bytes(reader: str, body: bytes) -> None:
    read(body, context(reader))


@pytest.mark.parametrize(
    "body",
    [
        b"<" * 300_000,
        b"<script" * 50_000,
        b"<!--" * 80_000,
        b"<title>" * 50_000,
        b"<meta " * 50_000,
        b"<a " + b"x " * 150_000,
        b"1.5" * 100_000,
        b"<li id=1><a>n</a><b>" + b"1," * 100_000,
        b"<li id=1><a>n</a><i>" + b"9 " * 100_000,
    ],
)
def test_a_page_made_to_be_slow_is_not(body: bytes) -> None:
    start = time.process_time()

    read(body, context("html"))

    assert time.process_time() - start < 2


def test_a_file_that_breaks_in_the_middle_is_refused_whole() -> None:
    body = (
        b"d,id,name,price,rating,reviews,url,stock,cur,sold\n2026-01-01,1,A,5\n2026-01-01,2,"
        + b"B" * 2_000_000
        + b",6\n"
    )

    with pytest.raises(UnreadablePage, match="field larger"):
        parse_page(body, context("table"))
