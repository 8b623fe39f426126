"""The audit: which rows are turned away, which batches are refused, and that both judges agree."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal

import pyarrow.parquet as pq
import pytest

from warehouse.audit import read_audit
from warehouse.judge import judge_rows
from warehouse.load import replace_partitions
from warehouse.stage import create_views
from warehouse.suite import UNIQUE, declare_suite
from warehouse.validate import audit, recorded_failures

BAD = [
    ({"item_id": None}, "expect_column_values_to_not_be_null", "item_id"),
    ({"title": None}, "expect_column_values_to_not_be_null", "title"),
    ({"title": ""}, "expect_column_value_lengths_to_be_between", "title"),
    ({"position": 0}, "expect_column_values_to_be_between", "position"),
    ({"rank": 0}, "expect_column_values_to_be_between", "rank"),
    ({"rank_source": "guessed"}, "expect_column_values_to_be_in_set", "rank_source"),
    ({"source": "other"}, "expect_column_values_to_be_in_set", "source"),
    ({"category_id": "nowhere"}, "expect_column_values_to_be_in_set", "category_id"),
    ({"category_id": None}, "expect_column_values_to_not_be_null", "category_id"),
    ({"price": Decimal(0)}, "expect_column_values_to_be_between", "price"),
    ({"price": Decimal(-5)}, "expect_column_values_to_be_between", "price"),
    ({"price": Decimal("0.5")}, "expect_column_values_to_be_between", "price"),
    ({"price": Decimal(100_001)}, "expect_column_values_to_be_between", "price"),
    ({"price_high": Decimal("19.8999"), "price": Decimal("19.9")}, "expect_column_pair_values_a_to_be_greater_than_b",
     "price_high"),
    ({"list_price": Decimal(0)}, "expect_column_values_to_be_between", "list_price"),
    ({"currency": None}, "expect_column_values_to_not_be_null", "currency"),
    ({"currency": "USD"}, "expect_column_values_to_be_in_set", "currency"),
    ({"units_low": -1}, "expect_column_values_to_be_between", "units_low"),
    ({"units_low": 50, "units_high": 49}, "expect_column_pair_values_a_to_be_greater_than_b", "units_high"),
    ({"units_basis": "views"}, "expect_column_values_to_be_in_set", "units_basis"),
    ({"units_basis": None}, "expect_column_values_to_not_be_null", "units_basis"),
    ({"units_window_days": 0}, "expect_column_values_to_be_between", "units_window_days"),
    ({"rating": 5.1}, "expect_column_values_to_be_between", "rating"),
    ({"rating": float("nan")}, "expect_column_values_to_be_between", "rating"),
    ({"review_count": -1}, "expect_column_values_to_be_between", "review_count"),
]  # fmt: skip
GOOD = [
    {"price": None, "currency": None},
    {"units_low": None, "units_high": None, "units_basis": None, "units_window_days": None, "units_text": None},
    {"units_high": None},
    {"rank": None, "rank_source": None, "sponsored": True},
    {"rating": None, "review_count": None, "in_stock": None, "brand_text": None, "brand_key": None},
    {"price_high": Decimal("99.9"), "list_price": Decimal("1.5")},
    {"title": "=HYPERLINK('x') '; DROP TABLE listing; -- \u202e"},
]
BOUNDS = {"price_min": 1.0, "price_max": 100_000.0}


def row_with(make_rows, number, **changes):
    return {**make_rows("serum", 1)[0], "item_id": f"odd-{number}", "position": 100 + number, **changes}


@pytest.fixture
def odd_stage(make_rows, make_stage):
    """Ten good rows, every kind of bad one, every kind of odd but good one, and doubles."""
    bad = [row_with(make_rows, number, **changes) for number, (changes, _, _) in enumerate(BAD)]
    good = [row_with(make_rows, 1000 + number, **changes) for number, changes in enumerate(GOOD)]
    first, second = make_rows("serum", 2)
    doubles = [first, {**second, "title": "another text"}]
    return make_stage(make_rows("serum", 10) + bad + good + doubles, {"serum": ["ok"]})


def test_a_rating_that_is_no_number_is_turned_away_where_all_others_are_in_order(
    lake, make_source, make_rows, make_stage
):
    stage = make_stage([*make_rows("serum", 10), row_with(make_rows, 1, rating=float("nan"))], {"serum": ["ok"]})
    with lake.reader() as con:
        audit(con, make_source(bounds=BOUNDS), stage, None)
    assert [row["row_no"] for row in pq.read_table(stage.quarantine).to_pylist()] == [11]


def test_every_kind_of_bad_row_is_quarantined_with_its_reason(lake, make_source, odd_stage):
    with lake.reader() as con:
        found = audit(con, make_source(bounds=BOUNDS), odd_stage, None)
    turned_away = {row["row_no"]: row for row in pq.read_table(odd_stage.quarantine).to_pylist()}
    assert sorted(turned_away) == [*range(11, 11 + len(BAD)), 43, 44]
    for number, (changes, expectation, column) in enumerate(BAD):
        row = turned_away[11 + number]
        assert (row["expectation"], row["column_name"]) == (expectation, column), changes
        assert json.loads(row["row_json"])["position"] == changes.get("position", 100 + number), "the row is kept whole"
    assert {turned_away[number]["expectation"] for number in (43, 44)} == {UNIQUE}
    assert turned_away[11 + 7]["category_id"] == "", "a row of no known category belongs to none"
    assert found.quarantined == len(BAD) + 2
    assert found.categories["serum"].captured == 16
    assert found.categories["serum"].sponsored == 1
    assert read_audit(odd_stage) == found


def test_great_expectations_and_sql_agree_on_every_row(lake, make_source, odd_stage, sql_failures):
    suite = declare_suite(make_source(bounds=BOUNDS), odd_stage.observed_at)
    with lake.reader() as con:
        create_views(con, odd_stage)
        judge_rows(con, suite)
        by_sql = sql_failures(con, suite)
        recorded = recorded_failures(con, suite)
    assert recorded == by_sql
    assert sum(bool(rows) for rows in by_sql.values()) > 15


@pytest.mark.parametrize(
    ("changes", "bounds", "reason"),
    [
        ({"currency": "USD"}, {}, "10 rows turned away, all for currency: found 'USD', expected CNY"),
        ({"price": Decimal(3)}, {"price_min": 5.0, "price_max": 9.0},
         "10 rows turned away, all for price: found 3.0000, expected at least 5 and at most 9"),
        ({"title": ""}, {}, "10 rows turned away, all for title: found an empty text"),
        ({"units_basis": None}, {}, "10 rows turned away, all for units_basis: found nothing"),
        ({"price_high": Decimal(1)}, {}, "10 rows turned away, all for price_high: found 1.0000, below price"),
    ],
)  # fmt: skip
def test_a_refused_batch_names_the_commonest_reason_first(
    lake, make_source, make_rows, make_stage, changes, bounds, reason
):
    stage = make_stage(make_rows("serum", 10, **changes))
    with lake.reader() as con:
        found = audit(con, make_source(bounds={"items_min": 5, **bounds}), stage, None)
    assert found.categories["serum"].reasons[:2] == [reason, "organic items: found 0, expected at least 5"]


def test_the_commonest_of_several_reasons_is_told_with_its_count(lake, make_source, make_rows, make_stage):
    rows = make_rows("serum", 4, currency="USD") + make_rows("serum", 9)[4:7] + make_rows("serum", 9)[4:7]
    with lake.reader() as con:
        found = audit(con, make_source(bounds={"items_min": 5}), make_stage(rows), None)
    (first, *_) = found.categories["serum"].reasons
    assert first == "7 rows turned away, 4 for currency: found 'USD', expected CNY"


def test_the_first_double_that_is_in_order_stays(lake, source, make_rows, make_stage):
    rows = make_rows("serum", 10)
    broken = {**rows[0], "price": Decimal(0)}
    stage = make_stage([broken, *rows, rows[0]])
    with lake.reader() as con:
        audit(con, source, stage, None)
    turned_away = {row["row_no"]: row["expectation"] for row in pq.read_table(stage.quarantine).to_pylist()}
    assert turned_away == {1: "expect_column_values_to_be_between", 12: UNIQUE}


def test_an_item_may_be_organic_and_advertised(lake, source, make_rows, make_stage):
    rows = make_rows("serum", 10)
    stage = make_stage([*rows, {**rows[3], "sponsored": True, "rank": None}])
    with lake.reader() as con:
        assert audit(con, source, stage, None).quarantined == 0


@pytest.mark.parametrize(
    ("bounds", "rows", "pages", "status", "reason"),
    [
        ({"items_min": 11}, {}, ["ok"], "refused", "organic items: found 10, expected at least 11"),
        ({"fill_min": {"price": 0.9}}, {"price": None}, ["ok"], "refused",
         "share of rows with price: found 0, expected at least 0.9"),
        ({"fill_min": {"brand_key": 0.5}}, {"brand_key": None}, ["ok"], "refused",
         "share of rows with brand_key: found 0, expected at least 0.5"),
        ({"currencies": ["USD"]}, {}, ["ok"], "refused", "organic items: found 0, expected at least 1"),
        ({}, {}, ["ok", "blocked", "timeout"], "incomplete", "2 of 3 pages could not be read: 1 blocked, 1 timeout"),
        ({"items_max": 9}, {}, ["ok"], "ok", None),
    ],
)  # fmt: skip
def test_bounds(lake, make_source, make_rows, make_stage, bounds, rows, pages, status, reason):
    stage = make_stage(make_rows("serum", 10, **rows), {"serum": pages})
    with lake.reader() as con:
        found = audit(con, make_source(bounds=bounds), stage, None).categories["serum"]
    assert found.status == status
    assert found.complete == (status == "ok")
    if reason:
        assert reason in found.reasons
    else:
        assert found.warnings == ["organic items: found 10, expected at most 9"]


def test_rank_gaps_refuse_unless_a_page_is_missing(lake, source, make_rows, make_stage):
    gappy = [row for row in make_rows("serum", 14) if row["rank"] not in {5, 6, 7, 8}]
    with lake.reader() as con:
        refused = audit(con, source, make_stage(gappy), None).categories["serum"]
        excused = audit(con, source, make_stage(gappy, {"serum": ["ok", "blocked"]}), None).categories["serum"]
    assert (refused.status, refused.captured) == ("refused", 0)
    assert refused.reasons == ["share of missing ranks: found 0.2857, expected at most 0.1"]
    assert (excused.status, excused.captured) == ("incomplete", 10)


def test_a_half_page_is_incomplete(lake, source, make_rows, make_stage):
    with lake.reader() as con:
        found = audit(con, source, make_stage(make_rows("serum", 8)), None).categories["serum"]
    assert (found.status, found.coverage, found.complete) == ("incomplete", 0.8, False)


def test_a_collapse_against_the_trailing_median_is_refused(lake, make_source, make_rows, make_stage, at):
    source = make_source(categories=[{"id": "serum", "title": "精华"}])
    for day in range(3, 0, -1):
        earlier = at - timedelta(days=day)
        stage = make_stage(make_rows("serum", 10, at=earlier), at=earlier)
        with lake.reader() as con:
            audit(con, source, stage, None)
        lake.write(lambda con, stage=stage: replace_partitions(con, source, stage))
    with lake.reader() as con:
        fine = audit(con, source, make_stage(make_rows("serum", 5)), None).categories["serum"]
        collapsed = audit(con, source, make_stage(make_rows("serum", 4)), None).categories["serum"]
    assert fine.status == "ok"
    assert (collapsed.status, collapsed.reasons) == (
        "refused", ["organic items against the trailing median: found 0.4, expected at least 0.5"],
    )  # fmt: skip


def test_rows_turned_away_count_against_an_undeclared_expectation(lake, make_source, make_rows, make_stage):
    source = make_source(categories=[{"id": "serum", "title": "精华"}])
    good, bad = make_rows("serum", 10), [
        {**row, "price": Decimal(0), "item_id": f"bad-{number}"} for number, row in enumerate(make_rows("serum", 5))
    ]  # fmt: skip
    with lake.reader() as con:
        found = audit(con, source, make_stage(good + bad + good[:3]), None).categories["serum"]
    assert (found.expected, found.captured, found.status) == (15, 10, "incomplete")


def test_a_category_whose_every_page_failed_is_refused(lake, source, make_stage):
    stage = make_stage([], {"serum": ["blocked", "blocked"]})
    with lake.reader() as con:
        found = audit(con, source, stage, None).categories
    assert (found["serum"].status, list(found)) == ("refused", ["serum"])


def test_a_category_without_a_row_is_refused_also_where_fill_rates_are_bounded(lake, make_source, make_stage):
    source = make_source(bounds={"items_min": 5, "fill_min": {"price": 0.9, "title": 1.0}})
    with lake.reader() as con:
        found = audit(con, source, make_stage([], {"serum": ["unreadable"]}), None).categories
    assert found["serum"].status == "refused"


def test_a_bound_on_an_unknown_column_is_an_error(lake, make_source, make_rows, make_stage):
    with lake.reader() as con, pytest.raises(ValueError, match=r"fill_min names prize; columns are: source, "):
        audit(con, make_source(bounds={"fill_min": {"prize": 0.5}}), make_stage(make_rows("serum", 1)), None)


def test_data_docs_are_written_whole_and_bounded(lake, make_source, odd_stage, tmp_path, at):
    docs = tmp_path / "docs"
    for day in range(40):
        (docs / "shop" / f"2025010{day // 10}T{day % 10}00000Z").mkdir(parents=True)
    with lake.reader() as con:
        found = audit(con, make_source(bounds=BOUNDS), odd_stage, docs)
    assert found.recorded is not None
    assert found.recorded.rows == 44
    assert found.recorded.missed >= 15
    kept = sorted(path.name for path in (docs / "shop").iterdir())
    assert len(kept) == 30
    assert kept[-1] == "20261120T220000Z"
    page = (docs / "shop" / kept[-1] / "index.html").read_text()
    assert "rows" in page
    assert sum(path.stat().st_size for path in (docs / "shop" / kept[-1]).rglob("*") if path.is_file()) < 2_000_000
