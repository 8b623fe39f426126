"""From the outbox to the mailbox: claim a mail's rows, send, record how it ended. One mail a recipient and delivery.

Each step is a transaction of its own, so that two deliverers share the work, and one that is killed leaves rows marked
``sending``: after a while they are recorded as ``unsure`` (or sent again where a second copy can't arise).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import Protocol, TypedDict, TypeVar

from duckdb import DuckDBPyConnection

from alerts.facts import Facts, NoticeFacts, read_facts
from alerts.message import Sender, compose, message_id
from alerts.transport import RefusedError, Transport, TryLaterError, UnsureError

log = logging.getLogger(__name__)
Result = TypeVar("Result")

ATTEMPTS = 8
LEASE = timedelta(minutes=10)
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=4)
MAILS_A_RUN = 10_000
_UNWRITABLE = (ValueError, KeyError, TypeError)


class Writes(Protocol):
    """The one thing needed of the lake: a change in one transaction of its own, run again on a conflict."""

    def write(self, change: Callable[[DuckDBPyConnection], Result], /) -> Result:
        """What ``change`` returns, once it is committed."""


class Delivered(TypedDict):
    """Mails by how they ended: ``later`` will be tried again, ``unsure`` may or may not have arrived."""

    sent: int
    failed: int
    later: int
    unsure: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """The rows of one mail, taken by this deliverer."""

    message_id: str
    address: str
    language: str
    attempts: int
    told: list[Facts | NoticeFacts]


def deliver(lake: Writes, transport: Transport, now: datetime, sender: Sender) -> Delivered:
    """Send every mail that is due; ``now`` is the caller's clock. Returns how many mails ended how.

    A recipient's failure never holds up another's; where the transport itself is down, the rest waits for the next run.
    """
    counts = Delivered(sent=0, failed=0, later=0, unsure=0)
    counts["unsure"] += lake.write(lambda con: release_abandoned(con, now, repeatable=transport.repeatable))
    try:
        for _ in range(MAILS_A_RUN):
            claimed = lake.write(lambda con: claim(con, now, sender))
            if claimed is None:
                break
            if not _send(lake, transport, claimed, now, sender, counts):
                break
    finally:
        transport.close()
    return counts


def _send(
    lake: Writes, transport: Transport, claimed: Claimed, now: datetime, sender: Sender, counts: Delivered
) -> bool:
    """Send one mail and record it; False where the transport can take no other mail now."""
    going_on = True
    try:
        transport.send(_mail(claimed, now, sender))
    except _UNWRITABLE as error:
        log.exception("mail %s can't be written", claimed.message_id)
        _record(lake, claimed, "failed", now, f"the mail can't be written: {type(error).__name__}: {error}")
        counts["failed"] += 1
    except RefusedError as error:
        _record(lake, claimed, "failed", now, str(error))
        counts["failed"] += 1
    except UnsureError as error:
        _record(lake, claimed, "unsure", now, str(error))
        counts["unsure"] += 1
    except TryLaterError as error:
        given_up = claimed.attempts >= ATTEMPTS and not error.whole
        _record(lake, claimed, "failed" if given_up else "queued", now, str(error))
        counts["failed" if given_up else "later"] += 1
        going_on = not error.whole
    else:
        _record(lake, claimed, "sent", now, None)
        counts["sent"] += 1
    return going_on


def _mail(claimed: Claimed, now: datetime, sender: Sender) -> EmailMessage:
    return compose(
        claimed.told,
        to=claimed.address,
        language=claimed.language,
        sender=sender,
        identity=claimed.message_id,
        date=now,
    )


def claim(con: DuckDBPyConnection, now: datetime, sender: Sender) -> Claimed | None:
    """Take the next mail that is due: all due rows of one recipient, or one earlier mail that must be tried again.

    A mail keeps its Message-ID and its rows across attempts; rows queued meanwhile go into the next one.
    """
    first = con.execute(
        "SELECT recipient, address, language, message_id FROM alert_outbox WHERE status = 'queued' AND due_at <= $now"
        " ORDER BY (severity = 'digest'), queued_at, recipient, outbox_key LIMIT 1",
        {"now": now},
    ).fetchone()
    if first is None:
        return None
    recipient, address, language, known = first
    chosen = {"recipient": recipient, "address": address, "language": language, "known": known, "now": now}
    rows = con.execute(
        "SELECT outbox_key, payload, attempts FROM alert_outbox WHERE status = 'queued' AND recipient = $recipient"
        " AND address = $address AND language = $language AND due_at <= $now"
        " AND message_id IS NOT DISTINCT FROM $known ORDER BY outbox_key",
        chosen,
    ).fetchall()
    identity = known or message_id([row[0] for row in rows], sender)
    con.execute(
        "UPDATE alert_outbox SET status = 'sending', attempts = attempts + 1, claimed_at = $now,"
        " message_id = $identity WHERE list_contains($keys, outbox_key)",
        {"now": now, "identity": identity, "keys": [row[0] for row in rows]},
    )
    return Claimed(
        message_id=identity,
        address=address,
        language=language,
        attempts=max(row[2] for row in rows) + 1,
        told=[read_facts(row[1]) for row in rows],
    )


def release_abandoned(con: DuckDBPyConnection, now: datetime, *, repeatable: bool) -> int:
    """How many mails a deliverer left half-way are now ``unsure``; ``repeatable`` ones go back to the queue instead."""
    abandoned = con.execute(
        "SELECT DISTINCT message_id FROM alert_outbox WHERE status = 'sending' AND claimed_at <= $before",
        {"before": now - LEASE},
    ).fetchall()
    for (identity,) in abandoned:
        status, why = ("queued", "a deliverer ended half-way; the mail is written again") if repeatable else (
            "unsure", "a deliverer ended while it handed the mail over")  # fmt: skip
        _set_status(con, identity, status, now, now, why)
        log.warning("mail %s: %s", identity, why)
    return 0 if repeatable else len(abandoned)


def resend_unsure(con: DuckDBPyConnection, now: datetime, identities: Sequence[str]) -> None:
    """Queue mails again that may not have arrived: a person's decision. They keep their Message-ID."""
    for identity in identities:
        _set_status(con, identity, "queued", now, now, "sent again by hand")


def _record(lake: Writes, claimed: Claimed, status: str, now: datetime, why: str | None) -> None:
    wait = min(FIRST_WAIT * 4 ** (claimed.attempts - 1), LONGEST_WAIT)
    if why is not None:
        log.warning("mail %s to %s: %s: %s", claimed.message_id, claimed.address, status, why)
    lake.write(lambda con: _set_status(con, claimed.message_id, status, now, now + wait, why))


def _set_status(
    con: DuckDBPyConnection, identity: str, status: str, now: datetime, due_at: datetime, why: str | None
) -> None:
    con.execute(
        "UPDATE alert_outbox SET status = $status, last_error = $why,"
        " finished_at = CASE WHEN $status IN ('sent', 'failed', 'unsure') THEN $now::TIMESTAMPTZ END,"
        " due_at = CASE WHEN $status = 'queued' THEN $due_at::TIMESTAMPTZ ELSE due_at END"
        " WHERE message_id = $identity AND status <> 'sent'",
        {"status": status, "why": why, "now": now, "due_at": due_at, "identity": identity},
    )
