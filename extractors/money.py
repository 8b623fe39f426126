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
from itertools import pairwise
from typing import Any

from extractors import price_words as say
from extractors.currencies import LEFT, MARK, RIGHT, currency_of, locale_decimal, places_of

LONGEST = 500  # characters; a longer text is no price, and not worth remembering
MOST = Decimal(10) ** 13  # what DECIMAL(18, 4) holds, with a digit to spare
CENTS = Decimal("0.0001")
MINOR_DIGITS_MOST = 4
DIGITS_MOST = 18

_NUMBER = r"(?:\d{1,3}(?:[ '’]\d{3})+(?!\d)|\d+(?:[.,]\d+)*)(?:[.,]\d+)?(?:[万萬만](?!\d))?"
_AMOUNT = re.compile(
    rf"(?P<left>{LEFT})?\s?(?P<number>{_NUMBER})(?:[.,:][-–—]+)?(?:\s?(?P<right>{RIGHT}))?"
    rf"(?P<other>{say.OTHER_NUMBER}|{say.ROUNDED})?",
    re.IGNORECASE,
)
_RANGE = re.compile(r"\s*(?:[-–—~〜～至]|to|bis|до|à|al?)\s*", re.IGNORECASE)
_NEGATIVE = re.compile(rf"^(?:\W*[-−–]\s*|\D*[-−–])(?:{MARK})?\s?\d", re.IGNORECASE)
_RAISED_CENTS = re.compile(r"(?<=\d)[⁰¹²³⁴-⁹]{2}(?![\w⁰-⁹])")
_RAISED = re.compile(r"[⁰¹²³⁴-⁹]")  # a footnote's mark; NFKC would make it a digit of the price
_SPLIT_CENTS = re.compile(r"(?<=\d) (?=[.,]\d{1,2}(?!\d))")
_UNSEEN = re.compile(r"[\u00ad\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")  # they only tell where text runs
_CENTS_AFTER_MARK = re.compile(r"(?<![\d.,])(\d{1,3}(?:[ .,]\d{3})+|\d+)€(\d{2})(?![\d.,])")  # "12€99"
_NO_WHOLE = re.compile(r"(?<=[$£€])\s?\.(?=\d{2}(?!\d))")  # "$.99"
_MYRIADS = re.compile(r"(?<![\d.,])(\d{1,4})[万萬만] ?(\d,\d{3}|\d{1,4})(?=\s?[円元원圓])")  # "1万2,800円"
_POINTLESS = re.compile(  # "12 99 zł": cents that stand in an element of their own
    rf"(?P<left>{LEFT})?\s?(?P<whole>\d{{1,3}}(?:[.,' ]\d{{3}})+|\d+)[.,]? (?P<cents>\d{{2}})\s?(?P<right>{RIGHT})?",
    re.IGNORECASE,
)
_LOST_POINT = re.compile(
    rf"(?<![\d.,'])\d{{1,6}} \d{{2}}\s?{RIGHT}|{LEFT}\s?\d[\d.,]* \d{{2}}(?=\s*(?:$|[^\w\s.,%+]|{LEFT}))",
    re.IGNORECASE,
)


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
    plain = _plain(text)
    if paid:
        plain = say.FROM_FOR.sub(" por ", plain)
    if _NEGATIVE.search(plain) or _LOST_POINT.search(plain):
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


def _plain(text: str) -> str:
    """The text in plain digits and spaces, with the decimals of every amount behind a point or comma."""
    lowered = _RAISED.sub(" ", _RAISED_CENTS.sub(_cents, _UNSEEN.sub("", text)))
    plain = unicodedata.normalize("NFKC", lowered).replace("٬", ",").replace("٫", ".")
    plain = " ".join(plain.replace("$$", "$").split())
    plain = _NO_WHOLE.sub("0.", say.SPOKEN.sub(say.written, _SPLIT_CENTS.sub("", plain)))
    plain = _CENTS_AFTER_MARK.sub(lambda found: f"{re.sub(r'[ .,]', '', found[1])}.{found[2]}€", plain)
    plain = _MYRIADS.sub(lambda found: str(int(found[1]) * 10_000 + int(found[2].replace(",", ""))), plain)
    split = _POINTLESS.fullmatch(plain)
    mark = (split["left"] or split["right"]) if split else None
    if split is None or mark is None or (split["left"] and split["right"]) or mark in "¥円원₩₫":
        return plain
    whole = re.sub(r"[.,' ]", "", split["whole"])
    return f"{split['left'] or ''} {whole}.{split['cents']} {split['right'] or ''}".strip()


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
    return _with_tax(whole or kept, plain)


def _with_tax(amounts: list[_Amount], plain: str) -> list[_Amount]:
    """Where an amount with tax stands beside one without, the one with it is paid."""
    pairs = pairwise(amounts)
    if len(amounts) < 2 or any(_RANGE.fullmatch(plain[one.end : other.start]) for one, other in pairs):
        return amounts
    before = [plain[max(0, one.start - say.LOOK_BACK) : one.start] for one in amounts]
    after = [plain[one.end : one.end + say.LOOK_AHEAD] for one in amounts]
    taxed = [
        one
        for one, left, right in zip(amounts, before, after, strict=True)
        if say.WITH_TAX.search(left) or say.TAX_FOLLOWS.match(right)
    ]
    without = [one for one, left in zip(amounts, before, strict=True) if not say.WITHOUT_TAX.search(left)]
    return taxed or without or amounts


def is_several(text: str, *, locale: str | None = None, currency: str | None = None) -> bool:
    """Whether the text shows several different amounts ("$46.920 $44.900"): which of them is the price is not told."""
    plain = _plain(text[:LONGEST])
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
        left, right = match["left"], match["right"]
        if match["other"]:
            if left and say.IS_ROUNDED.fullmatch(match["other"]):
                return []  # "$1.2K": a price is not rounded, and another amount beside it is another thing
            continue
        named, marked = currency_of(left, locale, currency)
        start, end = match.start("number"), match.end("number")
        if marked:
            start = match.start()
        if not marked and right:
            named, marked = currency_of(right, locale, currency)
        if right and currency_of(right, locale, currency)[1]:
            end = match.end()
        yen_or_yuan = "¥" in (left or "") + (right or "")  # whole amounts, whichever of the two it is
        value = _number(match["number"], locale, named or ("JPY" if yen_or_yuan else currency))
        if value is not None:
            found.append(_Amount(value, named, marked, start, end))
    return found


def _number(text: str, locale: str | None, currency: str | None) -> Decimal | None:
    factor = 10_000 if text[-1] in "万萬만" else 1
    plain = re.sub(r"[\s'’万萬만]", "", text)
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
    if currency is not None and places_of(currency) == 0:
        return None
    return last if last == locale_decimal(locale) else None
