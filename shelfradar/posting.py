"""Sending what the outbox holds, and what the clock alone brings: deadlines, quiet weeks, retries, tests.

The ways out come from the settings: an SMTP server or a folder of .eml files, and chats by Apprise.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

from alerts.chat import Chats
from alerts.claims import resend as queue_again
from alerts.deliver import deliver as deliver_queued
from alerts.deliver import deliver_these
from alerts.facts import NoticeFacts
from alerts.message import Sender
from alerts.model import Rules
from alerts.notices import told_rows
from alerts.outbox import queue_rows
from alerts.rules import read_rules
from alerts.transport import Folder, Smtp, SmtpAddress, Transport
from extractors.config import ConfigError
from shelfradar.errors import RefusedError
from shelfradar.settings import Settings
from warehouse.lake import Lake

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class WaysOut:
    """Where mails and chat messages go, and whose they are."""

    mail: Transport
    sender: Sender
    chats: Chats


def ways_out(settings: Settings) -> WaysOut:
    """The ways out of these settings."""
    mail: Transport = Folder(settings.mail)
    if settings.smtp_url:
        mail = Smtp(SmtpAddress.from_url(settings.smtp_url))
    sender = Sender(mail_from=settings.mail_from, boards_url=settings.boards_url, unsubscribe=settings.unsubscribe)
    return WaysOut(mail, sender, Chats(settings.channels))


def deliver(settings: Settings, lake: Lake) -> dict[str, Any]:
    """Send what is queued and due, in nobody's quiet hours.

    A mistake in ``alerts.yaml`` stops no mail that is queued already; each was due by the recipient's hours then.
    """
    rules: Rules | None = None
    try:
        rules = read_rules(settings.config / "alerts.yaml")
    except ConfigError as error:
        log.warning("delivering without the rules, quiet hours as they were when queued: %s", error)
    out = ways_out(settings)
    return dict(deliver_queued(lake, out.mail, datetime.now(UTC), out.sender, chats=out.chats, rules=rules))


def send_test(settings: Settings, lake: Lake, recipient: str | None) -> list[dict[str, str]]:
    """Send a labelled test to a recipient (None: the engineers) the way an alert goes, now; what each place answered.

    Raises RefusedError for a recipient that is not in ``alerts.yaml``.
    """
    rules = read_rules(settings.config / "alerts.yaml")
    try:
        names = rules.names_of([recipient] if recipient else rules.engineers)
    except KeyError as error:
        known = ", ".join([*rules.recipients, *rules.groups])
        raise RefusedError(f"recipient: found {recipient!r}; expected one of: {known}") from error
    out, answers = ways_out(settings), []
    for name in names:
        now = datetime.now(UTC)
        facts = NoticeFacts(
            kind="test", source=name, category_id="", category_title="", start=now.isoformat(), at=now.isoformat(),
            reason="a test by shelfradar alerts test-mail; nothing happened on any shelf", simulated=False,
            timezone=rules.recipients[name].timezone,
        )  # fmt: skip
        rows = list(told_rows(rules, facts, now, [name]))
        lake.write(partial(queue_rows, rows=rows))
        keys, people = [row.outbox_key for row in rows], rules.recipients
        counts, said = deliver_these(lake, out.mail, now, out.sender, keys, chats=out.chats, people=people)
        status = next((key for key, count in counts.items() if count), "later")
        answers.append({
            "recipient": name, "to": rules.recipients[name].destination, "status": status, "answer": "; ".join(said),
        })  # fmt: skip
    return answers


def resend(lake: Lake, identities: Sequence[str] | None) -> int:
    """Queue mails again that failed or are unsure (None: all of them); returns how many."""
    return lake.write(lambda con: queue_again(con, datetime.now(UTC), identities))
