"""Silences of alerts as a person sets, ends and lists them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pyarrow as pa

from alerts.hours import due_time
from alerts.rules import Rules
from alerts.snoozes import LONGEST, Snooze, add_snooze, end_snoozes
from extractors.counted import counted
from shelfradar.alerting import find_rule
from shelfradar.configuration import read_configuration
from shelfradar.errors import RefusedError
from shelfradar.settings import Settings
from warehouse.lake import Lake

SNOOZES = """
SELECT rule_id, entity_id, until, why, snoozed_at, until > $now AS holds,
       (SELECT count(*) FROM alert_outbox AS waiting
        WHERE waiting.status = 'queued' AND waiting.due_at = snooze.until
            AND coalesce(snooze.rule_id, waiting.rule_id) IN (waiting.rule_id, split_part(waiting.rule_id, '/', 1))
            AND coalesce(snooze.entity_id, waiting.entity_id) = waiting.entity_id) AS waiting
FROM alert_snooze AS snooze
WHERE $every OR until > $now
ORDER BY until, rule_id, entity_id
"""

_SEEN = """
SELECT EXISTS (SELECT 1 FROM snapshot WHERE category_id = $id)
    OR EXISTS (SELECT 1 FROM item_day WHERE $id IN (item_id, brand_key))
"""


def add_silence(settings: Settings, rule: str | None, item: str | None, until: str, why: str) -> str:
    """Silence a rule, an item, or an item in a rule. Returns what was done, in words. Raises RefusedError."""
    if rule is None and item is None:
        raise RefusedError("name a rule, or an item with --item")
    if rule is not None:
        rules = read_configuration(settings.config).rules
        if rule not in {one.id.partition("/")[0] for one in rules.rules}:
            find_rule(rules, rule)
    if not why.strip():
        raise RefusedError("--why: found nothing; expected the reason, which is kept and shown")
    try:
        moment = datetime.fromisoformat(until)
    except ValueError as error:
        raise RefusedError(f"--until: found {until!r}; expected 2026-12-01 or an ISO time") from error
    moment, now = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)), datetime.now(UTC)
    if moment <= now:
        raise RefusedError(f"--until: found {until}, which is past; a silence needs an end to come")
    if moment - now > LONGEST:
        raise RefusedError(f"--until: found {until}; expected a day within {LONGEST.days} days, lest it be forgotten")
    silence = Snooze(rule_id=rule, entity_id=item, until=moment, why=why, snoozed_at=now)
    lake = Lake(settings.lake)
    lake.write(lambda con: add_snooze(con, silence))
    told = f"{_named(rule, item)}: silent until {moment:%Y-%m-%d %H:%M %Z} ({why})"
    if item is None or _seen(lake, item):
        return told
    return f"{told}; no list has had an item, brand or category {item!r} so far"


def end_silence(settings: Settings, rule: str | None, item: str | None) -> list[str]:
    """End the silences of a rule, an item, or an item in a rule; what waited leaves with the next delivery.

    Returns what was done, a line a silence. Raises RefusedError where none holds.
    """
    if rule is None and item is None:
        raise RefusedError("name a rule, or an item with --item")
    rules, now = read_configuration(settings.config).rules, datetime.now(UTC)

    def end(con: Any) -> tuple[list[Snooze], int]:
        return end_snoozes(con, rule, item, now, lambda recipient, severity: _due(rules, recipient, severity, now))

    ended, waited = Lake(settings.lake).write(end)
    if not ended:
        raise RefusedError(f"{_named(rule, item)}: no silence holds; see them with `shelfradar alerts snoozes`")
    told = [f"{_named(one.rule_id, one.entity_id)}: no longer silent (was: {one.why})" for one in ended]
    if waited:
        told.append(f"{counted(waited, 'thing')} waited for it: the next `shelfradar alerts deliver` sends what is due")
    return told


def list_silences(settings: Settings, *, every: bool) -> pa.Table:
    """The silences that hold, and how many things wait for each; ``every``: those that are over too."""
    with Lake(settings.lake).reader() as con:
        return con.execute(SNOOZES, {"every": every, "now": datetime.now(UTC)}).to_arrow_table()


def _due(rules: Rules, recipient: str, severity: str, now: datetime) -> datetime | None:
    """When a thing is due; None for a recipient who is no longer in the configuration."""
    known = rules.recipients.get(recipient)
    return None if known is None else due_time(known, "digest" if severity == "digest" else "immediate", now)


def _seen(lake: Lake, entity: str) -> bool:
    """Whether a list has had it; asked by a reader, as it may look through years while no load should wait."""
    with lake.reader() as con:
        return bool(con.execute(_SEEN, {"id": entity}).fetchall()[0][0])


def _named(rule: str | None, item: str | None) -> str:
    return f"{rule or 'every rule'}{f', {item}' if item else ''}"
