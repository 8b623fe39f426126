"""Notices to the engineers: once an incident, once when it is over; deadlines; quiet weeks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pytest

from alerts.facts import WeeklyFacts, read_facts
from alerts.outbox import queue_rows
from alerts.run import evaluate_source
from alerts.weekly import Shelf, weekly_rows
from extractors.source import Source
from shelfradar.watching import deadline_rows

NOTICES = "SELECT * FROM alert_outbox WHERE entity_kind = 'notice' ORDER BY queued_at, rule_id, category_id, recipient"


@pytest.fixture
def run(lake):
    def run(rules, at):
        return lake.write(lambda con: evaluate_source(con, rules, "shop", at, at + timedelta(hours=1)))

    return run


@pytest.fixture
def told(rows):
    """A function: (kind, over) of each notice so far, in order."""

    def told():
        return [(facts.kind, facts.over) for facts in (read_facts(row["payload"]) for row in rows(NOTICES))]

    return told


def block(lake, at, category="serum"):
    capture = {
        "source": "shop", "category_id": category, "observed_at": at, "observed_on": at.date(), "capture_id": f"b-{at}",
        "page_no": 9, "requested_url": "https://shop.example/", "outcome": "blocked", "outcome_detail": "a CAPTCHA",
    }  # fmt: skip

    def change(con):
        con.register("given", pa.Table.from_pylist([capture]))
        con.execute("INSERT INTO capture BY NAME SELECT * FROM given")
        con.unregister("given")

    lake.write(change)


def test_an_incident_is_told_once_and_so_is_its_end(shelf, write_rules, run, told):
    rules = write_rules()
    run(rules, shelf.day(0, rival=1))
    for day in (1, 2, 3):
        run(rules, shelf.day(day, complete=False, status="refused"))
        assert told() == [("refused", False)]
    at = shelf.day(4, rival=1)
    run(rules, at)
    run(rules, at)
    run(rules, shelf.day(5, rival=1))
    assert told() == [("refused", False), ("refused", True)]


def test_worse_is_news_and_merely_better_is_not(shelf, write_rules, run, told):
    rules = write_rules()
    run(rules, shelf.day(0, rival=1))
    for day, status in ((1, "incomplete"), (2, "refused"), (3, "incomplete")):
        run(rules, shelf.day(day, complete=False, status=status))
    assert told() == [("incomplete", False), ("refused", False)]
    run(rules, shelf.day(4, rival=1))
    assert sorted(told()[2:]) == [("incomplete", True), ("refused", True)]


def test_a_blocked_source_is_one_notice_not_one_a_category(shelf, lake, write_rules, run, told):
    rules = write_rules()
    run(rules, shelf.day(0, rival=1))
    for day in (1, 2):
        at = shelf.day(day, complete=False, status="incomplete")
        block(lake, at)
        run(rules, at)
    assert told() == [("blocked", False)]
    run(rules, shelf.day(3, rival=1))
    assert told() == [("blocked", False), ("blocked", True)]


def test_what_nobody_was_told_of_is_not_told_to_be_over(shelf, write_rules, run, told):
    shelf.day(0, complete=False, status="refused")
    run(write_rules(), shelf.day(1, rival=1))
    assert told() == []


SOURCE = {
    "source": "shop", "title": "The shop", "site": "demo", "timezone": "Asia/Shanghai", "schedule": "0 6 * * 1-5",
    "complete_by": "08:00", "categories": [{"id": "serum", "title": "精华", "url": "https://shop.example/{page}"}],
}  # fmt: skip


def test_a_deadline_that_passes_is_told_once_until_the_data_is_there(shelf, lake, write_rules, told):
    rules, source = write_rules(), Source(**SOURCE)

    def look(moment):
        at = datetime.fromisoformat(moment).replace(tzinfo=source.zone).astimezone(UTC)
        return lake.write(lambda con: queue_rows(con, deadline_rows(con, rules, source, at)))

    shelf.day(1, rival=1)  # Monday 2 November, 08:00 in Shanghai
    assert look("2026-11-02T08:30") == 0
    assert look("2026-11-03T07:59") == 0, "Tuesday's deadline has not come"
    assert [look("2026-11-03T08:01"), look("2026-11-03T08:11"), look("2026-11-04T09:00")] == [1, 0, 0]
    shelf.day(3, complete=False, status="incomplete")
    assert look("2026-11-04T09:10") == 0, "an incomplete snapshot does not meet it"
    shelf.day(4, rival=1)
    assert [look("2026-11-05T08:20"), look("2026-11-05T08:30")] == [1, 0]
    assert told() == [("stale", False), ("stale", True)]
    shelf.day(5, rival=1)
    assert [look("2026-11-07T12:00"), look("2026-11-08T12:00")] == [0, 0], "nothing is due at the weekend"
    assert look("2026-11-09T08:00") == 1


def test_a_source_without_a_deadline_or_a_schedule_is_left_alone(lake, write_rules):
    rules, now = write_rules(), datetime(2026, 11, 3, 12, tzinfo=UTC)
    for changed in ({"complete_by": None}, {"schedule": None}, {"enabled": False}):
        source = Source(**{**SOURCE, **changed})
        assert lake.write(lambda con, one=source: deadline_rows(con, rules, one, now)) == []


MONDAY = datetime(2026, 11, 9, 8, 5, tzinfo=UTC)  # after sam's digest hour (UTC); mei's came at 08:00 in Shanghai
SHELVES = {"shop": Shelf("The shop", scheduled=True)}


def weekly(lake, rules, now=MONDAY):
    return lake.write(lambda con: queue_rows(con, list(weekly_rows(con, rules, SHELVES, now))))


def test_who_was_told_nothing_for_a_week_is_told_so_once(shelf, lake, write_rules, rows):
    rules = write_rules()
    for day in range(2, 9):
        shelf.day(day, rival=1, complete=day != 4)
    assert [weekly(lake, rules), weekly(lake, rules, MONDAY + timedelta(hours=1))] == [2, 0]
    queued = rows("SELECT * FROM alert_outbox ORDER BY recipient")
    assert [row["recipient"] for row in queued] == ["mei", "sam"], "the engineers have no rule"
    facts = read_facts(queued[1]["payload"])
    assert isinstance(facts, WeeklyFacts)
    assert (facts.rules, facts.complete_days, facts.watched[0].title) == (1, 6, "The shop")
    assert weekly(lake, rules, MONDAY + timedelta(days=1)) == 0, "only on its day"
    assert weekly(lake, rules, MONDAY + timedelta(days=7)) == 2


def test_a_week_with_an_alert_has_no_such_line(shelf, lake, write_rules, rows, run):
    rules = write_rules()
    run(rules, shelf.day(5, rival=12000))
    run(rules, shelf.day(6, rival=24000))
    assert weekly(lake, rules) == 0
    assert weekly(lake, rules, MONDAY + timedelta(days=7)) == 2
    facts = read_facts(rows("SELECT * FROM alert_outbox WHERE transition = 'weekly'")[0]["payload"])
    assert facts.beyond == ["A rival sells more than 20,000 in 30 days: Title of rival"], "it is beyond still"


def test_a_week_without_any_data_says_none(lake, write_rules, rows):
    weekly(lake, write_rules())
    assert read_facts(rows("SELECT * FROM alert_outbox")[0]["payload"]).complete_days == 0
