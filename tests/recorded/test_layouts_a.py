"""Other layouts of the same marketplaces, in cards as small as they can be: other years, countries and languages.

No recorded page shows these here. Each card is written after the markup that the marketplace had, with invented
goods; it says which of a spec's alternatives must find what.
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from extractors.listing import Listing
from extractors.parse import PageContext, Parsed, UnreadablePage, parse_page
from extractors.source import read_source
from extractors.spec import read_spec

SOURCES = Path(__file__).parent.parent.parent / "config" / "sources"

AMAZON_CARD = """
<div data-asin="B000000001" data-component-type="s-search-result" class="s-result-item">{badge}
 <a href="/dp/B000000001"><img class="s-image" src="https://m.example/1.jpg" alt="alt"></a>
 <h5 class="s-line-clamp-1"><span>Marke</span></h5>
 <h2><a class="a-link-normal" href="/Kanne/dp/B000000001/ref=1"><span>Eine Kanne aus Glas</span></a></h2>
 <i class="a-icon a-icon-star-small"><span class="a-icon-alt">{stars}</span></i>
 <span aria-label="1.234"><a href="/x#customerReviews"><span class="a-size-base">{count}</span></a></span>
 <span class="a-size-base a-color-secondary">{sold}</span>
 {price}
</div>"""
ONE_PRICE = '<span class="a-price"><span class="a-offscreen">{}</span><span>x</span></span>'
RANGE = f'<span class="a-price-range">{ONE_PRICE}<span class="a-price-dash">–</span>{ONE_PRICE}</span>'


def read(site: str, body: str, url: str | None = None) -> Parsed:
    """A page of that site."""
    source = read_source(SOURCES / f"{site}.yaml")
    context = PageContext(spec=read_spec(site), source=source, category_id=source.categories[0].id, url=url)
    return parse_page(body.encode(), context)


def only(site: str, body: str) -> Listing:
    """The one entry of a page, on which nothing was unreadable."""
    parsed = read(site, body)
    assert parsed.problems == []
    (listing,) = parsed.listings
    return listing


def told(listing: Listing, *names: str) -> tuple[Any, ...]:
    """Some columns of an entry."""
    return tuple(getattr(listing, name) for name in names)


@pytest.mark.parametrize(
    ("lang", "price", "stars", "count", "sold", "expected"),
    [
        ("de-de", "1.299,00 €", "4,6 von 5 Sternen", "1.234", "500+ Mal im letzten Monat gekauft",
         ("1299.00", "EUR", 4.6, 1234, 500)),
        ("ja-jp", "￥1,299", "5つ星のうち4.6", "1,234", "過去1か月で1000点以上購入されました",
         ("1299", "JPY", 4.6, 1234, 1000)),
        ("es-es", "12,99 €", "4,6 de 5 estrellas", "1.234", "Más de 500 comprados el mes pasado",
         ("12.99", "EUR", 4.6, 1234, 500)),
        ("fr-fr", "1 299,00 €", "4,6 sur 5 étoiles", "1 234", "Plus de 2 k achetés au cours du mois dernier",
         ("1299.00", "EUR", 4.6, 1234, 2000)),
        ("it-it", "1.299,00 €", "4,6 su 5 stelle", "1.234", "Oltre 500 acquistati nel mese scorso",
         ("1299.00", "EUR", 4.6, 1234, 500)),
        ("pt-br", "R$ 1.299", "4,6 de 5 estrelas", "1.234", "Mais de 1 mil compras no mês passado",
         ("1299", "BRL", 4.6, 1234, 1000)),
        ("en-ca", "$1,299.00", "4.6 out of 5 stars", "1,234", "over 500 bought in past month",
         ("1299.00", "CAD", 4.6, 1234, 500)),
        ("en-us", "TWD 1,299.00", "4.6 out of 5 stars", "1,234", "2K+ bought in past month",
         ("1299.00", "TWD", 4.6, 1234, 2000)),
    ],
)  # fmt: skip
def test_amazon_of_every_country(lang: str, price: str, stars: str, count: str, sold: str, expected: Any) -> None:
    card = AMAZON_CARD.format(badge="", stars=stars, count=count, sold=sold, price=ONE_PRICE.format(price))
    found = only("amazon-search", f'<html lang="{lang}"><body>{card}</body></html>')

    assert (str(found.price), *told(found, "currency", "rating", "review_count", "units_low")) == expected
    assert told(found, "title", "brand_text", "rank") == ("Eine Kanne aus Glas", "Marke", 1)
    assert told(found, "units_high", "units_basis", "units_window_days") == (None, "trailing", 30)


def test_amazon_ranges_and_ads_of_older_layouts() -> None:
    badge = '<span class="s-sponsored-label-text">Gesponsert</span>'
    card = AMAZON_CARD.format(badge=badge, stars="", count="", sold="", price=RANGE.format("12,99 €", "19,99 €"))
    found = only("amazon-search", f'<html lang="de-de"><body>{card}</body></html>')

    assert told(found, "price", "price_high", "sponsored", "rank") == (Decimal("12.99"), Decimal("19.99"), True, None)


@pytest.mark.parametrize(
    ("price", "low", "high"), [("$12.99", "12.99", None), ("$12.99 - $19.99", "12.99", "19.99"), ("", None, None)]
)
def test_amazon_best_sellers_as_an_ordered_list(price: str, low: str | None, high: str | None) -> None:
    found = only(
        "amazon-bestsellers",
        f"""<html lang="en-us"><body><ol id="zg-ordered-list"><li class="zg-item-immersion">
        <span class="zg-badge-text">#7</span><span class="zg-item">
        <a class="a-link-normal" href="/Pot/dp/B000000007?p=1">
        <img alt="A pot of glass" src="https://m.example/7.jpg"><div class="p13n-sc-truncate">A pot of glass</div></a>
        <div class="a-icon-row"><i><span class="a-icon-alt">4.5 out of 5 stars</span></i>
        <a class="a-size-small" href="/product-reviews/B000000007">1,234</a></div>
        <span class="p13n-sc-price">{price}</span></span></li></ol></body></html>""",
    )

    assert told(found, "item_id", "rank", "title", "rating", "review_count") == (
        "B000000007", 7, "A pot of glass", 4.5, 1234,
    )  # fmt: skip
    assert [one and str(one) for one in told(found, "price", "price_high")] == [low, high]


def test_an_amazon_page_without_the_list_is_not_read_by_its_carousels() -> None:
    card = AMAZON_CARD.format(badge="", stars="", count="", sold="", price="").replace("data-component-type", "data-c")

    with pytest.raises(UnreadablePage):
        read(
            "amazon-search",
            f'<html><body><ol class="a-carousel"><li class="a-carousel-card">{card}</li></ol></body></html>',
        )


@pytest.mark.parametrize(
    ("price", "told_price"),
    [
        ("C $24.99", ("24.99", None, "CAD")), ("£5.99 to £14.99", ("5.99", "14.99", "GBP")),
        ("EUR 1.234,50", ("1234.50", None, "EUR")), ("AU $12.00", ("12.00", None, "AUD")),
    ],
)  # fmt: skip
def test_ebay_items_of_2018_to_2024(price: str, told_price: tuple[str, str | None, str]) -> None:
    found = only(
        "ebay-search",
        f"""<ul class="srp-results"><li class="s-item"><div class="s-item__image">
        <img src="https://i.example/blank.gif" data-src="https://i.example/1.jpg"></div>
        <a class="s-item__link" href="https://www.ebay.com/itm/A-pot/264901451112?hash=x&_trkparms=tkp%3ABFBMyrSn7pdn">
        <h3 class="s-item__title"><span class="LIGHT_HIGHLIGHT">New listing</span>A pot</h3></a>
        <span class="s-item__price">{price}</span>
        <span class="s-item__hotness"><span class="BOLD">10+ sold</span></span>
        <span class="s-item__seller-info-text">potshop (1,234) 99.1%</span></li>
        <li class="s-item"><a href="https://ebay.com/itm/123456?x">
        <h3 class="s-item__title">Shop on eBay</h3></a></li></ul>""",
    )

    assert told(found, "item_id", "title", "sponsored") == ("264901451112", "A pot", True)
    assert told(found, "units_low", "units_high", "shop", "image_url") == (
        10,
        None,
        "potshop",
        "https://i.example/1.jpg",
    )
    assert (str(found.price), found.price_high and str(found.price_high), found.currency) == told_price


def test_jd_cards_of_2017_and_of_2024() -> None:
    older = only(
        "jd-search",
        """<li class="gl-item" data-sku="100012" data-spu="100000"><div class="p-img">
        <a href="//item.jd.com/100012.html" title="促销"><img data-lazy-img="//img.example/1.jpg"></a></div>
        <div class="p-price"><strong class="J_100012"><em>￥</em><i>1299.00</i></strong></div>
        <div class="p-name"><a href="//item.jd.com/100012.html"><em>玻璃<font>壶</font></em></a></div>
        <div class="p-commit"><strong><a>2万+</a>条评价</strong></div>
        <div class="p-shop"><span><a title="壶专卖店">壶专卖店</a></span></div>
        <span class="p-promo-flag">广告</span></li>""",
    )
    newer = only(
        "jd-search",
        """<div data-sku="100013" class="plugin_goodsCardWrapper _wrapper_8ld4x_3">
        <img class="_img_18s24_1" src="//img.example/2.jpg"><span class="_text_1g56m_31" title="玻璃壶">玻璃壶</span>
        <span class="_price_uqsva_14"><i>¥</i>99<span>.90</span></span>
        <span class="_goods_volume_1xkku_1">已售1000+</span>
        <div class="_shopFloor_d19t5_1"><span class="_name_d19t5_35">壶旗舰店</span></div></div>""",
    )

    assert told(older, "item_id", "family_id", "title", "shop", "review_count", "sponsored", "currency") == (
        "100012", "100000", "玻璃壶", "壶专卖店", 20_000, True, "CNY",
    )  # fmt: skip
    assert told(older, "price", "image_url") == (Decimal("1299.00"), "https://img.example/1.jpg")
    assert told(newer, "item_id", "title", "shop", "units_low", "units_basis", "price") == (
        "100013", "玻璃壶", "壶旗舰店", 1000, "cumulative", Decimal("99.90"),
    )  # fmt: skip


def test_flipkart_grids_name_a_brand_and_exchange_values_are_no_prices() -> None:
    grid = only(
        "flipkart-search",
        """<div data-id="TSH000000000001A"><a href="/x/p/itm1?pid=TSH000000000001A"><img alt=""
        src="https://r.example/image/1.jpg"></a><div><div class="q1">POTTERS</div>
        <a title="A pot of glass" href="/x/p/itm1?pid=TSH000000000001A">A pot of gl...</a>
        <a href="/x/p/itm1"><div><div class="q2">₹799</div><div class="q3">₹<!-- -->1,599</div>
        <div><span>50% off</span></div>
        </div></a></div></div>""",
    )
    bare = only(
        "flipkart-search",
        """<div data-id="MOB000000000001B"><a href="/y/p/itm2?pid=MOB000000000001B">
        <img alt="A telephone" src="https://r.example/image/2.jpg"><div><div>₹59,900</div></div>
        <div><div>Upto </div><div>₹45,050</div><div> Off on Exchange</div></div></a></div>""",
    )
    gone = only(
        "flipkart-search",
        """<div data-id="MOB000000000001C"><a href="/z/p/itm3?pid=MOB000000000001C">
        <img alt="A telephone" src="https://r.example/image/3.jpg"><div>Currently unavailable</div></a></div>""",
    )

    assert told(grid, "title", "brand_text", "price", "list_price") == (
        "A pot of glass", "POTTERS", Decimal(799), Decimal(1599),
    )  # fmt: skip
    assert told(bare, "price", "list_price") == (Decimal(59900), None)
    assert told(gone, "price", "currency", "in_stock") == (None, None, False)


def test_newegg_cards_that_show_no_price_or_no_stock() -> None:
    found = only(
        "newegg-search",
        """<div class="item-cell"><div class="item-container" id="x"><a class="item-title"
        href="https://www.newegg.com/a-pot/p/N82E16820000001?Item=1">A pot</a><ul class="price">
        <li class="price-current">See price in cart</li></ul><p class="item-promo">OUT OF STOCK</p></div></div>""",
    )

    assert told(found, "item_id", "price", "currency", "in_stock") == ("N82E16820000001", None, None, False)
