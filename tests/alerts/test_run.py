"""Episodes and the outbox over a real lake: told once, whatever is run again."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from alerts.facts import read_facts
from alerts.run import evaluate_source


@pytest.fixture
def run(lake):
    def run(rules, at, now=None, source="shop"):
        return lake.write(lambda con: evaluate_source(con, rules, source, at, now or at + timedelta(hours=1)))

    return run


OUTBOX = "SELECT * FROM alert_outbox ORDER BY edge_at, transition, recipient"


@pytest.mark.parametrize("lake", ["memory", "real"], indirect=True)
def test_a_crossing_is_one_episode_and_one_row_a_recipient(shelf, write_rules, run, rows):
    shelf.day(0, rival=12000, own=9000)
    at = shelf.day(1, rival=(24000, None), own=9000)
    counts = run(write_rules(), at)
    assert counts == {"episodes": 1, "open": 1, "queued": 2}
    (episode,) = rows("SELECT * FROM alert_episode")
    assert (episode["entity_id"], episode["state"], episode["fired_at"]) == ("rival", "firing", at)
    assert (episode["fired_low"], episode["fired_high"], episode["fired_text"]) == (24000, None, "24000+")
    assert [(row["recipient"], row["transition"]) for row in rows(OUTBOX)] == [("mei", "fired"), ("sam", "fired")]


@pytest.mark.parametrize("lake", ["memory", "real"], indirect=True)
def test_running_again_changes_nothing(shelf, lake, write_rules, run, rows):
    shelf.day(0, rival=12000)
    at = shelf.day(1, rival=24000)
    rules = write_rules()
    run(rules, at)
    before = rows(OUTBOX), rows("SELECT * FROM alert_episode")
    assert run(rules, at, now=at + timedelta(hours=5))["queued"] == 0
    assert (rows(OUTBOX), rows("SELECT * FROM alert_episode")) == before


@pytest.mark.parametrize("lake", ["real"], indirect=True)
def test_a_rerun_writes_nothing_at_all(shelf, write_rules, run, rows):
    shelf.day(0, rival=12000)
    at = shelf.day(1, rival=24000)
    rules = write_rules()
    run(rules, at)
    versions = "SELECT count(*) AS snapshots FROM ducklake_snapshots('lake')"
    before = rows(versions)
    run(rules, at)
    assert rows(versions) == before


def test_day_by_day_and_all_at_once_end_in_the_same_episodes(shelf, write_rules, run, rows):
    rules = write_rules()
    for number, units in enumerate([12000, 24000, 40000, 16000, 14000, 30000]):
        run(rules, shelf.day(number, rival=units))
    told = [(row["transition"], row["edge_at"].day) for row in rows(OUTBOX) if row["recipient"] == "sam"]
    assert told == [("fired", 2), ("escalated", 3), ("resolved", 5), ("fired", 6)]
    episodes = rows("SELECT * EXCLUDE (rule_version) FROM alert_episode ORDER BY started_at")
    assert [(one["state"], one["end_reason"], one["escalations"]) for one in episodes] == [
        ("ended", "resolved", 1),
        ("firing", None, 0),
    ]


def test_old_history_is_evaluated_and_never_mailed_but_what_still_holds_is_told_once(shelf, write_rules, run, rows):
    for number, units in enumerate([12000, 24000, 14000, 26000, *[26000] * 10]):
        at = shelf.day(number, rival=units)
    rules = write_rules()
    assert run(rules, at)["episodes"] == 2
    assert [(row["transition"], row["edge_at"], row["episode_start"].day) for row in rows(OUTBOX)] == [
        ("already", at, 4),
        ("already", at, 4),
    ]
    told = read_facts(rows(OUTBOX)[0]["payload"])
    assert told.previous_at == (at - timedelta(days=1)).isoformat()
    at = shelf.day(14, rival=26000)
    assert run(rules, at)["queued"] == 0


def test_a_history_that_ended_long_ago_is_never_mailed(shelf, write_rules, run, rows):
    shelf.day(0, rival=12000)
    at = shelf.day(1, rival=24000)
    assert run(write_rules(), at, now=at + timedelta(days=400)) == {"episodes": 1, "open": 1, "queued": 0}


def test_a_changed_threshold_is_a_new_version_that_says_once_that_it_already_holds(shelf, write_rules, run, rows):
    shelf.day(0, rival=12000)
    at = shelf.day(1, rival=24000)
    first = write_rules()
    run(first, at)
    for number in range(2, 9):
        at = shelf.day(number, rival=24000)
        run(first, at)
    text = "  - {id: rival-units, title: t, match: {source: shop}, of: item, metric: units_30d, when: {above: 21000}}\n"
    second = write_rules(text)
    assert run(second, at)["queued"] == 2
    assert run(second, at)["queued"] == 0
    states = {one["rule_version"]: (one["state"], one["end_reason"]) for one in rows("SELECT * FROM alert_episode")}
    assert states == {
        first.effective(first.rules[0]).version: ("ended", "superseded"),
        second.effective(second.rules[0]).version: ("firing", None),
    }


def test_a_replay_that_moves_the_start_tells_nobody_again(shelf, lake, write_rules, run, rows):
    shelf.day(0, rival=12000)
    shelf.day(1, rival=24000)
    at = shelf.day(2, rival=24000)
    rules = write_rules()
    run(rules, at)
    corrected = "UPDATE item_day SET units_30d_low = 18000, units_30d_high = 18000 WHERE observed_at = $at"
    lake.write(lambda con: con.execute(corrected, {"at": at - timedelta(days=1)}))
    assert run(rules, at)["queued"] == 0
    (episode,) = rows("SELECT * FROM alert_episode")
    assert episode["started_at"] == at


def test_a_snooze_holds_the_mail_back_and_ends_by_itself(shelf, lake, write_rules, run, rows):
    from alerts.snoozes import Snooze, add_snooze

    shelf.day(0, rival=12000, other=12000)
    at = shelf.day(1, rival=24000, other=24000)
    until = at + timedelta(days=2)
    lake.write(lambda con: add_snooze(con, Snooze(rule_id="rival-units", entity_id="rival", until=until,
                                                  why="known", snoozed_at=at)))  # fmt: skip
    run(write_rules(), at)
    assert {(row["entity_id"], row["due_at"]) for row in rows(OUTBOX)} == {
        ("rival", until),
        ("other", at + timedelta(hours=1)),
    }


def test_an_incomplete_snapshot_fires_nothing_and_is_one_notice_an_incident(shelf, write_rules, run, rows):
    rules = write_rules()
    run(rules, shelf.day(0, rival=12000))
    run(rules, shelf.day(1, complete=False, status="refused"))
    run(rules, shelf.day(2, rival=99000, complete=False, status="refused"))
    (row,) = rows(OUTBOX)
    assert (row["recipient"], row["transition"], row["entity_id"]) == ("ops", "notice", "refused")
    run(rules, shelf.day(3, rival=12000))
    assert len(rows(OUTBOX)) == 2, "that it is over"
    run(rules, shelf.day(4, complete=False, status="refused"))
    assert len(rows(OUTBOX)) == 3


@pytest.mark.parametrize("lake", ["real"], indirect=True)
def test_nothing_is_queued_where_the_transaction_fails(shelf, lake, write_rules, rows):
    shelf.day(0, rival=12000)
    at = shelf.day(1, rival=24000)
    rules = write_rules()

    def fail(con):
        evaluate_source(con, rules, "shop", at, at)
        raise RuntimeError("killed")

    with pytest.raises(RuntimeError, match="killed"):
        lake.write(fail)
    assert rows(OUTBOX) == rows("SELECT * FROM alert_episode") == []


def test_the_page_of_a_brands_list_is_named_by_an_item_that_it_shows(shelf, write_rules, run, rows):
    text = "  - {id: b, title: t, match: {source: shop}, of: brand, metric: best_rank, when: {enters_top: 2}}\n"
    branded = {"brand_key": "b", "brand": "B"}
    shelf.day(0, first={"brand_key": "x", "brand": "X"}, second={"brand_key": "x", "brand": "X"}, third=branded)
    at = shelf.day(1, first={"brand_key": "x", "brand": "X"}, third=branded)
    run(write_rules(text), at)
    told = [json.loads(row["payload"]) for row in rows(OUTBOX)]
    assert {(one["name"], one["evidence"][0]["item_id"], one["evidence"][0]["sha256"]) for one in told} >= {
        ("B", "first", "ab" * 32)
    }
