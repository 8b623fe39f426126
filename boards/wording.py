"""Words and numbers as people read them, in one language. Numbers and dates by Babel; messages from ``locales/``.

Rounding is honest: the low end of an interval is rounded down and the high end up, so that what is shown is never
more than what is known.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from functools import cache, lru_cache
from pathlib import Path
from typing import Final

from babel import Locale
from babel.dates import format_date, format_datetime, format_timedelta
from babel.numbers import (
    format_compact_currency,
    format_compact_decimal,
    format_currency,
    format_decimal,
    get_currency_precision,
)

from extractors.config import read_yaml

LOCALES: Final = {"en": "en", "zh-CN": "zh_CN"}
OWN_NAMES: Final = {"en": "English", "zh-CN": "中文"}
NONE: Final = "—"
PRICES: Final = frozenset({"price", "price_from", "list_price", "median_price"})
"""Metrics that are prices: written in full, to the currency's minor unit, and never in short as sums of money are."""
Number = int | float | Decimal
_FOLDER = Path(__file__).parent / "locales"


def round_outward(value: Number, *, up: bool, digits: int = 3) -> Decimal:
    """``value`` to ``digits`` significant digits (at least to whole units above 100), down, or up where ``up``."""
    exact = Decimal(str(value))
    if exact == 0:
        return Decimal(0)
    step = Decimal(1).scaleb(exact.adjusted() - digits + 1)
    return exact.quantize(step, rounding=ROUND_CEILING if up else ROUND_FLOOR)


@lru_cache(maxsize=65_536)
def _compact(value: Number, up: bool, currency: str | None, locale: Locale) -> str:
    rounded = round_outward(value, up=up)
    if currency:
        return str(format_compact_currency(rounded, currency, locale=locale, fraction_digits=2))
    return str(format_compact_decimal(rounded, locale=locale, fraction_digits=2))


@lru_cache(maxsize=65_536)
def _count(value: Number, locale: Locale) -> str:
    return str(format_decimal(value, format="#,##0", locale=locale))


@lru_cache(maxsize=65_536)
def _percent(share: Number, digits: int, locale: Locale) -> str:
    return f"{format_decimal(Decimal(str(share)) * 100, format='0.' + '#' * digits, locale=locale)}%"


@lru_cache(maxsize=4_096)
def _day(value: date, pattern: str, locale: Locale) -> str:
    return str(format_date(value, format=pattern, locale=locale))


@lru_cache(maxsize=65_536)
def _money(value: Number, currency: str | None, locale: Locale) -> str:
    exact = Decimal(str(value))
    minor = get_currency_precision(currency) if currency else 2
    plain = "#,##0" if exact == exact.to_integral_value() else f"#,##0.{'0' * minor:#<4}"
    if not currency:
        return str(format_decimal(exact, format=plain, locale=locale))
    return str(format_currency(exact, currency, format=f"¤{plain}", locale=locale, currency_digits=False))


@cache
def _messages(locale: str) -> dict[str, str]:
    return {str(key): str(text) for key, text in read_yaml(_FOLDER / f"{locale}.yaml").items()}


