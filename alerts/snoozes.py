"""Silences: mails of a rule or an entity wait until a moment, and go on when it comes or when a person ends it.

What is queued already and has not begun to leave waits too. Nothing is ever dropped by a silence.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from duckdb import DuckDBPyConnection

LONGEST = timedelta(days=366)


@dataclass(frozen=True, slots=True, kw_only=True)
class Snooze:
    """A silence. ``rule_id``/``entity_id`` None: every one. It ends by itself at ``until``."""

    rule_id: str | None
    entity_id: str | None
    until: datetime
    why: str
    snoozed_at: datetime

    def covers(self, rule_id: str, entity_id: str, now: datetime) -> bool:
        """Whether it silences that rule and entity now."""
        return (
            self.until > now
            and self.rule_id in {None, rule_id, rule_id.partition("/")[0]}
            and (self.entity_id is None or self.entity_id == entity_id)
        )


# Queued things of a rule (or of the table its rule stands in) and entity that no mail has been made of yet.
_WAITING = """
status = 'queued' AND message_id IS NULL AND entity_kind <> 'notice'
AND ($rule IS NULL OR rule_id = $rule OR starts_with(rule_id, $rule || '/'))
AND ($entity IS NULL OR entity_id = $entity)
"""


def read_snoozes(con: DuckDBPyConnection, now: datetime) -> list[Snooze]:
    """The silences that hold now."""
    sql = "SELECT rule_id, entity_id, until, why, snoozed_at FROM alert_snooze WHERE until > $now"
    return [
        Snooze(rule_id=rule, entity_id=entity, until=until, why=why, snoozed_at=at)
        for rule, entity, until, why, at in con.execute(sql, {"now": now}).fetchall()
    ]


def add_snooze(con: DuckDBPyConnection, snooze: Snooze) -> None:
    """Hold mails of a rule or entity back until ``snooze.until``. Raises ValueError where it covers nothing,
    has ended, or ends too late to be remembered."""
    if snooze.until <= snooze.snoozed_at:
        raise ValueError(f"a snooze ends in the future; found {snooze.until.isoformat()}")
    if snooze.until - snooze.snoozed_at > LONGEST:
        raise ValueError(f"a snooze ends within {LONGEST.days} days; found {snooze.until.isoformat()}")
    if snooze.rule_id is None and snooze.entity_id is None:
        raise ValueError("a snooze names a rule, an entity or both")
    con.execute(
        "INSERT INTO alert_snooze VALUES (?, ?, ?, ?, ?)",
        [snooze.rule_id, snooze.entity_id, snooze.until, snooze.why, snooze.snoozed_at],
    )
    con.execute(
        f"UPDATE alert_outbox SET due_at = greatest(due_at, $until::TIMESTAMPTZ) WHERE {_WAITING}",
        {"rule": snooze.rule_id, "entity": snooze.entity_id, "until": snooze.until},
    )


def end_snoozes(
    con: DuckDBPyConnection,
    rule_id: str | None,
    entity_id: str | None,
    now: datetime,
    due: Callable[[str, str], datetime | None],
) -> tuple[list[Snooze], int]:
    """End the silences of that rule and entity (None: whichever) that hold at ``now``; they stay as a record.

    Returns them, and how many things that waited for them may leave. ``due(recipient, severity)`` says when such a
    thing is due without a silence; another silence may go on holding it.
    """
    chosen = "until > $now AND ($rule IS NULL OR rule_id = $rule) AND ($entity IS NULL OR entity_id = $entity)"
    given = {"rule": rule_id, "entity": entity_id, "now": now}
    ended = [
        one for one in read_snoozes(con, now) if rule_id in {None, one.rule_id} and entity_id in {None, one.entity_id}
    ]
    con.execute(f"UPDATE alert_snooze SET until = $now WHERE {chosen}", given)
    left = read_snoozes(con, now)
    return ended, sum(_let_go(con, one, left, now, due) for one in ended)


def _let_go(
    con: DuckDBPyConnection,
    ended: Snooze,
    left: Sequence[Snooze],
    now: datetime,
    due: Callable[[str, str], datetime | None],
) -> int:
    """How many things that waited for ``ended`` are due earlier now."""
    rows = con.execute(
        "SELECT outbox_key, rule_id, entity_id, recipient, severity FROM alert_outbox"
        f" WHERE {_WAITING} AND due_at = $until",
        {"rule": ended.rule_id, "entity": ended.entity_id, "until": ended.until},
    ).fetchall()
    for key, rule, entity, recipient, severity in rows:
        held = [one.until for one in left if one.covers(rule, entity, now)]
        con.execute(
            "UPDATE alert_outbox SET due_at = $due::TIMESTAMPTZ WHERE outbox_key = $key",
            {"key": key, "due": max([due(recipient, severity) or now, *held])},
        )
    return len(rows)
