"""The lake itself says what changed since a run; where it can't any more, everything is derived again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from alerts.checkpoint import make_plan
from alerts.matching import ready_rules
from alerts.run import evaluate_source
from warehouse.maintain import maintain

pytestmark = pytest.mark.parametrize("lake", ["real"], indirect=True)


@pytest.fixture
def plan(lake, write_rules):
    def plan():
        with lake.reader() as con:
            return make_plan(con, "shop", ready_rules(con, write_rules(), "shop"))

    return plan


@pytest.fixture
def run(lake, write_rules):
    def run(at):
        return lake.write(lambda con: evaluate_source(con, write_rules(), "shop", at, at + timedelta(hours=1)))

    return run


def test_only_what_changed_is_evaluated_again(shelf, lake, plan, run):
    first = shelf.day(0, rival=12000)
    second = shelf.day(1, rival=24000)
    assert plan().changed is None
    run(second)
    assert plan().changed == {}
    third = shelf.day(2, rival=24000)
    assert plan().changed == {"serum": third}
    lake.write(lambda con: con.execute("UPDATE item_day SET rank = 9 WHERE observed_at = $at", {"at": first}))
    assert plan().changed == {"serum": first}
    run(third)
    lake.write(lambda con: con.execute("DELETE FROM item_day WHERE observed_at = $at", {"at": second}))
    assert plan().changed == {"serum": second}
    lake.write(lambda con: con.execute("UPDATE snapshot SET complete = false WHERE observed_at = $at", {"at": first}))
    assert plan().changed == {"serum": first}


def test_compaction_is_no_change_and_an_expired_version_means_everything(shelf, lake, plan, run):
    for number in range(3):
        at = shelf.day(number, rival=12000)
    run(at)
    shelf.day(3, rival=24000)
    changed = plan().changed
    maintain(lake)
    assert plan().changed == changed
    assert list(changed) == ["serum"]
    maintain(lake, keep=timedelta(0), grace=timedelta(0))
    assert plan().changed is None
    assert run(at)["open"] == 1


def test_a_changed_rule_and_a_changed_watchlist_are_evaluated_over_everything(shelf, lake, run, write_rules):
    run(shelf.day(0, rival=24000))
    text = """
  - {id: brands, title: t, match: {source: shop, watch_group: [rivals]}, of: brand, metric: best_rank, when: {below: 1}}
  - {id: items, title: t, match: {source: shop}, of: item, metric: rank, when: {below: 1}}
"""
    with lake.reader() as con:
        before = make_plan(con, "shop", ready_rules(con, write_rules(text), "shop"))
    assert ([one.rule.id for one in before.new], len(before.gone)) == (["brands", "items"], 1)
    at = shelf.day(1, rival={"brand_key": "b", "brand": "B"})
    lake.write(lambda con: evaluate_source(con, write_rules(text), "shop", at, at))
    lake.write(lambda con: con.execute("INSERT INTO watch VALUES ('rivals', 'rival', 'brand', NULL, 'b')"))
    with lake.reader() as con:
        after = make_plan(con, "shop", ready_rules(con, write_rules(text), "shop"))
    assert [one.rule.id for one in after.new] == ["brands"]
    assert lake.write(lambda con: evaluate_source(con, write_rules(text), "shop", at, at))["episodes"] == 2
