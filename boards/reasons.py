"""The reasons of a category's verdict in words: the mart names them by code, each language has its own sentence."""

from __future__ import annotations

from boards.figures import Row
from boards.wording import Wording


def verdict_reasons(words: Wording, row: Row) -> list[str]:
    """The reasons of ``row`` of category_verdict in the order the mart names them; a code without words is left out."""
    told = {
        "hhi": _hhi,
        "top_brand": _top_brand,
        "survival": _survival,
        "gap_band": _gap_band,
        "margin": _margin,
        "own_rank": _own_rank,
    }
    return [told[code](words, row) for code in row["reasons"].split(",") if code in told]


def _hhi(words: Wording, row: Row) -> str:
    parts = [words.say("reason.hhi", hhi=words.count(row["hhi"]))]
    if row["level"]:
        parts.append(words.choice("level", row["level"]))
    if row["hhi_trend"]:
        parts.append(words.choice("trend", row["hhi_trend"]))
    return words.say("reason.comma").join(parts)


def _top_brand(words: Wording, row: Row) -> str:
    return words.say("reason.top_brand", brand=row["top_brand"], share=words.percent(row["top_brand_share"]))


def _survival(words: Wording, row: Row) -> str:
    return words.say("reason.survival", stayed=words.count(row["stayed"]), entrants=words.count(row["entrants"]))


def _gap_band(words: Wording, row: Row) -> str:
    return words.say(
        "reason.gap_band",
        band=words.band(row["gap_band_low"], row["gap_band_high"], row["band_currency"]),
        units=words.percent(row["gap_units_share"]),
        listings=words.percent(row["gap_listing_share"]),
    )


def _margin(words: Wording, row: Row) -> str:
    price = words.price(row["entry_price"], row["band_currency"])
    return words.say("reason.margin", margin=words.percent(row["entry_margin_share"]), price=price)


def _own_rank(words: Wording, row: Row) -> str:
    return words.say("reason.own_rank", rank=words.count(row["own_rank"]))
