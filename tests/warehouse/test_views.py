"""The stable views and the ten questions, asked of a shelf whose truth is known: answers worked out in plain Python."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from demo.expected import concentration, families, price_bands
from shelfradar.dictionary import read_questions, table_grains
from tests.warehouse.shelf import (
    CATEGORIES,
    DAYS,
    HALF,
    LAST,
    make_shelf,
    organic,
    page_of,
    seen,
)
from transforms.models import ordered_models
from warehouse.lake import Lake
from warehouse.views import read_views

OWN, RIVAL, EDGES = "晨屿", "泊岚", [Decimal(edge) for edge in (0, 50, 100, 150, 250, 400)]
EMPTY = {"v_alert", "v_quarantine"}
YOUNG = ("v_margin", "v_campaign")  # no costs, no campaign in these days
MADE = {model.name for model in ordered_models()} | {"snapshot", "capture", "listing"}
QUESTIONS = {question.name[:2]: question for question in read_questions()}


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory, project_root: Path) -> Lake:
    """A lake of twelve days of two simulated categories, its marts made by the models."""
    return make_shelf(tmp_path_factory.mktemp("shelf"), project_root / "config")


@pytest.fixture(scope="module")
def ask(shelf: Lake) -> Any:
    """``ask(sql)``: the rows an analyst gets, in one session."""
    with shelf.analyst() as analyst:
        yield lambda sql: analyst.query(sql).to_pylist()


def near(value: float | None) -> Any:
    return None if value is None else pytest.approx(value, rel=1e-8, abs=1e-8)


def shares_on(day: date) -> dict[str, float]:
    found = concentration(day, "serum", "units_30d", DAYS)
    assert found is not None
    return found.shares


def test_there_are_ten_questions_and_each_has_a_test() -> None:
    tested = {name[:2] for name in re.findall(r"def test_question_(\w+)", Path(__file__).read_text(encoding="utf-8"))}
    assert sorted(QUESTIONS) == sorted(tested)
    assert len(QUESTIONS) == 10


def test_question_01_who_owns_it(ask) -> None:
    rows, now = ask(QUESTIONS["01"].sql), shares_on(LAST)
    top = sorted(now.items(), key=lambda one: -one[1])[:5]
    assert [row["brand"] for row in rows] == [brand for brand, _ in top]
    for row in rows:
        past = {day: shares_on(day).get(row["brand"]) for day in DAYS}
        low = min(share for share in past.values() if share is not None)
        assert (row["share"], row["low_share"]) == (near(now[row["brand"]]), near(low))
        assert past[row["low_on"]] == near(low)
        assert row["risen"] == near(now[row["brand"]] - low)
        assert row["share_low"] <= row["share"] <= row["share_high"]
        assert (row["units_basis"], row["coverage"]) == ("trailing", len(organic(LAST, "serum")) / 100)


def test_question_02_is_it_concentrating(ask) -> None:
    rows = ask(QUESTIONS["02"].sql)
    weeks = sorted({day - timedelta(days=day.weekday()) for day in DAYS})
    assert [row["week"] for row in rows] == weeks
    for row in rows:
        days = [day for day in DAYS if day - timedelta(days=day.weekday()) == row["week"]]
        first, last = (concentration(day, "serum", "units_30d", DAYS) for day in (days[0], days[-1]))
        assert (row["hhi_first"], row["hhi_last"], row["hhi_low"]) == (
            near(first.hhi), near(last.hhi), near(last.hhi_low),
        )  # fmt: skip
        assert (row["cr3"], row["days"]) == (near(last.cr[3]), len(days))


def test_question_03_where_is_the_price_gap(ask) -> None:
    rows = ask(QUESTIONS["03"].sql)
    wanted = sorted(price_bands(LAST, "serum", EDGES, frozenset({OWN}), DAYS), key=lambda band: -band.gap)
    assert [row["gap"] for row in rows] == [near(band.gap) for band in wanted]
    assert [row["band"] for row in rows] == [f"{band.low}–{band.high}" if band.high else f"{band.low}+"
                                             for band in wanted]  # fmt: skip
    assert [row["market_band"] for row in rows] == [band.market_band for band in wanted]
    assert [row["own_listings"] for row in rows] == [band.own_listings for band in wanted]


def entrants(category: str) -> list[tuple[date, str]]:
    known = {one.item_id for one in organic(DAYS[0], category)}
    found = []
    for day in DAYS[1:]:
        if (day, category) != HALF:
            here = {one.item_id for one in organic(day, category)}
            found += [(day, item) for item in sorted(here - known)]
            known |= here
    return found


def test_question_04_which_entrants_stayed(ask) -> None:
    rows = {row["category_id"]: row for row in ask(QUESTIONS["04"].sql)}
    for category in CATEGORIES:
        came, now = entrants(category), {one.item_id: one.rank for one in organic(LAST, category)}
        assert came, "the shelf tells nothing of entrants"
        row = rows.pop(category)
        assert (row["entrants"], row["stayed"]) == (len(came), sum(item in now for _, item in came))
        then = {(day, one.item_id): one.rank for day in DAYS for one in organic(day, category)}
        assert row["climbed"] == sum(now.get(item, 999) < then[day, item] for day, item in came)
        assert row["latest_on"] == LAST
    assert rows == {}


def test_question_05_what_did_rivals_do_to_prices(ask) -> None:
    rows = ask(QUESTIONS["05"].sql)
    wanted = {}
    for before, day in pairwise(DAYS):
        old = {one.item_id: one.price for one in organic(before, "serum")}
        for one in organic(day, "serum"):
            was = old.get(one.item_id)
            if one.shown_brand == RIVAL and one.price is not None and was is not None and was != one.price:
                wanted[day, one.item_id] = (was, one.price)
    found = {(row["observed_on"], row["item_id"]): (row["previous_price"], row["price"]) for row in rows}
    assert found
    assert len(found) == min(20, len(wanted))
    assert found.items() <= wanted.items()
    assert min(day for day, _ in found) >= sorted((day for day, _ in wanted), reverse=True)[len(found) - 1]


def test_question_06_who_buys_the_shelf(ask) -> None:
    rows, entries = ask(QUESTIONS["06"].sql), seen(LAST, "serum")
    adverts = Counter(one.shown_brand for one in entries if one.sponsored)
    assert sum(adverts.values()) > 3
    assert {row["brand"]: row["sponsored"] for row in rows} == adverts
    for row in rows:
        mine = [one for one in entries if one.shown_brand == row["brand"]]
        assert row["organic"] == sum(not one.sponsored for one in mine)
        assert row["shelf_share"] == near(len(mine) / len(entries))
        assert row["sponsored_share"] == near(row["sponsored"] / sum(adverts.values()))
        assert row["category_sponsored_share"] == near(sum(adverts.values()) / len(entries))


def test_question_07_where_do_we_stand(ask) -> None:
    rows = ask(QUESTIONS["07"].sql)
    wanted = {
        (category, one.rank): one.price
        for category in CATEGORIES for one in organic(LAST, category) if one.shown_brand == OWN
    }  # fmt: skip
    assert wanted
    assert {(row["category_id"], row["rank"]): row["price"] for row in rows} == wanted
    middle = {
        category: median(float(one.price) for one in organic(LAST, category) if one.price is not None)
        for category in CATEGORIES
    }
    for row in rows:
        assert row["median_price"] == near(None if row["price"] is None else middle[row["category_id"]])
        assert row["above_median"] == near(None if row["price"] is None else
                                           float(row["price"]) / middle[row["category_id"]] - 1)  # fmt: skip


def test_question_08_how_big_is_it(ask) -> None:
    rows = {(row["category_title"], row["units_basis"]): row for row in ask(QUESTIONS["08"].sql)}
    assert {title for title, _ in rows} == {"Serum", "Thermos"}
    known = [one for one in families(LAST, "serum", DAYS) if one.units_30d is not None]
    row = rows["Serum", "trailing"]
    assert row["units_30d_low"] == near(float(sum(one.units_30d.low for one in known)))
    assert (row["families_known"], row["families"]) == (len(known), len(families(LAST, "serum", DAYS)))
    unbounded = sum(one.units_30d.low for one in known if one.units_30d.high is None)
    assert row["lower_bound_share"] == near(float(unbounded / sum(one.units_30d.low for one in known)))


def test_question_09_which_days_not_to_trust(ask) -> None:
    (row,) = ask(QUESTIONS["09"].sql)
    assert (row["observed_on"], row["category_id"]) == HALF
    assert (row["status"], row["status_reason"], row["coverage"]) == ("incomplete", "page 4 blocked", near(
        len(organic(*HALF)) / 100))  # fmt: skip


def test_question_10_where_does_a_figure_come_from(ask) -> None:
    rows, leader = ask(QUESTIONS["10"].sql), max(shares_on(LAST).items(), key=lambda one: one[1])[0]
    wanted = [one for one in organic(LAST, "serum") if one.shown_brand == leader]
    assert [row["item_id"] for row in rows] == [one.item_id for one in wanted]
    assert [row["units_text"] for row in rows] == [one.units_text for one in wanted]
    pages = [page_of(LAST, "serum", one.page_no) for one in wanted]
    for name in ("final_url", "sha256", "warc_file", "warc_offset"):
        assert [row[name] for row in rows] == [page[name] for page in pages]


def test_the_rows_behind_a_share_add_up_to_it(ask) -> None:
    """From the board's figure down to the page: the families' evidence is the whole of the figure."""
    (share,) = ask("SELECT value_low, brand_key, observed_at FROM v_brand_share_latest WHERE category_id = 'serum' "
                   "AND measure = 'units_30d' AND brand_rank = 2")  # fmt: skip
    rows = ask(f"SELECT coalesce(family_id, item_id) AS family, max(units_30d_low) AS units FROM v_evidence "
               f"WHERE category_id = 'serum' AND NOT sponsored AND brand_key = '{share['brand_key']}' "
               f"AND observed_at = '{share['observed_at']}' AND capture_id IS NOT NULL GROUP BY 1")  # fmt: skip
    assert sum(row["units"] or 0 for row in rows) == near(share["value_low"])


def tables_of(view) -> set[str]:
    """The tables a view is about: what it reads, through other views, apart from which snapshots there are."""
    views = {one.name: one for one in read_views()}
    read = set(view.reads) - {"v_snapshot", "v_category"}
    return set().union(*(tables_of(views[name]) if name in views else {name} for name in read or {"snapshot"}))


@pytest.mark.parametrize("view", read_views(), ids=lambda view: view.name)
def test_a_view_has_rows_of_its_grain_and_says_what_each_column_is(ask, view) -> None:
    columns = view.grain.split(" x ")
    (counted,) = ask(f"SELECT count(*) AS n, count(DISTINCT ({', '.join(columns)}, 0)) AS keys FROM {view.name}")
    assert counted["n"] == counted["keys"], f"a row is not one {view.grain}"
    assert counted["n"] > 0 or view.name in EMPTY or view.name.startswith(YOUNG) or MADE.isdisjoint(tables_of(view))
    told = ask(f"SELECT column_name, data_type, unit, comment FROM dictionary WHERE table_name = '{view.name}'")
    assert [row["column_name"] for row in told if not row["comment"]] == []
    assert view.columns.keys() <= {row["column_name"] for row in told}, "a comment on a column that is not there"
    if view.name != "v_category" and view.name != "v_entrant":
        assert {"source", "category_id", "category_title", "coverage", "simulated"} <= {
            row["column_name"] for row in told
        }


def test_every_number_has_a_unit(ask) -> None:
    rows = ask("SELECT table_name, column_name FROM dictionary WHERE unit IS NULL AND data_type <> 'VARCHAR'")
    assert rows == [], "warehouse/columns.py has no rule for these names"


def test_a_sales_figure_has_its_basis_and_its_flag_beside_it(ask) -> None:
    rows = ask("SELECT table_name, list(column_name) AS columns FROM dictionary WHERE kind = 'view' GROUP BY 1")
    figures = {"units_30d_low", "gmv_30d_low", "value_low", "hhi"}
    for row in rows:
        if figures & set(row["columns"]):
            assert {"units_basis", "lower_bound"} <= set(row["columns"]), row["table_name"]


def test_every_mart_is_behind_a_view(ask) -> None:
    marts = {name for name in table_grains() if name not in {"brand_alias", "watch"}}
    read = {table for view in read_views() for table in view.reads}
    inner = {"run", "price_band_edge", "alert_outbox", "alert_snooze", "dictionary", "sourcing_cost",
             "campaign_edition", "entrant"}  # fmt: skip
    assert marts - inner - read == set(), "write a warehouse/views/v_NAME_daily.sql for these"


def test_latest_is_the_last_complete_snapshot_even_where_a_worse_one_followed(shelf, tmp_path) -> None:
    sql = "SELECT DISTINCT observed_on, complete FROM v_item_latest WHERE category_id = 'serum'"
    with shelf.writer() as con:
        con.execute("UPDATE snapshot SET complete = false WHERE category_id = 'serum' AND observed_on >= ?", [DAYS[-2]])
        assert con.execute(sql).fetchall() == [(DAYS[-3], True)]
        assert con.execute("SELECT last_on, latest_on FROM v_category WHERE category_id = 'serum'").fetchone() == (
            LAST, DAYS[-3],
        )  # fmt: skip
        con.execute("UPDATE snapshot SET complete = false WHERE category_id = 'serum'")
        assert con.execute(sql).fetchall() == [(LAST, False)]
        con.execute("ROLLBACK")
        con.execute("BEGIN")


def test_of_two_snapshots_a_day_the_last_complete_one_stands_for_it(shelf) -> None:
    with shelf.writer() as con:
        for hours, complete in ((4, True), (8, False)):
            con.execute(
                "INSERT INTO snapshot BY NAME SELECT * REPLACE (observed_at + ? * INTERVAL 1 HOUR AS observed_at, "
                "? AS complete) FROM snapshot WHERE category_id = 'serum' AND observed_on = ? "
                "AND observed_at = (SELECT min(observed_at) FROM snapshot WHERE observed_on = ?)",
                [hours, complete, LAST, LAST],
            )
        rows = con.execute(
            "SELECT observed_at, is_daily, is_latest FROM v_snapshot WHERE category_id = 'serum' AND observed_on = ? "
            "ORDER BY 1", [LAST],
        ).fetchall()  # fmt: skip
        con.execute("ROLLBACK")
        con.execute("BEGIN")
    assert [row[1:] for row in rows] == [(False, False), (True, True), (False, False)]
