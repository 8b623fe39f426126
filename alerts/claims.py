"""Who holds which rows of the outbox: claim a mail, hand it over, record how it ended, release what was abandoned.

Every step is one transaction. ``queued`` → ``sending`` (a deliverer has it, nothing has left) → ``handing`` (the text
is about to leave) → ``sent``, ``failed``, ``unsure``, or ``queued`` again. A deliverer that was killed in ``sending``
costs nothing: the mail goes back to the queue. Only between ``handing`` and the answer nobody can know: ``unsure``.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from duckdb import DuckDBPyConnection

from alerts.facts import Told, read_facts
from alerts.message import Sender, message_id
from alerts.people import CHANNEL

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=10)
ATTEMPTS = 8
Ended = Literal["sent", "failed", "unsure", "queued"]


class LostClaimError(Exception):
    """Another deliverer took the mail over while this one was held up: it must not leave twice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """The rows of one mail, taken by this deliverer at ``claimed_at``."""

    message_id: str
    recipient: str
    destination: str
    language: str
    attempts: int
    claimed_at: datetime
    told: list[Told]

    @property
    def channel(self) -> str | None:
        """The name of the chat it goes to; None for a mail."""
        return self.destination.removeprefix(CHANNEL) if self.destination.startswith(CHANNEL) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Which rows may be claimed: mails, chats; not those of ``held`` recipients; only ``keys`` where given."""

    mails: bool = True
    chats: bool = True
    held: Collection[str] = ()
    keys: Collection[str] | None = None


_DUE = """
status = 'queued' AND due_at <= $now AND CASE WHEN starts_with(address, $prefix) THEN $chats ELSE $mails END
AND NOT list_contains($held, recipient) AND ($every OR list_contains($keys, outbox_key))
"""


def claim(con: DuckDBPyConnection, now: datetime, sender: Sender, scope: Scope) -> Claimed | None:
    """Take the next mail that is due: all due rows of one recipient, or one earlier mail that must be tried again.

    A mail keeps its Message-ID and its rows across attempts; rows queued meanwhile go into the next one.
    """
    given = {"now": now, "prefix": CHANNEL, "mails": scope.mails, "chats": scope.chats, "held": list(scope.held),
             "every": scope.keys is None, "keys": list(scope.keys or [])}  # fmt: skip
    first = con.execute(
        f"SELECT recipient, address, language, message_id FROM alert_outbox WHERE {_DUE}"
        " ORDER BY (severity = 'digest'), queued_at, recipient, outbox_key LIMIT 1",
        given,
    ).fetchone()
    if first is None:
        return None
    recipient, address, language, known = first
    rows = con.execute(
        f"SELECT outbox_key, payload, attempts, severity FROM alert_outbox WHERE {_DUE} AND recipient = $recipient"
        " AND address = $address AND language = $language AND message_id IS NOT DISTINCT FROM $known"
        " ORDER BY outbox_key",
        {**given, "recipient": recipient, "address": address, "language": language, "known": known},
    ).fetchall()
    identity = known or message_id([row[0] for row in rows], sender)
    con.execute(
        "UPDATE alert_outbox SET status = 'sending', attempts = attempts + 1, claimed_at = $now,"
        " message_id = $identity WHERE list_contains($keys, outbox_key)",
        {"now": now, "identity": identity, "keys": [row[0] for row in rows]},
    )
    return Claimed(
        message_id=identity,
        recipient=recipient,
        destination=address,
        language=language,
        attempts=max(row[2] for row in rows) + 1,
        claimed_at=now,
        told=[replace(read_facts(row[1]), severity=row[3]) for row in rows],
    )


def hand_over(con: DuckDBPyConnection, claimed: Claimed) -> None:
    """Record that the text is about to leave. Raises LostClaimError where the claim is no longer this deliverer's."""
    _mine(con, claimed, "status = 'sending'", "UPDATE alert_outbox SET status = 'handing'", {})


