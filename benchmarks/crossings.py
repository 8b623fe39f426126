"""Item marts of any size and thousands of alert rules over them, made by DuckDB itself; deterministic.

A day has lists of 1,000 items. A figure moves by a few percent from day to day; one item in 500 doubles for a day, on
which a rule of a single item fires. The rules are those of a large price list (nine in ten name one item) and a hundred
broad ones, each over a list or a brand.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from alerts.rules import Rules

LIST = 1000
START = datetime(2025, 1, 1, 6, tzinfo=UTC)
_TEXT = {
    "recipients": {"ops": {"address": "ops@example.com"}, "mei": {"address": "mei@example.com", "language": "zh-CN"}},
    "engineers": ["ops"],
    "defaults": {"recipients": ["mei"], "escalate_by": "50%", "max_age_days": 3},
}

# Constants of this file and numbers: nothing from outside is put into a statement.
_ITEMS = """
SELECT 'bench' AS source, 'c' || (1 + n // {list}) AS category_id, TIMESTAMPTZ '{at}' AS observed_at,
       DATE '{on}' AS observed_on, (600000000 + n)::VARCHAR AS item_id, (600000000 + n)::VARCHAR AS family_id,
       'A title of an item of about forty letters ' || n AS title, 'https://shop.test/item/' || n || '.html' AS url,
       'brand' || (n % 4000) AS brand_key, 'Brand ' || (n % 4000) AS brand, 'Shop ' || (n % 9000) AS shop,
       CASE WHEN n % 1000 = 7 THEN 'own' WHEN n % 100 = 8 THEN 'rival' END AS ownership,
       CASE WHEN n % 1000 = 7 THEN 'ours' WHEN n % 100 = 8 THEN 'rivals' END AS watch_group,
       (1 + (n + {day}) % {list})::INTEGER AS rank, false AS sponsored, true AS in_stock, 'CNY' AS currency,
       (20 + n % 500 + (n + {day}) % 3)::DECIMAL(18, 4) AS price, units AS units_low, units + 99 AS units_high,
       'trailing' AS units_basis, 30 AS units_window_days, units::VARCHAR AS units_text, false AS counter_reset,
       units / 30 AS units_per_day_low, (units + 99) / 30 AS units_per_day_high, units::DOUBLE AS units_30d_low,
       units + 99.0 AS units_30d_high, units * price AS gmv_30d_low, (units + 99) * price AS gmv_30d_high,
       '<urn:uuid:' || (1 + n // {list}) || '-{day}>' AS capture_id
FROM (
    SELECT n, (1000 + n % 8000 + (n * 7 + {day} * 13) % 50)
           * CASE WHEN (n * 31 + {day} * 17) % 500 = 0 THEN 2 ELSE 1 END AS units
    FROM range({items}) AS t(n)
)
"""
_SNAPSHOTS = """
INSERT INTO snapshot BY NAME
SELECT 'bench' AS source, 'c' || n AS category_id, 'List ' || n AS category_title, TIMESTAMPTZ '{at}' AS observed_at,
       DATE '{on}' AS observed_on, {list} AS expected, {list} AS captured, 0 AS sponsored, 0 AS quarantined,
       1.0 AS coverage, true AS complete, 'ok' AS status, true AS simulated, 'demo/1' AS parser_version
FROM range(1, {lists} + 1) AS t(n)
"""


def observed_at(day: int) -> datetime:
    """The time of day number ``day``."""
    return START + timedelta(days=day)


def store_items(con: Any, first: int, last: int, items: int) -> None:
    """Insert the snapshots and the mart ``item_day`` of whole days, a file a day, as so many loads would."""
    for day in range(first, last + 1):
        at = observed_at(day)
        given = {"list": LIST, "at": at.isoformat(), "on": at.date(), "day": day, "lists": -(-items // LIST)}
        con.execute(f"INSERT INTO item_day BY NAME {_ITEMS.format(**given, items=items)}")
        con.execute(_SNAPSHOTS.format(**given))


def make_rules(number: int, items: int) -> Rules:
    """``number`` rules: nine in ten on one item, the rest on lists and brands; every kind of comparison."""
    shapes = [
        {"metric": "units_30d", "when": {"above": 0}, "compare": "absolute"},
        {"metric": "units_30d", "when": {"rises_by": "60%"}, "compare": "previous"},
        {"metric": "price", "when": {"falls_by": "10%"}, "compare": "previous"},
        {"metric": "units_30d", "when": {"rises_by": "60%"}, "compare": "mean_7d"},
        {"metric": "units_30d", "when": {"rises_by": "80%"}, "compare": "mean_30d"},
        {"metric": "rank", "when": {"enters_top": 1}, "compare": "absolute"},
    ]
    rules = []
    for place in range(number):
        shape = dict(shapes[place % len(shapes)])
        item = place * max(items // number, 1) % items
        match: dict[str, Any] = {"source": "bench", "item": [str(600_000_000 + item)]}
        if shape["compare"] == "absolute" and shape["metric"] == "units_30d":
            shape["when"] = {"above": 1500 + item % 8000}
        if place % 100 == 99:
            match = {"source": "bench", "brand": [f"Brand {place % 4000}"]}
        elif place % 1000 == 500:
            match = {"source": "bench", "category": [f"c{1 + place % max(items // LIST, 1)}"]}
        rules.append({"id": f"rule-{place}", "title": f"Rule {place}", "match": match, "of": "item", **shape})
    return Rules.model_validate({**_TEXT, "rules": rules})
