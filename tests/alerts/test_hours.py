"""When a recipient may be told: quiet hours, weekdays and digest hours in their own time zone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from alerts.hours import WEEKDAYS, due_time, is_open, next_open
from alerts.people import Recipient

SHANGHAI = {"address": "mei@example.com", "timezone": "Asia/Shanghai"}
JANUARY = datetime(2026, 1, 1, tzinfo=UTC)
CLOCKS = st.times().map(lambda clock: f"{clock:%H:%M}")


def at(text, zone="Asia/Shanghai"):
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


@pytest.mark.parametrize(
    ("said", "moment", "opened"),
    [
        ({"quiet_hours": "22:00-07:00"}, "2026-11-25T23:10", "2026-11-26T07:00"),
        ({"quiet_hours": "22:00-07:00"}, "2026-11-26T06:59", "2026-11-26T07:00"),
        ({"quiet_hours": "22:00-07:00"}, "2026-11-26T07:00", "2026-11-26T07:00"),
        ({"quiet_hours": "22:00-07:00"}, "2026-11-26T21:59", "2026-11-26T21:59"),
        ({"quiet_hours": "12:00-13:30"}, "2026-11-26T12:00", "2026-11-26T13:30"),
        ({"weekdays": ["mon", "tue"]}, "2026-11-25T10:00", "2026-11-30T00:00"),
        ({"weekdays": ["mon", "tue"], "quiet_hours": "22:00-07:00"}, "2026-11-24T22:30", "2026-11-30T07:00"),
        ({}, "2026-11-29T03:00", "2026-11-29T03:00"),
    ],
)
def test_the_next_time_a_recipient_may_be_told(said, moment, opened):
    recipient = Recipient(**SHANGHAI, **said)
    assert next_open(recipient, at(moment).astimezone(UTC)) == at(opened)


def test_a_digest_waits_for_its_hour_and_an_alarm_for_nothing_but_quiet_hours():
    mei = Recipient(**SHANGHAI, digest_hour=8, weekdays=["mon", "tue", "wed", "thu", "fri"])
    friday_evening = at("2026-11-27T18:00").astimezone(UTC)
    assert due_time(mei, "immediate", friday_evening) == friday_evening
    assert due_time(mei, "digest", friday_evening) == at("2026-11-30T08:00"), "Saturday's digest is Monday's"
    assert due_time(mei, "digest", at("2026-11-26T08:00").astimezone(UTC)) == at("2026-11-27T08:00")

    never = Recipient(**SHANGHAI, digest_hour=8, quiet_hours="20:00-09:00")
    assert due_time(never, "digest", friday_evening) == at("2026-11-28T09:00"), "a quiet digest hour: as it ends"


def test_the_hour_that_summer_time_skips_or_repeats_is_survived():
    sam = Recipient(address="sam@example.com", timezone="Europe/London", quiet_hours="23:00-01:30")
    spring = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)
    assert next_open(sam, spring).astimezone(UTC) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    assert is_open(sam, datetime(2026, 3, 29, 2, 0, tzinfo=UTC))


@settings(deadline=None)
@given(
    moment=st.integers(0, 731 * 24 * 60).map(lambda minutes: JANUARY + timedelta(minutes=minutes)),
    start=CLOCKS,
    end=CLOCKS,
    days=st.lists(st.sampled_from(WEEKDAYS), min_size=1, unique=True),
    zone=st.sampled_from(["UTC", "Asia/Shanghai", "Europe/London", "America/Sao_Paulo", "Australia/Lord_Howe"]),
)
def test_it_never_goes_back_ends_within_a_week_and_lands_where_it_is_open(moment, start, end, days, zone):
    quiet = None if start == end else f"{start}-{end}"
    recipient = Recipient(address="a@example.com", timezone=zone, quiet_hours=quiet, weekdays=days)
    opened = next_open(recipient, moment)
    assert moment <= opened <= moment + timedelta(days=8)
    assert is_open(recipient, opened)
    local = opened.astimezone(ZoneInfo(zone))
    assert WEEKDAYS[local.weekday()] in days
    if quiet:
        clock = f"{local:%H:%M}"
        assert not (start <= clock < end if start < end else clock >= start or clock < end)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"quiet_hours": "22:00-22:00"}, "two different times"),
        ({"quiet_hours": "10pm-7am"}, "should match pattern"),
        ({"weekdays": []}, "at least 1 item"),
        ({"weekdays": ["monday"]}, "'mon', 'tue'"),
        ({"channel": "SHELFRADAR_CHANNEL_X"}, "exactly one of address and channel"),
        ({"address": None}, "exactly one of address and channel"),
        ({"address": None, "channel": "https://hooks.example/secret"}, "SHELFRADAR_CHANNEL_"),
    ],
)
def test_what_can_not_be_meant_is_refused(said, expected):
    with pytest.raises(ValidationError, match=expected):
        Recipient(**{**SHANGHAI, **said})
