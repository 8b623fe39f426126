"""The real panel of cosmetics around Double 11, 2016, against pandas written from docs/metrics.md alone."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from duckdb import DuckDBPyConnection

from transforms.run import transform

EDGES = [0, 50, 100, 200, 400, 800]


@pytest.fixture(scope="module")
def panel(pages: Path) -> pd.DataFrame:
    """One row an item and day: day, item, brand, price, units (counter); of doubles on a day the first."""
    read = pd.read_csv(pages / "csv" / "taobao" / "double11_cosmetics_2016.csv", encoding="gb18030")
    read.columns = ["day", "item", "title", "price", "units", "comments", "brand"]
    read["day"] = pd.to_datetime(read["day"], format="%Y/%m/%d")
    return read.drop_duplicates(["day", "item"]).sort_values(["day", "item"], ignore_index=True)


def _load(con: DuckDBPyConnection, panel: pd.DataFrame) -> list[datetime]:
    con.register("panel", panel)
    con.execute("""
        INSERT INTO listing BY NAME
        SELECT 'tmall' AS source, 'cosmetics' AS category_id, day::TIMESTAMP AT TIME ZONE 'UTC' AS observed_at,
            day::DATE AS observed_on, row_number() OVER (PARTITION BY day ORDER BY item) AS position,
            FALSE AS sponsored, item AS item_id, coalesce(title, '-') AS title, brand AS brand_text, brand AS brand_key,
            'CNY' AS currency, price::DECIMAL(18, 4) AS price, units::BIGINT AS units_low, units::BIGINT AS units_high,
            CASE WHEN units IS NOT NULL THEN 'cumulative' END AS units_basis, 'cap' AS capture_id,
            's/1' AS parser_version
        FROM panel
    """)
    con.execute("""
        INSERT INTO snapshot BY NAME
        SELECT source, category_id, 'C' AS category_title, observed_at, observed_on, count(*) AS expected,
            count(*) AS captured, 0 AS sponsored, 0 AS quarantined, 1.0 AS coverage, TRUE AS complete, 'ok' AS status,
            FALSE AS simulated, 's/1' AS parser_version
        FROM listing GROUP BY ALL
    """)
    con.execute(
        "INSERT INTO price_band_edge SELECT 'tmall', 'cosmetics', 'CNY', 'v1', NULL, i, "
        "[0, 50, 100, 200, 400, 800][i], [50, 100, 200, 400, 800, NULL][i] FROM range(1, 7) one(i)"
    )
    con.execute(
        "INSERT INTO campaign_edition VALUES "
        "('double-11', 'D', 'D', NULL, 2016, '2016-11-11', '2016-11-11', '2016-11-06', '2016-11-14')"
    )
    con.unregister("panel")
    return [datetime(2016, 11, day, tzinfo=UTC) for day in sorted(panel["day"].dt.day.unique())]


def _rates(panel: pd.DataFrame) -> pd.DataFrame:
    """Units in 30 days from the counter: against the item's latest earlier day, none where it fell or was not seen."""
    seen = panel[panel["units"].notna()].copy()
    before = seen.groupby("item")[["day", "units"]].shift()
    days = (seen["day"] - before["day"]).dt.days
    grown = seen["units"] - before["units"]
    seen["units_30d"] = np.where((grown >= 0) & (days <= 8), 30 * grown / days, np.nan)
    seen["gmv_30d"] = seen["units_30d"] * seen["price"]
    return seen


def test_the_panel_against_pandas(con: DuckDBPyConnection, panel: pd.DataFrame) -> None:
    transform(con, "tmall", _load(con, panel))
    rates = _rates(panel)
    known = rates[rates["units_30d"].notna()]
    _check_concentration(con, panel, known)
    _check_bands(con, panel, known)
    _check_campaign(con, panel, known)


