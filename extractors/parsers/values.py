"""From the raw value that stands on a page to the values of a listing's columns.

A *store* takes the dictionary of a listing's values and one raw value, writes what it means, and says whether it was
understood. Text without a digit where a number is expected is nothing shown; with one it is a problem.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any
from urllib.parse import urljoin, urlsplit

from extractors.money import CENTS, MOST, Money, parse_money
from extractors.parsers.page import PageContext
from extractors.spec import FieldRule
from extractors.units import ABSURD_UNITS, is_other_figure, is_untold_window, parse_count, parse_units

Store = Callable[[dict[str, Any], Any], bool]

_DIGIT = re.compile(r"\d")
SHORT = 100  # characters of a text that a number is looked for in
KEPT = 200  # characters of a sales text that is kept though nothing was understood of it
_CODE = re.compile(r"[A-Z]{3}")
_FLOAT = re.compile(r"\d+(?:[.,]\d+)?")
_YES = frozenset((
    "true", "1", "yes", "y", "in stock", "instock", "in_stock", "available", "add to cart", "add to basket",
    "limitedavailability", "有货", "有貨", "现货", "現貨", "在庫あり", "加入购物车", "加入購物車", "auf lager",
    "en stock", "disponible", "disponibile",
))  # fmt: skip
_NO = frozenset((
    "false", "0", "no", "n", "out of stock", "outofstock", "out_of_stock", "sold out", "soldout", "unavailable",
    "currently unavailable", "temporarily out of stock", "coming soon", "auto notify", "notify me", "discontinued",
    "缺货", "无货", "無貨", "下柜", "售罄", "售完", "已售完", "補貨中", "到货通知", "売り切れ", "在庫切れ", "品切れ",
    "agotado", "esgotado", "épuisé", "ausverkauft", "esaurito", "uitverkocht",
))  # fmt: skip
_SCALE_FIRST = re.compile(  # "5つ星のうち4.6"
    r"(?<![\d.,])(?:5|10|100)\s*(?:つ星のうち|つ星中の?|点満点中?|段階中|颗星中的?|星中的|"
    r"yıldız üzerinden|yıldızdan|점 만점에|개 중|满分)"
    r"|满分\s*(?:5|10|100)\s*[分星]?(?![.,\d])"
)
_KINDS = {
    "price": "money", "price_high": "money", "list_price": "money", "coupon_price": "money", "member_price": "money",
    "units": "units", "rating": "float", "review_count": "int", "in_stock": "bool", "rank": "int", "url": "url",
    "image_url": "url", "currency": "currency",
}  # fmt: skip


def store_of(name: str, rules: list[FieldRule], context: PageContext) -> Store:
    """The store of one field: by the ``parse`` of its rules, else as the field is usually written."""
    return _STORES[_kind_of(name, rules)](name, context)


def is_text(name: str, rules: list[FieldRule]) -> bool:
    """Whether the field is kept as it is shown: it needs no store."""
    return _kind_of(name, rules) == "text"


def why_refused(name: str, raw: str) -> str:
    """Why a raw value of the field was not understood, for the person who can mend it."""
    if name == "units" and is_untold_window(raw):
        told = "units: {basis: trailing, window_days: N}"
        return f"a time not told in whole days; where the site tells it, the spec's {told}"
    return "not understood"


def _kind_of(name: str, rules: list[FieldRule]) -> str:
    return next((rule.parse for rule in rules if rule.parse), None) or _KINDS.get(name, "text")


def _text(name: str, _context: PageContext) -> Store:
    def store(values: dict[str, Any], raw: Any) -> bool:
        values[name] = str(raw)
        return True

    return store


def _currency(_name: str, _context: PageContext) -> Store:
    def store(values: dict[str, Any], raw: Any) -> bool:
        code = str(raw).strip().upper()
        if _CODE.fullmatch(code):
            values["currency"] = "CNY" if code == "RMB" else code
            return True
        return False

    return store


def _money(name: str, context: PageContext) -> Store:
    locale, currency = context.locale, context.currency

    def store(values: dict[str, Any], raw: Any) -> bool:
        if isinstance(raw, str):
            found = parse_money(raw, locale=locale, currency=currency, paid=name == "price")
        else:
            found = _machine(raw, currency)
        return _keep_money(name, values, found, raw)

    return store


def _decimal(name: str, context: PageContext) -> Store:
    currency = context.currency
    return lambda values, raw: _keep_money(name, values, _machine(raw, currency), raw)


def _keep_money(name: str, values: dict[str, Any], found: Money | None, raw: Any) -> bool:
    if name == "price":
        values["price_text"] = str(raw)
    if found is None:
        return not _DIGIT.search(str(raw)) or _is_zero(raw)
    values[name] = found.price
    if found.currency is not None:
        values.setdefault("currency", found.currency)
    if name == "price" and found.price_high is not None:
        values["price_high"] = found.price_high
    return True


def _is_zero(raw: Any) -> bool:
    """A price of nothing: a page's way of showing none."""
    return not re.search(r"[1-9]", str(raw))


