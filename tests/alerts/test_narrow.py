"""A backtest reads the rows that its rule means once; what it finds is what it finds over the whole mart."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import timedelta

import pytest

from alerts import backtest as backtesting
from alerts.backtest import backtest
from alerts.matching import ready_rules
from alerts.narrow import narrowed
from tests.alerts.conftest import DAY_ZERO

FIRST, LAST = DAY_ZERO + timedelta(days=2), DAY_ZERO + timedelta(days=9)
RULES = {
    "item": "match: {source: shop, item: [a, b]}, of: item, metric: units_30d, when: {above: 20}, recover: 15",
    "price": "match: {source: shop, shop: [S]}, of: item, metric: price, when: {below: 9}",
    "group": "match: {watch_group: [rivals]}, of: item, metric: units_30d, compare: previous, when: {rises_by: 20%}",
    "brand": "match: {brand: [B]}, of: brand, metric: best_rank, when: {enters_top: 1}",
    "brands": "match: {brand: [B]}, of: item, metric: units_30d, compare: mean_7d, when: {rises_by: 2}",
    "gmv": "match: {category: [serum], item: [b]}, of: item, metric: gmv_30d, when: {above: 100}",
    "own": "match: {item: [a]}, of: item, metric: units_30d, compare: own, when: {above: 5}",
    "all": "match: {source: shop}, of: item, metric: rank, when: {below: 1}",
}


@pytest.fixture
def days(shelf):
    """Ten days in which every rule has something to find."""
    for number in range(10):
        high = number % 3 == 2
        item = {"brand_key": "b", "brand": "B", "shop": "S", "price": 8.5 if high else 12.0,
                "gmv_30d_low": 0.0, "gmv_30d_high": 0.0}  # fmt: skip
        figures = {
            "a": {"units_30d_low": 25 if high else 10, "units_30d_high": 26 if high else 11, **item},
            "b": {"units_30d_low": 30 if high else 9, "units_30d_high": 30 if high else 9, "gmv_30d_low": 200.0 * high,
                  "gmv_30d_high": 200.0 * high, "shop": "T"},
            "own": 12,
        }  # fmt: skip
        shelf.day(number, **(figures if high else dict(reversed(figures.items()))))


@pytest.mark.parametrize("lake", ["memory", "real"], indirect=True)
def test_what_is_found_is_what_the_whole_mart_says(days, lake, write_rules, monkeypatch):
    rules = write_rules("".join(f"  - {{id: {name}, title: t, {keys}}}\n" for name, keys in RULES.items()))

    def tried():
        with lake.reader() as con:
            ready = ready_rules(con, rules, "shop")
            return {one.rule.id: backtest(con, "shop", one, FIRST, LAST, "immediate") for one in ready}

    found = tried()
    monkeypatch.setattr(backtesting, "narrowed", lambda *_: nullcontext())
    assert found == tried()
    assert {name for name, one in found.items() if one.tried and one.entities} == set(RULES)


def test_the_mart_is_itself_again_afterwards_and_inside_it_holds_the_rules_rows(days, lake, write_rules):
    rules = write_rules(f"  - {{id: item, title: t, {RULES['item']}}}\n")
    with lake.reader() as con:
        (ready,) = ready_rules(con, rules, "shop")
        with narrowed(con, "shop", ready, FIRST, LAST):
            inside = con.execute("SELECT item_id, count(*) FROM item_day GROUP BY item_id ORDER BY item_id").fetchall()
        assert inside == [("a", 8), ("b", 8)]
        assert con.execute("SELECT count(DISTINCT item_id) FROM item_day").fetchall() == [(3,)]
