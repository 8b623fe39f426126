"""One mail: from what an outbox holds for one recipient to a multipart message. Pure but for the pictures.

Titles come from pages and are hostile: header values are cleaned, HTML is escaped, only http(s) addresses are linked.
The same rows make the same Message-ID, so that a reader's mail program can tell a second copy.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from functools import cache
from itertools import groupby

from css_inline import CSSInliner
from jinja2 import Environment, PackageLoader, StrictUndefined, Template, select_autoescape

from alerts.cards import Card, card_of
from alerts.chart import chart_png
from alerts.facts import Facts, NoticeFacts
from alerts.wording import clean, headline, moment, say, subject

CHARTS_A_MAIL = 8
CARDS_A_MAIL = 20
_ORDER = ("notice", "escalated", "fired", "resolved", "already", "lost", "possible")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Whose mails these are. ``mail_from``: 'Name <address>'; ``boards_url``: where the boards are, if served."""

    mail_from: str
    boards_url: str | None = None
    unsubscribe: str | None = None

    @property
    def address(self) -> str:
        """The bare address. Raises ValueError where there is none."""
        address = parseaddr(self.mail_from)[1]
        if "@" not in address:
            raise ValueError(f"sender: found {self.mail_from!r}; expected 'Name <name@host>'")
        return address

    @property
    def host(self) -> str:
        """The host part, on which Message-ID and List-Id end."""
        return self.address.rpartition("@")[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """The cards of one category, under its title; beyond the mail's share of cards, headlines alone."""

    title: str
    cards: list[Card]
    more: list[str]


def message_id(keys: Sequence[str], sender: Sender) -> str:
    """The Message-ID of the mail that tells what these outbox keys stand for."""
    digest = hashlib.sha256("\n".join(sorted(keys)).encode()).hexdigest()
    return f"<{digest[:40]}@{sender.host}>"


def compose(
    told: Sequence[Facts | NoticeFacts],
    *,
    to: str,
    language: str,
    sender: Sender,
    identity: str,
    date: datetime,
) -> EmailMessage:
    """The mail that tells ``told`` to the address ``to``; ``identity`` is its Message-ID.

    Raises ValueError where nothing is to be told or the sender has no address.
    """
    if not told:
        raise ValueError("a mail tells at least one thing; found none")
    ordered = _by_weight(told)
    pictures: dict[str, bytes] = {}
    sections = list(_sections(language, ordered, pictures))
    view = {
        "sections": sections,
        "language": language,
        "simulated": any(one.simulated for one in told),
        "title": subject(language, ordered),
        "boards_url": sender.boards_url,
        "timezone": ordered[0].timezone,
        "written": moment(language, date.isoformat(), ordered[0].timezone),
        "say": lambda english, chinese: say(language, (english, chinese)),
    }
    message = EmailMessage(policy=SMTP)
    _put_headers(message, ordered, to=to, language=language, sender=sender, identity=identity, date=date)
    message.set_content(_template("mail.txt.j2").render(view))
    message.add_alternative(_inline(_template("mail.html.j2").render(view)), subtype="html")
    _attach(message, pictures, identity)
    return message


def _put_headers(
    message: EmailMessage,
    told: Sequence[Facts | NoticeFacts],
    *,
    to: str,
    language: str,
    sender: Sender,
    identity: str,
    date: datetime,
) -> None:
    name = clean(parseaddr(sender.mail_from)[0])
    message["From"] = Address(display_name=name, addr_spec=sender.address)
    message["To"] = Address(addr_spec=to)
    message["Subject"] = subject(language, told)
    message["Date"] = format_datetime(date)
    message["Message-ID"] = identity
    message["Auto-Submitted"] = "auto-generated"
    message["List-Id"] = f"Shelfradar alerts <alerts.{sender.host}>"
    message["Content-Language"] = language
    if sender.unsubscribe:
        message["List-Unsubscribe"] = f"<{clean(sender.unsubscribe)}>"


def _by_weight(told: Sequence[Facts | NoticeFacts]) -> list[Facts | NoticeFacts]:
    """By category, the one with the weightiest news first; inside one what weighs most, then the larger figure."""
    first: dict[tuple[str, str], int] = {}
    for one in told:
        place = (one.source, one.category_id)
        first[place] = min(_news(one), first.get(place, len(_ORDER)))

    def weight(one: Facts | NoticeFacts) -> tuple[int, str, str, int, float, str]:
        place = (one.source, one.category_id)
        low = one.low or 0 if isinstance(one, Facts) else 0
        return first[place], *place, _news(one), -low, one.to_json()

    return sorted(told, key=weight)


def _news(told: Facts | NoticeFacts) -> int:
    """How soon a thing is told, 0 first: what changed before what was so when it was first seen."""
    already = isinstance(told, Facts) and told.transition == "fired" and told.first_seen
    return _ORDER.index("already" if already else told.transition)


def _sections(language: str, ordered: Sequence[Facts | NoticeFacts], pictures: dict[str, bytes]) -> Iterator[Section]:
    whole = {id(one) for one in ordered[:CARDS_A_MAIL]}
    for (source, title), several in groupby(ordered, key=lambda one: (one.source, one.category_title)):
        told = list(several)
        yield Section(
            title=f"{clean(title)} · {source}" if title else source,
            cards=[card_of(language, one, _picture(one, pictures)) for one in told if id(one) in whole],
            more=[headline(language, one, 60) for one in told if id(one) not in whole],
        )


def _picture(told: Facts | NoticeFacts, pictures: dict[str, bytes]) -> str | None:
    """The content id of the picture, made and kept in ``pictures``; None without one or beyond the mail's share."""
    if isinstance(told, NoticeFacts) or told.transition == "lost" or len(pictures) >= CHARTS_A_MAIL:
        return None
    png = chart_png(told)
    if png is None:
        return None
    name = f"chart-{len(pictures) + 1}"
    pictures[name] = png
    return name


def _attach(message: EmailMessage, pictures: dict[str, bytes], identity: str) -> None:
    """Pictures beside the HTML part, and boundaries made from the identity: the same rows, the same bytes."""
    html = message.get_body(("html",))
    if isinstance(html, EmailMessage):
        for name, png in pictures.items():
            html.add_related(png, "image", "png", cid=f"<{name}>", disposition="inline", filename=f"{name}.png")
    seed = hashlib.sha256(identity.encode()).hexdigest()[:24]
    for number, part in enumerate(one for one in message.walk() if one.is_multipart()):
        part.set_boundary(f"=_{number}_{seed}")


def _inline(html: str) -> str:
    inliner = CSSInliner(keep_style_tags=False, keep_at_rules=True, load_remote_stylesheets=False)
    inlined: str = inliner.inline(html)
    return inlined


@cache
def _template(name: str) -> Template:
    environment = Environment(
        loader=PackageLoader("alerts", "templates"),
        autoescape=select_autoescape(enabled_extensions=("html.j2",), default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(name)