def record(
    con: DuckDBPyConnection, claimed: Claimed, status: Ended, now: datetime, due_at: datetime, words: str | None
) -> None:
    """Record how the mail ended; ``words``: the server's answer where it was taken, else why it was not.

    Nothing is recorded of a mail that somebody else has taken over meanwhile, or that is known to be sent.
    """
    taken = status == "sent"
    change = (
        "UPDATE alert_outbox SET status = $status, last_error = $error, answer = $answer,"
        " finished_at = CASE WHEN $status = 'queued' THEN NULL ELSE $now::TIMESTAMPTZ END,"
        " due_at = CASE WHEN $status = 'queued' THEN $due_at::TIMESTAMPTZ ELSE due_at END"
    )
    values = {"status": status, "error": None if taken else words, "answer": words if taken else None,
              "now": now, "due_at": due_at}  # fmt: skip
    try:
        _mine(con, claimed, "status IN ('sending', 'handing', 'unsure')", change, values)
    except LostClaimError:
        log.warning("mail %s: ended as %s, but another deliverer has it now", claimed.message_id, status)


def _mine(con: DuckDBPyConnection, claimed: Claimed, state: str, change: str, values: Mapping[str, object]) -> None:
    """``change`` the rows of the claim, where they are still this deliverer's."""
    where = {"identity": claimed.message_id, "claimed_at": claimed.claimed_at}
    held = f"message_id = $identity AND claimed_at = $claimed_at::TIMESTAMPTZ AND {state}"
    found = con.execute(f"SELECT count(*) FROM alert_outbox WHERE {held}", where).fetchone()
    if not found or not found[0]:
        raise LostClaimError(claimed.message_id)
    con.execute(f"{change} WHERE {held}", {**values, **where})


def release_abandoned(con: DuckDBPyConnection, now: datetime, *, repeatable: bool) -> int:
    """How many mails a deliverer left half-way are now ``unsure``.

    What had not begun to leave goes back to the queue (and fails at last, for it may be what ends the deliverers), and
    so does everything where sending twice leaves one mail (``repeatable``: files).
    """
    abandoned = con.execute(
        "SELECT message_id, max(attempts),"
        " bool_or(status = 'handing' AND (starts_with(address, $prefix) OR NOT $repeatable))"
        " FROM alert_outbox WHERE status IN ('sending', 'handing') AND claimed_at <= $before GROUP BY message_id",
        {"before": now - LEASE, "prefix": CHANNEL, "repeatable": repeatable},
    ).fetchall()
    for identity, attempts, left in abandoned:
        status, why = "queued", "a deliverer ended before the mail had left; it is sent again"
        if left:
            status, why = "unsure", "a deliverer ended while it handed the mail over"
        elif attempts >= ATTEMPTS:
            status, why = "failed", f"a deliverer ended before the mail had left, {attempts} times"
        _move(con, [identity], status, now, why)
        log.warning("mail %s: %s", identity, why)
    return sum(left for *_, left in abandoned)


def resend(con: DuckDBPyConnection, now: datetime, identities: Sequence[str] | None = None) -> int:
    """Queue mails again that failed or may not have arrived (None: all of them); returns how many. A person's decision.

    They keep their Message-ID, by which mail programs tell a copy.
    """
    found = con.execute(
        "SELECT DISTINCT message_id FROM alert_outbox WHERE status IN ('failed', 'unsure')"
        " AND ($every OR list_contains($identities, message_id))",
        {"every": identities is None, "identities": list(identities or [])},
    ).fetchall()
    names = [identity for (identity,) in found]
    _move(con, names, "queued", now, "sent again by hand")
    con.execute("UPDATE alert_outbox SET attempts = 0 WHERE list_contains($names, message_id)", {"names": names})
    return len(names)


def _move(con: DuckDBPyConnection, identities: Sequence[str], status: str, now: datetime, why: str) -> None:
    con.execute(
        "UPDATE alert_outbox SET status = $status, last_error = $why,"
        " finished_at = CASE WHEN $status = 'queued' THEN NULL ELSE $now::TIMESTAMPTZ END,"
        " due_at = CASE WHEN $status = 'queued' THEN $now::TIMESTAMPTZ ELSE due_at END"
        " WHERE list_contains($identities, message_id) AND status <> 'sent'",
        {"status": status, "why": why, "now": now, "identities": list(identities)},
    )