def _check_concentration(con: DuckDBPyConnection, panel: pd.DataFrame, known: pd.DataFrame) -> None:
    size = con.execute("SELECT * FROM market_size WHERE units_30d_low IS NOT NULL ORDER BY observed_on").df()
    by_day = known.groupby("day")
    assert list(size["units_30d_low"]) == pytest.approx(list(by_day["units_30d"].sum()), rel=1e-7)
    assert list(size["gmv_30d_low"]) == pytest.approx(list(by_day["gmv_30d"].sum()), rel=1e-7)
    assert list(size["families_known"]) == list(by_day["item"].count())
    shelf = con.execute("SELECT median_price FROM market_size ORDER BY observed_on").fetchall()
    assert [row[0] for row in shelf] == pytest.approx(list(panel.groupby("day")["price"].median()))

    for measure, column in (("units_30d", "units_30d"), ("gmv_30d", "gmv_30d")):
        brand = known.groupby(["day", "brand"])[column].sum()
        share = brand / brand.groupby("day").transform("sum")
        hhi = 10_000 * (share**2).groupby("day").sum()
        found = con.execute(
            "SELECT observed_on, hhi, cr3 FROM brand_concentration WHERE measure = ? ORDER BY observed_on", [measure]
        ).df()
        assert list(found["hhi"]) == pytest.approx(list(hhi), rel=1e-7)
        assert list(found["cr3"]) == pytest.approx([one.nlargest(3).sum() for _, one in share.groupby("day")], rel=1e-7)
    shown = panel[panel["units"].notna()].groupby(["day", "brand"])["units"].sum()
    levels = shown / shown.groupby("day").transform("sum")
    found = con.execute("SELECT hhi FROM brand_concentration WHERE measure = 'units_shown' ORDER BY observed_on").df()
    assert list(found["hhi"]) == pytest.approx(list(10_000 * (levels**2).groupby("day").sum()), rel=1e-9)


def _check_bands(con: DuckDBPyConnection, panel: pd.DataFrame, known: pd.DataFrame) -> None:
    last = panel["day"].max()
    today, sold = panel[panel["day"] == last], known[known["day"] == last]
    listed = np.histogram(today["price"], [*EDGES, np.inf])[0]
    units = np.histogram(sold["price"], [*EDGES, np.inf], weights=sold["units_30d"])[0]
    found = con.execute("SELECT * FROM price_band WHERE observed_on = ? ORDER BY band_no", [last.date()]).df()
    assert list(found["listings"]) == list(listed)
    assert list(found["gap"]) == pytest.approx(list(units / units.sum() - listed / listed.sum()), rel=1e-6, abs=1e-9)
    assert list(found["market_band"]) == list(units == units.max())


def _check_campaign(con: DuckDBPyConnection, panel: pd.DataFrame, known: pd.DataFrame) -> None:
    daily = known.groupby("day")["units_30d"].sum()
    day = pd.Timestamp
    spans = {"before": (day(2016, 11, 6), day(2016, 11, 10)), "during": (day(2016, 11, 11),) * 2,
             "after": (day(2016, 11, 12), day(2016, 11, 14))}  # fmt: skip
    mart = con.execute("SELECT * FROM campaign_category").df().set_index("phase")
    for phase, (first, until) in spans.items():
        assert mart.loc[phase, "units_30d_low"] == pytest.approx(daily[first:until].mean(), rel=1e-7)
        assert mart.loc[phase, "days_observed"] == panel[panel["day"].between(first, until)]["day"].nunique()
    assert mart.loc["last_year", "missing"] == "no_edition"
    brand = known[known["day"].between(*spans["during"])].groupby("brand")["units_30d"].sum()
    shares = con.execute(
        "SELECT brand, units_share FROM campaign_brand WHERE phase = 'during' AND units_share > 0"
    ).df()
    assert shares.set_index("brand")["units_share"].to_dict() == pytest.approx(
        (brand / brand.sum())[brand > 0].to_dict(), rel=1e-6
    )
