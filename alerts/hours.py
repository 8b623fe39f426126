"""When a recipient may be told: weekdays, quiet hours and the digest hour, all in their own time zone. Pure."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from alerts.model import Severity
from alerts.people import Recipient

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def due_time(recipient: Recipient, severity: Severity, now: datetime) -> datetime:
    """Now, or for a digest the recipient's next digest hour; never inside quiet hours or on a closed weekday."""
    if severity == "immediate":
        return next_open(recipient, now)
    local = now.astimezone(ZoneInfo(recipient.timezone))
    first = local.replace(hour=recipient.digest_hour, minute=0, second=0, microsecond=0)
    hours = [first + timedelta(days=days) for days in range(len(WEEKDAYS) + 1)]
    due = [hour.astimezone(now.tzinfo) for hour in hours if hour > local]
    return next((hour for hour in due if is_open(recipient, hour)), next_open(recipient, due[0]))


def is_open(recipient: Recipient, moment: datetime) -> bool:
    """Whether the recipient may be told at ``moment``."""
    return next_open(recipient, moment) == moment


def next_open(recipient: Recipient, moment: datetime) -> datetime:
    """The first time from ``moment`` on at which the recipient may be told, in the time zone of ``moment``.

    A quiet stretch over midnight belongs to both days; a weekday begins at midnight.
    """
    local = moment.astimezone(ZoneInfo(recipient.timezone))
    for _ in range(2 * len(WEEKDAYS) + 2):
        later = _leave(recipient, local)
        if later is None:
            break
        local = later
    found = local.astimezone(UTC)
    return moment if found <= moment else found.astimezone(moment.tzinfo)


def _leave(recipient: Recipient, local: datetime) -> datetime | None:
    """The end of the stretch that closes ``local``; None where it is open."""
    if WEEKDAYS[local.weekday()] not in recipient.weekdays:
        return _at(local, time()) + timedelta(days=1)
    if recipient.quiet is None:
        return None
    start, end = recipient.quiet
    clock = local.time()
    if start < end:
        return _at(local, end) if start <= clock < end else None
    if clock >= start:
        return _at(local, end) + timedelta(days=1)
    return _at(local, end) if clock < end else None


def _at(local: datetime, clock: time) -> datetime:
    return local.replace(hour=clock.hour, minute=clock.minute, second=0, microsecond=0)
