"""Words and figures of the mails, in English and Chinese: names of figures, numbers with their unit, times. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from babel.numbers import format_currency, format_decimal, format_percent

from alerts.facts import Facts

LOCALES = {"en": "en", "zh-CN": "zh_CN"}

METRICS: Mapping[str, tuple[str, str]] = {
    "units_30d": ("units / 30 d", "件/30天"),
    "units_per_day": ("units / day", "件/天"),
    "units_shown": ("units as shown", "件（页面所示）"),
    "gmv_30d": ("sales value / 30 d", "销售额/30天"),
    "units_share": ("share of units", "件数份额"),
    "price": ("price", "价格"),
    "price_from": ("lowest price", "起价"),
    "list_price": ("list price", "划线价"),
    "margin": ("margin (estimate)", "单件毛利（估算）"),
    "margin_share": ("margin share (estimate)", "毛利率（估算）"),
    "profit_30d": ("profit / 30 d (estimate)", "利润/30天（估算）"),
    "rank": ("rank", "排名"),
    "in_stock": ("stock", "库存"),
    "rating": ("rating", "评分"),
    "review_count": ("reviews", "评价数"),
    "listings": ("listings", "商品数"),
    "share": ("share", "份额"),
    "median_price": ("median price", "价格中位数"),
    "stock_out_share": ("out-of-stock share", "缺货率"),
    "entrants": ("new entrants", "新上榜数"),
    "dropouts": ("drop-outs", "掉榜数"),
    "hhi": ("HHI", "HHI"),
    "best_rank": ("best rank", "最佳排名"),
    "brands": ("brands", "品牌数"),
    "unknown_brand_share": ("unknown-brand share", "未知品牌占比"),
    "survival": ("entrant survival", "新品留存率"),
    "gap": ("demand gap", "供需缺口"),
    "entry_margin": ("entry margin (estimate)", "入场毛利（估算）"),
    "entry_margin_share": ("entry margin share (estimate)", "入场毛利率（估算）"),
    "own_listings": ("own listings", "自家商品数"),
    "own_rank": ("own best rank", "自家最佳排名"),
    "own_share": ("own share", "自家份额"),
    "effective_brands": ("effective brands", "有效品牌数"),
}
MEASURES: Mapping[str, tuple[str, str]] = {
    "units_30d": ("of units / 30 d", "按30天件数"),
    "gmv_30d": ("of sales value / 30 d", "按30天销售额"),
    "units_shown": ("of units as shown", "按页面所示件数"),
    "listings": ("of listings", "按商品数"),
}
COMPARED: Mapping[str, tuple[str, str]] = {
    "previous": ("the previous complete snapshot", "上一次完整快照"),
    "mean_7d": ("the mean of the 7 days before", "此前7天均值"),
    "mean_30d": ("the mean of the 30 days before", "此前30天均值"),
    "own": ("our own", "自家"),
}
# What a sales figure is: as shown, and as a rate made of it (metrics.md section 4).
_BASES: Mapping[str, tuple[tuple[str, str], tuple[str, str]]] = {
    "cumulative": (
        ("a counter: sold since it was listed", "累计销量（自上架起）"),
        ("a rate: what the counter grew by between two observations", "由累计销量在两次观测间的增长折算"),
    ),
    "trailing": (
        ("sold in the page's own trailing window", "页面自身的滚动窗口销量"),
        ("of the page's own trailing window", "按页面自身的滚动窗口销量折算"),
    ),
    "period": (
        ("a figure of a day, by the interface", "接口按日数据"),
        ("of the interface's daily figures", "按接口日数据折算"),
    ),
    "modelled": (("modelled from the rank: no sales figure", "按排名推算，并非销量"),) * 2,
}
# What follows a figure of these metrics in a headline, where the metric's own name is left out.
PER: Mapping[str, tuple[str, str]] = {
    "units_30d": (" / 30 d", "/30天"),
    "units_per_day": (" / day", "/天"),
    "units_shown": (" sold", "（所示）"),
}


def basis_name(language: str, facts: Facts) -> str | None:
    """What the sales figure is; None where it is none, or where that was not kept."""
    known = [part for part in (facts.basis or "").split("/") if part in _BASES]
    if not known:
        return None
    shown, rate = _BASES[known[0]]
    return say(language, shown if "units_shown" in {facts.metric, facts.measure} else rate)


def say(language: str, pair: tuple[str, str]) -> str:
    """The one of (English, Chinese) that ``language`` asks for."""
    return pair[1] if language == "zh-CN" else pair[0]


def clean(text: str) -> str:
    """One line without control and direction characters: what a page wrote is data and may not steer a mail."""
    kept = "".join(" " if unicodedata.category(one) in {"Cc", "Zl", "Zp"} else one for one in text)
    return " ".join("".join(one for one in kept if unicodedata.category(one) != "Cf").split())


def shorten(text: str, length: int) -> str:
    """``text`` in at most ``length`` characters, the cut marked."""
    return text if len(text) <= length else text[: max(length - 1, 0)].rstrip() + "…"


@lru_cache(maxsize=4096)
def number(language: str, unit: str, currency: str | None, value: float) -> str:
    """One figure in its unit."""
    locale = LOCALES[language]
    if unit == "share":
        return str(format_percent(value, "#,##0.0%", locale=locale))
    if unit == "money" and currency:
        return str(format_currency(value, currency, locale=locale))
    if unit == "flag":
        return say(language, ("in stock", "有货") if value else ("out of stock", "缺货"))
    if unit == "rank":
        return say(language, (f"#{value:.0f}", f"第{value:.0f}名"))
    digits = "#,##0" if unit in {"units", "count"} and value == int(value) else "#,##0.##"
    return str(format_decimal(value, digits, locale=locale))


def interval(language: str, facts: Facts, low: float | None, high: float | None) -> str:
    """A figure as the interval it is: exact, from–to, or low+ where no upper bound is known; a dash for none."""
    if low is None:
        return "–"
    first = number(language, facts.unit, facts.currency, low)
    if high is None:
        return f"{first}+"
    last = number(language, facts.unit, facts.currency, high)
    return first if first == last else f"{first}–{last}"


def amount(language: str, facts: Facts, value: float | str) -> str:
    """An amount of a rule: a share as written, a number in the figure's unit."""
    return value if isinstance(value, str) else number(language, facts.unit, facts.currency, value)


