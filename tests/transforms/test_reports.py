"""The reports a person asks for by name, and the price bands proposed from what was seen."""

from __future__ import annotations

from datetime import UTC, date, datetime

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
    with pytest.raises(NoReportError, match="expected one of concentration"):
        report(shelf, "profit", "shop", "c")


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
