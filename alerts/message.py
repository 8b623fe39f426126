"""One mail: from what an outbox holds for one recipient to a multipart message. Pure but for the pictures.

Titles come from pages and are hostile: header values are cleaned, HTML is escaped, only http(s) addresses are linked.
The same rows make the same Message-ID, so that a reader's mail program can tell a second copy.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr

from alerts.chart import chart_png
from alerts.facts import Facts, Told
from alerts.headlines import subject
from alerts.order import arranged
from alerts.pages import Bodies, Frame
from alerts.snoozes import Snooze
from alerts.wording import clean

CHARTS_A_MAIL = 8
CARDS_A_MAIL = (20, 14, 10, 7, 5, 3, 1)
HTML_BYTES = 95_000  # Gmail cuts a mail off at some 102 KB of HTML


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Whose mails these are. ``mail_from``: 'Name <address>'; ``boards_url``: where the boards are, if served.

    ``unsubscribe``: a mailto: or https: address for List-Unsubscribe, where there is one.
    """

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


def message_id(keys: Sequence[str], sender: Sender) -> str:
    """The Message-ID of the mail that tells what these outbox keys stand for."""
    digest = hashlib.sha256("\n".join(sorted(keys)).encode()).hexdigest()
    return f"<{digest[:40]}@{sender.host}>"


def compose(
    told: Sequence[Told],
    *,
    to: str,
    name: str = "",
    language: str,
    sender: Sender,
    identity: str,
    date: datetime,
    snoozes: Sequence[Snooze] = (),
) -> EmailMessage:
    """The mail that tells ``told`` to the address ``to`` of ``name``; ``identity`` is its Message-ID.

    A mail with digest lines lists the ``snoozes`` too. Raises ValueError where nothing is to be told or the sender has
    no address.
    """
    if not told:
        raise ValueError("a mail tells at least one thing; found none")
    ordered = arranged(told)
    digest = any(one.severity == "digest" for one in ordered)
    frame = Frame(
        language=language, title=subject(language, ordered), date=date, boards_url=sender.boards_url,
        unsubscribe=_link(sender.unsubscribe), snoozes=list(snoozes) if digest else [],
    )  # fmt: skip
    pictures = _pictures(ordered)
    bodies = Bodies(frame, ordered, {number: name for number, (name, _) in pictures.items()})
    html, shown = _within(bodies)
    message = EmailMessage(policy=SMTP)
    _put_headers(message, frame, sender, to=Address(display_name=clean(name), addr_spec=to), identity=identity)
    message.set_content(bodies.text(shown))
    message.add_alternative(html, subtype="html")
    _attach(message, {name: png for name, png in pictures.values() if f"cid:{name}" in html}, identity)
    return message


def _within(bodies: Bodies) -> tuple[str, int]:
    """The HTML with as many whole cards as a mail program shows uncut, and how many those are."""
    html, shown = "", 0
    for shown in CARDS_A_MAIL:
        html = bodies.html(shown)
        if len(html.encode()) <= HTML_BYTES:
            break
    return html, shown


def _put_headers(message: EmailMessage, frame: Frame, sender: Sender, *, to: Address, identity: str) -> None:
    name = clean(parseaddr(sender.mail_from)[0])
    message["From"] = Address(display_name=name, addr_spec=sender.address)
    message["To"] = to
    message["Subject"] = frame.title
    message["Date"] = format_datetime(frame.date)
    message["Message-ID"] = identity
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    message["List-Id"] = f"Shelfradar alerts <alerts.{sender.host}>"
    message["Content-Language"] = frame.language
    if sender.unsubscribe:
        message["List-Unsubscribe"] = f"<{clean(sender.unsubscribe)}>"


def _link(address: str | None) -> str | None:
    """An unsubscribe address as a mail may link it."""
    return address if address and address.startswith(("https://", "mailto:")) else None


def _pictures(ordered: Sequence[Told]) -> dict[int, tuple[str, bytes]]:
    """Place in the mail -> content id and picture, for the first alerts that have one."""
    found: dict[int, tuple[str, bytes]] = {}
    for number, told in enumerate(ordered[: CARDS_A_MAIL[0]]):
        if len(found) == CHARTS_A_MAIL:
            break
        png = chart_png(told) if isinstance(told, Facts) and told.transition != "lost" else None
        if png is not None:
            found[number] = f"chart-{len(found) + 1}", png
    return found


def _attach(message: EmailMessage, pictures: dict[str, bytes], identity: str) -> None:
    """Pictures beside the HTML part, and boundaries made from the identity: the same rows, the same bytes."""
    html = message.get_body(("html",))
    if isinstance(html, EmailMessage):
        for name, png in pictures.items():
            html.add_related(png, "image", "png", cid=f"<{name}>", disposition="inline", filename=f"{name}.png")
    seed = hashlib.sha256(identity.encode()).hexdigest()[:24]
    for number, part in enumerate(one for one in message.walk() if one.is_multipart()):
        part.set_boundary(f"=_{number}_{seed}")
