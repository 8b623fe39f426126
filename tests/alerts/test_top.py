"""Entering, leaving and being new in the top N: events of a list, from its ranks and from who is missing in it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from alerts.run import evaluate_source
from tests.alerts.conftest import DAY_ZERO

RULE = """
  - {{id: top, title: t, match: {{source: shop}}, of: {of}, metric: {metric}, when: {{{when}: 2}}, lost_after: 3}}
"""


@pytest.fixture
def story(shelf, lake, write_rules, rows):
    """A function: the condition, days of the list from its first place on -> (what was told, of whom, on which day)."""

    def story(when, *days, of="item", metric="rank", gaps=None, each=True):
        rules = write_rules(RULE.format(when=when, of=of, metric=metric))
        number = 0
        for position, listed in enumerate(days):
            number += (gaps or {}).get(position, 1)
            at = shelf.day(
                number, complete=listed != "incomplete", **(_items(listed) if listed != "incomplete" else {})
            )
            if each:
                lake.write(lambda con, at=at: evaluate_source(con, rules, "shop", at, at))
        if not each:
            lake.write(lambda con: evaluate_source(con, rules, "shop", at, at))
        told = rows(
            "SELECT * FROM alert_outbox WHERE recipient = 'sam' AND transition <> 'notice' ORDER BY edge_at, entity_id"
        )
        first = DAY_ZERO + timedelta(days=1)
        return [(row["transition"], row["entity_id"], (row["edge_at"] - first).days) for row in told]

    return story


def _items(listed):
    return {one: {"brand_key": one[0], "brand": one[0].upper()} for one in listed.split()}


def test_entering_is_told_of_who_was_behind_and_of_who_was_not_listed(story):
    assert story("enters_top", "a b c d", "c a b d", "e c a b") == [
        ("fired", "a", 0), ("fired", "b", 0),  # already there when the list was first seen
        ("resolved", "b", 1), ("fired", "c", 1), ("resolved", "a", 2), ("fired", "e", 2),
    ]  # fmt: skip


def test_only_what_stood_in_the_top_can_leave_it(story):
    assert story("leaves_top", "a b c d", "a c b d", "a c d", "a b c d") == [
        ("fired", "b", 1), ("resolved", "b", 3), ("fired", "c", 3),
    ]  # fmt: skip


def test_dropping_out_of_a_complete_list_is_leaving_and_an_incomplete_one_says_nothing(story):
    assert story("leaves_top", "a b c", "incomplete", "b c", "b c", "b c", "b c") == [
        ("fired", "a", 2), ("lost", "a", 4),
    ]  # fmt: skip


def test_new_is_who_was_in_no_complete_list_of_28_days(story):
    days = ["a b c", "d a b", "a d b", "c a b", "a b"]
    assert story("new_in_top", *days) == [("fired", "d", 1), ("resolved", "d", 3)]


def test_who_comes_back_after_28_days_is_new_again(story):
    assert story("new_in_top", "a b c", "c a", *["c d"] * 29, "a c") == [
        ("fired", "d", 2), ("fired", "a", 31), ("resolved", "d", 31),
    ]  # fmt: skip


def test_a_new_brand_in_the_top(story):
    days = ["a1 b1 b2", "b1 x1 a1", "b1 a1 x1"]
    assert story("new_in_top", *days, of="brand", metric="best_rank") == [("fired", "x", 1), ("resolved", "x", 2)]


def test_all_at_once_and_day_by_day_are_the_same(story):
    days = ["a b c d", "c a b d", "e c a b"]
    assert story("leaves_top", *days, each=False) == [("fired", "b", 1), ("fired", "a", 2)]
