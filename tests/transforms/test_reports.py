"""The reports a person asks for by name, and the price bands proposed from what was seen."""

from __future__ import annotations

import itertools
import math
import random
import statistics
from collections.abc import Sequence
from datetime import UTC, date, datetime
from itertools import pairwise

import pytest
from duckdb import DuckDBPyConnection

from extractors.config import read_model
from transforms.bands import NoBandsError, propose_edges, suggest, tidy_edges
from transforms.reference import PriceBands
from transforms.reports import REPORTS, NoReportError, report
from transforms.run import transform

FIRST = datetime(2026, 3, 1, tzinfo=UTC)
SECOND = datetime(2026, 3, 2, tzinfo=UTC)
THIRD = datetime(2026, 3, 3, tzinfo=UTC)


@pytest.fixture
def shelf(con: DuckDBPyConnection) -> DuckDBPyConnection:
    """Three snapshots of 24 items, the last incomplete; item 24 comes on the second, item 23 goes."""
    con.execute(
        "INSERT INTO price_band_edge VALUES ('shop', 'c', 'CNY', 'v1', NULL, 1, 0, 50), "
        "('shop', 'c', 'CNY', 'v1', NULL, 2, 50, NULL)"
    )
    for at, skipped in ((FIRST, 24), (SECOND, 23), (THIRD, 1)):
        con.execute(
            "INSERT INTO snapshot BY NAME SELECT 'shop' AS source, 'c' AS category_id, 'Serum' AS category_title, "
            "$at::TIMESTAMPTZ AS observed_at, $at::DATE AS observed_on, 24 AS expected, 23 AS captured, "
            "0 AS sponsored, 0 AS quarantined, 0.96 AS coverage, $at <> $last AS complete, 'ok' AS status, "
            "'page 2 was blocked' AS status_reason, true AS simulated, 's/1' AS parser_version",
            {"at": at, "last": THIRD},
        )
        con.execute(
            "INSERT INTO listing BY NAME SELECT 'shop' AS source, 'c' AS category_id, "
            "$at::TIMESTAMPTZ AS observed_at, $at::DATE AS observed_on, i AS position, i AS rank, "
            "false AS sponsored, 'i' || i AS item_id, 'T' AS title, 'b' || i % 5 AS brand_key, "
            "'B' AS brand_text, 'CNY' AS currency, 4 * i AS price, 100 AS units_low, 100 AS units_high, "
            "'trailing' AS units_basis, 30 AS units_window_days, 'cap' AS capture_id, "
            "'s/1' AS parser_version FROM range(1, 25) one(i) WHERE i <> $skipped",
            {"at": at, "skipped": skipped},
        )
    con.execute("INSERT INTO sourcing_cost VALUES ('shop', 'c', 'i5', NULL, 3, 'CNY', 0.1, 1, 'own', NULL), "
                "('shop', 'c', NULL, NULL, 9, 'CNY', 0, 0, '1688', NULL)")  # fmt: skip
    con.execute("INSERT INTO watch VALUES ('ours', 'own', 'item', 'shop', 'i5')")
    con.execute("INSERT INTO campaign_edition VALUES "
                "('days', 'D', 'D', NULL, 2026, '2026-03-02', '2026-03-02', '2026-03-01', '2026-03-03')")  # fmt: skip
    transform(con, "shop", [FIRST, SECOND, THIRD])
    return con


def test_a_report_shows_the_last_complete_snapshot_and_says_so(shelf: DuckDBPyConnection) -> None:
    answer = report(shelf, "market", "shop", "c")
    assert answer.heading == (
        "Serum (shop/c), market, 2026-03-02; of the observed top 23 of 24 (coverage 96%); simulated data"
    )
    row = answer.rows.to_pylist()[0]
    assert (row["units_30d_low"], row["entrants"], row["dropouts"]) == (2300, 1, 1)


def test_a_date_can_be_asked_for_and_an_incomplete_one_is_called_so(shelf: DuckDBPyConnection) -> None:
    heading = report(shelf, "market", "shop", "c", date(2026, 3, 3)).heading
    assert "INCOMPLETE: page 2 was blocked" in heading


@pytest.mark.parametrize("name", REPORTS)
def test_the_sql_told_gives_the_rows_shown(shelf: DuckDBPyConnection, name: str) -> None:
    answer = report(shelf, name, "shop", "c")
    assert answer.rows.num_rows > 0
    assert shelf.execute(answer.sql).fetchall() == [tuple(row.values()) for row in answer.rows.to_pylist()]


def test_movers_tell_who_came_and_who_left(shelf: DuckDBPyConnection) -> None:
    rows = report(shelf, "movers", "shop", "c").rows.to_pylist()
    assert [(row["movement"], row["item_id"]) for row in rows] == [("dropped out", "i23"), ("entered", "i24")]


