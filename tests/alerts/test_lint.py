"""What is legal in a rule and yet not meant: each kind is told, and a sound rule is left alone."""

from __future__ import annotations

import pytest

from alerts.candidates import matched_rules
from alerts.lint import Shown, Surroundings, lint_rules
from alerts.matching import ready_rules
from shelfradar.alerting import unmatched
from tests.alerts.conftest import DAY_ZERO

STEPS = Shown(ladder=[10000, 15000, 20000], window_days=30)
AROUND = Surroundings(
    shown={"shop": STEPS, "books": Shown(sales=False)},
    members={
        "ours": {"brand": set(), "shop": set(), "item": {"shop"}},
        "rivals": {"brand": None, "shop": set(), "item": set()},
        "items": {"brand": set(), "shop": {"other"}, "item": {"shop"}},
    },
    own=frozenset({"ours"}),
)


@pytest.fixture
def told(write_rules):
    """A function: rules as (keys, …) -> [(kind, text)] of the last one."""

    def tell(*rules, around=AROUND):
        base = {"of": "item", "match": "{source: shop}", "metric": "price", "when": "{below: 100}"}
        text = "".join(
            f"  - {{id: r{number}, title: t, "
            + ", ".join(f"{key}: {value}" for key, value in (base | keys).items())
            + "}\n"
            for number, keys in enumerate(rules)
        )
        hints = lint_rules(write_rules(text), around)
        return [(one.kind, one.text) for one in hints if one.rule_id == f"r{len(rules) - 1}"]

    return tell


@pytest.mark.parametrize(
    ("metric", "when", "expected"),
    [
        ("units_30d", "{above: 20000}", None),
        ("units_30d", "{above: 18000}", "above 18,000 falls between two steps: it is proved only at 20,000"),
        ("units_30d", "{above: 90000}", "above 90,000 can't be proved: the site shows no more than 20,000+"),
        ("units_shown", "{above: 18000}", "above 18,000 falls between two steps: it is proved only at 20,000"),
        ("units_per_day", "{above: 500}", None),  # 15,000 in 30 days
        ("units_per_day", "{above: 510}", "above 510 falls between two steps: it is proved only at 666.666666666667"),
        ("units_30d", "{below: 15000}", None),
        ("units_30d", "{below: 14999}", None),
        ("units_30d", "{below: 14000}", "below 14,000 falls between two steps: it is proved only under 10,000"),
        ("units_30d", "{below: 5000}", "below 5,000 can't be proved: the site's first step is 10,000+"),
    ],
)
def test_a_line_that_the_display_can_not_prove(told, metric, when, expected):
    assert told({"metric": metric, "when": when}) == ([("unprovable", expected)] if expected else [])


def test_a_counters_rate_takes_no_steps_but_a_text_may_say_that_it_is_none(told):
    counter = Surroundings(shown={"shop": Shown(ladder=[10000, 20000])})
    assert told({"metric": "units_per_day", "when": "{above: 510}"}, around=counter) == []
    ((_, text),) = told({"metric": "units_30d", "when": "{above: 18000}"}, around=counter)
    assert text.startswith("where the page itself says that a figure is of 30 days: above 18,000 falls between")
    assert told({"metric": "units_shown", "when": "{above: 18000}"}, around=counter)[0][0] == "unprovable"


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ({"when": "{below: 0}"}, "below 0 can't come true: price is more than 0"),
        ({"when": "{below: 1}"}, None),
        ({"metric": "units_30d", "when": "{below: -1}"}, "below -1 can't come true: units_30d is at least 0"),
        ({"metric": "in_stock", "when": "{below: 0}"}, None),  # out of stock
        ({"metric": "in_stock", "when": "{above: 2}"}, "above 2 can't come true: in_stock is 1 at most"),
        ({"metric": "rank", "when": "{below: 0.5}"}, "below 0.5 can't come true: rank is at least 1"),
        ({"of": "brand", "metric": "share", "measure": "listings", "when": "{above: 120%}"}, "share is 1 at most"),
        ({"of": "brand", "metric": "share", "measure": "listings", "when": "{above: 25}"}, "share is 1 at most"),
        ({"of": "category", "metric": "hhi", "measure": "listings", "when": "{above: 18000}"}, "hhi is 10,000 at most"),
        ({"compare": "previous", "when": "{falls_by: 100%}"}, "a figure falls by less than itself"),
        ({"compare": "previous", "when": "{falls_by: 99%}"}, None),
        ({"compare": "previous", "when": "{rises_by: 300%}"}, None),
        ({"metric": "in_stock", "compare": "previous", "when": "{falls_by: 2}"}, "in_stock lies between 0 and 1"),
        ({"metric": "margin", "when": "{below: -5}"}, None),  # a loss
        ({"match": "{source: books}", "metric": "units_30d", "when": "{above: 1}"}, "the pages of books show no sales"),
        ({"match": "{source: books}", "compare": "own", "when": "{below: 5%}"}, "nothing of ours in books"),
        ({"compare": "own", "when": "{below: 5%}"}, None),
        ({"of": "brand", "metric": "listings", "compare": "own", "when": "{above: 5}"}, "nothing of ours in shop"),
    ],
)
def test_a_condition_that_can_never_come_true(told, keys, expected):
    found = [text for kind, text in told(keys) if kind == "never_true"]
    assert len(found) == (expected is not None)
    assert expected is None or expected in found[0]


