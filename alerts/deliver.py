"""From the outbox to the mailbox and the chat: claim, compose, hand over, record. One mail a recipient and delivery.

Each step is a transaction of its own (:mod:`alerts.claims`), so that several deliverers share the work and one that is
killed leaves a truthful record.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from time import monotonic
from typing import Protocol, TypedDict, TypeVar

from duckdb import DuckDBPyConnection

from alerts.chat import Chats
from alerts.claims import (
    ATTEMPTS,
    Claimed,
    Ended,
    LostClaimError,
    Scope,
    claim,
    hand_over,
    record,
    release_abandoned,
)
from alerts.hours import is_open
from alerts.message import Sender, compose
from alerts.model import Rules
from alerts.notices import undelivered_rows
from alerts.outbox import queue_rows
from alerts.people import Recipient
from alerts.shorttext import compose_short
from alerts.snoozes import Snooze, read_snoozes
from alerts.transport import DeliveryError, RefusedError, Transport, TryLaterError, UnsureError

log = logging.getLogger(__name__)
Result = TypeVar("Result")

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


@dataclass(slots=True)
class _Round:
    """One run of a deliverer: its ways out, the rules it serves, and a clock that starts at the caller's ``now``."""

    lake: Writes
    transport: Transport
    sender: Sender
    chats: Chats
    rules: Rules | None
    people: Mapping[str, Recipient]
    start: datetime
    scope: Scope
    snoozes: list[Snooze] = field(default_factory=list)
    counts: Delivered = field(default_factory=lambda: Delivered(sent=0, failed=0, later=0, unsure=0))
    answers: list[str] = field(default_factory=list)
    _began: float = field(default_factory=monotonic)

    @property
    def now(self) -> datetime:
        """The caller's time and what has passed since: a claim of a long run is no older than it is."""
        return self.start + timedelta(seconds=monotonic() - self._began)


def deliver(
    lake: Writes,
    transport: Transport,
    now: datetime,
    sender: Sender,
    *,
    chats: Chats | None = None,
    rules: Rules | None = None,
) -> Delivered:
    """Send every mail and chat message that is due; ``now`` is the caller's clock. Returns how many ended how.

    A recipient's failure never holds up another's; where the mail server itself is down, mails wait for the next run.
    With ``rules``, recipients' quiet hours are kept and the engineers are told of what could not be delivered.
    """
    people = rules.recipients if rules else {}
    scope = Scope(held=[name for name, recipient in people.items() if not is_open(recipient, now)])
    turn = _Round(lake, transport, sender, chats or Chats({}), rules, people, now, scope)
    _send_all(turn)
    return turn.counts


def deliver_these(
    lake: Writes,
    transport: Transport,
    now: datetime,
    sender: Sender,
    keys: Collection[str],
    *,
    chats: Chats | None = None,
    people: Mapping[str, Recipient],
) -> tuple[Delivered, list[str]]:
    """Send the rows ``keys`` of the outbox and nothing else, at any hour; how they ended, and what was answered."""
    turn = _Round(lake, transport, sender, chats or Chats({}), None, people, now, Scope(keys=keys))
    _send_all(turn)
    return turn.counts, turn.answers


def _send_all(turn: _Round) -> None:
    """Two commits a mail: one as it leaves, one that records how it ended and claims the next."""

    def begin(con: DuckDBPyConnection) -> Claimed | None:
        turn.counts["unsure"] = release_abandoned(con, turn.start, repeatable=turn.transport.repeatable)
        turn.snoozes = read_snoozes(con, turn.start)
        return claim(con, turn.now, turn.sender, turn.scope)

    try:
        claimed = turn.lake.write(begin)
        for _ in range(MAILS_A_RUN):
            if claimed is None:
                break
            claimed = _send(turn, claimed)
    finally:
        turn.transport.close()


def _send(turn: _Round, claimed: Claimed) -> Claimed | None:
    """Send one mail, record how it ended, and claim the next."""
    try:
        answer = _hand(turn, claimed)
    except LostClaimError:
        log.warning("mail %s was taken over by another deliverer", claimed.message_id)
        return turn.lake.write(lambda con: claim(con, turn.now, turn.sender, turn.scope))
    except DeliveryError as error:
        return _end(turn, claimed, _status(turn, claimed, error), str(error))
    except _UNWRITABLE as error:
        log.exception("mail %s can't be written", claimed.message_id)
        return _end(turn, claimed, "failed", f"the mail can't be written: {type(error).__name__}: {error}")
    return _end(turn, claimed, "sent", answer)


def _hand(turn: _Round, claimed: Claimed) -> str:
    """Compose and hand over; the answer of who took it."""

    def leaving() -> None:
        turn.lake.write(lambda con: hand_over(con, claimed))

    if claimed.channel is not None:
        short = compose_short(
            claimed.told,
            language=claimed.language,
            identity=claimed.message_id,
            boards_url=turn.sender.boards_url,
        )
        return turn.chats.send(claimed.channel, short, leaving)
    message = compose(
        claimed.told,
        to=claimed.destination,
        name=_name_of(claimed, turn.people),
        language=claimed.language,
        sender=turn.sender,
        identity=claimed.message_id,
        date=turn.start,
        snoozes=[one for one in turn.snoozes if _concerns(one, claimed, turn.rules)],
    )
    return turn.transport.send(message, leaving)


def _name_of(claimed: Claimed, people: Mapping[str, Recipient]) -> str:
    """What a person calls the recipient, where the address is still theirs."""
    known = people.get(claimed.recipient)
    return known.name or "" if known is not None and known.address == claimed.destination else ""


def _concerns(snooze: Snooze, claimed: Claimed, rules: Rules | None) -> bool:
    """Whether a silence keeps something from the recipient."""
    if snooze.rule_id is None or rules is None:
        return True
    told = {rule.id for rule in rules.rules if claimed.recipient in rules.names_of(rules.effective(rule).recipients)}
    return snooze.rule_id in told


def _status(turn: _Round, claimed: Claimed, error: DeliveryError) -> Ended:
    """What becomes of a mail that was not taken; where the mail server is down, no other mail is tried."""
    if isinstance(error, UnsureError):
        return "unsure"
    if isinstance(error, TryLaterError) and error.whole:
        turn.scope = replace(turn.scope, mails=False)
        return "queued"
    return "failed" if isinstance(error, RefusedError) or claimed.attempts >= ATTEMPTS else "queued"


def _end(turn: _Round, claimed: Claimed, status: Ended, words: str) -> Claimed | None:
    """Record how a mail ended and claim the next, in one transaction."""
    wait = min(FIRST_WAIT * 4 ** (claimed.attempts - 1), LONGEST_WAIT)
    log.log(
        logging.INFO if status == "sent" else logging.WARNING,
        "mail %s to %s: %s: %s", claimed.message_id, claimed.destination, status, words,
    )  # fmt: skip
    turn.counts["later" if status == "queued" else status] += 1
    turn.answers.append(words)

    def change(con: DuckDBPyConnection) -> Claimed | None:
        record(con, claimed, status, turn.start, turn.start + wait, words)
        if status in {"failed", "unsure"} and turn.rules is not None:
            queue_rows(con, undelivered_rows(con, turn.rules, claimed.recipient, f"{status}: {words}", turn.start))
        return claim(con, turn.now, turn.sender, turn.scope)

    return turn.lake.write(change)
