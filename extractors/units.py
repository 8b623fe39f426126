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
from typing import Literal

from extractors import sales_words as say
from extractors.listing import UnitsBasis

LONGEST = 500  # characters; a longer text is no figure, and not worth remembering
ABSURD_UNITS = 10**11  # more than ten of anything for everyone alive: not a sales figure
UNTOLD = 0  # days of a window that the text speaks of without telling it in whole days: "recently", "in 5 hours"

_RUNS = re.compile(r"\d[\d.,']*")
_UNSEEN = dict.fromkeys([0xAD, 0xFEFF, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2066, 0x206A)])
_SIGNS = _UNSEEN | str.maketrans({"٬": ",", "٫": ".", "’": "'"})

Floor = bool | Literal["steps"]


@dataclass(frozen=True, slots=True, eq=False)
class _Steps:
    """The steps a site rounds its figures down to. One by its identity, which is sooner compared than its ladder."""

    ladder: tuple[int, ...]
    floor: Floor
    closed: bool

    def begin_at(self, figure: int) -> bool:
        """Whether a bare figure is the low end of a step."""
        return figure in self.ladder if self.floor == "steps" else bool(self.floor)

    def end_of(self, figure: int) -> int | None:
        """The most that a figure at the low end of a step can mean; None where no further step is known."""
        place = bisect_right(self.ladder, figure)
        if place == len(self.ladder):
            return None
        return self.ladder[place] - (0 if self.closed else 1)


@lru_cache(maxsize=256)
def _steps(ladder: tuple[int, ...], floor: Floor, closed: bool) -> _Steps:
    return _Steps(ladder, floor, closed)


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
    floor: Floor = False,
    closed: bool = False,
) -> Units | None:
    """The sales figure that ``text`` shows, or None where it shows none.

    ``basis`` and ``window_days`` hold where the text's own wording does not decide ("bought in past month" does, "sold"
    does not). ``ladder`` lists the steps a "+" figure can take; with ``floor`` every figure is the low end of a step,
    with "steps" every figure that is one of them. ``closed``: a step reaches to the next one, and includes it.
    Views, reviews, favourites and stock are not sales; negative and absurd figures are None. Never raises.
    """
    if len(text) > LONGEST:
        return None
    return _parse_units(text, _steps(tuple(ladder) if ladder else (), floor, closed), basis, window_days)


@lru_cache(maxsize=16384)
def _parse_units(text: str, steps: _Steps, basis: UnitsBasis | None, window_days: int | None) -> Units | None:
    shown = " ".join(text.split())
    plain = _plain(text)
    part = _sales_part(plain)
    bounds = _interval(part, steps) if part is not None else None
    if part is not None and bounds is None:  # "4.8 (1.2万) 已售 3万+": several figures, of which one is of sales
        part = _only_segment(plain)
        bounds = _interval(part, steps) if part is not None else None
    said = _wording(part, basis, window_days) if part is not None and bounds is not None else None
    if bounds is None or said is None:
        return None
    return Units(bounds[0], bounds[1], said[0], said[1], shown)


def is_other_figure(text: str) -> bool:
    """Whether the text speaks of something that is no sale: views, reviews, favourites, stock, "sold out"."""
    plain = unicodedata.normalize("NFKC", text[:LONGEST]).casefold()
    return bool(say.NOT_SALES.search(plain) or say.GONE.search(plain))


def is_untold_window(text: str) -> bool:
    """Whether the text speaks of a time that it does not tell in whole days: "sold recently", "in 5 hours"."""
    part = _sales_part(_plain(text[:LONGEST]))
    return part is not None and _said_days(part) == UNTOLD


def parse_count(text: str) -> int | None:
    """The low end of a count such as "272,461", "(29.2K)", "6,8 mil" or "2万+", or None. Never raises."""
    return _parse_count(text) if len(text) <= LONGEST else None


@lru_cache(maxsize=65536)
def _parse_count(text: str) -> int | None:
    found = _numbers(unicodedata.normalize("NFKC", text).casefold())
    return found[0][0] if found and found[0] is not None else None


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", re.sub(r"[⁰¹²³⁴-⁹]", " ", text)).casefold().translate(_SIGNS)


def _sales_part(plain: str) -> str | None:
    """The part of the text that speaks of sales; the whole of it where nothing says otherwise."""
    if say.GONE.search(plain) or "#" in plain:
        return None
    if not say.NOT_SALES.search(say.SHARE.sub(" ", plain)):
        return plain
    return _only_segment(plain)


def _only_segment(plain: str) -> str | None:
    """The part between separators that alone speaks of sales; None where there is none, or several."""
    if say.ABOUT.search(plain):
        return None
    parts = [one for one in say.SEGMENTS.split(plain) if say.SALES.search(one)]
    return parts[0] if len(parts) == 1 and not say.NOT_SALES.search(parts[0]) else None


