"""The HTML reader: fields, alternatives, ranks, sponsored entries, problems, and pages that can't be read."""

from __future__ import annotations

from decimal import Decimal

import pytest

from extractors.parse import PageContext, UnreadablePage, explain_page, parse_page
from extractors.source import Category, Source
from extractors.spec import SiteSpec

SOURCE = Source(
    source="shop", title="Shop", site="shop", timezone="Europe/Berlin", categories=[Category(id="c", title="C")]
)
BASE = {
    "site": "shop", "version": 3, "reader": "html", "locale": "de_DE", "currency": "EUR", "items": "li.item",
    "fields": {"item_id": "@data-id", "title": "a.name", "price": ["b.deal", "b.price"], "url": "a.name@href"},
}  # fmt: skip
URL = "https://shop.example/list/c?page=2"


def context(changes: dict[str, object] | None = None, **where: object) -> PageContext:
    spec = SiteSpec.model_validate({**BASE, **(changes or {})})
    return PageContext(spec=spec, source=SOURCE, category_id="c", **{"url": URL, **where})


def fields(**more: object) -> dict[str, object]:
    return {"fields": {**BASE["fields"], **more}}  # type: ignore[dict-item]


def item(number: int, inside: str = "", css: str = "item") -> str:
    return f'<li class="{css}" data-id="i{number}"><a class=name href="/p/{number}">Item  {number}</a>{inside}</li>'


def page(*items: str) -> bytes:
    return f"<html><head><title>Liste</title></head><body><ul>{''.join(items)}</ul></body></html>".encode()


def test_entries_are_read_in_order_with_every_column_of_a_price() -> None:
    parsed = parse_page(page(item(1, "<b class=price>1.234,50 – 2.000 €</b>"), item(2)), context())

    first, second = parsed.listings
    assert (first.item_id, first.title, first.url) == ("i1", "Item 1", "https://shop.example/p/1")
    assert (first.price, first.price_high, first.currency) == (Decimal("1234.50"), Decimal(2000), "EUR")
    assert first.price_text == "1.234,50 – 2.000 €"
    assert (first.position, first.rank, first.rank_source, first.category_id) == (1, 1, "position", "c")
    assert (second.price, second.currency, second.price_text) == (None, None, None)
    assert parsed.problems == []


def test_the_first_alternative_that_is_there_wins() -> None:
    both = "<b class=price>20 €</b><b class=deal>15 €</b>"

    parsed = parse_page(page(item(1, both), item(2, "<b class=price>20 €</b>")), context())

    assert [one.price for one in parsed.listings] == [Decimal(15), Decimal(20)]


def test_positions_and_ranks_continue_and_sponsored_entries_have_no_rank() -> None:
    ad = "<i class=ad>Anzeige</i>"
    where = context({"sponsored": "i.ad"}, first_position=21, first_rank=19)

    parsed = parse_page(page(item(1), item(2, ad), item(3)), where)

    assert [(one.position, one.rank, one.sponsored) for one in parsed.listings] == [
        (21, 19, False), (22, None, True), (23, 20, False),
    ]  # fmt: skip
    assert (parsed.next_position, parsed.next_rank) == (24, 21)


def test_a_shown_rank_is_kept_and_its_absence_told() -> None:
    where = context({"rank": "shown", **fields(rank="i.rank")})

    parsed = parse_page(page(item(1, "<i class=rank>#7</i>"), item(2)), where)

    assert [(one.rank, one.rank_source) for one in parsed.listings] == [(7, "shown"), (None, None)]
    assert [(one.position, one.field) for one in parsed.problems] == [(2, "rank")]


def test_an_entry_without_id_or_title_is_a_problem_and_keeps_its_place() -> None:
    nameless = '<li class="item" data-id="i2"></li>'
    without_id = '<li class="item"><a class=name>Third</a></li>'

    parsed = parse_page(page(item(1), nameless, without_id, item(4)), context())

    assert [(one.item_id, one.position, one.rank) for one in parsed.listings] == [("i1", 1, 1), ("i4", 4, 4)]
    assert [(one.position, one.field) for one in parsed.problems] == [(2, "title"), (3, "item_id")]
    assert "Third" in parsed.problems[1].found


def test_a_figure_that_is_not_understood_is_told_and_a_wordy_absence_is_not() -> None:
    prices = [f"<b class=price>{text}</b>" for text in ("Preis auf Anfrage", "12.34.56", "0,00 €")]

    parsed = parse_page(page(*(item(at, text) for at, text in enumerate(prices, 1))), context())

    assert [one.price for one in parsed.listings] == [None, None, None]
    assert [(one.position, one.field, one.found) for one in parsed.problems] == [(2, "price", "12.34.56")]


def test_views_are_no_sales_and_no_problem_but_an_unknown_figure_is_one() -> None:
    where = context({**fields(units="i.sold"), "units": {"basis": "cumulative"}})
    texts = ("120人看过", "约1000件已售", "已售 5 件")

    parsed = parse_page(page(*(item(at, f"<i class=sold>{text}</i>") for at, text in enumerate(texts, 1))), where)

    assert [one.units_low for one in parsed.listings] == [None, None, 5]
    assert [(one.position, one.found) for one in parsed.problems] == [(2, "约1000件已售")]


def test_skipped_entries_take_no_place() -> None:
    where = context({"skip": [{"css": "a.name", "regex": "^Item 1$"}]})

    assert [one.position for one in parse_page(page(item(1), item(2)), where).listings] == [1]


