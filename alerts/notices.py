"""Data-quality notices to the engineers, by the same outbox: a refused batch or a blocked source, once an incident.

An incident is the run of bad snapshots since the last good one; its start is part of the key, so that it is told once
however long it lasts and however often it is looked at.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from duckdb import DuckDBPyConnection

from alerts.facts import NoticeFacts, NoticeKind
from alerts.history import Entity, Snapshot
from alerts.hours import due_time
from alerts.outbox import OutboxRow, outbox_key, queue_rows
from alerts.rules import Rules, Severity

_VERSION = "notice/1"
_SEVERITY: Mapping[NoticeKind, Severity] = {
    "refused": "immediate",
    "blocked": "immediate",
    "failed": "immediate",
    "stale": "immediate",
    "undelivered": "immediate",
    "test": "immediate",
    "incomplete": "digest",
}
_BLOCKED = """
SELECT category_id, observed_at, bool_or(outcome = 'blocked'), any_value(outcome_detail) FILTER (outcome = 'blocked')
FROM capture WHERE source = $source AND observed_at <= $observed_at GROUP BY ALL ORDER BY observed_at
"""


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
    start, at = datetime.fromisoformat(facts.start), datetime.fromisoformat(facts.at)
    incident = Entity(facts.source, facts.category_id, "category", f"notice:{facts.kind}")
    for name in rules.names_of(rules.engineers):
        recipient = rules.recipients[name]
        yield OutboxRow(
            outbox_key=outbox_key(_VERSION, incident, start, "notice", name),
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
            payload=facts.to_json(),
            queued_at=now,
            due_at=due_time(recipient, severity, now),
        )


def quality_rows(
    con: DuckDBPyConnection,
    rules: Rules,
    source: str,
    timeline: Mapping[str, Sequence[Snapshot]],
    observed_at: datetime,
    now: datetime,
) -> list[OutboxRow]:
    """What the engineers must know of the snapshots at ``observed_at``; nothing where they are too old to be told."""
    if now - observed_at > timedelta(days=rules.defaults.max_age_days):
        return []
    facts = [
        *_blocked(con, source, timeline, observed_at),
        *(one for snapshots in timeline.values() for one in _not_ok(source, snapshots, observed_at)),
    ]
    return [row for one in facts for row in notice_rows(rules, one, now, severity=_SEVERITY[one.kind])]


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
        kind="undelivered", source=recipient, category_id="", category_title="", start=_iso(start),
        at=_iso(now), reason=reason, simulated=False, timezone="UTC",
    )  # fmt: skip
    return [row for row in notice_rows(rules, facts, now) if row.recipient != recipient]


def _blocked(
    con: DuckDBPyConnection, source: str, timeline: Mapping[str, Sequence[Snapshot]], observed_at: datetime
) -> Iterable[NoticeFacts]:
    since = _blocked_since(con, source, observed_at)
    if since is not None:
        yield NoticeFacts(
            kind="blocked",
            source=source,
            category_id="",
            category_title="",
            start=_iso(since[0]),
            at=_iso(observed_at),
            reason=since[1],
            simulated=any(one.simulated for several in timeline.values() for one in several),
            timezone="UTC",
        )


def _not_ok(source: str, snapshots: Sequence[Snapshot], observed_at: datetime) -> Iterable[NoticeFacts]:
    upto = [one for one in snapshots if one.observed_at <= observed_at]
    if upto and upto[-1].observed_at == observed_at and upto[-1].status != "ok":
        last = upto[-1]
        yield NoticeFacts(
            kind="refused" if last.status == "refused" else "incomplete",
            source=source,
            category_id=last.category_id,
            category_title=last.category_title,
            start=_iso(_incident_start(upto)),
            at=_iso(observed_at),
            reason=last.status_reason or last.status,
            simulated=last.simulated,
            timezone="UTC",
        )


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()


def _incident_start(upto: Sequence[Snapshot]) -> datetime:
    """The first of the bad snapshots that end ``upto``."""
    start = upto[-1].observed_at
    for one in reversed(upto):
        if one.status == "ok":
            break
        start = one.observed_at
    return start


def _blocked_since(con: DuckDBPyConnection, source: str, observed_at: datetime) -> tuple[datetime, str] | None:
    """Since when the source has been blocked at every observation up to this one, and what it said; None: it is not."""
    by_time: dict[datetime, tuple[bool, str | None]] = {}
    for _, at, is_blocked, detail in con.execute(_BLOCKED, {"source": source, "observed_at": observed_at}).fetchall():
        before = by_time.get(at, (False, None))
        by_time[at] = (before[0] or is_blocked, before[1] or detail)
    start: datetime | None = None
    reason: str | None = None
    for at in sorted(by_time, reverse=True):
        if not by_time[at][0]:
            break
        start, reason = at, reason or by_time[at][1]
    if start is None or observed_at not in by_time:
        return None
    return start, reason or "the source answered with a login wall, CAPTCHA or refusal"
