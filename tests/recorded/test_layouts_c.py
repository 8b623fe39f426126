"""Other countries and kinds of the same marketplaces' pages: auctions, single products, prices in pieces, sales texts.

Each card is written after the markup that the marketplace had, with invented goods.
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from extractors.parse import PageContext, Parsed, UnreadablePage, parse_page
from extractors.source import read_source
from extractors.spec import read_spec

SOURCES = Path(__file__).parent.parent.parent / "config" / "sources"


def read(site: str, body: str, url: str | None = None) -> Parsed:
    """A page of that site."""
    source = read_source(SOURCES / f"{site}.yaml")
    context = PageContext(spec=read_spec(site), source=source, category_id=source.categories[0].id, url=url)
    return parse_page(body.encode(), context)


def ebay_card(*rows: str) -> str:
    """A search page of one card that shows $5.00 and these attributes."""
    shown = "".join(
        f'<div class="s-card__attribute-row"><span class="su-styled-text">{one}</span></div>' for one in rows
    )
    return f"""<html lang="en-US"><body><ul class="srp-results"><li class="s-card" data-listingid="264901451112">
    <a href="https://www.ebay.com/itm/264901451112?x=1"><div class="s-card__title"><span class="su-styled-text">A pot
    </span></div></a><div class="s-card__attribute-row"><span class="su-styled-text primary s-card__price">$5.00</span>
    </div>{shown}</li></ul></body></html>"""


BIDS = [
    "5 bids · 2d 3h left", "0 bids", "1 bid", "1 Gebot", "3 Gebote · Noch 2T", "0 enchères · 2 j", "2 offerte · 3g",
    "0 biedingen", "1 bod", "3 pujas", "2 oferty", "0 ofert", "入札 3 件", "3 件の入札", "4 次出價", "1 lance",
]  # fmt: skip


@pytest.mark.parametrize("bids", BIDS)
def test_what_was_bid_so_far_is_no_price_and_is_marked(bids: str) -> None:
    parsed = read("ebay-search", ebay_card(bids, "Free shipping"))

    (card,) = parsed.listings
    assert (card.price, card.price_high) == (None, None)
    assert card.price_text is not None
    assert card.price_text.startswith("$5.00 (a bid: ")
    assert parsed.problems == []


@pytest.mark.parametrize("row", ["or Best Offer", "10+ sold", "2 offers from $5", "Buy It Now", "Oferta"])
def test_a_card_without_bids_keeps_its_price(row: str) -> None:
    (card,) = read("ebay-search", ebay_card(row)).listings

    assert (card.price, card.price_text) == (Decimal("5.00"), "$5.00")


@pytest.mark.parametrize("bids", ['<span class="s-item__bids s-item__bidCount">12 bids</span>', ""])
def test_an_older_card_with_bids_has_no_price(bids: str) -> None:
    (card,) = read(
        "ebay-search",
        f"""<ul class="srp-results"><li class="s-item"><a class="s-item__link" href="https://www.ebay.com/itm/264901451112">
        <h3 class="s-item__title">A pot</h3></a><span class="s-item__price">$5.00</span>{bids}</li></ul>""",
    ).listings

    assert card.price == (None if bids else Decimal("5.00"))


@pytest.mark.parametrize(
    ("site", "address"),
    [
        ("amazon-search", "https://www.amazon.de/Kanne-aus-Glas/dp/B0CG6P1P64/ref=sr_1_5"),
        ("amazon-bestsellers", "https://www.amazon.co.jp/gp/product/B0CG6P1P64"),
        ("ebay-search", "https://www.ebay.co.uk/itm/264901451112"),
        ("flipkart-search", "https://www.flipkart.com/a-phone/p/itmc5f14b041aa5b"),
        ("newegg-search", "https://www.newegg.com/a-board/p/N82E16813144627"),
        ("jd-search", "https://item.jd.com/100012043978.html"),
        ("taobao-search", "https://item.taobao.com/item.htm?id=1"),
        ("mercadolibre-search", "https://www.mercadolibre.com.ar/un-mate/p/MLA19813486"),
    ],
)
def test_a_product_page_is_not_read_as_a_list_whatever_it_recommends(site: str, address: str) -> None:
    """Its own address tells; the cards of what others bought are no category's list."""
    cards = """<div class="s-result-item" data-asin="B000000002"><h2><a href="/dp/B000000002">x</a></h2></div>
    <div data-sku="123" class="gl-item"><em>x</em></div><div data-id="X"><a href="/p/itm1" title="x">x</a></div>"""
    body = f'<html><head><link rel="canonical" href="{address}"></head><body>{cards}{"words " * 100}</body></html>'

    with pytest.raises(UnreadablePage, match="this is a product page"):
        read(site, body)
    with pytest.raises(UnreadablePage, match="this is a product page"):
        read(site, f"<html><body>{cards}{'words ' * 100}</body></html>", url=address)


