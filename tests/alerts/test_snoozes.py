"""A silence holds what is told of a rule or entity back, queued or to come; it ends by its date or by a person."""

from __future__ import annotations

from datetime import timedelta

import pytest

from alerts.run import evaluate_source
from alerts.snoozes import Snooze, add_snooze, end_snoozes, read_snoozes
from tests.alerts.conftest import DAY_ZERO

NOW = DAY_ZERO + timedelta(days=1, hours=1)
LATER, LATEST = NOW + timedelta(days=2), NOW + timedelta(days=5)


@pytest.fixture
def queued(shelf, lake, write_rules):
    """Two rivals' crossings, queued for mei and sam and not sent yet."""
    shelf.day(0, rival=12000, other=12000)
    at = shelf.day(1, rival=24000, other=24000)
    lake.write(lambda con: evaluate_source(con, write_rules(), "shop", at, NOW))


@pytest.fixture
def snooze(lake):
    def add(rule="rival-units", entity=None, until=LATER):
        silence = Snooze(rule_id=rule, entity_id=entity, until=until, why="stock-take", snoozed_at=NOW)
        lake.write(lambda con: add_snooze(con, silence))

    return add


@pytest.fixture
def due(rows):
    def read():
        return {(row["entity_id"], row["recipient"]): row["due_at"] for row in rows("SELECT * FROM alert_outbox")}

    return read


def end(lake, rule=None, entity=None, due=lambda recipient, severity: NOW):
    ended, waited = lake.write(lambda con: end_snoozes(con, rule, entity, NOW, due))
    return len(ended), waited


def test_what_is_queued_already_waits_too(queued, snooze, due):
    snooze(entity="rival")
    assert due() == {("rival", "mei"): LATER, ("rival", "sam"): LATER, ("other", "mei"): NOW, ("other", "sam"): NOW}


def test_what_a_mail_was_made_of_goes_on_as_it_was(queued, lake, snooze, due):
    lake.write(lambda con: con.execute("UPDATE alert_outbox SET message_id = '<a@b>' WHERE recipient = 'sam'"))
    snooze()
    assert due()["rival", "sam"] == NOW
    assert due()["rival", "mei"] == LATER


def test_ended_by_a_person_it_lets_go_when_each_reader_may_be_told(queued, lake, snooze, due):
    snooze()
    morning = NOW + timedelta(hours=8)
    assert end(lake, "rival-units", due=lambda recipient, _: morning if recipient == "mei" else NOW) == (1, 4)
    assert {when for (_, recipient), when in due().items() if recipient == "mei"} == {morning}
    assert {when for (_, recipient), when in due().items() if recipient == "sam"} == {NOW}
    with lake.reader() as con:
        assert read_snoozes(con, NOW) == []
        assert con.execute("SELECT until, why FROM alert_snooze").fetchall() == [(NOW, "stock-take")], (
            "the record stays"
        )
    assert end(lake, "rival-units") == (0, 0)


def test_another_silence_goes_on_holding(queued, lake, snooze, due):
    snooze(until=LATEST)
    snooze(rule=None, entity="rival", until=LATER)
    assert set(due().values()) == {LATEST}
    assert end(lake, "rival-units") == (1, 4)
    assert {entity: when for (entity, _), when in due().items()} == {"rival": LATER, "other": NOW}


@pytest.mark.parametrize(
    ("rule", "entity", "ended"),
    [("rival-units", None, 2), ("rival-units", "rival", 1), (None, "rival", 2), ("another", None, 0), (None, "x", 0)],
)
def test_which_silences_end(lake, snooze, rule, entity, ended):
    snooze()
    snooze(entity="rival")
    snooze(rule=None, entity="rival")
    assert end(lake, rule, entity)[0] == ended


def test_a_table_is_silenced_as_one(shelf, lake, write_rules, snooze, due):
    rules = write_rules()
    shelf.day(0, rival=12000)
    at = shelf.day(1, rival=24000)
    several = rules.model_copy(update={"rules": [rules.rules[0].model_copy(update={"id": "rival-units/1001"})]})
    lake.write(lambda con: evaluate_source(con, several, "shop", at, NOW))
    snooze()
    assert set(due().values()) == {LATER}
    assert end(lake, "rival-units") == (1, 2)
    assert set(due().values()) == {NOW}
