"""The weekly line: who was told nothing for a week is told that the rules were watching, and over which data.

Must not know how a mail looks or how it is sent.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from duckdb import DuckDBPyConnection

from alerts.facts import Watched, WeeklyFacts
from alerts.history import Entity
from alerts.hours import WEEKDAYS, next_open
from alerts.model import Rules
from alerts.notices import iso
from alerts.outbox import OutboxRow, outbox_key
from alerts.people import Recipient

_VERSION = "weekly/1"
WEEK, LATE = timedelta(days=7), timedelta(days=1)
STILL_BEYOND = 10

_DAYS = """
SELECT source, count(*) FILTER (whole), bool_or(simulated) FROM (
    SELECT source, observed_on, bool_and(complete) AS whole, bool_or(simulated) AS simulated FROM snapshot
    WHERE list_contains($sources, source) AND observed_at > $start AND observed_at <= $end GROUP BY ALL
) GROUP BY source
"""
_TOLD = """
SELECT DISTINCT recipient FROM alert_outbox
WHERE queued_at > $start AND queued_at <= $end AND entity_kind <> 'notice' AND transition <> 'weekly'
"""
_BEYOND = """
SELECT rule_title || ': ' || entity_name FROM alert_episode
WHERE ended_at IS NULL AND list_contains($rules, rule_id) ORDER BY fired_at DESC, rule_id, entity_name
"""


@dataclass(frozen=True, slots=True)
class Shelf:
    """What a weekly line says of a source: its title, and whether it is observed by a schedule."""

    title: str
    scheduled: bool


def weekly_rows(
    con: DuckDBPyConnection, rules: Rules, shelves: Mapping[str, Shelf], now: datetime
) -> Iterator[OutboxRow]:
    """The weekly lines that fall due now, for recipients of rules who were told nothing in the week before."""
    for name, recipient in rules.recipients.items():
        end = _week_end(recipient, now)
        if end is None:
            continue
        told = {one for (one,) in con.execute(_TOLD, {"start": end - WEEK, "end": now}).fetchall()}
        mine = {
            rule.id: rules.sources_of(rule, shelves)
            for rule in map(rules.effective, rules.rules)
            if name in rules.names_of(rule.recipients)
        }
        facts = None if name in told else _facts(con, mine, shelves, recipient, end)
        if facts is not None:
            yield _row(name, recipient, facts, end, now)


def _week_end(recipient: Recipient, now: datetime) -> datetime | None:
    """The recipient's weekly moment, where it has come within the last day."""
    if recipient.weekly is None:
        return None
    local = now.astimezone(ZoneInfo(recipient.timezone))
    moment = local.replace(hour=recipient.digest_hour, minute=0, second=0, microsecond=0)
    moment -= timedelta(days=(local.weekday() - WEEKDAYS.index(recipient.weekly)) % 7)
    end = moment.astimezone(now.tzinfo)
    return end if timedelta() <= now - end < LATE else None


def _facts(
    con: DuckDBPyConnection,
    mine: Mapping[str, list[str]],
    shelves: Mapping[str, Shelf],
    recipient: Recipient,
    end: datetime,
) -> WeeklyFacts | None:
    """What the week was; None where none of the rules (``mine``: id -> sources) has a source that is observed."""
    sources = sorted({source for several in mine.values() for source in several})
    given = {"sources": sources, "start": end - WEEK, "end": end}
    seen = {source: (days, simulated) for source, days, simulated in con.execute(_DAYS, given).fetchall()}
    alive = [one for one in sources if one in seen or (one in shelves and shelves[one].scheduled)]
    if not alive:
        return None
    counted = [rule for rule, several in mine.items() if set(several) & set(alive)]
    beyond = con.execute(_BEYOND, {"rules": counted}).fetchall()
    return WeeklyFacts(
        rules=len(counted),
        watched=[
            Watched(
                source=one,
                title=shelves[one].title if one in shelves else one,
                complete_days=min(seen.get(one, (0, False))[0], 7),
            )
            for one in alive
        ],
        beyond=[text for (text,) in beyond[:STILL_BEYOND]],
        start=iso(end - WEEK),
        at=iso(end),
        simulated=any(simulated for _, simulated in seen.values()),
        timezone=recipient.timezone,
    )


def _row(name: str, recipient: Recipient, facts: WeeklyFacts, end: datetime, now: datetime) -> OutboxRow:
    return OutboxRow(
        outbox_key=outbox_key(_VERSION, Entity("", "", "category", "weekly"), end, "weekly", name),
        rule_id="weekly",
        rule_version=_VERSION,
        source="",
        category_id="",
        entity_kind="weekly",
        entity_id="weekly",
        episode_start=end - WEEK,
        transition="weekly",
        edge_at=end,
        recipient=name,
        address=recipient.destination,
        language=recipient.language,
        severity="digest",
        payload=facts.to_json(),
        queued_at=now,
        due_at=next_open(recipient, now),
    )