def test_a_page_that_calls_itself_a_product_is_told_as_one() -> None:
    said = '<script type="application/ld+json">{"@type": "Product", "name": "x"}</script>'
    body = f"<html><head>{said}</head><body>{'words ' * 100}</body></html>"

    with pytest.raises(UnreadablePage, match="product page, by what it says of itself"):
        read("flipkart-search", body)


def amazon_page(lang: str, price: str, sold: str) -> str:
    """A search page of one entry."""
    return f"""<html lang="{lang}"><body><div data-asin="B000000001" data-component-type="s-search-result">
    <h2><a href="/x/dp/B000000001"><span>Thing</span></a></h2>{price}<div data-cy="reviews-block"><div class="a-row">
    <span class="a-size-base a-color-secondary">{sold}</span></div></div></div></body></html>"""


AMAZON: list[tuple[str, str, str, tuple[Any, ...]]] = [
    ("tr-TR", "1.299,00TL", "Geçen ay 500+ satın alındı", ("1299.00", "TRY", 500)),
    ("pl-PL", "129,90 zł", "W zeszłym miesiącu kupiono ponad 500 razy", ("129.90", "PLN", 500)),
    ("sv-SE", "1 299,00 kr", "Över 500 köpta under den senaste månaden", ("1299.00", "SEK", 500)),
    ("ar-AE", "\u200f١٬٢٣٤٫٥٠ د.إ.\u200f", "تم شراء أكثر من 100 في الشهر الماضي", ("1234.50", "AED", 100)),
    ("es-MX", "$1,299.00", "Más de 1 mil comprados el mes pasado", ("1299.00", "MXN", 1_000)),
    ("fr-CA", "12,99 $", "50+ achetés au cours du mois dernier", ("12.99", "CAD", 50)),
    ("en-ZA", "R1,299.00", "50+ bought in past month", ("1299.00", "ZAR", 50)),
    ("nl-BE", "€ 12,99", "Meer dan 1K gekocht in de afgelopen maand", ("12.99", "EUR", 1_000)),
    ("en-US", "$12.99", "50+ viewed in past week", ("12.99", "USD", None)),
    ("en-US", "$12.99", "Delivery Fri, 5 Dec", ("12.99", "USD", None)),
]


@pytest.mark.parametrize(("lang", "price", "sold", "expected"), AMAZON)
def test_amazon_of_more_countries(lang: str, price: str, sold: str, expected: tuple[Any, ...]) -> None:
    shown = f'<span class="a-price"><span class="a-offscreen">{price}</span></span>'
    (card,) = read("amazon-search", amazon_page(lang, shown, sold)).listings

    assert (str(card.price), card.currency, card.units_low) == expected
    assert card.units_window_days == (30 if expected[2] else None)


@pytest.mark.parametrize("point", ['<span class="a-price-decimal">.</span>', ""])
def test_an_amazon_price_in_pieces_is_put_together(point: str) -> None:
    pieces = f"""<span class="a-price"><span class="a-price-symbol">$</span>
    <span class="a-price-whole">1,123{point}</span><span class="a-price-fraction">99</span></span>"""
    (card,) = read("amazon-search", amazon_page("en-US", pieces, "")).listings

    assert (card.price, card.currency) == (Decimal("1123.99"), "USD")


def test_pieces_without_a_currency_are_a_problem_and_no_price() -> None:
    pieces = '<span class="a-price-whole">123</span><span class="a-price-fraction">99</span>'
    parsed = read("amazon-search", amazon_page("en-US", pieces, ""))

    assert parsed.listings[0].price is None
    assert [(one.field, one.found) for one in parsed.problems] == [("price", "123 99")]