def test_groups_are_lists_of_their_own() -> None:
    lists = (
        f"<section data-list='Home & Garden'>{item(1)}{item(2)}</section><section data-list=zg_toys>{item(3)}</section>"
    )
    where = context({"groups": "section[data-list]", "category": "@data-list"})

    parsed = parse_page(lists.encode(), where)

    assert [(one.category_id, one.position, one.rank) for one in parsed.listings] == [
        ("home-garden", 1, 1), ("home-garden", 2, 2), ("zg_toys", 1, 1),
    ]  # fmt: skip


def test_values_are_mapped_matched_and_defaulted() -> None:
    more = fields(
        rating={"css": "p.stars", "attr": "class", "regex": r"stars (\w+)", "map": {"Three": 3}},
        in_stock={"css": "i.stock", "map": {"lieferbar": True, "ausverkauft": False}},
        shop={"css": "i.shop", "default": "Shop GmbH"},
        units="i.sold",
    )
    where = context({**more, "units": {"basis": "trailing", "window_days": 30, "ladder": [100, 500]}})
    inside = '<p class="stars Three"></p><i class=stock>ausverkauft</i><i class=sold>100+ verkauft</i>'

    listing = parse_page(page(item(1, inside)), where).listings[0]

    assert (listing.rating, listing.in_stock, listing.shop) == (3.0, False, "Shop GmbH")
    assert (listing.units_low, listing.units_high) == (100, 499)
    assert (listing.units_basis, listing.units_window_days, listing.units_text) == ("trailing", 30, "100+ verkauft")


def test_total_is_read_from_the_page() -> None:
    body = page(item(1)) + b"<p class=total>1.250 Artikel</p>"

    assert parse_page(body, context({"total": "p.total"})).total == 1250


def test_an_address_is_made_absolute_and_never_runs() -> None:
    links = ["//cdn.example/x", "../y?a=b", "https://other.example/z", "javascript:alert(1)"]
    items = [f'<li class=item data-id={at}><a class=name href="{link}">T</a></li>' for at, link in enumerate(links)]

    parsed = parse_page(page(*items), context())

    assert [one.url for one in parsed.listings] == [
        "https://cdn.example/x", "https://shop.example/y?a=b", "https://other.example/z", None,
    ]  # fmt: skip
    assert [one.field for one in parsed.problems] == ["url"]


@pytest.mark.parametrize(
    ("body", "kind", "words"),
    [
        (b"", "format", "empty"),
        (b"<title>Robot or human?</title><p>Activate and hold", "blocked", "blocked"),
        (b"<title>Shop</title><div id=app></div><script>var a=1</script>", "shell", "scripts"),
        (page(item(1, css="card"), "wort " * 100), "layout", "li.item"),
        (page("<li class=item></li>"), "layout", "item_id"),
    ],
)
def test_a_page_of_which_nothing_is_read_is_refused_with_a_hint(body: bytes, kind: str, words: str) -> None:
    with pytest.raises(UnreadablePage, match=words) as caught:
        parse_page(body, context({"empty_hint": "cards are li.item"}))

    assert caught.value.kind == kind
    assert "cards are li.item" in str(caught.value)


def test_a_page_that_says_it_is_empty_is_empty_not_broken() -> None:
    where = context({"empty": {"css": "p.none", "regex": "keine Treffer"}}, first_position=41, first_rank=41)

    parsed = parse_page(b"<p class=none>Leider keine Treffer</p>", where)

    assert parsed.listings == []
    assert (parsed.next_position, parsed.next_rank) == (41, 41)


def test_a_legacy_encoding_is_read_right() -> None:
    body = page(item(1, "<b class=price>12,50 €</b>")).decode().replace("Item  1", "Größe").encode("cp1252")

    listing = parse_page(body, context(content_type="text/html; charset=windows-1252")).listings[0]

    assert (listing.title, listing.price) == ("Größe", Decimal("12.50"))


def test_explaining_names_the_rule_the_text_and_the_columns() -> None:
    explained = explain_page(page(item(1, "<b class=price>20 €</b>"), item(2)), context(), limit=1)

    readings = {one.field: one for one in explained.entries[0].fields}
    assert (readings["price"].rule, readings["price"].raw) == ("b.price", "20 €")
    assert readings["price"].columns == {"price": Decimal(20), "currency": "EUR", "price_text": "20 €"}
    assert len(explained.entries) == 1
    assert len(explained.parsed.listings) == 2
    assert explain_page(page(item(2)), context()).entries[0].missing == ["price"]


def test_explaining_a_page_that_can_not_be_read_gives_its_hint() -> None:
    explained = explain_page(b"<p>nothing</p>", context())

    assert explained.refusal is not None
    assert explained.entries == []


NEGATIVE = [
    ("html_negative/walmart/blocked_walmart.html", "blocked"),
    ("html_negative/taobao/taobao_shell_2026_utf16le.html", "shell"),
]


@pytest.mark.parametrize(("path", "kind"), NEGATIVE)
def test_recorded_walls_and_shells_are_told_apart(pages: object, path: str, kind: str) -> None:
    body = (pages / path).read_bytes()  # type: ignore[operator]

    with pytest.raises(UnreadablePage) as caught:
        parse_page(body, context())

    assert caught.value.kind == kind


def test_two_prices_in_one_text_are_not_the_struck_one() -> None:
    where = context(fields(price="b.price", list_price="s"))
    two = "<b class=price><s>46,92 €</s> <i>44,90 €</i></b>"

    parsed = parse_page(page(item(1, two), item(2, "<b class=price><s>46,92 €</s></b>")), where)

    struck, alone = parsed.listings
    assert (struck.price, struck.list_price, struck.price_text) == (None, Decimal("46.92"), "46,92 € 44,90 €")
    assert alone.price == Decimal("46.92")
    assert [(one.position, one.field) for one in parsed.problems] == [(1, "price")]
