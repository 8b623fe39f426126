"""The short form of a mail, for chats and webhooks: the same facts in a few plain lines. Pure.

Titles come from pages: what a chat would take for a mention, a link or markup is made harmless.
"""

from __future__ import annotations

from collections.abc import Sequence

from alerts.cards import beside, certainty, web_address
from alerts.chat import ShortText
from alerts.facts import Facts, NoticeFacts, Told
from alerts.headlines import headline, subject
from alerts.order import arranged
from alerts.wording import clean, moment, say, shorten

THINGS = 8
BYTES = 1900  # WeCom's robot takes 2,048 bytes, the least of all
_HARMLESS = str.maketrans({"<": "‹", ">": "›", "@": "＠", "`": "'", "[": "［", "]": "］"})


def compose_short(told: Sequence[Told], *, language: str, identity: str, boards_url: str | None = None) -> ShortText:
    """What a chat is told of ``told``: at most ``BYTES`` bytes. Raises ValueError where there is nothing to tell."""
    if not told:
        raise ValueError("a message tells at least one thing; found none")
    ordered = arranged(told)
    title = subject(language, ordered).translate(_HARMLESS)
    foot = [f"{say(language, ('Boards', '看板'))}: {boards_url}"] if boards_url else []
    foot.append(f"Shelfradar · {identity.strip('<>').partition('@')[0][:12]}")
    paragraphs = [_paragraph(language, one) for one in ordered[:THINGS]]
    while paragraphs:
        left = len(ordered) - len(paragraphs)
        rest = [say(language, (f"… and {left} more", f"……另有 {left} 条"))] if left else []
        body = "\n\n".join([*paragraphs, "\n".join([*rest, *foot])])
        if len(body.encode()) <= BYTES or len(paragraphs) == 1:
            break
        paragraphs.pop()
    return ShortText(title, _cut(body), alarm=any(_alarming(one) for one in ordered))


def _paragraph(language: str, told: Told) -> str:
    lines = [headline(language, told, 80)]
    if isinstance(told, Facts):
        lines.append(f"{beside(language, told)} · {certainty(language, told)}")
        lines.append(f"{say(language, ('rule', '规则'))} {told.rule_id} · {moment(language, told.at, told.timezone)}")
    elif isinstance(told, NoticeFacts):
        lines.append(shorten(clean(told.reason), 200))
    else:
        lines += told.beyond[:5]
    safe = [line.translate(_HARMLESS) for line in lines]
    link = web_address(told.url) if isinstance(told, Facts) else None
    return "\n".join([*safe, link] if link and len(link) <= 300 else safe)


def _alarming(told: Told) -> bool:
    if isinstance(told, Facts):
        return told.severity == "immediate" and told.transition in {"fired", "already", "escalated"}
    return isinstance(told, NoticeFacts) and not told.over


def _cut(body: str) -> str:
    """``body`` in at most ``BYTES`` bytes of UTF-8, cut between characters."""
    data = body.encode()
    return body if len(data) <= BYTES else data[: BYTES - 3].decode(errors="ignore") + "…"
