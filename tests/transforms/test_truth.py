"""Shares and HHI on data that others publish, against an independent computation with pandas.

pyblp ships the automobile data of Berry, Levinsohn and Pakes (1995) and the cereal data of Nevo (2000): shares of
products by market. They are read as files; the package itself is not imported.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pandas as pd
import pytest
from duckdb import DuckDBPyConnection

from transforms.run import rebuild

MARKET_SIZE = 1e9
FILES = {"blp": ("blp_products.csv", "car_ids", 20, 2217), "nevo": ("nevo_products.csv", "product_ids", 94, 2256)}
AT = "2026-03-10T00:00:00Z"


def products(name: str) -> pd.DataFrame:
    """Products of every market: market, product, firm, units (the published share of MARKET_SIZE)."""
    found = find_spec("pyblp")
    assert found is not None
    assert found.submodule_search_locations
    file, product, markets, rows = FILES[name]
    read = pd.read_csv(Path(found.submodule_search_locations[0]) / "data" / file)
    assert (read["market_ids"].nunique(), len(read)) == (markets, rows)
    table = pd.DataFrame({
        "market": read["market_ids"].astype(str), "product": read[product].astype(str),
        "firm": "f" + read["firm_ids"].astype(str), "units": (read["shares"] * MARKET_SIZE).round().astype("int64"),
    })  # fmt: skip
    return table.groupby(["market", "product", "firm"], as_index=False)["units"].sum()


@pytest.mark.parametrize("name", FILES)
def test_concentration_of_published_markets(con: DuckDBPyConnection, name: str) -> None:
    table = products(name)
    con.register("published", table)
    con.execute(
        "INSERT INTO snapshot BY NAME SELECT 'shop' AS source, market AS category_id, market AS category_title, "
        "$at::TIMESTAMPTZ AS observed_at, $at::DATE AS observed_on, count(*) AS expected, count(*) AS captured, "
        "0 AS sponsored, 0 AS quarantined, 1.0 AS coverage, TRUE AS complete, 'ok' AS status, FALSE AS simulated, "
        "'s/1' AS parser_version FROM published GROUP BY market",
        {"at": AT},
    )
    con.execute(
        "INSERT INTO listing BY NAME SELECT 'shop' AS source, market AS category_id, $at::TIMESTAMPTZ AS observed_at, "
        "$at::DATE AS observed_on, row_number() OVER () AS position, FALSE AS sponsored, product AS item_id, "
        "product AS title, firm AS brand_text, firm AS brand_key, units AS units_low, units AS units_high, "
        "'trailing' AS units_basis, 30 AS units_window_days, 'cap' AS capture_id, '1' AS parser_version FROM published",
        {"at": AT},
    )
    con.unregister("published")
    assert rebuild(con, "shop") == FILES[name][2]

    firm = table.groupby(["market", "firm"])["units"].sum()
    share = firm / firm.groupby("market").transform("sum")
    hhi = (share**2).groupby("market").sum() * 10_000
    top = {n: share.groupby("market").apply(lambda one, n=n: one.nlargest(n).sum()) for n in (1, 3, 4, 5, 10)}
    size = table.groupby("market")["product"].count()
    found = con.execute(
        "SELECT * FROM brand_concentration WHERE measure = 'units_30d' ORDER BY category_id"
    ).df().set_index("category_id")  # fmt: skip
    assert found["hhi"].to_dict() == pytest.approx(hhi.to_dict(), rel=1e-12)
    assert found["hhi_low"].to_dict() == pytest.approx(hhi.to_dict(), rel=1e-12)  # exact figures have no interval
    assert found["hhi_high"].to_dict() == pytest.approx(hhi.to_dict(), rel=1e-12)
    for n, expected in top.items():
        assert found[f"cr{n}"].to_dict() == pytest.approx(expected.to_dict(), rel=1e-12)
    levels = pd.cut(hhi, [0, 1000, 1800, 10_000], labels=["unconcentrated", "moderate", "high"]).astype(object)
    levels[size < 20] = None
    assert found["level"].where(found["level"].notna(), None).to_dict() == levels.to_dict()
    shares = con.execute("SELECT category_id, brand_key, share FROM brand_share WHERE measure = 'units_30d'").fetchall()
    assert {(market, brand): value for market, brand, value in shares} == pytest.approx(share.to_dict(), rel=1e-12)
