"""The shipped rule over the real Tmall panel: what fires is what an independent count of the file says."""

from __future__ import annotations

import csv
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta

import pyarrow as pa
import pytest

from alerts.rules import read_rules
from alerts.run import evaluate_source
from extractors.brandkey import brand_key
from extractors.source import read_sources
from transforms.reference import read_reference, sync_reference
from transforms.run import transform

SOURCE = "tmall-double11"


@pytest.fixture(scope="module")
def sold(pages):
    """date -> item -> (brand, counter), the first row of a doubled (date, item), as the file has them."""
    panel = defaultdict(dict)
    with (pages / "csv/taobao/double11_cosmetics_2016.csv").open(encoding="gb18030", newline="") as file:
        for row in csv.DictReader(file):
            day = date(*map(int, row["update_time"].split("/")))
            count = int(float(row["sale_count"])) if row["sale_count"] else None
            panel[day].setdefault(row["id"], (row["店名"], count))
    assert len(panel) == 10
    return dict(panel)


def rushes(sold, line, calm):
    """{(brand, first day at or over ``line``): first day after at or under ``calm``}, counted day by day in Python."""
    rates = {}
    days = sorted(sold)
    for day in days[1:]:
        rates[day] = defaultdict(float)
        for item, (brand, count) in sold[day].items():
            earlier = [one for one in days if one < day and (day - one).days <= 7]
            base = next((one for one in reversed(earlier) if sold[one].get(item, ("", None))[1] is not None), None)
            if base is None or count is None or count < sold[base][item][1]:
                continue
            rates[day][brand] += (count - sold[base][item][1]) / (day - base).days
    found, going = {}, {}
    for day in days[1:]:
        for brand, rate in rates[day].items():
            if brand in going and rate <= calm:
                found[going.pop(brand)] = day
            elif brand not in going and rate >= line:
                going[brand] = (brand, day)
                found[brand, day] = None
    return found


@pytest.mark.slow
def test_the_shipped_rule_fires_on_the_panel(lake, sold, project_root):
    config = project_root / "config"
    sources, reference = read_sources(config / "sources"), read_reference(config)
    rules = read_rules(config / "alerts.yaml", sources, list(reference.watchlist.groups))
    times = {day: datetime(day.year, day.month, day.day, tzinfo=sources[SOURCE].zone).astimezone(UTC) for day in sold}
    both = [
        {"source": SOURCE, "category_id": "cosmetics", "observed_at": times[day], "observed_on": day} for day in sold
    ]
    snapshots = [
        one | {"category_title": "化妆品", "expected": len(sold[one["observed_on"]]), "sponsored": 0, "quarantined": 0,
               "captured": len(sold[one["observed_on"]]), "coverage": 1.0, "complete": True, "status": "ok",
               "simulated": False, "parser_version": "tmall/1"}
        for one in both
    ]  # fmt: skip
    listings = [
        one | {"position": position, "sponsored": False, "item_id": item, "title": item, "brand_text": brand,
               "brand_key": brand_key(brand), "shop": brand, "currency": "CNY", "units_low": count, "units_high": count,
               "units_basis": "cumulative", "capture_id": "file", "parser_version": "tmall/1"}
        for one in both
        for position, (item, (brand, count)) in enumerate(sold[one["observed_on"]].items(), start=1)
    ]  # fmt: skip
    now = max(times.values()) + timedelta(days=3650)

    def load(con):
        sync_reference(con, reference)
        for table, rows in (("snapshot", snapshots), ("listing", listings)):
            con.register("given", pa.Table.from_pylist(rows))
            con.execute(f"INSERT INTO {table} BY NAME SELECT * FROM given")
            con.unregister("given")
        transform(con, SOURCE, list(times.values()))
        return evaluate_source(con, rules, SOURCE, max(times.values()), now)

    counts = lake.write(load)
    with lake.reader() as con:
        held = con.execute("SELECT entity_name, fired_at, ended_at FROM alert_episode WHERE rule_id = 'double11-rush'")
        found = {(name, fired): ended for name, fired, ended in held.fetchall()}
    expected = rushes(sold, 200_000, 50_000)
    assert {brand for brand, _ in expected} == {"佰草集", "自然堂", "悦诗风吟", "相宜本草", "美宝莲", "欧莱雅"}
    assert found == {(brand, times[day]): times[end] for (brand, day), end in expected.items()}
    assert counts == {"episodes": 6, "open": 0, "queued": 0}  # of 2016: evaluated, never mailed