class Wording:
    """One language: messages by key and Babel's formats. Raises ValueError for a language we have no words for."""

    def __init__(self, locale: str) -> None:
        if locale not in LOCALES:
            raise ValueError(f"boards locale {locale!r}: expected one of {', '.join(LOCALES)}")
        self.tag = locale
        self.own_name = OWN_NAMES[locale]
        self.babel = Locale.parse(LOCALES[locale])
        self._texts = _messages(locale)
        words = {key.removeprefix("script."): text for key, text in self._texts.items() if key.startswith("script.")}
        self.script_words = json.dumps(words, ensure_ascii=False, separators=(",", ":"))  # what board.js says

    def say(self, key: str, **values: object) -> str:
        """The message ``key`` with ``{name}`` filled in. Raises KeyError for a message we don't have."""
        return self._texts[key].format(**values)

    def choice(self, prefix: str, value: object) -> str:
        """The message of ``prefix.value``; the value itself, as data, where nobody gave it words."""
        return self._texts.get(f"{prefix}.{value}", NONE if value is None else str(value))

    def count(self, value: Number | None) -> str:
        """A whole count in full: 12,034."""
        return NONE if value is None else _count(value, self.babel)

    def compact(self, value: Number | None, *, up: bool = False, currency: str | None = None) -> str:
        """A large number in short, 12.3K or 1.23万, rounded down, or up where ``up``; as money with ``currency``."""
        return NONE if value is None else _compact(value, up, currency, self.babel)

    def interval(self, low: Number | None, high: Number | None, currency: str | None = None) -> str:
        """What is known of a figure: ``≥ 12K`` without an upper bound, ``12K–15K`` with one, ``12K`` where exact."""
        if low is None:
            return NONE
        shown = self.compact(low, currency=currency)
        if high is None:
            return f"≥ {shown}"
        top = shown if high == low else self.compact(high, up=True, currency=currency)
        return shown if top == shown else f"{shown}–{top}"

    def percent(self, share: Number | None, digits: int = 0) -> str:
        """A share, 0 to 1, as per cent."""
        if share is None:
            return NONE
        if digits == 0 and 0 < share < 0.005:
            return "<1%"
        return _percent(share, digits, self.babel)

    def bounds(self, low: Number | None, high: Number | None) -> str:
        """The bounds of a share, 0 to 1: ``17.5%–27.4%``, one-sided where the other end says nothing, else empty."""
        useful_low = low is not None and low > 0
        useful_high = high is not None and high < 0.995
        if useful_low and useful_high:
            ends = self.percent(low, 1), self.percent(high, 1)
            return self.say("figure.exact") if ends[0] == ends[1] else "–".join(ends)
        if useful_low:
            return f"≥ {self.percent(low, 1)}"
        return f"≤ {self.percent(high, 1)}" if useful_high else ""

    def span(self, low: Number | None, high: Number | None) -> str:
        """Two whole counts as a range; one where they are the same."""
        ends = self.count(low), self.count(high)
        return ends[0] if ends[0] == ends[1] else "–".join(ends)

    def points(self, share: Number | None) -> str:
        """A difference of shares in percentage points, signed."""
        if share is None:
            return NONE
        points = (Decimal(str(share)) * 100).quantize(Decimal("0.1")) or Decimal(0)
        return str(format_decimal(points, format="+0.0;−0.0" if points else "0.0", locale=self.babel))

    def number(self, value: Number | None) -> str:
        """A measured number to three significant digits: 7.31, 0.42, 131."""
        if value is None:
            return NONE
        return str(format_decimal(round_outward(value, up=False), locale=self.babel))

    def change(self, share: Number | None) -> str:
        """A relative change, signed: −5%."""
        if share is None:
            return NONE
        whole = round(Decimal(str(share)) * 100, 1)
        return f"{format_decimal(whole, format='+0.#;−0.#' if whole else '0', locale=self.babel)}%"

    def alert_value(self, low: Number | None, high: Number | None, unit: str, metric: str = "") -> str:
        """An alert's figure in its rule's unit: a share as per cent, a currency code as money, a price in full."""
        if metric in PRICES:
            return self.price(low, unit if len(unit) == 3 and unit.isupper() else None, high)
        if unit == "share":
            return self.percent(low, 1) if low == high else self.bounds(low, high)
        if unit in {"rank", "index", "flag"}:
            return f"≥ {self.count(low)}" if high is None else self.span(low, high)
        return self.interval(low, high, unit if len(unit) == 3 and unit.isupper() else None)

    def price(self, low: Number | None, currency: str | None, high: Number | None = None) -> str:
        """A price, or its range; plain numbers where the currency is unknown."""
        if low is None:
            return NONE
        shown = _money(low, currency, self.babel)
        return shown if high is None or high == low else f"{shown}–{_money(high, currency, self.babel)}"

    def band(self, low: Number, high: Number | None, currency: str | None) -> str:
        """A price band ``[low, high)`` in short; ``¥300+`` where open."""
        return (
            f"{_money(low, currency, self.babel)}+"
            if high is None
            else f"{_money(low, currency, self.babel)}–{_money(high, None, self.babel)}"
        )

    def day(self, value: date | None) -> str:
        """A date with its month in words or signs."""
        return NONE if value is None else _day(value, "medium", self.babel)

    def short_day(self, value: date | None) -> str:
        """Month and day, for an axis."""
        pattern = "M月d日" if self.babel.language == "zh" else "d MMM"
        return NONE if value is None else _day(value, pattern, self.babel)

    def instant(self, value: datetime | None) -> str:
        """A moment in UTC, to the minute."""
        if value is None:
            return NONE
        return f"{format_datetime(value, format='yyyy-MM-dd HH:mm', locale=self.babel)} UTC"

    def span_of_time(self, value: timedelta | None) -> str:
        """A length of time in its largest unit: 3 days, 5 hours."""
        return NONE if value is None else str(format_timedelta(value, threshold=1.2, locale=self.babel))

    def condition(self, text: str, unit: str, metric: str = "") -> str:
        """An alert's fire condition, such as ``above 20000``, in words."""
        kind, _, amount = text.partition(" ")
        key = f"condition.{kind}"
        if key not in self._texts:
            return text
        shown = amount if amount.endswith("%") else self.alert_value(float(amount), float(amount), unit, metric)
        return self.say(key, amount=shown)

    def level(self, value: Number, metric: str) -> str:
        """A rule's level in the way its metric is written."""
        if metric in PRICES:
            return self.price(value, None)
        return self.percent(value, 1) if metric in {"share", "stock_out_share"} else self.count_or_number(value)

    def count_or_number(self, value: Number) -> str:
        """Whole numbers in full, others to three significant digits."""
        return self.count(value) if float(value).is_integer() else self.number(value)

    def price_tick(self, currency: str | None) -> Callable[[Number], str]:
        """How a price axis writes its ticks."""
        return lambda value: self.price(value, currency)

    def price_about(self, value: Number | None, currency: str | None) -> str:
        """A mean of prices, to the cent."""
        return NONE if value is None else self.price(round(Decimal(str(value)), 2), currency)

    def profit(self, low: Number | None, high: Number | None, currency: str | None) -> str:
        """An interval that can be below nothing and open at either end."""
        if low is None:
            return NONE if high is None else f"≤ {self.compact(high, up=True, currency=currency)}"
        return self.interval(low, high, currency)

    def change_whole(self, share: Number) -> str:
        """A relative change in whole per cent, signed: +35%."""
        whole = round(Decimal(str(share)) * 100)
        return f"{format_decimal(whole, format='+#,##0;−#,##0' if whole else '0', locale=self.babel)}%"

    def change_bounds(self, low: Number | None, high: Number | None) -> str:
        """What a relative change can be at least and at most."""
        if low is None:
            return "" if high is None else f"≤ {self.change_whole(high)}"
        ends = self.change_whole(low), "" if high is None else self.change_whole(high)
        return f"≥ {ends[0]}" if high is None else "" if ends[0] == ends[1] else f"({ends[0]} … {ends[1]})"
