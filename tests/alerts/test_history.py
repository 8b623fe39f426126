"""Every figure a rule may name is read from the marts, for its kind of entity, as the interval it is."""

from __future__ import annotations

from datetime import timedelta

import pyarrow as pa
import pytest

from alerts.candidates import find_candidates
from alerts.compare import Span
from alerts.figures import FIGURES
from alerts.history import read_histories, read_snapshots
from alerts.marts import FigureKey, marts_of
from alerts.matching import ready_rules, register_rules
from tests.alerts.conftest import DAY_ZERO

RULE = """
  - id: one
    title: One
    match: {{source: shop{match}}}
    of: {of}
    metric: {metric}
    {measure}
    when: {{above: 1}}
"""


def insert(con, table, **columns):
    con.register("given", pa.Table.from_pylist([columns]))
    con.execute(f"INSERT INTO {table} BY NAME SELECT * FROM given")
    con.unregister("given")


@pytest.fixture
def read(shelf, lake, write_rules):
    def read(of, metric, measure=None, match=""):
        text = RULE.format(of=of, metric=metric, match=match, measure=f"measure: {measure}" if measure else "")
        rules = write_rules(text.replace("    \n", ""))
        with lake.reader() as con:
            return read_everything(con, rules)

    return read


def read_everything(con, rules):
    """The histories of all that the one rule means: found as candidates, with a line that nothing is under."""
    (ready,) = ready_rules(con, rules, "shop")
    timeline = read_snapshots(con, "shop")
    span = (DAY_ZERO, DAY_ZERO + timedelta(days=30))
    for name in ("now", "before"):
        con.execute(f"SET VARIABLE alert_{name}_from = $at", {"at": span[0]})
        con.execute(f"SET VARIABLE alert_{name}_to = $at", {"at": span[1]})
    con.execute("SET VARIABLE alert_source = 'shop'")
    con.execute(
        "CREATE OR REPLACE TEMP TABLE alert_scope AS SELECT category_id, observed_at FROM snapshot WHERE complete"
    )
    register_rules(con, [ready])
    con.execute("UPDATE alert_rule SET down = false, line = -1")
    find_candidates(con, [ready])
    pairs = [row[1:] for row in con.execute("SELECT DISTINCT * FROM alert_candidate").fetchall()]
    histories = read_histories(con, ready.figure, "shop", pairs, timeline, span)
    return [histories.of(*pair, *span) for pair in sorted(pairs)]


def brand(con, at, key, low, high, **changed):
    columns = {
        "source": "shop", "category_id": "serum", "observed_at": at, "observed_on": at.date(), "measure": "units_30d",
        "units_basis": "trailing", "brand_key": key, "brand": key and key.title(), "value_low": low, "value_high": high,
        "families": 1, "listings": 1, "share": 0.2, "share_low": 0.1, "share_high": 0.3, "brand_rank": 2,
        "ownership": "rival",
    }  # fmt: skip
    insert(con, "brand_share", **(columns | changed))


def category(con, at):
    both = {"source": "shop", "category_id": "serum", "observed_at": at, "observed_on": at.date(), "families": 9,
            "families_known": 9, "coverage": 1.0, "complete": True}  # fmt: skip
    insert(
        con,
        "brand_concentration",
        **both,
        measure="listings",
        level_set="doj",
        total_low=1.0,
        brands=3,
        unknown_brand_share=0.2,
        cr1=0.1,
        cr3=0.3,
        cr4=0.4,
        cr5=0.5,
        cr10=0.9,
        hhi=1500.0,
        hhi_low=1400.0,
        hhi_high=1600.0,
        effective_brands=6.5,
    )
    insert(con, "market_size", **both, listings=9, units_30d_low=10.0, units_30d_high=None, gmv_30d_low=5.0,
           gmv_30d_high=6.0, median_price=99.0, stock_out_share=0.1, entrants=2, dropouts=1,
           currency="CNY")  # fmt: skip


def of(kind, *marts):
    """The figures of ``kind`` that these marts hold; those of the marts beside them: tests/alerts/test_marts.py."""
    named = FIGURES[kind].items()
    keys = [FigureKey(kind, metric, "listings" if one.measured else None) for metric, one in named]
    return [key.metric for key in keys if marts_of({key}) <= set(marts)]


@pytest.mark.parametrize("metric", of("item", "item_day"))
def test_every_figure_of_an_item_can_be_read(shelf, read, metric):
    item = {"list_price": 12.0, "price_high": 11.0,
            "units_30d_low": 30.0, "units_30d_high": 60.0, "units_per_day_low": 1.0, "units_per_day_high": 2.0,
            "units_low": 30, "units_high": 60, "gmv_30d_low": 300.0, "gmv_30d_high": 600.0, "in_stock": True,
            "rating": 4.5, "review_count": 7, "price": 10.0}  # fmt: skip
    shelf.day(0, rival=item)
    ((point,),) = (history.points for history in read("item", metric))
    expected = {
        "units_30d": (30, 60), "units_per_day": (1, 2), "units_shown": (30, 60), "gmv_30d": (300, 600),
        "price": (10, 11), "price_from": (10, 10), "list_price": (12, 12),
        "rank": (1, 1), "in_stock": (1, 1), "rating": (4.5, 4.5), "review_count": (7, 7),
    }  # fmt: skip
    assert (point.low, point.high) == expected[metric]
    assert (point.text is not None) == (metric.startswith("units") or metric == "gmv_30d")


