"""More layouts of the same marketplaces, in cards as small as they can be: what real pages were once misread in.

Each card is written after the markup that the marketplace had, with invented goods.
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from extractors.listing import Listing
from extractors.parse import PageContext, UnreadablePage, parse_page
from extractors.source import read_source
from extractors.spec import read_spec

SOURCES = Path(__file__).parent.parent.parent / "config" / "sources"


def read(site: str, body: str) -> list[Listing]:
    """The entries of a page, on which nothing was unreadable."""
    source = read_source(SOURCES / f"{site}.yaml")
    context = PageContext(spec=read_spec(site), source=source, category_id=source.categories[0].id)
    parsed = parse_page(body.encode(), context)
    assert parsed.problems == []
    return parsed.listings


def ebay_card(price: str, secondary: str, rest: str = "") -> Listing:
    """The one s-card of a search page."""
    (found,) = read(
        "ebay-search",
        f"""<html lang="en"><ul class="srp-results"><li class="s-card" data-listingid="1">
        <div class="su-link">
        <a href="https://www.ebay.com/itm/137236121254?_skw=x"><div class="s-card__title">
        <span class="su-styled-text">A pot</span></div></a>{rest}</div><div class="su-card-container__attributes"><div
        class="su-card-container__attributes__primary"><div class="s-card__attribute-row">{price}</div></div>
        <div class="su-card-container__attributes__secondary">{secondary}</div></div></li></ul></html>""",
    )
    return found


def row(*texts: str) -> str:
    """A row of an s-card."""
    return (
        '<div class="s-card__attribute-row">'
        + "".join(f'<span class="su-styled-text">{t}</span>' for t in texts)
        + "</div>"
    )


def test_an_accepted_offer_is_no_price() -> None:
    sold = ebay_card(
        '<span class="su-styled-text positive strikethrough large-1 s-card__price">$109.00</span>',
        row("r00sters ", "99.8% positive (1.1K)"),
    )
    on_sale = ebay_card(
        '<span class="su-styled-text primary large-1 s-card__price">$19.94</span> '
        '<span class="su-styled-text secondary strikethrough large">$49.99</span>',
        row("jlabllc ", "99.1% positive (120K)"),
    )

    assert (sold.price, sold.list_price, sold.currency) == (None, Decimal("109.00"), "USD")
    assert (on_sale.price, on_sale.list_price) == (Decimal("19.94"), Decimal("49.99"))


@pytest.mark.parametrize(
    ("secondary", "shop"),
    [
        (row("Customs services provided") + row("amili_24 ", "100% positive (117)"), "amili_24"),
        (row("revotec  99.8% positive (99.6K)"), "revotec"),
        (row("DirectToUから直売"), None),
    ],
)  # fmt: skip
def test_the_seller_is_who_has_ratings(secondary: str, shop: str | None) -> None:
    assert ebay_card('<span class="s-card__price">$1.00</span>', secondary).shop == shop


def test_stars_are_not_their_scale() -> None:
    stars = '<div class="x-star-rating"><span class="clipped">5つ星中の4.5つ星.</span></div>'

    assert ebay_card('<span class="s-card__price">8,916 円</span>', "", stars).rating == 4.5


def test_ebay_in_japanese_tells_its_sales() -> None:
    (found,) = read(
        "ebay-search",
        """<html lang="ja"><h1 class="srp-controls__count-heading"><span class="BOLD">pot</span>の結果
        <span class="BOLD">7,400</span>件以上</h1><ul class="srp-results"><li class="s-item"><a class="s-item__link"
        href="https://www.ebay.com/itm/125098319434?x"><div class="s-item__title"><span role="heading">壺</span></div>
        </a>
        <span class="s-item__price">3,858 円<span class="DEFAULT">～</span>13,507 円</span>
        <span class="s-item__dynamic s-item__quantitySold"><span class="BOLD">43点販売済み</span></span>
        </li></ul></html>""",
    )

    assert (found.units_low, found.units_high, found.units_basis) == (43, 43, "cumulative")
    assert (found.price, found.price_high, found.currency) == (Decimal(3858), Decimal(13507), "JPY")


@pytest.mark.parametrize(
    ("seller", "shop", "brand"),
    [
        ('<span class="poly-phrase-label">WALON</span> por Calzamas', "Calzamas", "WALON"),
        ('<span class="poly-phrase-label">NIKE</span>', "NIKE", None),
        ("Por Tienda por Dos", "Tienda por Dos", None),
    ],
)
def test_mercado_libre_of_peru(seller: str, shop: str, brand: str | None) -> None:
    (found,) = read(
        "mercadolibre-search",
        f"""<html lang="es-PE"><ol><li class="ui-search-layout__item"><div class="poly-card">
        <a class="poly-component__title" href="https://articulo.mercadolibre.com.pe/MPE-631291879-una-olla">Una olla</a>
        <span class="poly-component__seller">{seller}</span><div class="poly-price__current"><span
        aria-label="Ahora: 545 soles con 95 céntimos" class="andes-money-amount"></span></div><span>12 cuotas de <span
        aria-label="45 soles con 50 céntimos" class="andes-money-amount"></span></span></div></li></ol></html>""",
    )

    assert (found.item_id, found.shop, found.brand_text) == ("MPE-631291879", shop, brand)
    assert (found.price, found.currency) == (Decimal("545.95"), "PEN")


def test_a_search_that_found_nothing_is_an_honest_answer() -> None:
    page = """<html><body><div class="err_layout"><div class="br-title standard br_errorTitle"><div>No shopping results
    found for <strong>a pot</strong>.</div></div></div></body></html>"""

    assert read("bing-shopping", page) == []


def test_a_shop_whose_scripts_name_walls_is_none() -> None:
    words = "A pot for every kitchen and every table. " * 20
    page = f"<html><body><p>{words}</p><script>if (denied) say('Access Denied, captcha')</script></body></html>"

    with pytest.raises(UnreadablePage) as refusal:
        read("books-toscrape", page)
    assert refusal.value.kind == "layout"