def _interval(part: str, steps: _Steps) -> tuple[int, int | None] | None:
    figure = say.COMPOUND.sub("", say.SHARE.sub(" ", _without_window(part)))
    if say.ABOUT.search(figure) or say.MONEY.search(figure) or re.search(r"(?:^|[\s:(])[-−–]\s*\d", figure):
        return None
    if say.MILLION_OR_THOUSAND.search(figure) or not (say.SALES.search(part) or _is_bare(figure)):
        return None
    numbers = _numbers(figure)
    if len(numbers) == 2 and re.search(r"\d\S*\s*(?:-|–|—|~|至|to)\s*\d", figure):
        first, second = numbers
        return None if first is None or second is None or first[0] > second[1] else (first[0], second[1])
    return _bounded(numbers[0], figure, steps) if len(numbers) == 1 and numbers[0] is not None else None


def _bounded(shown: tuple[int, int], figure: str, steps: _Steps) -> tuple[int, int | None] | None:
    """The interval of a lone number, with what stands around it: "+", "more than", "less than"."""
    low, high = shown
    if say.LESS.search(figure):
        return (0, low - 1) if low > 0 else None
    if say.AT_MOST.search(figure):
        return 0, high
    if steps.begin_at(low) or "+" in figure or say.MORE.search(figure):
        return low, steps.end_of(low)
    return low, high


def _numbers(plain: str) -> list[tuple[int, int] | None]:
    """Each number of the text as the interval its display precision covers; None for one that is no count."""
    found: list[tuple[int, int] | None] = []
    end, scale = -1, 1
    for match in say.NUMBER.finditer(plain):
        one = _one_number(match["digits"], match["scale"])
        if match.start() == end:  # "1万5千": the parts of one figure
            one = _compound(found.pop(), scale, one)
        found.append(one)
        end, scale = match.end(), _factor(match["scale"]) if (match["scale"] or " ")[0] in say.CJK else 1
    return found


def _compound(whole: tuple[int, int] | None, scale: int, part: tuple[int, int] | None) -> tuple[int, int] | None:
    """A figure in two parts, each in its own scale; None where the second is not below a whole step of the first."""
    if whole is None or part is None or scale == 1 or whole[1] - whole[0] != scale - 1 or part[1] >= scale:
        return None
    return whole[0] + part[0], whole[0] + part[1]


def _one_number(digits: str, scale: str | None) -> tuple[int, int] | None:
    if len(digits) > 24:
        return None
    factor = _factor(scale)
    if not factor:
        return None  # a letter that means different powers in different languages
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
    if scale[0] in say.CJK:
        product = 1
        for sign in scale:
            product *= say.CJK[sign]
        return product
    return say.WORDS[scale.rstrip(".")]


def _is_bare(figure: str) -> bool:
    """Whether a text without a word of sales is a figure and what it counts: any other word may mean anything."""
    rest = say.NUMBER.sub(" ", figure)
    for words in (say.MORE, say.LESS, say.AT_MOST, say.COUNTED, say.EVER, *(one for _, one in say.SPANS)):
        rest = words.sub(" ", rest)
    return not any(sign.isalpha() for sign in rest)


def _without_window(part: str) -> str:
    """The text without the numbers that count the days, hours or months of its window."""
    for words in (say.HOURS, say.DAYS, say.WEEKS, say.MONTHS) if _has_several_numbers(part) else ():
        part = words.sub(" ", part)
    return part


def _has_several_numbers(part: str) -> bool:
    """Whether one of them may count days. The patterns of windows are the slowest here, and most texts have one."""
    return len(_RUNS.findall(part)) > 1


def _wording(
    part: str, basis: UnitsBasis | None, window_days: int | None
) -> tuple[UnitsBasis | None, int | None] | None:
    """Basis and window as the text says them, else as declared, else cumulative where it speaks of sales at all.

    None where the text speaks of a window that neither it nor the declaration tells in days: "sold recently".
    """
    days = _said_days(part)
    if days == UNTOLD:
        vague = say.VAGUE.search(part) is not None and say.HOUR.search(part) is None and not say.HOURS.search(part)
        return (basis, window_days) if vague and basis == "trailing" else None
    if days is not None:
        return "trailing", days
    if say.EVER.search(part) or say.SINCE_LISTED.search(part):
        return "cumulative", None
    if basis is None and say.SALES.search(part):
        return "cumulative", None
    return basis, window_days


def _said_days(part: str) -> int | None:
    """The length in days of the window that the text names; None where it names none, or says "in total"."""
    several = _has_several_numbers(part)
    hours = say.HOURS.search(part) if several else None
    if hours or say.HOUR.search(part):
        count = int(hours[1]) if hours else 1
        return UNTOLD if count % 24 else count // 24
    for words, days in ((say.DAYS, 1), (say.WEEKS, 7), (say.MONTHS, 30)):
        found = words.search(part) if several else None
        if found:
            return max(1, days * int(next(one for one in found.groups() if one)))
    if say.EVER.search(part):
        return None
    said = next((span for span, words in say.SPANS if words.search(part)), None)
    return UNTOLD if said is None and say.VAGUE.search(part) else said
