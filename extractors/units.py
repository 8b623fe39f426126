"""Sales figures: the text of a page becomes an interval of units with a basis (docs/metrics.md, section 4).

Knows the wordings of many marketplaces and nothing of any page. What the text does not prove is None: no figure is
guessed, rounded or placed inside its interval.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from extractors.listing import UnitsBasis

LONGEST = 500  # characters; a longer text is no figure, and not worth remembering
ABSURD_UNITS = 10**11  # more than ten of anything for everyone alive: not a sales figure

_CJK = {"百": 10**2, "千": 10**3, "万": 10**4, "萬": 10**4, "亿": 10**8, "億": 10**8}
_WORDS = {
    "k": 10**3, "thousand": 10**3, "mil": 10**3, "mille": 10**3, "tsd": 10**3, "tys": 10**3, "тыс": 10**3,
    "rb": 10**3, "ribu": 10**3, "lakh": 10**5, "m": 10**6, "mi": 10**6, "mio": 10**6, "mn": 10**6, "mln": 10**6,
    "million": 10**6, "millones": 10**6, "milhões": 10**6, "млн": 10**6, "jt": 10**6, "crore": 10**7, "b": 10**9,
    "bn": 10**9, "billion": 10**9, "млрд": 10**9,
}  # fmt: skip
_NUMBER = re.compile(
    r"(?P<digits>\d{1,3}(?:[ ']\d{3})+(?![\d])|\d+(?:[.,]\d+)*)"
    r"\s?(?P<scale>[百千]?[万萬亿億]|[百千]|(?:"
    + "|".join(sorted(_WORDS, key=len, reverse=True))
    + r")(?![^\W\d_])\.?)?"
)
_NOT_SALES = re.compile(
    r"看过|看過|浏览|瀏覽|views?\b|viewed|watch|评价|評價|评论|評論|レビュー|口コミ|reviews?|ratings?|отзыв|просмотр|avalia|"
    r"opinion|bewertung|收藏|favou?rite|お気に入り|\blikes?\b|关注|關注|粉丝|followers?|想要|加购|in carts?|"
    r"库存|庫存|剩余|剩餘|\bleft\b|in stock|available|残り|問答|问答"
)
_SALES = re.compile(
    r"sold|bought|sales|orders?\b|purchase|付款|收货|月销|月銷|月售|销量|銷量|已售|已卖|已賣|售出|已购|人购买|成交|販売|"
    r"購入|売れ|vendid|compra|vendu|verkauft|продан|купил|заказ|terjual|sprzedan|venduti|kupi|đã bán|ขายแล้ว|판매|구매"
)
_GONE = re.compile(r"sold out|out of stock|售罄|售完|售完|已抢光|売り切れ|品切れ|esgotad|agotad|ausverkauft|распродан")
_ABOUT = re.compile(
    r"约|約|大约|近(?=\s*\d+(?!\d*\s*[天日]))|\babout\b|approx|nearly|almost|\baround\b|cerca de|"
    r"[~≈](?=\s*\d)|около|ca\."
)
_MORE = re.compile(
    r"[>≥]|\bover\b|more than|at least|mais de|más de|mas de|plus de|über|mehr als|超|逾|大于|高于|以上|более|свыше|"
    r"ponad|hơn|lebih dari"
)
_LESS = re.compile(
    r"[<]|less than|fewer than|\bunder\b|\bbelow\b|menos de|moins de|weniger als|不足|不到|少于|менее|未満"
)
_AT_MOST = re.compile(r"≤|at most|up to|até|hasta|以下|以内")
_DAYS = re.compile(
    r"(?:last|past|近|最近|过去|過去|últimos|за)\s*(\d{1,3})\s*(?:days?|天|日|dias|días|дн)|(\d{1,3})\s*(?:天|日)[销銷]"
)
_MONTHS = re.compile(r"(\d{1,2})\s*(?:个月|個月|[かヶカケ]月|months|meses|mois|monate)")
_SPANS = (
    (1, re.compile(r"(?:past|last)\s+(?:24 hours|day)|today|今日|日销|日銷|hoje|hoy|24\s*(?:小时|小時|時間)")),
    (7, re.compile(r"(?:past|last|this)\s+week|weekly|周销|週銷|本周|上周|近一周|semana|先週|за неделю")),
    (30, re.compile(r"(?:past|last|this)\s+month|monthly|month|月|付款|收货|\bmês\b|\bmes\b|месяц|30日間|mois|monat")),
)
_SINCE_LISTED = re.compile(r"已售|已卖|已賣|已購|已购")
_EVER = re.compile(r"总|總|累计|累計|lifetime|in total|all time|ever sold|累積")
_SEGMENTS = re.compile(r"[|·;/、，\n]| {2,}|[()（）【】]")
_DAY_WORDS = re.compile(
    r"(?:last|past|近|最近|过去|過去|últimos|за)\s*\d{1,3}\s*(?:days?|天|日|dias|días|дн\w*|hours?|小时|時間)|"
    r"\d{1,3}\s*(?:天|日)(?=[销銷])|24\s*(?:hours|小时|小時|時間)|30日間|"
    r"\d{1,2}\s*(?:个月|個月|[かヶカケ]月|months|meses|mois|monate)"
)


@dataclass(frozen=True, slots=True)
class Units:
    """Units sold: at least ``low``, at most ``high`` (None: no upper bound known), over ``window_days`` days."""

    low: int
    high: int | None
    basis: UnitsBasis | None
    window_days: int | None
    text: str


def parse_units(
    text: str,
    *,
    ladder: Sequence[int] | None = None,
    basis: UnitsBasis | None = None,
    window_days: int | None = None,
    floor: bool = False,
) -> Units | None:
    """The sales figure that ``text`` shows, or None where it shows none.

    ``basis`` and ``window_days`` hold where the text's own wording does not decide ("bought in past month" does, "sold"
    does not). ``ladder`` lists the steps a "+" figure can take; with ``floor`` every figure is the low end of a step.
    Views, reviews, favourites and stock are not sales; negative and absurd figures are None. Never raises.
    """
    if len(text) > LONGEST:
        return None
    return _parse_units(text, tuple(ladder) if ladder else (), basis, window_days, floor)


@lru_cache(maxsize=16384)
def _parse_units(
    text: str, ladder: tuple[int, ...], basis: UnitsBasis | None, window_days: int | None, floor: bool
) -> Units | None:
    shown = " ".join(text.split())
    plain = unicodedata.normalize("NFKC", text).casefold()
    part = _sales_part(plain)
    if part is None:
        return None
    bounds = _interval(part, ladder, floor)
    if bounds is None:
        return None
    said_basis, said_days = _wording(part, basis, window_days)
    return Units(bounds[0], bounds[1], said_basis, said_days, shown)


def parse_count(text: str) -> int | None:
    """The low end of a count such as "272,461", "(29.2K)", "6,8 mil" or "2万+", or None. Never raises."""
    return _parse_count(text) if len(text) <= LONGEST else None


@lru_cache(maxsize=65536)
def _parse_count(text: str) -> int | None:
    found = _numbers(unicodedata.normalize("NFKC", text).casefold())
    return found[0][0] if found and found[0] is not None else None


def _sales_part(plain: str) -> str | None:
    """The part of the text that speaks of sales; the whole of it where nothing says otherwise."""
    if _GONE.search(plain) or "#" in plain:
        return None
    if not _NOT_SALES.search(plain):
        return plain
    parts = [one for one in _SEGMENTS.split(plain) if _SALES.search(one) and not _NOT_SALES.search(one)]
    return parts[0] if len(parts) == 1 else None


def _interval(part: str, ladder: tuple[int, ...], floor: bool) -> tuple[int, int | None] | None:
    figure = _DAY_WORDS.sub(" ", part)
    if _ABOUT.search(figure) or "%" in figure or re.search(r"(?:^|[\s:(])[-−–]\s*\d", figure):
        return None
    numbers = _numbers(figure)
    if len(numbers) == 2 and re.search(r"\d\S*\s*(?:-|–|—|~|至|to)\s*\d", figure):
        first, second = numbers
        return None if first is None or second is None or first[0] > second[1] else (first[0], second[1])
    return _bounded(numbers[0], figure, ladder, floor) if len(numbers) == 1 and numbers[0] is not None else None


def _bounded(
    shown: tuple[int, int], figure: str, ladder: tuple[int, ...], floor: bool
) -> tuple[int, int | None] | None:
    """The interval of a lone number, with what stands around it: "+", "more than", "less than"."""
    low, high = shown
    if _LESS.search(figure):
        return (0, low - 1) if low > 0 else None
    if _AT_MOST.search(figure):
        return 0, low
    if floor or "+" in figure or _MORE.search(figure):
        step = bisect_right(ladder, low)
        return low, (ladder[step] - 1 if step < len(ladder) else None)
    return low, high


def _numbers(plain: str) -> list[tuple[int, int] | None]:
    """Each number of the text as the interval its display precision covers; None for one that is no count."""
    found: list[tuple[int, int] | None] = []
    end = -1
    for match in _NUMBER.finditer(plain):
        if match.start() == end:  # "1万5千": a compound that is not ours to add up
            return [None]
        found.append(_one_number(match["digits"], match["scale"]))
        end = match.end()
    return found


def _one_number(digits: str, scale: str | None) -> tuple[int, int] | None:
    if len(digits) > 24:
        return None
    factor = _factor(scale)
    plain = re.sub(r"[ ']", "", digits)
    if factor == 1 or re.fullmatch(r"\d{1,3}(?:,\d{3})+", plain):
        if not re.fullmatch(r"\d+|\d{1,3}(?:([.,])\d{3})(?:\1\d{3})*|\d{1,2}(?:,\d{2})*,\d{3}", plain):
            return None
        plain = re.sub(r"[.,]", "", plain)
    plain = plain.replace(",", ".")
    if plain.count(".") > 1:
        return None
    value = Decimal(plain) * factor
    places = len(plain.partition(".")[2])
    low, span = int(value), max(1, factor // 10**places)
    if low != value or low > ABSURD_UNITS:
        return None
    return low, low + span - 1


def _factor(scale: str | None) -> int:
    if not scale:
        return 1
    if scale[0] in _CJK:
        product = 1
        for sign in scale:
            product *= _CJK[sign]
        return product
    return _WORDS[scale.rstrip(".")]


def _wording(part: str, basis: UnitsBasis | None, window_days: int | None) -> tuple[UnitsBasis | None, int | None]:
    """Basis and window as the text says them, else as declared, else cumulative where it speaks of sales at all."""
    days = _said_days(part)
    if days is not None:
        return "trailing", days
    if _EVER.search(part) or _SINCE_LISTED.search(part):
        return "cumulative", None
    if basis is None and _SALES.search(part):
        return "cumulative", None
    return basis, window_days


def _said_days(part: str) -> int | None:
    """The length in days of the window that the text names; None where it names none, or says "in total"."""
    days, months = _DAYS.search(part), _MONTHS.search(part)
    if days:
        return max(1, int(days[1] or days[2]))
    if months:
        return max(1, 30 * int(months[1]))
    if _EVER.search(part):
        return None
    return next((span for span, words in _SPANS if words.search(part)), None)
