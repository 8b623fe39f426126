"""The list page read by hand with parsel, BeautifulSoup and bare selectolax: the same fields, the same values.

Numbers, prices and sales figures are made of the text by the same functions that the product uses, so that what differs
is the reading. ``position`` and ``rank`` are what the page shows.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urljoin

from extractors.money import parse_money
from extractors.units import parse_count, parse_units

Record = dict[str, Any]
Reader = Callable[[bytes, str], list[Record]]
FIELDS = (
    "position", "rank", "sponsored", "item_id", "family_id", "title", "url", "image_url", "brand_text", "shop",
    "currency", "price", "list_price", "price_text", "units_low", "units_high", "units_basis",
    "units_window_days", "units_text", "rating", "review_count", "in_stock",
)  # fmt: skip


def record(position: int, texts: dict[str, str | None], url: str, ladder: tuple[int, ...]) -> Record:
    """A record of the texts of one entry."""
    price = parse_money(texts["price"] or "", locale="zh_CN", currency="CNY")
    was = parse_money(texts["list_price"] or "", locale="zh_CN", currency="CNY")
    units = parse_units(texts["units"] or "", ladder=ladder, basis="cumulative")
    return {
        "position": position,
        "rank": int((texts["rank"] or "No.0").removeprefix("No.")),
        "sponsored": texts["ad"] is not None,
        "item_id": texts["item_id"],
        "family_id": texts["family_id"],
        "title": (texts["title"] or "").strip(),
        "url": urljoin(url, texts["url"] or ""),
        "image_url": urljoin(url, texts["image_url"] or ""),
        "brand_text": texts["brand"],
        "shop": texts["shop"],
        "currency": price.currency if price else None,
        "price": price.price if price else None,
        "list_price": was.price if was else None,
        "price_text": price.text if price else None,
        "units_low": units.low if units else None,
        "units_high": units.high if units else None,
        "units_basis": units.basis if units else None,
        "units_window_days": units.window_days if units else None,
        "units_text": units.text if units else None,
        "rating": float(texts["rating"] or "nan"),
        "review_count": parse_count(texts["reviews"] or ""),
        "in_stock": texts["stock"] == "https://schema.org/InStock",
    }


LADDER = (
    50, 100, 200, 300, 400, 500, 600, 700, 800, 900, 1000, 2000, 3000, 4000, 5000, 6000, 7000, 8000, 9000, 10000, 15000,
    20000, 25000, 30000, 40000, 50000, 60000, 70000, 80000, 90000, 100000,
)  # fmt: skip


def with_parsel(body: bytes, url: str) -> list[Record]:
    """By parsel (lxml), as Scrapy reads."""
    from parsel import Selector

    entries = Selector(body=body, encoding="utf-8").css("#J_list > li.item")
    return [record(number, parsel_texts(entry), url, LADDER) for number, entry in enumerate(entries, start=1)]


def parsel_texts(entry: Any) -> dict[str, str | None]:
    """The texts of one entry of a parsel selector."""
    return {
        "item_id": entry.attrib.get("data-item-id"),
        "family_id": entry.attrib.get("data-spu"),
        "title": entry.css("a.title::text").get(),
        "url": entry.css("a.title::attr(href)").get(),
        "image_url": entry.css(".pic img::attr(data-src)").get(),
        "brand": entry.css("span.brand::text").get(),
        "shop": entry.css("a.shop-name::text").get(),
        "price": entry.css("span.price::text").get(),
        "list_price": entry.css("del.was::text").get(),
        "coupon": entry.css("span.coupon b::text").get(),
        "units": entry.css("span.deal-cnt::text").get(),
        "rating": entry.css("span.stars em::text").get(),
        "reviews": entry.css("span.reviews::text").get(),
        "stock": entry.css("link[itemprop=availability]::attr(href)").get(),
        "rank": entry.css("span.rank::text").get(),
        "ad": entry.css("span.ad-tag::text").get(),
    }


def with_beautifulsoup(body: bytes, url: str) -> list[Record]:
    """By BeautifulSoup on lxml, its fastest tree."""
    from bs4 import BeautifulSoup

    entries = BeautifulSoup(body, "lxml", from_encoding="utf-8").select("#J_list > li.item")
    return [record(number, _soup_texts(entry), url, LADDER) for number, entry in enumerate(entries, start=1)]


def _soup_texts(entry: Any) -> dict[str, str | None]:
    def text(css: str) -> str | None:
        found = entry.select_one(css)
        return found.get_text() if found is not None else None

    def attribute(css: str, name: str) -> str | None:
        found = entry.select_one(css)
        return found.get(name) if found is not None else None

    return {
        "item_id": entry.get("data-item-id"),
        "family_id": entry.get("data-spu"),
        "title": text("a.title"),
        "url": attribute("a.title", "href"),
        "image_url": attribute(".pic img", "data-src"),
        "brand": text("span.brand"),
        "shop": text("a.shop-name"),
        "price": text("span.price"),
        "list_price": text("del.was"),
        "coupon": text("span.coupon b"),
        "units": text("span.deal-cnt"),
        "rating": text("span.stars em"),
        "reviews": text("span.reviews"),
        "stock": attribute("link[itemprop=availability]", "href"),
        "rank": text("span.rank"),
        "ad": text("span.ad-tag"),
    }


def with_selectolax(body: bytes, url: str) -> list[Record]:
    """By a bare selectolax loop: no spec, no problems kept, no page that explains itself."""
    from selectolax.lexbor import LexborHTMLParser

    entries = LexborHTMLParser(body).css("#J_list > li.item")
    return [record(number, _lexbor_texts(entry), url, LADDER) for number, entry in enumerate(entries, start=1)]


def _lexbor_texts(entry: Any) -> dict[str, str | None]:
    def text(css: str) -> str | None:
        found = entry.css_first(css)
        return found.text() if found is not None else None

    def attribute(css: str, name: str) -> str | None:
        found = entry.css_first(css)
        return found.attributes.get(name) if found is not None else None

    own = entry.attributes
    title = entry.css_first("a.title")
    return {
        "item_id": own.get("data-item-id"),
        "family_id": own.get("data-spu"),
        "title": title.text(),
        "url": title.attributes.get("href"),
        "image_url": attribute(".pic img", "data-src"),
        "brand": text("span.brand"),
        "shop": text("a.shop-name"),
        "price": text("span.price"),
        "list_price": text("del.was"),
        "coupon": text("span.coupon b"),
        "units": text("span.deal-cnt"),
        "rating": text("span.stars em"),
        "reviews": text("span.reviews"),
        "stock": attribute("link[itemprop=availability]", "href"),
        "rank": text("span.rank"),
        "ad": text("span.ad-tag"),
    }