def test_what_is_not_there_is_named(shelf: DuckDBPyConnection) -> None:
    with pytest.raises(NoReportError, match="between 2026-03-01 and 2026-03-03"):
        report(shelf, "market", "shop", "c", date(2020, 1, 1))
    with pytest.raises(NoReportError, match="expected one of verdict, concentration"):
        report(shelf, "profit", "shop", "c")


def test_the_verdict_tells_its_reasons(shelf: DuckDBPyConnection) -> None:
    (row,) = report(shelf, "verdict", "shop", "c").rows.to_pylist()
    # 23 families of 5 brands, even (i24 came, i23 left): 5, 5, 5, 4, 4 of 23. Band 0 to 50 has 12 of 23 prices as well
    # as of units, so no band has a gap; 12 of 23 is the market band: i1 to i12, median price 26, 26 - 9 = 17.
    assert row["sentence"] == (
        "contested: HHI 2,023, B leads with 22 %, estimated margin 65 % at 26 CNY, own best rank 5"
    )


def test_margins_are_called_estimates(shelf: DuckDBPyConnection) -> None:
    answer = report(shelf, "margin", "shop", "c")
    assert "ESTIMATES from config/costs.csv" in answer.heading
    (row,) = answer.rows.to_pylist()
    # price 20, fees 2 + 1, cost 3: 14 a unit, of 100 units
    assert (row["margin"], row["profit_30d_low"], row["profit_30d_high"]) == (14, 1400, 1400)


def test_a_campaign_is_told_phase_by_phase(shelf: DuckDBPyConnection) -> None:
    rows = report(shelf, "campaign", "shop", "c").rows.to_pylist()
    assert [(row["phase"], row["missing"], row["units_30d_low"]) for row in rows] == [
        ("before", None, 2300), ("during", None, 2300), ("after", "not_observed", None),
        ("last_year", "no_edition", None),
    ]  # fmt: skip


@pytest.mark.parametrize("method", ["quantile", "jenks", "head-tail"])
def test_proposed_bands_are_a_price_bands_file(shelf: DuckDBPyConnection, method: str, tmp_path) -> None:
    path = tmp_path / "price_bands.yaml"
    path.write_text(suggest(shelf, "shop", "c", method=method, bands=4), encoding="utf-8")
    bands = read_model(path, PriceBands).price_bands[0]
    assert (bands.source, bands.category, bands.currency) == ("shop", "c", "CNY")
    assert 2 <= len(bands.versions[0].edges) <= 4


def test_too_few_prices_and_unknown_methods_are_refused(shelf: DuckDBPyConnection) -> None:
    with pytest.raises(NoBandsError, match="23 different prices"):
        suggest(shelf, "shop", "c", bands=40)
    with pytest.raises(NoBandsError, match="quantile, jenks, head-tail"):
        suggest(shelf, "shop", "c", method="magic")
    with pytest.raises(NoBandsError, match="no prices"):
        suggest(shelf, "shop", "nowhere")


def test_edges_by_method() -> None:
    # Quartiles of 1 to 9 (inclusive): 3, 5, 7.
    assert propose_edges(range(1, 10), "quantile", 4) == [0, 3, 5, 7]
    # Three clumps: the bands start at the first price of the second and third.
    assert propose_edges([1, 2, 3, 10, 11, 12, 50, 51], "jenks", 3) == [0, 10, 50]
    # Mean of 1 x 8, 10, 40 is 5.8; of the head 10, 40 it is 25, but half is no minority.
    assert propose_edges([1] * 8 + [10, 40], "head-tail", 6) == [0, 5.8]


def test_edges_are_rounded_only_while_they_stay_apart() -> None:
    assert tidy_edges([0, 12.3456, 987.6]) == [0, 12, 990]
    assert tidy_edges([0, 10.01, 10.02]) == [0, 10.01, 10.02]


def _within(prices: list[float], starts: Sequence[int]) -> float:
    """Sum of squared deviations from the mean of each class; ``starts`` are the first places of the classes."""
    ends = [*starts[1:], len(prices)]
    classes = [prices[first:last] for first, last in zip(starts, ends, strict=True)]
    return sum(sum((one - statistics.fmean(kind)) ** 2 for one in kind) for kind in classes)


@pytest.mark.parametrize("seed", range(5))
def test_natural_breaks_are_the_best_of_all(seed: int) -> None:
    chance = random.Random(seed)
    prices = sorted(round(chance.lognormvariate(4, 1), 2) for _ in range(16))
    best = min(
        ([0, *inner] for inner in itertools.combinations(range(1, 16), 3)), key=lambda starts: _within(prices, starts)
    )
    assert propose_edges(prices, "jenks", 4) == [0, *(prices[first] for first in best[1:])]


def test_quantiles_hold_equal_numbers() -> None:
    prices = [float(price) for price in random.Random(7).sample(range(1, 10_000), 600)]
    edges = propose_edges(prices, "quantile", 6)
    assert [sum(low <= price < high for price in prices) for low, high in pairwise([*edges, math.inf])] == [100] * 6