@pytest.mark.parametrize("metric", FIGURES["brand"])
def test_every_figure_of_a_brand_can_be_read(shelf, lake, read, metric):
    at = shelf.day(0, first={"brand_key": "b", "brand": "B"}, second={"brand_key": "b", "brand": "B"})
    for measure in ("units_30d", "gmv_30d", "units_shown", "listings"):
        lake.write(lambda con, measure=measure: brand(con, at, "b", 60.0, None, measure=measure))
    (history,) = read("brand", metric, "listings" if FIGURES["brand"][metric].measured else None)
    (point,) = history.points
    special = {"units_per_day": (2, None), "share": (0.1, 0.3), "rank": (2, 2), "best_rank": (1, 1)}
    assert (point.low, point.high) == special.get(metric, (60, None))
    assert history.name == "B"


@pytest.mark.parametrize("metric", of("category", "market_size", "brand_concentration"))
def test_every_figure_of_a_category_can_be_read(shelf, lake, read, metric):
    at = shelf.day(0)
    lake.write(lambda con: category(con, at))
    (history,) = read("category", metric, "listings" if FIGURES["category"][metric].measured else None)
    expected = {"units_30d": (10, None), "gmv_30d": (5, 6), "median_price": (99, 99), "stock_out_share": (0.1, 0.1),
                "entrants": (2, 2), "dropouts": (1, 1), "cr1": (0.1, 0.1), "cr3": (0.3, 0.3), "cr4": (0.4, 0.4),
                "cr5": (0.5, 0.5), "cr10": (0.9, 0.9), "hhi": (1400, 1600), "effective_brands": (6.5, 6.5),
                "brands": (3, 3), "unknown_brand_share": (0.2, 0.2), "listings": (9, 9)}  # fmt: skip
    (point,) = history.points
    assert (point.low, point.high) == expected[metric]
    assert history.name == "精华"


def test_a_match_takes_what_it_names_and_nothing_else(shelf, lake, read):
    shelf.day(0, rival={"brand_key": "lalang", "brand": "拉朗", "shop": "Lalang"}, other={"shop": "Other"}, own=5)
    lake.write(lambda con: insert(con, "brand_alias", brand_key="lalangeng", brand="拉朗", canonical_key="lalang"))

    def names(match):
        return {history.entity.entity_id for history in read("item", "price", match=match)}

    assert names("") == {"rival", "other", "own"}
    assert names(", watch_group: [rivals]") == {"rival", "other"}
    assert names(", brand: [LaLang]") == names(", brand: [Lalang-Eng]") == {"rival"}
    assert names(", shop: [Other, Lalang]") == {"rival", "other"}
    assert names(", item: [own], watch_group: [rivals]") == set()
    assert names(", category: [elsewhere]") == set()


def test_a_watch_group_of_brands_is_matched_in_its_source_only(shelf, lake, read):
    at = shelf.day(0)
    for key in ("a", "b", "c"):
        lake.write(lambda con, key=key: brand(con, at, key, 1.0, 1.0))
    lake.write(lambda con: brand(con, at, None, 9.0, 9.0))  # the unknown brands together are no brand
    for value, source in (("a", None), ("b", "elsewhere"), ("c", "shop")):
        row = {"watch_group": "rivals", "ownership": "rival", "kind": "brand", "source": source, "value": value}
        lake.write(lambda con, row=row: insert(con, "watch", **row))
    found = read("brand", "units_30d", match=", watch_group: [rivals]")
    assert {history.entity.entity_id for history in found} == {"a", "c"}
    assert len(read("brand", "units_30d")) == 3


def test_a_gap_stands_in_the_history_and_the_own_product_beside(shelf, read):
    first = shelf.day(0, rival=10, own={"units_30d_low": 7.0, "units_30d_high": 8.0, "units_basis": "trailing"})
    shelf.day(1, complete=False, status="incomplete")
    shelf.day(2, own=5)
    shelf.day(3, rival={"units_30d_low": 4.0, "units_30d_high": 4.0, "units_basis": "cumulative"}, own=5)
    (history,) = read("item", "units_30d", match=", item: [rival]")
    assert [(point.complete, point.known) for point in history.points] == [
        (True, True), (False, False), (True, False), (True, True),
    ]  # fmt: skip
    assert history.points[0].own == Span(7, 8)
    assert history.points[0].own_name == "Title of own"
    assert history.points[3].own is None  # counted on another basis: not comparable
    assert history.points[0].observed_at == first
    assert history.points[3].observed_at == first + timedelta(days=3)


def test_an_advertised_second_entry_of_an_item_is_not_a_second_figure(shelf, read, lake):
    at = shelf.day(0, rival=10)
    lake.write(lambda con: con.execute("INSERT INTO item_day BY NAME SELECT * REPLACE (true AS sponsored, NULL AS rank,"
                                       " 99 AS units_30d_low) FROM item_day"))  # fmt: skip
    (history,) = read("item", "units_30d")
    assert [(point.observed_at, point.low) for point in history.points] == [(at, 10)]
