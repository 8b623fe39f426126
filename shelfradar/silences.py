"""Silences of alerts, as a person sets them: mails of a rule or an entity wait until a date."""

from __future__ import annotations

from datetime import UTC, datetime

from alerts.outbox import Snooze, add_snooze
from shelfradar.alerting import find_rule
from shelfradar.configuration import read_configuration
from shelfradar.errors import RefusedError
from shelfradar.settings import Settings
from warehouse.lake import Lake


def add_silence(settings: Settings, rule: str | None, item: str | None, until: str, why: str) -> str:
    """Silence a rule, an item, or an item in a rule. Returns what was done, in words."""
    if rule is None and item is None:
        raise RefusedError("name a rule, or an item with --item")
    if rule is not None:
        rules = read_configuration(settings.config).rules
        if rule not in {one.id.partition("/")[0] for one in rules.rules}:
            find_rule(rules, rule)
    try:
        moment = datetime.fromisoformat(until)
    except ValueError as error:
        raise RefusedError(f"--until: found {until!r}; expected 2026-12-01 or an ISO time") from error
    moment, now = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)), datetime.now(UTC)
    if moment <= now:
        raise RefusedError(f"--until: found {until}, which is past; a silence needs an end to come")
    silence = Snooze(rule_id=rule, entity_id=item, until=moment, why=why, snoozed_at=now)
    Lake(settings.lake).write(lambda con: add_snooze(con, silence))
    return f"{rule or 'every rule'}{f', {item}' if item else ''}: silent until {moment:%Y-%m-%d %H:%M %Z} ({why})"
