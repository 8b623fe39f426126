"""What users of other trackers complain of again and again; each is impossible here, and this is where it is shown."""

from __future__ import annotations

from datetime import timedelta

import pytest
import typer.testing

from alerts.message import Sender, compose, message_id
from alerts.run import evaluate_source
from alerts.snoozes import Snooze, add_snooze
from extractors.config import ConfigError
from tests.alerts.conftest import DAY_ZERO

RULE = """
  - {id: one, title: One, match: {source: shop}, of: item, metric: METRIC, when: {WHEN}MORE}
"""


@pytest.fixture
def tell(shelf, lake, write_rules, rows):
    """A function: rule and days of figures -> (transition, day, entity) told to one recipient, run after every day."""

    def tell(rule, *days):
        for number, day in enumerate(days):
            figures = dict(day)
            state = {name: figures.pop(name) for name in ("complete", "status") if name in figures}
            at = shelf.day(number, **state, **figures)
            run(rule, at)
        return told()

    def run(rule, at, now=None):
        metric, when, more = (*rule, "")[:3]
        text = RULE.replace("METRIC", metric).replace("WHEN", when).replace("MORE", more)
        return lake.write(lambda con: evaluate_source(con, write_rules(text), "shop", at, now or at))

    def told():
        found = rows(
            "SELECT * FROM alert_outbox WHERE recipient = 'sam' AND transition <> 'notice' ORDER BY edge_at, entity_id"
        )
        return [(row["transition"], (row["edge_at"] - DAY_ZERO).days, row["entity_id"]) for row in found]

    tell.run, tell.told = run, told
    return tell


OVER = ("units_30d", "above: 20", ", recover: 15")


def test_fires_only_once_and_never_again(tell):
    days = [{"a": units} for units in (10, 25, 10, 25, 10, 25)]
    assert [one[:2] for one in tell(OVER, *days)] == [
        ("fired", 1), ("resolved", 2), ("fired", 3), ("resolved", 4), ("fired", 5),
    ]  # fmt: skip


def test_first_run_already_beyond_says_nothing(tell, rows):
    assert tell(OVER, {"a": 25}) == [("fired", 0, "a")]
    assert rows("SELECT DISTINCT first_seen FROM alert_episode") == [{"first_seen": True}]


@pytest.mark.parametrize(
    ("when", "up", "down"),
    [("above: 20", 1, None), ("below: 20", None, 1), ("rises_by: 5", 1, None), ("falls_by: 5", None, 1)],
)
def test_only_drops_no_rises(tell, when, up, down):
    more = ", compare: previous" if "_by" in when else ""
    days = [{"up": 18, "down": 22}, {"up": 24, "down": 16}]
    told = {
        (entity, day) for transition, day, entity in tell(("units_30d", when, more), *days) if transition == "fired"
    }
    assert {day for entity, day in told if entity == "up"} >= ({up} if up else set())
    assert {day for entity, day in told if entity == "down"} >= ({down} if down else set())
    assert ("up", 1) not in told or up


def test_one_mail_per_product_instead_of_one_report(tell, lake, rows):
    from alerts.claims import Scope, claim
    from alerts.facts import read_facts

    tell(OVER, {f"item{number}": 25 for number in range(30)})
    now, sender = DAY_ZERO + timedelta(hours=1), Sender(mail_from="Shelfradar <alerts@example.com>")
    claimed = [lake.write(lambda con: claim(con, now, sender, Scope())) for _ in range(3)]
    assert sorted(len(one.told) for one in claimed if one) == [30, 30]  # one mail for each of two recipients
    facts = [read_facts(row["payload"]) for row in rows("SELECT payload FROM alert_outbox WHERE recipient = 'sam'")]
    mail = compose(
        facts, to="sam@example.com", language="en", sender=sender, identity=message_id(["k"], sender), date=now
    )
    assert "+29" in mail["Subject"]


def test_flapping(tell):
    assert [one[:2] for one in tell(OVER, *({"a": units} for units in (10, 20, 19, 20, 18, 21, 16, 20)))] == [
        ("fired", 1)
    ]
    twice = ("price", "below: 50", ", for_snapshots: 2")
    assert tell.told() == [("fired", 1, "a")]
    flicker = [{"b": {"price": price}} for price in (60.0, 45.0, 60.0, 45.0, 60.0)]
    assert [one for one in tell(twice, *flicker) if one[2] == "b"] == []


def test_an_alert_after_a_failed_crawl_or_with_price_0(tell):
    below = ("price", "below: 50")
    days = [
        {"a": {"price": 60.0}},
        {"complete": False, "status": "refused"},
        {"a": {"price": 1.0}, "complete": False, "status": "incomplete"},
        {},
        {"a": {"price": 0.0}},
        {"a": {"price": None}},
        {"a": {"price": 60.0}},
    ]
    assert tell(below, *days) == []


def test_wrong_price_among_variants(tell):
    """A range is an interval: that some variant is cheap proves nothing of the item, and is told as possible."""
    below = ("price", "below: 50")
    assert tell(below, {"a": {"price": 60.0, "price_high": 90.0}}, {"a": {"price": 45.0, "price_high": 90.0}}) == [
        ("possible", 1, "a")
    ]
    other = [{"b": {"price": 60.0}, "c": {"price": 45.0, "family_id": "b"}}] * 2
    assert {one[2] for one in tell(below, *other) if one[0] == "fired"} == {"c"}  # a variant is judged by its own price