@pytest.mark.parametrize(
    ("keys", "over"),
    [
        ({"metric": "units_30d", "when": "{above: 20000}", "recover": -1}, False),
        ({"when": "{above: 100}", "recover": 0}, False),
        ({"when": "{above: 100}", "recover": 90}, True),
        ({"of": "category", "metric": "stock_out_share", "when": "{below: 10%}", "recover": "110%"}, False),
        ({"of": "category", "metric": "stock_out_share", "when": "{below: 10%}", "recover": "20%"}, True),
    ],
)
def test_a_recovery_that_is_never_reached(told, keys, over):
    assert ("never_over" in dict(told(keys))) != over


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ({"match": "{source: shop, watch_group: [rivals]}"}, None),
        ({"match": "{source: shop, watch_group: [items]}"}, None),
        ({"match": "{source: books, watch_group: [items]}"}, "items names no brand or shop or item in books"),
        (
            {"match": "{watch_group: [items]}", "of": "brand", "metric": "listings", "when": "{above: 5}"},
            "items names no brand in books, shop",
        ),
    ],
)
def test_a_watch_group_that_names_nothing_there(told, keys, expected):
    found = [text for kind, text in told(keys) if kind == "matches_nothing"]
    assert [one.removeprefix("it matches nothing: ") for one in found] == ([expected] if expected else [])


@pytest.mark.parametrize(
    ("one", "other", "overlap"),
    [
        ({"match": "{source: shop}"}, {"match": "{source: shop}"}, True),
        ({"match": "{source: shop}"}, {"match": "{source: shop, item: ['1']}"}, True),
        ({"match": "{item: ['1', '2']}"}, {"match": "{item: ['2', '3']}"}, True),
        ({"match": "{item: ['1']}"}, {"match": "{item: ['3']}"}, False),
        ({"match": "{brand: [Levi's]}"}, {"match": "{brand: [LEVI’S]}"}, True),
        ({"match": "{item: ['1']}"}, {"match": "{brand: [x]}"}, False),  # not known from the rules alone
        ({"when": "{below: 100}"}, {"when": "{above: 100}"}, False),
        ({"when": "{below: 100}"}, {"when": "{below: 90}"}, True),
        ({"when": "{below: 100}"}, {"when": "{below: 90}", "severity": "digest"}, False),
        ({"recipients": "[mei]"}, {"recipients": "[sam]"}, False),
        ({"recipients": "[managers]"}, {"recipients": "[sam]"}, True),
        ({"metric": "price"}, {"metric": "list_price"}, False),
    ],
)
def test_rules_that_overlap(told, write_rules, one, other, overlap):
    named = [text for first, second in ((one, other), (other, one))
             for kind, text in told(first, second) if kind == "overlaps"]  # fmt: skip
    assert bool(named) == overlap
    assert all("it overlaps with r0" in text for text in named)


def test_many_rules_of_single_items_and_a_broad_one_are_one_finding(write_rules):
    rows = "".join(
        f"  - {{id: r{n}, title: t, match: {{source: shop, item: ['{n}']}}, of: item, metric: price, "
        "when: {below: 9}}\n"
        for n in range(300)
    )
    broad = "  - {id: all, title: t, match: {source: shop}, of: item, metric: price, when: {below: 8}}\n"
    (hint,) = lint_rules(write_rules(rows + broad), AROUND)
    assert (hint.rule_id, hint.kind) == ("all", "overlaps")
    assert "r0, r1, r2, r3, r4 and 295 more" in hint.text


SEEN = """
  - {id: meant, title: t, match: {source: shop, watch_group: [rivals]}, of: item, metric: units_30d, when: {above: 1}}
  - {id: gone, title: t, match: {source: shop, item: [elsewhere]}, of: item, metric: units_30d, when: {above: 1}}
  - {id: unpriced, title: t, match: {source: shop}, of: item, metric: list_price, when: {above: 1}}
  - {id: unseen, title: t, match: {source: shop, category: [other]}, of: item, metric: price, when: {above: 1}}
  - {id: elsewhere, title: t, match: {source: books}, of: item, metric: price, when: {above: 1}}
"""


def test_a_rule_that_matches_nothing_in_the_warehouse(shelf, lake, write_rules):
    shelf.day(0, rival=12000, elsewhere=500)
    shelf.day(31, rival=12000)
    shelf.day(32, complete=False, elsewhere=500)
    rules = write_rules(SEEN)
    with lake.reader() as con:
        hints = {one.rule_id: one.text for one in unmatched(con, rules)}
        ready = ready_rules(con, rules, "shop")
        assert matched_rules(con, "shop", ready, DAY_ZERO, DAY_ZERO) == {0, 1}
    assert set(hints) == {"gone", "unpriced"}, "a list that was not seen tells nothing of a rule about it"
    assert hints["gone"] == "it matches nothing: no item of its match has a units_30d in 28 days of shop"
