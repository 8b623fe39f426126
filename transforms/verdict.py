"""The sentence of a row of ``category_verdict``, in English or Chinese, from its codes and figures alone.

English says the same as the mart's own ``sentence``. This module must not know where the row is shown.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

Row = Mapping[str, Any]

WORDS = {
    "en": {
        "open": "open", "contested": "contested", "closed": "closed",
        "rising": " and rising", "falling": " and falling", "steady": " and steady",
        "incomplete": "no verdict, the snapshot is incomplete",
        "coverage": "no verdict, only {coverage} % was captured",
        "few_families": "no verdict, only {families} families can be measured",
        "no_concentration": "no verdict, nothing was sold that can be measured",
        "hhi": "HHI {hhi}{trend}",
        "top_brand": "{brand} leads with {share} %",
        "survival": "{stayed} of {entrants} entrants stayed",
        "gap_band": "band {band} holds {units} % of units from {listings} % of listings",
        "upward": "{low} and up",
        "margin": "estimated margin {margin} % at {price} {currency}",
        "own_rank": "own best rank {rank}",
        "between": ", ", "colon": ": ",
    },
    "zh-CN": {
        "open": "可进入", "contested": "竞争激烈", "closed": "难进入",
        "rising": "，上升中", "falling": "，下降中", "steady": "，平稳",
        "incomplete": "不作判断：本次观测不完整",
        "coverage": "不作判断：只采集到 {coverage}%",
        "few_families": "不作判断：可计量的商品族只有 {families} 个",
        "no_concentration": "不作判断：没有可计量的销售",
        "hhi": "HHI {hhi}{trend}",
        "top_brand": "{brand} 领先，占 {share}%",
        "survival": "{entrants} 个新进入者中 {stayed} 个留存",
        "gap_band": "价格带 {band} 以 {listings}% 的在售商品占 {units}% 的销量",
        "upward": "{low} 以上",
        "margin": "按 {price} {currency} 估算毛利率 {margin}%",
        "own_rank": "自有商品最好排名第 {rank}",
        "between": "；", "colon": "：",
    },
}  # fmt: skip


def verdict_sentence(row: Row, locale: str = "en") -> str:
    """The sentence of ``row`` in ``locale``: ``en`` or ``zh-CN``. Raises KeyError for another locale or code."""
    words = WORDS[locale]
    told = {"coverage": int(100 * row["coverage"]), "families": row["families_known"]}
    head = words[row["suppressed"] or row["verdict"]].format(**told)
    codes = [code for code in row["reasons"].split(",") if code]
    said = words["between"].join(words[code].format(**_FIGURES[code](row, words)) for code in codes)
    return f"{head}{words['colon']}{said}" if said else head


def _hhi(row: Row, words: Mapping[str, str]) -> dict[str, str]:
    trend = words[row["hhi_trend"]] if row["hhi_trend"] else ""
    return {"hhi": f"{_whole(row['hhi']):,}", "trend": trend}


def _top_brand(row: Row, _: Mapping[str, str]) -> dict[str, str]:
    return {"brand": row["top_brand"], "share": _percent(row["top_brand_share"])}


def _survival(row: Row, _: Mapping[str, str]) -> dict[str, str]:
    return {"stayed": str(row["stayed"]), "entrants": str(row["entrants"])}


def _gap_band(row: Row, words: Mapping[str, str]) -> dict[str, str]:
    low, high = _amount(row["gap_band_low"]), row["gap_band_high"]
    band = words["upward"].format(low=low) if high is None else f"{low}–{_amount(high)}"
    return {"band": band, "units": _percent(row["gap_units_share"]), "listings": _percent(row["gap_listing_share"])}


def _margin(row: Row, _: Mapping[str, str]) -> dict[str, str]:
    price = _amount(row["entry_price"])
    return {"margin": _percent(row["entry_margin_share"]), "price": price, "currency": row["band_currency"]}


def _own_rank(row: Row, _: Mapping[str, str]) -> dict[str, str]:
    return {"rank": str(row["own_rank"])}


_FIGURES: dict[str, Callable[[Row, Mapping[str, str]], dict[str, str]]] = {
    "hhi": _hhi, "top_brand": _top_brand, "survival": _survival, "gap_band": _gap_band, "margin": _margin,
    "own_rank": _own_rank,
}  # fmt: skip


def _whole(value: float) -> int:
    """Rounded to a whole number, halves away from zero, as SQL does."""
    return int(Decimal(value).quantize(Decimal(1), ROUND_HALF_UP))


def _percent(share: float) -> str:
    return str(_whole(100 * share))


def _amount(value: Decimal) -> str:
    return format(value.normalize(), "f")
