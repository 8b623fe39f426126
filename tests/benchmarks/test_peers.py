"""The pandas and the polars of the benchmarks make our marts, of days that break every rule which they follow."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from benchmarks.equality import check_equal
from benchmarks.peers import pandas_marts, polars_marts
from benchmarks.rebuilding import PEER_MARTS, export, only
from benchmarks.reference import store_reference
from benchmarks.setting import installation
from benchmarks.shelves import store_days
from shelfradar import pipeline
from transforms.run import rebuild
from warehouse.lake import Lake

PEERS = {"pandas": pandas_marts.main, "polars": polars_marts.main}
ROUGH = Path(__file__).with_name("rough.sql")
DAYS = ((1, 4), (6, 7), (12, 12), (45, 46))  # days without a list between them, and a gap of more than 28


@pytest.fixture(scope="module")
def rough() -> Iterator[Lake]:
    """Three lists of nine rough days with the marts that the peers make."""
    with installation() as settings:
        lake = pipeline.open_lake(settings)
        lake.write(fill)
        yield lake


def fill(con: duckdb.DuckDBPyConnection) -> None:
    for first, last in DAYS:
        store_days(con, first, last, 3000)
    store_reference(con, 3)
    con.execute("CREATE TEMP TABLE facts AS SELECT * FROM listing")
    con.execute(ROUGH.read_text(encoding="utf-8"))
    con.execute("DELETE FROM listing; INSERT INTO listing BY NAME SELECT * FROM facts; DROP TABLE facts")
    with only(PEER_MARTS):
        rebuild(con)


@pytest.fixture(scope="module")
def exported(rough: Lake, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the peers read."""
    folder = tmp_path_factory.mktemp("facts")
    export(rough, folder)
    return folder


@pytest.mark.parametrize("peer", PEERS)
def test_a_peer_makes_every_row_and_column_of_our_marts(peer, rough, exported, tmp_path):
    PEERS[peer](exported, tmp_path)
    with rough.reader() as con:
        check_equal(con, tmp_path, peer)


def test_the_rough_days_use_the_rules(rough):
    """Else the test above would show nothing of them."""
    counted = {
        "item_day": (
            "sponsored", "counter_reset", "price IS NULL", "in_stock IS NULL", "band_set = 'v2'",
            "units_basis = 'period'", "observed_at - rate_from_at > INTERVAL 1 DAY", "brand = 'Brand 3'",
            "watch_group = 'ours'",
        ),
        "family_day": ("listings > 1 AND brand_key IS NULL", "lead_item_id <> family_id", "ownership = 'own'"),
        "brand_share": ("share_low > 0", "share_high = 1", "brand_key IS NULL", "currency = 'USD'"),
        "brand_concentration": ("level IS NULL", "level = 'unconcentrated'", "total_high IS NULL", "hhi_low > 0"),
        "market_size": (
            "listings = 0", "entrants > 0", "dropouts > 0 AND entrants IS NULL", "restocks > 0", "NOT complete",
        ),
        "rank_movement": (
            "entered", "dropped", "entered IS NULL", "previous_price IS NULL AND previous_rank IS NOT NULL",
        ),
    }  # fmt: skip
    with rough.reader() as con:
        for mart, conditions in counted.items():
            for condition in conditions:
                found = con.execute(f"SELECT count(*) FROM {mart} WHERE {condition}").fetchall()[0][0]
                assert found, f"{mart}: {condition}"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("SELECT * REPLACE (gmv_30d_low * (1 + 2e-9) AS gmv_30d_low) FROM item_day", r"item_day.gmv_30d_low differs"),
        ("SELECT * REPLACE (coalesce(brand, '') AS brand) FROM item_day", r"item_day.brand differs in \d+ of \d+ rows"),
        ("SELECT * EXCLUDE (band_no, shop) FROM item_day", r"item_day lacks the columns shop, band_no"),
        ("SELECT * FROM item_day WHERE rank <> 3 OR rank IS NULL", r"item_day has 0 rows that .* lacks \d+ of ours"),
        ("SELECT * FROM item_day UNION ALL SELECT * REPLACE ('x' AS item_id) FROM item_day", r"has \d+ rows that"),
    ],
)  # fmt: skip
def test_a_difference_is_told_by_mart_and_column(change, told, rough, tmp_path):
    with rough.reader() as con:
        con.execute(f"COPY ({change}) TO '{tmp_path}/item_day.parquet' (FORMAT parquet)")
        with pytest.raises(ValueError, match=f"peer: .*{told}"):
            check_equal(con, tmp_path, "peer")