def test_a_percentage_against_an_unstated_baseline(write_rules, tell, rows):
    unstated = RULE.replace("METRIC", "price").replace("MORE", "")
    for when in ("falls_by: 20%", "below: 80%", "rises_by: 5"):
        with pytest.raises(ConfigError, match="compare"):
            write_rules(unstated.replace("WHEN", when))
    tell(("price", "falls_by: 20%", ", compare: previous"), {"a": {"price": 100.0}}, {"a": {"price": 79.0}})
    from alerts.facts import read_facts

    (facts,) = {read_facts(row["payload"]).compare for row in rows("SELECT payload FROM alert_outbox")}
    assert facts == "previous"
    assert rows("SELECT DISTINCT compared_with FROM alert_episode") == [{"compared_with": "previous"}]


def test_alerts_re_sent_by_a_backfill(tell, shelf, lake):
    tell(OVER, {"a": 10}, {"a": 25}, {"a": 25})
    before = tell.told()
    for number in (-400, -399, -30):  # an old history arrives, in which the item was beyond, too
        shelf.day(number, a=30)
    last = DAY_ZERO + timedelta(days=2)
    tell.run(OVER, last)
    lake.write(lambda con: con.execute("UPDATE item_day SET units_30d_low = 24, units_30d_high = 24 WHERE rank = 1"))
    tell.run(OVER, last)
    assert tell.told() == before == [("fired", 1, "a")]


def test_an_end_or_an_escalation_is_not_told_again_when_a_backfill_moves_the_start(tell, shelf, rows):
    rule = ("units_30d", "above: 20", ", recover: 15, escalate_by: 50%")
    days = [{"a": 10}, None, {"a": 25}, {"a": 40}, {"a": 10}]
    for number, day in enumerate(days):
        if day is not None:
            tell.run(rule, shelf.day(number, **day))
    before = tell.told()
    assert before == [("fired", 2, "a"), ("escalated", 3, "a"), ("resolved", 4, "a")]
    shelf.day(1, a=24)  # the day between comes late: beyond already then
    tell.run(rule, DAY_ZERO + timedelta(days=4))
    (episode,) = rows("SELECT started_at, ended_at FROM alert_episode")
    assert [(moment - DAY_ZERO).days for moment in episode.values()] == [1, 4], "the record is what the history says"
    assert tell.told() == before, "and nobody is told of it twice"
    for number, units in ((5, 30), (6, 10)):
        tell.run(rule, shelf.day(number, a=units))
    assert tell.told() == [*before, ("fired", 5, "a"), ("resolved", 6, "a")], "what is new is told"


def test_an_end_that_a_correction_takes_back_is_not_silence(tell, shelf, lake, rows):
    """Who was told that it is over, and it is not: told once that it still is, and of the end when it comes."""
    told = tell(OVER, {"a": 10}, {"a": 25}, {"a": 10})
    assert told == [("fired", 1, "a"), ("resolved", 2, "a")]
    again = "UPDATE item_day SET units_30d_low = 25, units_30d_high = 25 WHERE observed_at = ?"
    lake.write(lambda con: con.execute(again, [DAY_ZERO + timedelta(days=2)]))
    for _ in range(2):
        tell.run(OVER, DAY_ZERO + timedelta(days=2))
    assert tell.told() == [*told, ("already", 2, "a")]
    for number, units in ((3, 26), (4, 10), (5, 25)):
        tell.run(OVER, shelf.day(number, a=units))
    assert tell.told() == [*told, ("already", 2, "a"), ("resolved", 4, "a"), ("fired", 5, "a")]


def test_a_firing_that_a_correction_takes_back_does_not_swallow_the_next(tell, shelf, lake):
    assert tell(OVER, {"a": 10}, {"a": 25}) == [("fired", 1, "a")]
    again = "UPDATE item_day SET units_30d_low = 10, units_30d_high = 10 WHERE observed_at = ?"
    lake.write(lambda con: con.execute(again, [DAY_ZERO + timedelta(days=1)]))
    tell.run(OVER, DAY_ZERO + timedelta(days=1))
    for number, units in ((2, 10), (3, 26), (4, 10)):
        tell.run(OVER, shelf.day(number, a=units))
    assert tell.told() == [("fired", 1, "a"), ("fired", 3, "a"), ("resolved", 4, "a")]


def test_a_silence_that_nobody_ends(tell, lake, rows):
    with pytest.raises(ValueError, match="ends in the future"):
        lake.write(lambda con: add_snooze(con, Snooze(rule_id="one", entity_id=None, until=DAY_ZERO, why="w",
                                                      snoozed_at=DAY_ZERO)))  # fmt: skip
    with pytest.raises(ValueError, match="ends within 366 days"):
        lake.write(lambda con: add_snooze(con, Snooze(rule_id="one", entity_id=None, why="w", snoozed_at=DAY_ZERO,
                                                      until=DAY_ZERO + timedelta(days=400))))  # fmt: skip
    until = DAY_ZERO + timedelta(days=5)
    lake.write(lambda con: add_snooze(con, Snooze(rule_id="one", entity_id=None, until=until, why="known",
                                                  snoozed_at=DAY_ZERO)))  # fmt: skip
    tell(OVER, {"a": 10}, {"a": 25})
    assert {row["due_at"] for row in rows("SELECT due_at FROM alert_outbox")} == {until}  # told when it ends, not never
    assert "--until" in typer_help("snooze")


def typer_help(command):
    from shelfradar.commands.alert import app

    result = typer.testing.CliRunner().invoke(app, [command])
    assert result.exit_code == 2  # no silence without an end and a reason
    return result.output
