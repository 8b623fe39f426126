"""Notices to the engineers, by the same outbox: once an incident, and once more when it is over.

An incident's start is part of the key, so that it is told once however long it lasts and however often it is looked at.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from duckdb import DuckDBPyConnection

from alerts.facts import NoticeFacts, NoticeKind
from alerts.history import Entity
from alerts.hours import due_time
from alerts.outbox import OutboxRow, held_keys, outbox_key, queue_rows
from alerts.rules import Rules, Severity

_VERSION = "notice/1"
SEVERITY: Mapping[NoticeKind, Severity] = {
    "refused": "immediate",
    "blocked": "immediate",
    "failed": "immediate",
    "stale": "immediate",
    "undelivered": "immediate",
    "test": "immediate",
    "incomplete": "digest",
}


def notice(
    con: DuckDBPyConnection,
    rules: Rules,
    facts: NoticeFacts,
    now: datetime,
    *,
    severity: Severity = "immediate",
) -> int:
    """Queue a notice to the engineers; returns how many recipients had not been told of this incident yet."""
    return queue_rows(con, list(notice_rows(rules, facts, now, severity=severity)))


def notice_rows(
    rules: Rules, facts: NoticeFacts, now: datetime, *, severity: Severity = "immediate"
) -> Iterable[OutboxRow]:
    """The outbox rows of a notice, one an engineer."""
    return told_rows(rules, facts, now, rules.names_of(rules.engineers), severity=severity)


def told_rows(
    rules: Rules, facts: NoticeFacts, now: datetime, names: Sequence[str], *, severity: Severity = "immediate"
) -> Iterable[OutboxRow]:
    """The outbox rows of a notice to ``names``. That an incident is over is another thing to tell of the same one."""
    said = "over" if facts.over else "notice"
    start, at = datetime.fromisoformat(facts.start), datetime.fromisoformat(facts.at)
    incident = Entity(facts.source, facts.category_id, "category", f"notice:{facts.kind}")
    for name in names:
        recipient = rules.recipients[name]
        yield OutboxRow(
            outbox_key=outbox_key(_VERSION, incident, start, said, name),
            rule_id=f"notice:{facts.kind}",
            rule_version=_VERSION,
            source=facts.source,
            category_id=facts.category_id,
            entity_kind="notice",
            entity_id=facts.kind,
            episode_start=start,
            transition="notice",
            edge_at=at,
            recipient=name,
            address=recipient.destination,
            language=recipient.language,
            severity=severity,
            payload=replace(facts, timezone=recipient.timezone).to_json(),
            queued_at=now,
            due_at=now if facts.kind == "test" else due_time(recipient, severity, now),
        )


def over_rows(con: DuckDBPyConnection, rules: Rules, facts: NoticeFacts, now: datetime) -> list[OutboxRow]:
    """The outbox rows that tell of an incident's end, to those who were told of the incident itself."""
    severity = SEVERITY[facts.kind]
    ends = list(notice_rows(rules, replace(facts, over=True), now, severity=severity))
    begins = list(notice_rows(rules, replace(facts, over=False), now, severity=severity))
    told = held_keys(con, [row.outbox_key for row in begins])
    return [end for end, begin in zip(ends, begins, strict=True) if begin.outbox_key in told]


def undelivered_rows(
    con: DuckDBPyConnection, rules: Rules, recipient: str, reason: str, now: datetime
) -> list[OutboxRow]:
    """What the engineers must know of a recipient whom a mail did not reach: once until one reaches them again.

    An engineer is told of everybody but themselves.
    """
    first = con.execute(
        "SELECT min(finished_at) FROM alert_outbox WHERE recipient = $recipient AND status IN ('failed', 'unsure')"
        " AND finished_at > coalesce((SELECT max(finished_at) FROM alert_outbox"
        " WHERE recipient = $recipient AND status = 'sent'), '-infinity'::TIMESTAMPTZ)",
        {"recipient": recipient},
    ).fetchone()
    start = first[0] if first and first[0] else now
    facts = NoticeFacts(
        kind="undelivered", source=recipient, category_id="", category_title="", start=iso(start),
        at=iso(now), reason=reason, simulated=False, timezone="UTC",
    )  # fmt: skip
    return [row for row in notice_rows(rules, facts, now) if row.recipient != recipient]


def iso(at: datetime) -> str:
    """A time as facts hold it."""
    return at.astimezone(UTC).isoformat()