@lru_cache(maxsize=16384, typed=True)  # typed: true is no 1
def _machine(raw: Any, currency: str | None) -> Money | None:
    """A number as machines write it: a dot for decimals, no groups."""
    try:
        value = Decimal(str(raw).strip())
    except InvalidOperation:
        return None
    if not value.is_finite() or not 0 < value <= MOST:
        return None
    exact = value if -int(value.as_tuple().exponent) <= 4 else value.quantize(CENTS)
    return Money(exact, None, currency, str(raw)) if exact > 0 else None


def _units(_name: str, context: PageContext) -> Store:
    rule = context.spec.units
    ladder = tuple(rule.ladder) if rule and rule.ladder else None
    basis, window = (rule.basis, rule.window_days) if rule else (None, None)
    floor, closed = (rule.floor, rule.closed) if rule else (False, False)

    def store(values: dict[str, Any], raw: Any) -> bool:
        text = str(int(raw)) if isinstance(raw, float) and raw.is_integer() else str(raw)
        found = parse_units(text, ladder=ladder, basis=basis, window_days=window, floor=floor, closed=closed)
        if found is None:
            if not _DIGIT.search(text) or is_other_figure(text):
                return True
            values["units_text"] = " ".join(text.split())[:KEPT]  # what was shown, beside figures that are unknown
            return False
        values["units_low"], values["units_high"] = found.low, found.high
        values["units_basis"], values["units_window_days"] = found.basis, found.window_days
        values["units_text"] = found.text
        return True

    return store


def _int(name: str, _context: PageContext) -> Store:
    def store(values: dict[str, Any], raw: Any) -> bool:
        if isinstance(raw, (int, float)):
            count = int(raw) if math.isfinite(raw) and 0 <= raw <= ABSURD_UNITS else None
        else:
            count = parse_count(raw)
        if count is None:
            return not _DIGIT.search(str(raw))
        values[name] = count
        return True

    return store


def _float(name: str, _context: PageContext) -> Store:
    def store(values: dict[str, Any], raw: Any) -> bool:
        value = _number_in(str(raw)[:SHORT])
        if value is None:
            return True
        if value > 0 or name != "rating":  # a rating of 0 is how sites show that there is none
            values[name] = value
        return True

    return store


@lru_cache(maxsize=4096)
def _number_in(text: str) -> float | None:
    found = _FLOAT.search(_SCALE_FIRST.sub(" ", text))
    return float(found[0].replace(",", ".")) if found else None


def _bool(name: str, _context: PageContext) -> Store:
    def store(values: dict[str, Any], raw: Any) -> bool:
        word = str(raw).strip().casefold().removeprefix("https://schema.org/").removeprefix("http://schema.org/")
        if word in _YES or word in _NO:
            values[name] = word in _YES
            return True
        return False

    return store


def _url(name: str, context: PageContext) -> Store:
    base = context.address
    origin = "{0.scheme}://{0.netloc}".format(urlsplit(base)) if base.startswith("http") else ""

    def store(values: dict[str, Any], raw: Any) -> bool:
        text = str(raw)
        if origin and text[:1] == "/" and text[:2] != "//":
            text = origin + text
        elif not text.startswith(("http://", "https://")):
            text = _joined(base or ("https:" if text[:2] == "//" else ""), text)
        if text[:5].lower() in ("data:", "javas", "mailt", "blob:"):
            return text[:5].lower() == "data:"  # a placeholder picture is no address and no problem
        values[name] = text
        return True

    return store


def _joined(base: str, text: str) -> str:
    try:
        return urljoin(base, text)
    except ValueError:  # "http://[" and the like: kept as shown
        return text


_STORES: dict[str, Callable[[str, PageContext], Store]] = {
    "text": _text, "money": _money, "decimal": _decimal, "minor_units": _decimal, "units": _units, "int": _int,
    "float": _float, "bool": _bool, "url": _url, "currency": _currency,
}  # fmt: skip
