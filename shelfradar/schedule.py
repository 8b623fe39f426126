"""Which observation a moment belongs to: the scheduled time of a source, UTC."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta

from croniter import croniter

from extractors.source import Source


def observation_at(source: Source, when: str | None, now: datetime) -> datetime:
    """The ``observed_at`` meant by ``when``: a date, an ISO time, or (None) the latest scheduled time up to ``now``.

    A date means that day's first scheduled time in the source's zone, or local midnight for a source without a
    schedule; a time without an offset is in the source's zone. Raises ValueError for anything else.
    """
    if when is None:
        return last_tick(source, now)
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", when):
        return tick_on(source, date.fromisoformat(when))
    try:
        moment = datetime.fromisoformat(when)
    except ValueError as error:
        raise ValueError(f"--at: found {when!r}; expected 2026-11-21 or 2026-11-21T06:00+08:00") from error
    return (moment if moment.tzinfo else moment.replace(tzinfo=source.zone)).astimezone(UTC)


def last_tick(source: Source, now: datetime) -> datetime:
    """The latest scheduled time of ``source`` that is not after ``now``."""
    local = now.astimezone(source.zone)
    if source.schedule is None:
        return datetime.combine(local.date(), time(), source.zone).astimezone(UTC)
    start = local.replace(tzinfo=None) + timedelta(seconds=1)
    return _zoned(croniter(source.schedule, start).get_prev(datetime), source)


def tick_on(source: Source, day: date) -> datetime:
    """The first scheduled time of ``source`` on ``day`` in its zone; local midnight where none falls on it."""
    midnight = datetime.combine(day, time())
    if source.schedule is not None:
        first = croniter(source.schedule, midnight - timedelta(seconds=1)).get_next(datetime)
        if first.date() == day:
            return _zoned(first, source)
    return _zoned(midnight, source)


def _zoned(naive: datetime, source: Source) -> datetime:
    return naive.replace(tzinfo=source.zone).astimezone(UTC)
