"""Rows of the marts of one made-up category, by column name; plain and hostile texts."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import duckdb
import pyarrow as pa

NOW = datetime(2026, 11, 22, 6, 0, tzinfo=UTC)
HOSTILE = [
    "<script>alert('shelf')</script>",
    '"><img src=x onerror=alert(1)>',
    '=HYPERLINK("http://evil.example","click")',
    "{{ 7*7 }} {% raw %} ${7*7}",
    "珀莱雅 双抗精华液 3.0 抗氧化 抗糖 提亮肤色 30ml 官方正品 " * 4,
    "\u202eevil rtl\u202c مصل الوجه",
    "Supercalifragilistic" * 12,
    "😀 Emoji & ampersand < > ' quotes \" 全角（）",
]
TITLES = [
    "珀莱雅双抗精华液3.0 30ml",
    "Hydrating face serum with niacinamide, 50 ml",
    "薇诺娜 舒敏保湿特护霜 50g",
    "Vitamin C brightening serum — twin pack",
    "欧莱雅玻色因紫熨斗眼霜",
    "自然堂 小紫瓶精华",
]
BRANDS = [
    ("proya", "珀莱雅", "rival"), ("winona", "薇诺娜", None), ("loreal", "L'Oréal", "rival"),
    ("ours", "Our Own", "own"),
    ("chando", "自然堂", None), ("olay", "OLAY", None), ("estee", "Estée Lauder", None), ("nobrand", None, None),
    ("hostile", "<b>Bold & Brand</b>", None), ("kans", "韩束", None), ("pechoin", "百雀羚", None),
    ("freeplus", "freeplus", None), ("curel", "Curél", None), ("elixir", "ELIXIR", None),
]  # fmt: skip


def insert(con: duckdb.DuckDBPyConnection, table: str, rows: list[dict[str, Any]]) -> None:
    """Rows by column name; columns a row does not name are NULL."""
    if not rows:
        return
    columns = sorted({column for row in rows for column in row})
    con.register("new_rows", pa.table({column: [row.get(column) for row in rows] for column in columns}))
    con.execute(f"INSERT INTO {table} BY NAME SELECT * FROM new_rows")
    con.unregister("new_rows")


def key(source: str, category: str, day: int) -> dict[str, Any]:
    """The key columns of an observation ``day`` days before NOW."""
    at = NOW - timedelta(days=day)
    return {"source": source, "category_id": category, "observed_at": at, "observed_on": at.date()}


def snapshot(source: str, category: str, day: int, **values: Any) -> dict[str, Any]:
    """A complete snapshot of 60 of 60 items, unless told otherwise."""
    base = {
        "category_title": category.title(), "expected": 60, "captured": 60, "sponsored": 3, "quarantined": 2,
        "coverage": 1.0, "complete": True, "status": "ok", "simulated": source == "demo", "parser_version": "demo/1",
        "band_set": "2026-01",
    }  # fmt: skip
    return {**key(source, category, day), **base, **values}


def concentration(source: str, category: str, day: int, measure: str, **values: Any) -> dict[str, Any]:
    """A concentration row that drifts from day to day."""
    hhi = 1150.0 + 9 * (30 - day)
    base = {
        "measure": measure, "units_basis": None if measure == "listings" else "trailing",
        "units_window_days": 30 if measure == "units_shown" else None,
        "currency": "CNY" if measure == "gmv_30d" else None,
        "cr1": 0.23, "cr3": 0.48,
        "cr4": 0.56, "cr5": 0.63, "cr10": 0.89, "hhi": hhi, "hhi_low": hhi - 210, "hhi_high": hhi + 340,
        "effective_brands": 10000 / hhi, "level": "moderate", "level_set": "doj_ftc_2023", "total_low": 412345.0,
        "families": 58, "families_known": 51, "brands": 14, "coverage": 1.0, "complete": True,
        "unknown_brand_share": 0.043, "lower_bound_share": 0.31,
    }  # fmt: skip
    return {**key(source, category, day), **base, **values}


def shares(source: str, category: str, day: int) -> list[dict[str, Any]]:
    """Fourteen brands whose shares fall off; one without a canonical name, one hostile, one of unknown brand."""
    weights = [23, 14, 11, 9 + 0.1 * (30 - day), 8, 7, 6, 5, 4, 4, 3, 2, 1, 1]
    total = sum(weights) + 4
    rows = [
        {
            **key(source, category, day), "measure": "units_30d", "units_basis": "trailing", "brand_key": brand_key,
            "brand": brand, "ownership": owner, "value_low": weight * 1000.0, "value_high": None,
            "share": weight / total,
            "share_low": 0.8 * weight / total, "share_high": 1.25 * weight / total, "families": 3, "listings": 4,
            "brand_rank": number, "own_families": 2 if brand_key == "olay" else 0,
        }
        for number, ((brand_key, brand, owner), weight) in enumerate(zip(BRANDS, weights, strict=True), start=1)
    ]  # fmt: skip
    unknown = {"brand_key": None, "brand": None, "ownership": None, "share": 4 / total, "brand_rank": None}
    return [*rows, {**rows[0], **unknown, "share_low": None, "share_high": None}]


def bands(source: str, category: str) -> list[dict[str, Any]]:
    """Five price bands, the last open, one without any unit known."""
    edges = [(0, 60), (60, 120), (120, 240), (240, 480), (480, None)]
    listing, units = [0.30, 0.28, 0.22, 0.15, 0.05], [0.18, 0.41, 0.27, 0.14, None]
    return [
        {
            **key(source, category, 0), "units_basis": "trailing", "band_set": "2026-01", "band_no": number + 1,
            "band_low": low, "band_high": high, "currency": "CNY", "listings": round(60 * listing[number]),
            "families": 10, "listing_share": listing[number], "units_share": units[number], "units_30d_low": 12345.0,
            "brands": 6, "cr3": 0.6, "own_listings": int(number in {1, 3}), "coverage": 1.0, "lower_bound_share": 0.3,
            "gap": None if units[number] is None else units[number] - listing[number], "market_band": number == 1,
        }
        for number, (low, high) in enumerate(edges)
    ]  # fmt: skip


def items(source: str, category: str, count: int, day: int = 0) -> list[dict[str, Any]]:
    """A ranking with every oddity: hostile titles and addresses, no price, no sales, open intervals, resets."""
    rows = []
    for number in range(1, count + 1):
        brand_key, brand, owner = BRANDS[number % len(BRANDS)]
        exact = number % 3 == 0
        rows.append({
            **key(source, category, day), "item_id": f"i{number}", "family_id": f"f{number}",
            "title": HOSTILE[number - 1] if number <= len(HOSTILE) else TITLES[number % len(TITLES)],
            "url": "javascript:alert(1)" if number == 2 else f"https://shop.example/item/{number}?a=1&b=2",
            "brand_key": brand_key, "brand": brand, "ownership": owner, "shop": "官方旗舰店" if number % 2 else None,
            "watch_group": owner and f"{owner}-group",
            "rank": number + (number + day) % 3 * (day > 0), "sponsored": False,
            "in_stock": number % 11 != 0, "currency": "CNY",
            "price": None if number == 5 else 39 + 7.5 * number, "price_high": 89 if number == 3 else None,
            "list_price": 399 if number % 4 == 0 else None, "units_basis": "trailing", "units_window_days": 30,
            "units_low": None if number == 6 else 15000 - 100 * number, "units_high": 15999 if exact else None,
            "units_text": None if number == 6 else "1.5万+人付款", "counter_reset": number == 9,
            "units_30d_low": None if number in {6, 9} else 15000.0 - 100 * number,
            "units_30d_high": 15999.0 if exact else None,
            "capture_id": f"urn:uuid:0192f3a1-7b7c-4a71-9a51-{number:012d}",
        })  # fmt: skip
    return rows


def movement(source: str, category: str, count: int) -> list[dict[str, Any]]:
    """Moves up and down, entrants and drop-outs."""
    rows = [
        {
            **key(source, category, 0), "item_id": f"i{number}", "title": TITLES[number % len(TITLES)],
            "brand": BRANDS[number % 14][1], "brand_key": BRANDS[number % 14][0], "rank": number,
            "previous_rank": None if number % 9 == 0 else number + (number % 5) - 2, "entered": number % 9 == 0,
            "dropped": False, "previous_at": NOW - timedelta(days=1),
            "price_change_share": -0.052 if number % 6 == 0 else None,
        }
        for number in range(1, count + 1)
    ]  # fmt: skip
    gone = {
        **rows[0],
        "item_id": "gone",
        "title": "<i>Gone</i> 面霜",
        "rank": None,
        "previous_rank": 17,
        "dropped": True,
    }
    return [*rows, gone]


def market(source: str, category: str, day: int, **values: Any) -> dict[str, Any]:
    """A market of 412,345 units and more."""
    base = {
        "units_basis": "trailing", "currency": "CNY", "units_30d_low": 412345.0 - 900 * day, "gmv_30d_low": 51234567.0,
        "listings": 60, "families": 58, "families_known": 51, "median_price": 129.0, "stock_out_share": 0.07,
        "entrants": 4, "dropouts": 3, "coverage": 1.0, "complete": True, "lower_bound_share": 0.31,
    }  # fmt: skip
    return {**key(source, category, day), **base, **values}


def verdict(source: str, category: str, **values: Any) -> dict[str, Any]:
    """A contested category."""
    base = {
        "verdict": "contested", "verdict_set": "verdict-1",
        "reasons": "hhi,top_brand,survival,gap_band,margin,own_rank",
        "sentence": "contested: HHI 1,420", "measure": "units_30d", "units_basis": "trailing", "other_bases": 0,
        "families": 58, "families_known": 51, "hhi": 1420.0, "level": "moderate", "level_set": "doj-ftc-2023",
        "hhi_trend": "rising", "top_brand": "珀莱雅", "top_brand_share": 0.227, "entrants": 11, "stayed": 4,
        "survival": 4 / 11, "gap_band_no": 2, "gap_band_low": 60, "gap_band_high": 120, "band_currency": "CNY",
        "gap_units_share": 0.41, "gap_listing_share": 0.28, "entry_price": 99, "entry_cost": 31,
        "entry_cost_origin": "1688", "entry_margin": 48.2, "entry_margin_share": 0.487, "own_listings": 5,
        "own_rank": 3, "coverage": 1.0, "complete": True, "lower_bound_share": 0.31,
    }  # fmt: skip
    return {**key(source, category, 0), **base, **values}


def margin(source: str, category: str, number: int, **values: Any) -> dict[str, Any]:
    """An own product that earns 41.5 a unit."""
    base = {
        "item_id": f"i{number}", "family_id": f"f{number}", "title": HOSTILE[0], "ownership": "own", "rank": number,
        "currency": "CNY", "price": 61.5, "cost": 12.5, "cost_currency": "CNY", "cost_origin": "1688", "fees": 7.5,
        "margin": 41.5, "margin_share": 0.675, "profit_30d_low": 41.5 * 14700, "counted": True, "estimate": True,
        "coverage": 1.0,
    }  # fmt: skip
    return {**key(source, category, 0), **base, **values}


def campaign(source: str, category: str) -> dict[str, list[dict[str, Any]]]:
    """Double 11: units rose by 150 % (100 to 250), one brand and one product; nothing was configured a year earlier."""
    phases = {"before": (1000.0, 1200.0), "during": (3000.0, 3500.0), "after": (900.0, None), "last_year": (None, None)}
    marts: dict[str, list[dict[str, Any]]] = {"campaign_category": [], "campaign_brand": [], "campaign_item": []}
    for number, (phase, (low, high)) in enumerate(phases.items()):
        at = date(2026, 11, 1 + 5 * number) if low else None
        row = {
            "source": source, "category_id": category, "campaign": "double-11", "year": 2026, "phase": phase,
            "from_on": at, "to_on": at and at + timedelta(days=4), "days": 5 if low else None,
            "days_observed": 5 if low else 0, "missing": None if low else "no_edition", "units_basis": "trailing",
            "currency": "CNY", "units_30d_low": low, "units_30d_high": high,
            "units_change": None if phase == "before" or not low else low / 1000 - 1,
            "units_change_low": None if phase == "before" or not low else low / 1200 - 1,
            "units_change_high": high / 1000 - 1 if high and phase != "before" else None, "figure_share": 0.4,
        }  # fmt: skip
        marts["campaign_category"].append({**row, "hhi": 1420.0, "cr3": 0.48, "entrants": 3, "dropouts": 2})
        named = {"brand_key": "proya", "brand": "珀莱雅", "ownership": "rival", "days_listed": 5 if low else 0}
        marts["campaign_brand"].append({**row, **named, "units_share": 0.3 if low else None})
        item = {"item_id": "i1", "family_id": "f1", "title": HOSTILE[0], **named}
        marts["campaign_item"].append({**row, **item})
    edition = {"campaign": "double-11", "title_en": "Double 11", "title_zh": "双11", "year": 2026}
    dates = {"starts_on": date(2026, 11, 6), "ends_on": date(2026, 11, 10)}
    marts["campaign_edition"] = [{**edition, **dates, "before_on": date(2026, 11, 1), "after_on": date(2026, 11, 15)}]
    return marts


def episode(source: str, category: str, state: str) -> dict[str, Any]:
    """An open alert episode."""
    return {
        "rule_id": "rival-passes", "rule_version": "v1", "rule_title": "Rival passes 20,000", "severity": "immediate",
        "source": source, "category_id": category, "category_title": category, "entity_kind": "item", "entity_id": "i1",
        "entity_name": "珀莱雅 <双抗>", "ownership": "rival", "metric": "units_30d", "compared_with": "absolute",
        "condition": "above 20000", "unit": "units", "state": state, "started_at": NOW - timedelta(days=2),
        "started_on": date(2026, 11, 20), "fired_at": NOW - timedelta(days=1), "first_seen": False, "escalations": 0,
        "last_at": NOW, "last_low": 24000.0, "simulated": source == "demo",
    }  # fmt: skip


def fill_category(
    marts: duckdb.DuckDBPyConnection, source: str, category: str, title: str, days: int = 30, count: int = 60
) -> None:
    """One ordinary category: ``days`` of history, ``count`` items, twenty of them seen on the days before too."""
    past = range(days - 1, -1, -1)
    measures = ("units_30d", "gmv_30d", "units_shown", "listings")
    insert(marts, "snapshot", [snapshot(source, category, day, category_title=title) for day in past])
    rows = [concentration(source, category, day, measure) for day in past for measure in measures]
    insert(marts, "brand_concentration", rows)
    insert(marts, "brand_share", [row for day in past for row in shares(source, category, day)])
    insert(marts, "price_band", bands(source, category))
    insert(marts, "item_day", items(source, category, count))
    for day in range(1, min(days, 6)):
        insert(marts, "item_day", items(source, category, min(count, 20), day))
    insert(marts, "rank_movement", movement(source, category, count))
    insert(marts, "market_size", [market(source, category, day) for day in past])
