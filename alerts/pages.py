"""The two bodies of a mail, text for a terminal and HTML for a mail program, from the same view. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import groupby
from typing import Any

from css_inline import CSSInliner
from jinja2 import Environment, PackageLoader, StrictUndefined, Template, select_autoescape

from alerts.card import Card
from alerts.cards import card_of
from alerts.columns import WIDTH, column_of, row, wrapped
from alerts.facts import Facts, NoticeFacts, Told
from alerts.headlines import headline, short_line
from alerts.snoozes import Snooze
from alerts.wording import clean, moment, say, shorten

SUMMARY_FROM = 3  # things told from which the mail begins with all headlines
HEADLINES_A_MAIL = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What surrounds the cards: language, title, date and links of a mail, and the silences it lists."""

    language: str
    title: str
    date: datetime
    boards_url: str | None
    unsubscribe: str | None
    snoozes: Sequence[Snooze]


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """The cards of one category, under its title."""

    title: str
    cards: list[Card]


class Bodies:
    """The bodies of one mail. What is the same at every size (headlines, cards, silences) is made once.

    ``pictures``: place in the mail -> content id.
    """

    def __init__(self, frame: Frame, ordered: Sequence[Told], pictures: Mapping[int, str]) -> None:
        self._language = frame.language
        self._ordered = ordered
        self._pictures = pictures
        self._cards: list[Card] = []
        self._same = _same(frame, ordered)

    def text(self, shown: int) -> str:
        """The text body: every headline, and ``shown`` whole cards."""
        return _template("mail.txt.j2").render(self._view(shown))

    def html(self, shown: int) -> str:
        """The HTML body with its styles inlined, likewise."""
        inlined: str = _inliner().inline(_template("mail.html.j2").render(self._view(shown)))
        return inlined

    def _view(self, shown: int) -> dict[str, Any]:
        told = self._ordered[:shown]
        for number in range(len(self._cards), len(told)):
            self._cards.append(card_of(self._language, told[number], self._pictures.get(number)))
        is_all_told = len(self._ordered) < SUMMARY_FROM and len(self._ordered) <= shown
        return {
            **self._same,
            "sections": _sections(self._language, told, self._cards),
            "summary": [] if is_all_told else self._same["summary"],
        }


def _same(frame: Frame, ordered: Sequence[Told]) -> dict[str, Any]:
    """What a mail says whatever its size."""
    language, timezone = frame.language, ordered[0].timezone
    simulated = say(
        language, ("SIMULATED DATA: a demonstration, nothing here is real.", "模拟数据：仅供演示，并非真实。")
    )
    return {
        "summary": _summary(language, ordered),
        "preview": " · ".join(headline(language, one, 40) for one in ordered[:3]),
        "language": language,
        "simulated": simulated if any(one.simulated for one in ordered) else "",
        "title": frame.title,
        "boards_url": frame.boards_url,
        "unsubscribe": frame.unsubscribe,
        "snoozes": [_silence(language, one, timezone) for one in frame.snoozes],
        "timezone": timezone,
        "written": moment(language, frame.date.isoformat(), timezone),
        "say": lambda english, chinese: say(language, (english, chinese)),
        "row": row,
        "column_of": column_of,
    }


def _summary(language: str, ordered: Sequence[Told]) -> list[str]:
    """All headlines, as many as a mail holds."""
    listed = [short_line(language, one, WIDTH) for one in ordered[:HEADLINES_A_MAIL]]
    left = len(ordered) - len(listed)
    return [*listed, say(language, (f"… and {left} more", f"……另有 {left} 条"))] if left else listed


def _sections(language: str, told: Sequence[Told], cards: Sequence[Card]) -> list[Section]:
    """The cards of ``told``, one each, under the titles of their categories."""
    paired = zip(told, cards, strict=False)  # of a larger size there may be more cards
    return [
        Section(title=title, cards=[card for _, card in several])
        for title, several in groupby(paired, key=lambda one: _title(language, one[0]))
    ]


def _title(language: str, told: Told) -> str:
    if not isinstance(told, Facts | NoticeFacts):
        return ""
    place = " · ".join(part for part in (clean(told.category_title), told.source) if part)
    return f"{place} · {say(language, ('digest', '汇总'))}" if told.severity == "digest" else place


def _silence(language: str, snooze: Snooze, timezone: str) -> str:
    every = say(language, ("every rule", "所有规则"))
    what = " · ".join(clean(one) for one in (snooze.rule_id or every, snooze.entity_id or "") if one)
    until = moment(language, snooze.until.isoformat(), timezone)
    return say(language, (f"{what}: until {until} ", f"{what}：至 {until}")) + f"({shorten(clean(snooze.why), 200)})"


@cache
def _inliner() -> CSSInliner:
    return CSSInliner(keep_style_tags=False, keep_at_rules=True, load_remote_stylesheets=False)


@cache
def _template(name: str) -> Template:
    environment = Environment(
        loader=PackageLoader("alerts", "templates"),
        autoescape=select_autoescape(enabled_extensions=("html.j2",), default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["wrapped"] = wrapped
    return environment.get_template(name)