def change(language: str, facts: Facts) -> str:
    """How far the figure is from its base, the proved end first: '−28.1%', '+19.0% to +39.0%', '+19.0% or more'."""
    ends = (facts.span_low, facts.span_high)
    near, far = reversed(ends) if facts.when_key in {"falls_by", "below"} else ends
    if near is None:
        return "?" if far is None else say(language, ("at most {}", "至多{}")).format(difference(language, facts, far))
    first = difference(language, facts, near)
    if far is None:
        return first + say(language, (" or more", "以上"))
    last = difference(language, facts, far)
    return first if first == last else first + say(language, (" to ", " ～ ")) + last


def difference(language: str, facts: Facts, value: float) -> str:
    """A signed distance, as a share of the base where the rule asks for one."""
    sign = "+" if value > 0 else "−" if value < 0 else "±"
    if isinstance(facts.when_amount, str):
        return sign + number(language, "share", None, abs(value))
    return sign + number(language, facts.unit, facts.currency, abs(value))


def metric_name(language: str, facts: Facts) -> str:
    """The figure's name, with what a share counts in."""
    name = say(language, METRICS.get(facts.metric, (facts.metric.upper(), facts.metric.upper())))
    return f"{name} {say(language, MEASURES[facts.measure])}" if facts.measure else name


def limit(language: str, facts: Facts) -> str:
    """The fire condition's amount as a headline says it: '20,000 / 30 d', '20% on the previous complete snapshot'."""
    text = amount(language, facts, facts.when_amount)
    if facts.compare == "absolute":
        return text + say(language, PER.get(facts.metric, ("", "")))
    base = say(language, COMPARED[facts.compare])
    if facts.compare == "own":
        side = say(language, ("above", "高于") if facts.when_key == "above" else ("below", "低于"))
        return f"{side}{base}{text}" if language == "zh-CN" else f"{text} {side} {base}"
    return f"{text}（比{base}）" if language == "zh-CN" else f"{text} on {base}"


def moment(language: str, at: str, timezone: str) -> str:
    """A time as a person reads it, in their own zone (the mail's foot names it)."""
    zone = ZoneInfo(timezone)
    local = datetime.fromisoformat(at).astimezone(zone)
    pattern = say(language, ("d MMM y, HH:mm", "y年M月d日 HH:mm"))
    return str(format_datetime(local, pattern, tzinfo=zone, locale=LOCALES[language]))
