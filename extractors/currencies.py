"""Marks of currencies, and the habits of locales: what "kr" means where, and which sign begins the decimals.

Knows nothing of prices. A mark that several currencies share is decided by what is declared, or by the locale's
country, and stays undecided (None) where neither helps.
"""

from __future__ import annotations

import re
from functools import lru_cache

_EXACT = {
    "us$": "USD", "us $": "USD", "hk$": "HKD", "hk $": "HKD", "nt$": "TWD", "nt $": "TWD", "r$": "BRL", "r $": "BRL",
    "a$": "AUD", "au$": "AUD", "au $": "AUD", "nz $": "NZD", "mx $": "MXN", "c $": "CAD", "ca $": "CAD", "c$": "CAD",
    "ca$": "CAD", "cdn$": "CAD", "cdn $": "CAD", "s$": "SGD", "sg$": "SGD", "nz$": "NZD", "mx$": "MXN", "ar$": "ARS",
    "clp$": "CLP", "cop$": "COP", "rd$": "DOP", "$u": "UYU", "u$s": "USD", "cn¥": "CNY", "€": "EUR", "£": "GBP",
    "₹": "INR", "₽": "RUB", "руб.": "RUB", "руб": "RUB", "zł": "PLN", "₩": "KRW", "원": "KRW", "₫": "VND", "₺": "TRY",
    "₴": "UAH", "грн": "UAH", "₦": "NGN", "₱": "PHP", "฿": "THB", "บาท": "THB", "₪": "ILS", "₸": "KZT", "円": "JPY",
    "rmb": "CNY", "人民币": "CNY", "台币": "TWD", "港币": "HKD", "kč": "CZK", "ft": "HUF", "rp": "IDR", "rm": "MYR",
    "s/": "PEN", "cfa": "XOF", "euro": "EUR", "лв": "BGN", "лв.": "BGN", "ksh": "KES", "tsh": "TZS", "ush": "UGX",
    "jp¥": "JPY",
    "gh₵": "GHS", "₵": "GHS", "₡": "CRC", "₲": "PYG", "৳": "BDT", "₭": "LAK", "៛": "KHR", "₮": "MNT", "₾": "GEL",
    "₼": "AZN", "֏": "AMD", "ر.س": "SAR", "د.إ": "AED", "ر.ق": "QAR", "د.ك": "KWD", "ج.م": "EGP", "د.م": "MAD",
}  # fmt: skip
_SHARED = {
    "$": frozenset(("USD", "CAD", "AUD", "NZD", "SGD", "HKD", "TWD", "MXN", "ARS", "CLP", "COP", "UYU")),
    "¥": frozenset(("CNY", "JPY")), "元": frozenset(("CNY", "TWD", "HKD")), "圓": frozenset(("TWD", "HKD")),
    "kr": frozenset(("SEK", "NOK", "DKK", "ISK")), "kr.": frozenset(("SEK", "NOK", "DKK", "ISK")),
    "rs": frozenset(("INR", "PKR", "LKR", "NPR", "MUR")), "rs.": frozenset(("INR", "PKR", "LKR", "NPR", "MUR")),
    "lei": frozenset(("RON", "MDL")), "fcfa": frozenset(("XOF", "XAF")), "f cfa": frozenset(("XOF", "XAF")),
    "ريال": frozenset(("SAR", "QAR", "OMR", "YER", "IRR")), "درهم": frozenset(("AED", "MAD")),
    "جنيه": frozenset(("EGP", "SDG")), "دينار": frozenset(("KWD", "BHD", "JOD", "IQD", "TND", "DZD", "LYD")),
}  # fmt: skip
_LOCAL = {  # letters that are a mark only at home
    "r": "ZAR", "q": "GTQ", "р": "RUB", "р.": "RUB", "br": "BYN", "dh": "MAD", "dhs": "AED", "bs": "BOB", "bs.": "BOB",
    "gs": "PYG", "gs.": "PYG", "din": "RSD", "din.": "RSD", "tl": "TRY", "đ": "VND", "l": "HNL",
}  # fmt: skip
_SOLE = {"元": "CNY"}  # what a shared mark means where nothing at all is declared
_DECIMAL_SIGNS = {"en_ZA": "."}  # shops and people write R1,299.00; CLDR has the official comma
_ALL = sorted({**_EXACT, **_SHARED, **_LOCAL}, key=len, reverse=True)
_MARK = "|".join(re.escape(one) for one in _ALL)
_SYMBOL = "|".join(re.escape(one) for one in {**_EXACT, **_SHARED} if not one[0].isalpha())
LEFT = rf"(?:(?:(?<![^\W\d_])(?:{_MARK}|(?-i:[A-Z]{{3}})\s?\$?)|{_SYMBOL})(?=[\s\d]))"
RIGHT = rf"(?:(?:{_MARK}|(?-i:[A-Z]{{3}}))(?![^\W_])|[元円圓원])"
MARK = _MARK


def currency_of(mark: str | None, locale: str | None, declared: str | None) -> tuple[str | None, bool]:
    """The currency (ISO 4217) that a mark means, None where undecided, and whether it is a mark at all."""
    if not mark:
        return None, False
    sign = mark.casefold()
    if sign in _EXACT:
        return _EXACT[sign], True
    at_home = (declared, home_currency(locale))
    if sign in _LOCAL:
        return (_LOCAL[sign], True) if _LOCAL[sign] in at_home else (None, False)
    if sign not in _SHARED:
        code = mark[:3]  # "MXN", or "MXN$" in the locale's own habit
        return (code, True) if code in _codes() else (None, False)
    for candidate in at_home:
        if candidate in _SHARED[sign]:
            return candidate, True
    return (_SOLE.get(sign) if declared is None and locale is None else None), True


@lru_cache(maxsize=1)
def _codes() -> frozenset[str]:
    from babel import Locale  # 30 ms: only for who reads prices

    return frozenset(Locale("en").currencies)


@lru_cache(maxsize=256)
def places_of(currency: str) -> int:
    """How many decimals the currency has."""
    from babel.numbers import get_currency_precision

    return int(get_currency_precision(currency))


@lru_cache(maxsize=256)
def locale_decimal(locale: str | None) -> str:
    """The sign that begins decimals in the locale; "." where it is unknown, or None."""
    from babel import UnknownLocaleError
    from babel.numbers import get_decimal_symbol

    name = None if locale is None else locale.replace("-", "_")
    if name is None or name in _DECIMAL_SIGNS:
        return _DECIMAL_SIGNS.get(name or "", ".")
    try:
        sign = str(get_decimal_symbol(name))
    except (UnknownLocaleError, ValueError):  # a page may call itself "en_IT": the language's own habit, else English
        language = name.partition("_")[0]
        return locale_decimal(language) if language != locale else "."
    return "." if sign == "٫" else sign


@lru_cache(maxsize=256)
def home_currency(locale: str | None) -> str | None:
    """The currency of a locale's country (de_DE: EUR); None without a locale, a country, or where it is unknown."""
    if locale is None:
        return None
    from babel import Locale, UnknownLocaleError
    from babel.numbers import get_territory_currencies

    try:
        territory = Locale.parse(locale.replace("-", "_")).territory
    except (UnknownLocaleError, ValueError):
        territory = locale.replace("-", "_").rpartition("_")[2] if "_" in locale.replace("-", "_") else None
    currencies = get_territory_currencies(territory) if territory else []
    return str(currencies[0]) if currencies else None
