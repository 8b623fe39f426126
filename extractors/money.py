"""Prices: the text of a page becomes an amount, or a range, with a currency (docs/metrics.md, section 1).

Knows currency marks and number formats and nothing of any page. No price shown is None, never 0; a mark that several
currencies share is decided by what the source declares, and stays undecided (currency None) where that does not help.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

from extractors import price_words as say

LONGEST = 500  # characters; a longer text is no price, and not worth remembering
MOST = Decimal(10) ** 13  # what DECIMAL(18, 4) holds, with a digit to spare
CENTS = Decimal("0.0001")
MINOR_DIGITS_MOST = 4
DIGITS_MOST = 18

_EXACT = {
    "us$": "USD", "us $": "USD", "hk$": "HKD", "hk $": "HKD", "nt$": "TWD", "nt $": "TWD", "r$": "BRL", "r $": "BRL",
    "a$": "AUD", "au$": "AUD", "au $": "AUD", "nz $": "NZD", "mx $": "MXN", "c $": "CAD", "ca $": "CAD", "c$": "CAD",
    "ca$": "CAD", "s$": "SGD", "sg$": "SGD", "nz$": "NZD", "mx$": "MXN", "ar$": "ARS", "clp$": "CLP",
    "cop$": "COP", "€": "EUR", "£": "GBP", "₹": "INR", "₽": "RUB", "руб.": "RUB", "руб": "RUB", "zł": "PLN",
    "₩": "KRW", "원": "KRW", "₫": "VND", "₺": "TRY", "₴": "UAH", "грн": "UAH", "₦": "NGN", "₱": "PHP", "฿": "THB",
    "₪": "ILS", "₸": "KZT", "円": "JPY", "rmb": "CNY", "人民币": "CNY", "台币": "TWD", "港币": "HKD", "kč": "CZK",
    "ft": "HUF", "rp": "IDR", "rm": "MYR", "s/": "PEN", "cfa": "XOF", "euro": "EUR", "лв": "BGN", "лв.": "BGN",
}  # fmt: skip
_SHARED = {
    "$": frozenset(("USD", "CAD", "AUD", "NZD", "SGD", "HKD", "TWD", "MXN", "ARS", "CLP", "COP", "UYU")),
    "¥": frozenset(("CNY", "JPY")), "元": frozenset(("CNY", "TWD", "HKD")), "圓": frozenset(("TWD", "HKD")),
    "kr": frozenset(("SEK", "NOK", "DKK", "ISK")), "kr.": frozenset(("SEK", "NOK", "DKK", "ISK")),
    "rs": frozenset(("INR", "PKR", "LKR", "NPR", "MUR")), "rs.": frozenset(("INR", "PKR", "LKR", "NPR", "MUR")),
    "lei": frozenset(("RON", "MDL")),
}  # fmt: skip
_SOLE = {"元": "CNY"}  # what a shared mark means where nothing at all is declared
_MARK = "|".join(re.escape(one) for one in sorted({**_EXACT, **_SHARED}, key=len, reverse=True))
_SYMBOL = "|".join(re.escape(one) for one in {**_EXACT, **_SHARED} if not one[0].isalpha())
_LEFT = rf"(?:(?:(?<![^\W\d_])(?:{_MARK}|(?-i:[A-Z]{{3}})\s?\$?)|{_SYMBOL})(?=[\s\d]))"
_RIGHT = rf"(?:(?:{_MARK}|(?-i:[A-Z]{{3}}))(?![^\W_]))"
_NUMBER = r"(?:\d{1,3}(?:[ '’]\d{3})+(?!\d)|\d+(?:[.,]\d+)*)(?:[.,]\d+)?(?:[万萬](?!\d))?"
_AMOUNT = re.compile(
    rf"(?P<left>{_LEFT})?\s?(?P<number>{_NUMBER})(?:[.,][-–—]+)?(?:\s?(?P<right>{_RIGHT}))?(?P<share>\s?%)?",
    re.IGNORECASE,
)
_RANGE = re.compile(r"\s*(?:[-–—~〜～至]|to|bis|до|à|al?)\s*", re.IGNORECASE)
_NEGATIVE = re.compile(rf"^(?:\W*[-−–]\s*|\D*[-−–])(?:{_MARK})?\s?\d", re.IGNORECASE)
_RAISED_CENTS = re.compile(r"(?<=\d)[⁰¹²³⁴-⁹]{2}(?![\w⁰-⁹])")
_RAISED = re.compile(r"[⁰¹²³⁴-⁹]")  # a footnote's mark; NFKC would make it a digit of the price
_SPLIT_CENTS = re.compile(r"(?<=\d) (?=[.,]\d{2}(?!\d))")


@dataclass(frozen=True, slots=True)
class Money:
    """``price`` in ``currency`` (ISO 4217, None: undecided); ``price_high`` where a range is shown."""

    price: Decimal
    price_high: Decimal | None
    currency: str | None
    text: str


@dataclass(frozen=True, slots=True)
class _Amount:
    value: Decimal
    currency: str | None
    marked: bool
    start: int
    end: int


def parse_money(
    text: str, *, locale: str | None = None, currency: str | None = None, paid: bool = False
) -> Money | None:
    """The price or price range that ``text`` shows, or None where it shows none, 0, a negative or an absurd one.

    ``paid``: what a visitor pays now is wanted, so what words tell to be a former price, an instalment, a saving, a
    unit's price or the postage is left out.

    ``locale`` (such as de_DE; English where None) decides what "1.234" means, except in a currency without decimals;
    ``currency`` is meant where the text has no mark, and by a mark that several currencies share. Never raises.
    """
    return _parse_money(text, locale, currency, paid) if len(text) <= LONGEST else None


@lru_cache(maxsize=16384)
def _parse_money(text: str, locale: str | None, currency: str | None, paid: bool) -> Money | None:
    shown = " ".join(text.split())
    lowered = _RAISED.sub(" ", _RAISED_CENTS.sub(_cents, text))
    plain = unicodedata.normalize("NFKC", lowered).replace("٬", ",").replace("٫", ".")
    plain = " ".join(plain.replace("$$", "$").split())
    plain = say.SPOKEN.sub(say.written, _SPLIT_CENTS.sub("", plain))
    if _NEGATIVE.search(plain):
        return None
    amounts = _amounts(plain, locale, currency)
    if any(one.marked for one in amounts):
        amounts = _with_marks(amounts, plain)
    if paid:
        amounts = _paid(amounts, plain)
    if not amounts:
        return None
    first = amounts[0]
    second = amounts[1] if len(amounts) > 1 and _RANGE.fullmatch(plain[first.end : amounts[1].start]) else None
    if second is None and len(amounts) > 1 and not first.marked:
        return None  # several bare numbers: none of them is evidently the price
    values = sorted({first.value, second.value}) if second else [first.value]
    named = first.currency or (second.currency if second else None)
    if not any(one.marked for one in amounts):
        named = currency
    if values[0] <= 0 or values[-1] > MOST:
        return None
    return Money(values[0], values[1] if len(values) > 1 else None, named, shown)


def _paid(amounts: list[_Amount], plain: str) -> list[_Amount]:
    """The amounts that no word beside them tells to be something else than the price."""
    kept = [
        one
        for one in amounts
        if not say.BEFORE.search(plain[max(0, one.start - say.LOOK_BACK) : one.start])
        and not say.AFTER.match(plain[one.end : one.end + say.LOOK_AHEAD])
    ]
    whole = [
        one
        for one in kept
        if not say.UNIT.match(plain[one.end : one.end + say.LOOK_AHEAD])
        and not say.SUGGESTED.search(plain[max(0, one.start - say.LOOK_BACK) : one.start])
    ]
    return whole or kept


def is_several(text: str, *, locale: str | None = None, currency: str | None = None) -> bool:
    """Whether the text shows several different amounts ("$46.920 $44.900"): which of them is the price is not told."""
    plain = unicodedata.normalize("NFKC", " ".join(text[:LONGEST].split()))
    return len({one.value for one in _amounts(plain, locale, currency)}) > 1


def from_minor_units(amount: Any, digits: Any) -> Decimal | None:
    """A price that a machine writes in minor units (cents): ``amount`` / 10 ** ``digits``, exactly.

    None unless both are whole numbers (or text of digits alone), ``digits`` from 0 to 4. Never raises.
    """
    whole, places = _whole(amount), _whole(digits)
    if whole is None or places is None or places > MINOR_DIGITS_MOST:
        return None
    return Decimal(whole).scaleb(-places)


def _whole(value: Any) -> int | None:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = str(value).strip()
    return int(text) if len(text) <= DIGITS_MOST and text.isascii() and text.isdigit() else None


def _cents(raised: re.Match[str]) -> str:
    return "." + unicodedata.normalize("NFKC", raised[0])


def _with_marks(amounts: list[_Amount], plain: str) -> list[_Amount]:
    """The amounts that carry a mark, and a bare one that a range ties to them ("¥59-89", "59-89 €")."""
    kept = []
    for at, one in enumerate(amounts):
        before = at > 0 and amounts[at - 1].marked and _RANGE.fullmatch(plain[amounts[at - 1].end : one.start])
        after = at + 1 < len(amounts) and amounts[at + 1].marked
        if one.marked or before or (after and _RANGE.fullmatch(plain[one.end : amounts[at + 1].start])):
            kept.append(one)
    return kept


def _amounts(plain: str, locale: str | None, currency: str | None) -> list[_Amount]:
    found = []
    for match in _AMOUNT.finditer(plain):
        if match["share"]:
            continue
        left, right = match["left"], match["right"]
        named, marked = _currency(left, locale, currency)
        start, end = match.start("number"), match.end("number")
        if marked:
            start = match.start()
        if not marked and right:
            named, marked = _currency(right, locale, currency)
        if right and _currency(right, locale, currency)[1]:
            end = match.end()
        yen_or_yuan = "¥" in (left or "") + (right or "")  # whole amounts, whichever of the two it is
        value = _number(match["number"], locale, named or ("JPY" if yen_or_yuan else currency))
        if value is not None:
            found.append(_Amount(value, named, marked, start, end))
    return found


def _currency(mark: str | None, locale: str | None, declared: str | None) -> tuple[str | None, bool]:
    """The currency that a mark means, and whether it is a mark at all."""
    if not mark:
        return None, False
    sign = mark.casefold()
    if sign in _EXACT:
        return _EXACT[sign], True
    if sign not in _SHARED:
        code = mark[:3]  # "MXN", or "MXN$" in the locale's own habit
        return (code, True) if code in _codes() else (None, False)
    meanings = _SHARED[sign]
    for candidate in (declared, home_currency(locale)):
        if candidate in meanings:
            return candidate, True
    return (_SOLE.get(sign) if declared is None and locale is None else None), True


def _number(text: str, locale: str | None, currency: str | None) -> Decimal | None:
    factor = 10_000 if text[-1] in "万萬" else 1
    plain = re.sub(r"[\s'’万萬]", "", text)
    if len(plain) > 24:
        return None
    signs = [one for one in plain if one in ".,"]
    decimal = _decimal_sign(plain, signs, locale, currency)
    if decimal is None:
        whole, cents = plain, ""
    else:
        whole, _, cents = plain.rpartition(decimal)
    groups = re.split(r"[.,]", whole)
    if len(groups) > 1 and (len({one for one in whole if one in ".,"}) > 1 or not _grouped(groups)):
        return None
    value = Decimal("".join(groups) + ("." + cents if cents else "")) * factor
    return value if -int(value.as_tuple().exponent) <= 4 else value.quantize(CENTS)


def _grouped(groups: list[str]) -> bool:
    """Whether digits are grouped as people do: by threes, or by twos above the first three (India)."""
    inner = {len(one) for one in groups[1:-1]}
    return 1 <= len(groups[0]) <= 3 and len(groups[-1]) == 3 and (inner <= {3} or inner <= {2})


def _decimal_sign(plain: str, signs: list[str], locale: str | None, currency: str | None) -> str | None:
    """Which of "." and "," begins the decimals of this number; None: neither."""
    if not signs:
        return None
    last = signs[-1]
    if len(set(signs)) > 1:
        return last
    if len(signs) > 1:
        return None
    whole, _, tail = plain.partition(last)
    if len(tail) != 3 or not 1 <= len(whole) <= 3 or whole == "0":
        return last
    if currency is not None and _places(currency) == 0:
        return None
    return last if last == _locale_decimal(locale) else None


@lru_cache(maxsize=1)
def _codes() -> frozenset[str]:
    from babel import Locale  # 30 ms: only for who reads prices

    return frozenset(Locale("en").currencies)


@lru_cache(maxsize=256)
def _places(currency: str) -> int:
    from babel.numbers import get_currency_precision

    return int(get_currency_precision(currency))


@lru_cache(maxsize=256)
def _locale_decimal(locale: str | None) -> str:
    from babel import UnknownLocaleError
    from babel.numbers import get_decimal_symbol

    try:
        return "." if locale is None else str(get_decimal_symbol(locale.replace("-", "_")))
    except (UnknownLocaleError, ValueError):  # a page may call itself "en_IT": the language's own habit, else English
        language = (locale or "").replace("-", "_").partition("_")[0]
        return _locale_decimal(language) if language != locale else "."


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
