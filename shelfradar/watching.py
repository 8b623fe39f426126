"""What the clock alone brings: deadlines that passed without complete data, quiet weeks; and failures of a run.

A run that never came can't report itself, so that somebody else must look; the DAG ``watch`` and the command
``shelfradar alerts watch`` do.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from alerts.facts import NoticeFacts, NoticeKind, read_facts
from alerts.model import Rules
from alerts.notices import notice_rows, over_rows
from alerts.outbox import OutboxRow, queue_rows
from alerts.rules import read_rules
from alerts.weekly import Shelf, weekly_rows
from extractors.config import ConfigError
from extractors.source import Source, read_source
from shelfradar.schedule import last_tick
from shelfradar.settings import Settings
from warehouse.lake import Lake

log = logging.getLogger(__name__)

DAYS_BACK = 8
_COMPLETE = """
SELECT observed_on, category_id FROM snapshot
WHERE source = $source AND complete AND observed_on >= $since GROUP BY ALL
"""
_LAST = """
SELECT payload FROM alert_outbox WHERE rule_id = $rule AND source = $source
ORDER BY queued_at DESC, edge_at DESC LIMIT 1
"""


def watch(settings: Settings, lake: Lake, now: datetime) -> dict[str, int]:
    """Queue what fell due by the clock; how many rows of each kind were new."""
    rules = read_rules(settings.config / "alerts.yaml")
    sources = _readable_sources(settings)
    shelves = {
        name: Shelf(one.title, scheduled=one.enabled and one.schedule is not None) for name, one in sources.items()
    }

    def change(con: Any) -> dict[str, int]:
        late = [row for source in sources.values() for row in deadline_rows(con, rules, source, now)]
        return {
            "deadlines": queue_rows(con, late),
            "weekly": queue_rows(con, list(weekly_rows(con, rules, shelves, now))),
        }

    return lake.write(change)


def deadline_rows(con: Any, rules: Rules, source: Source, now: datetime) -> list[OutboxRow]:
    """That the last deadline of ``source`` passed without complete data of every category; or that it is here again."""
    due = _last_deadline(source, now)
    if due is None:
        return []
    day, deadline = due
    found = con.execute(_COMPLETE, {"source": source.source, "since": day}).fetchall()
    here = {category for on, category in found if on >= day}
    missing = [one for one in source.categories if one.url is not None and one.id not in here]
    running = open_incident(con, "stale", source.source)
    names = ", ".join(one.id for one in missing)
    facts = NoticeFacts(
        kind="stale", source=source.source, category_id="", category_title="", start=deadline.isoformat(),
        at=now.isoformat(), simulated=source.simulated, timezone=source.timezone,
        reason=f"no complete snapshot of {day} by {source.complete_by} ({source.timezone}): {names}",
    )  # fmt: skip
    return incident_rows(con, rules, facts, running, now, bad=bool(missing))


def task_failed(settings: Settings, lake: Lake, facts: NoticeFacts, now: datetime) -> int:
    """Tell the engineers that a run failed, unless they know already; returns how many are told."""
    rules = read_rules(settings.config / "alerts.yaml")

    def change(con: Any) -> int:
        running = open_incident(con, facts.kind, facts.source)
        return queue_rows(con, incident_rows(con, rules, facts, running, now, bad=True))

    return lake.write(change)


def run_succeeded(settings: Settings, lake: Lake, name: str, now: datetime) -> int:
    """Tell the engineers that a run succeeds again, where they were told of its failure."""
    with lake.reader() as con:
        running = open_incident(con, "failed", name)
    if running is None:
        return 0
    rules = read_rules(settings.config / "alerts.yaml")
    return lake.write(lambda con: queue_rows(con, incident_rows(con, rules, running, running, now, bad=False)))


def incident_rows(
    con: Any, rules: Rules, facts: NoticeFacts, running: NoticeFacts | None, now: datetime, *, bad: bool
) -> list[OutboxRow]:
    """A begun incident, once; an ended one, once; nothing while it goes on."""
    if bad:
        return [] if running else list(notice_rows(rules, facts, now))
    if running is None:
        return []
    ended = NoticeFacts(
        kind=running.kind, source=running.source, category_id=running.category_id,
        category_title=running.category_title, start=running.start, at=now.isoformat(), reason=running.reason,
        simulated=running.simulated, timezone=running.timezone, over=True,
    )  # fmt: skip
    return over_rows(con, rules, ended, now)


def open_incident(con: Any, kind: NoticeKind, source: str) -> NoticeFacts | None:
    """The incident that the engineers were told of last, where nothing has said since that it is over."""
    row = con.execute(_LAST, {"rule": f"notice:{kind}", "source": source}).fetchone()
    facts = read_facts(row[0]) if row else None
    return facts if isinstance(facts, NoticeFacts) and not facts.over else None


def _last_deadline(source: Source, now: datetime) -> tuple[date, datetime] | None:
    """The last day on which the source was to be observed before its deadline, and that deadline, if it has passed."""
    if source.complete_by is None or source.schedule is None or not source.enabled:
        return None
    hour, minute = map(int, source.complete_by.split(":"))
    today = now.astimezone(source.zone)
    for back in range(DAYS_BACK):
        deadline = (today - timedelta(days=back)).replace(hour=hour, minute=minute, second=0, microsecond=0)
        tick = last_tick(source, deadline)
        if deadline <= today and tick.astimezone(source.zone).date() == deadline.date():
            return deadline.date(), deadline
    return None


def _readable_sources(settings: Settings) -> Mapping[str, Source]:
    """The sources whose file is right; a mistake in one keeps no watch from the others."""
    sources: dict[str, Source] = {}
    for path in sorted((settings.config / "sources").glob("*.yaml")):
        try:
            sources[path.stem] = read_source(path)
        except ConfigError as error:
            log.warning("not watched: %s", error)
    return sources