def test_a_count_of_sales_in_a_plain_row_is_read() -> None:
    page = ebay_card("Free shipping").replace(
        "</li>", '<div class="s-card__attribute-row"><span>87 sold</span></div></li>'
    )
    (card,) = read("ebay-search", page).listings

    assert (card.units_low, card.units_high, card.units_basis) == (87, 87, "cumulative")


def mercado_page(lang: str, inner: str) -> str:
    """A search page of one poly-card."""
    return f"""<html lang="{lang}"><body><li class="ui-search-layout__item"><div class="poly-card">
    <a class="poly-component__title" href="https://www.mercadolivre.com.br/tenis/p/MLB111222333">Um tênis</a>{inner}
    </div></li></body></html>"""


def pieces(symbol: str, fraction: str, cents: str, tag: str = "div") -> str:
    """An amount in the pieces that Mercado Libre draws."""
    shown = {"currency-symbol": symbol, "fraction": fraction, "cents": cents}
    spans = "".join(f'<span class="andes-money-amount__{name}">{text}</span>' for name, text in shown.items() if text)
    place = "andes-money-amount--previous" if tag == "s" else "poly-price__current"
    return f'<{tag} class="{place}">{spans}</{tag}>'


@pytest.mark.parametrize(
    ("lang", "amount", "price", "currency"),
    [
        ("pt-BR", ("R$", "299", ",90"), "299.90", "BRL"), ("pt-BR", ("R$", "1.299", "90"), "1299.90", "BRL"),
        ("pt-BR", ("", "1.299", "90"), "1299.90", "BRL"), ("es-MX", ("$", "1,299", "50"), "1299.50", "MXN"),
        ("es-CL", ("$", "145.900", ""), "145900", "CLP"), ("es-AR", ("$", "1.299.999", ""), "1299999", "ARS"),
        ("es-MX", ("US$", "99", "50"), "99.50", "USD"), ("es-UY", ("U$S", "1.299", ""), "1299", "USD"),
    ],
)  # fmt: skip
def test_mercado_libre_draws_amounts_in_pieces(
    lang: str, amount: tuple[str, str, str], price: str, currency: str
) -> None:
    inner = pieces("R$" if lang == "pt-BR" else "$", "9.999", "", tag="s") + pieces(*amount)
    (card,) = read("mercadolibre-search", mercado_page(lang, inner)).listings

    assert (str(card.price), card.currency) == (price, currency)
    assert card.list_price == (Decimal(9999) if lang != "es-MX" else card.list_price)


@pytest.mark.parametrize(
    ("whole", "cents", "price"),
    [
        ("59", ".9", "59.9"),
        ("59", ".90", "59.90"),
        ("59", "", "59"),
        ("1,299", ".00", "1299.00"),
        ("1299", ".0", "1299.0"),
    ],
)
def test_taobao_draws_the_decimals_apart(whole: str, cents: str, price: str) -> None:
    (card,) = read(
        "taobao-search",
        f"""<html><body><a class="doubleCardWrapper--a" id="item_id_123456789"
        href="//item.taobao.com/item.htm?id=123456789"><div class="title--x">一件</div>
        <span class="priceInt--1">{whole}</span><span class="priceFloat--1">{cents}</span>
        <span class="realSales--z">1万+人付款</span></a></body></html>""",
    ).listings

    assert str(card.price) == price
    assert (card.units_low, card.units_high, card.units_window_days) == (10_000, 14_999, 30)


def test_a_struck_amount_alone_is_no_price() -> None:
    (card,) = read("mercadolibre-search", mercado_page("pt-BR", pieces("R$", "399", "90", tag="s"))).listings

    assert (card.price, card.list_price) == (None, Decimal("399.90"))


@pytest.mark.parametrize(
    ("sold", "low"),
    [
        ('<span class="andes-visually-hidden">Calificación 4.8 de 5. Más de 1000 productos vendidos.</span>', 1_000),
        ("<span>| +10 mil vendidos</span>", 10_000), ("<span>+5mil vendidos</span>", 5_000),
    ],
)  # fmt: skip
def test_mercado_libre_tells_its_sales_in_words_too(sold: str, low: int) -> None:
    (card,) = read("mercadolibre-search", mercado_page("es-CL", pieces("$", "145.900", "") + sold)).listings

    assert (card.units_low, card.units_high, card.units_basis) == (low, None, "cumulative")
