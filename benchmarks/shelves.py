"""Synthetic rows at any number, made by DuckDB itself: staged files for the load, a history for the marts.

Deterministic. A day has lists of 1,000 items, one in ten of a brand unknown, a third with a cumulative counter.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from extractors.brandkey import brand_key
from extractors.stagedir import StageDir
from warehouse.stage import STAGED_COLUMNS, sql_text

LIST = 1000
START = datetime(2026, 1, 1, 6, tzinfo=UTC)
_BRANDS = 400

# Constants of this file and numbers: nothing from outside is put into a statement.
_ROWS = """
SELECT
    'bench' AS source, 'c' || (1 + n // {list}) AS category_id,
    TIMESTAMPTZ '{at}' AS observed_at, DATE '{on}' AS observed_on,
    (1 + n % {list})::INTEGER AS position, (1 + n % {list})::INTEGER AS rank, 'position' AS rank_source,
    false AS sponsored, (600000000 + shifted)::VARCHAR AS item_id,
    CASE WHEN shifted % 8 = 0 THEN (600000000 + shifted - shifted % 16)::VARCHAR END AS family_id,
    'A title of an item of about forty letters ' || shifted AS title,
    'https://shop.test/item/' || shifted || '.html' AS url, 'https://img.test/' || shifted || '.jpg' AS image_url,
    CASE WHEN shifted % 10 > 0 THEN 'Brand ' || (hash(shifted) % {brands}) END AS brand_text,
    CASE WHEN shifted % 10 > 0 THEN 'brand' || (hash(shifted) % {brands}) END AS brand_key,
    'Shop ' || (hash(shifted) % 3000) AS shop, 'CNY' AS currency,
    (5 + hash(shifted) % 1000 + ({day} + shifted) % 7)::DECIMAL(18, 4) AS price,
    NULL::DECIMAL(18, 4) AS price_high, (1200 + hash(shifted) % 100)::DECIMAL(18, 4) AS list_price,
    NULL::DECIMAL(18, 4) AS coupon_price, NULL::DECIMAL(18, 4) AS member_price,
    '¥' || (5 + hash(shifted) % 1000) AS price_text,
    CASE
        WHEN counts THEN {day} * (hash(shifted) % 50) + hash(shifted) % 9000 ELSE hash(shifted + {day}) % 9000
    END::BIGINT AS units_low,
    CASE WHEN counts THEN NULL ELSE (hash(shifted + {day}) % 9000 + 999)::BIGINT END AS units_high,
    CASE WHEN counts THEN 'cumulative' ELSE 'trailing' END AS units_basis,
    CASE WHEN counts THEN NULL ELSE 30 END::INTEGER AS units_window_days,
    '已售 ' || (hash(shifted) % 9000) AS units_text,
    3.5 + (hash(shifted) % 15) / 10 AS rating, (hash(shifted) % 100000)::BIGINT AS review_count,
    hash(shifted + {day}) % 20 > 0 AS in_stock,
    '<urn:uuid:' || (1 + n // {list}) || '-{day}>' AS capture_id, 'demo/1' AS parser_version
FROM (
    SELECT n, (n // {list}) * 1000000 + (n % {list} + {day} * 3) % ({list} * 2) AS shifted,
           (n // {list}) % 3 = 0 AS counts
    FROM range({rows}) AS t(n)
)
"""


def observed_at(day: int) -> datetime:
    """The time of day number ``day``."""
    return START + timedelta(days=day)


def rows_of(day: int, rows: int) -> str:
    """A SELECT of the rows of a day, in the staged columns."""
    at = observed_at(day)
    sql = _ROWS.format(list=LIST, at=at.isoformat(), on=at.date(), day=day, rows=rows, brands=_BRANDS)
    return f"SELECT {', '.join(STAGED_COLUMNS)} FROM ({sql})"


def lists_of(rows: int) -> int:
    """How many lists ``rows`` rows make."""
    return -(-rows // LIST)


def stage_day(con: Any, stage: StageDir, day: int, rows: int) -> None:
    """Write the staged files of a day: captures and listings, in files of at most 100,000 rows."""
    stage.path.mkdir(parents=True, exist_ok=True)
    at = observed_at(day)
    captures = [
        {"capture_id": f"<urn:uuid:{number}-{day}>", "source": "bench", "category_id": f"c{number}", "page_no": 1,
         "observed_at": at.isoformat(), "observed_on": at.date().isoformat(), "outcome": "ok", "http_status": 200}
        for number in range(1, lists_of(rows) + 1)
    ]  # fmt: skip
    stage.write_text(stage.captures(0), "".join(json.dumps(one) + "\n" for one in captures))
    con.execute(f"CREATE OR REPLACE TEMP TABLE made AS {rows_of(day, rows)}")
    for number, first in enumerate(range(0, lists_of(rows), 100)):
        path = sql_text(str(stage.listings(number)))
        con.execute(
            f"COPY (SELECT * FROM made WHERE substr(category_id, 2)::INTEGER BETWEEN {first + 1} AND {first + 100}) "
            f"TO {path} (FORMAT parquet)"
        )
    con.execute("DROP TABLE made")


def store_days(con: Any, first: int, last: int, rows: int) -> None:
    """Insert whole days straight into the facts, a file a day, as so many loads would have left them."""
    for day in range(first, last + 1):
        columns = ", ".join(STAGED_COLUMNS)
        con.execute(f"INSERT INTO listing ({columns}) {rows_of(day, rows)}")
        con.execute(
            f"""
            INSERT INTO snapshot BY NAME
            SELECT 'bench' AS source, 'c' || n AS category_id, 'List ' || n AS category_title,
                   TIMESTAMPTZ '{observed_at(day).isoformat()}' AS observed_at,
                   DATE '{observed_at(day).date()}' AS observed_on, {LIST} AS expected, {LIST} AS captured,
                   0 AS sponsored, 0 AS quarantined, 1.0 AS coverage, true AS complete, 'ok' AS status,
                   true AS simulated, 'demo/1' AS parser_version
            FROM range(1, {lists_of(rows) + 1}) AS t(n)
            """
        )


def check_brand_keys() -> None:
    """Raises ValueError where the folded brands above are not what the product folds."""
    if brand_key("Brand 12") != "brand12":
        raise ValueError(f"brand keys are folded otherwise now: {brand_key('Brand 12')!r}")
