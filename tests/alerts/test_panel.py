"""Rules over the real Tmall panel: what fires is what independent counts of the file say."""

from __future__ import annotations

import csv
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest

from alerts.backtest import backtest
from alerts.matching import ready_rules
from alerts.rules import read_rules
from alerts.run import evaluate_source
from extractors.brandkey import brand_key
from extractors.source import read_sources
from tests.alerts.conftest import HEAD, MemoryLake
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


@pytest.fixture(scope="module")
def times(sold, project_root):
    """date -> its observation time."""
    zone = read_sources(project_root / "config" / "sources")[SOURCE].zone
    return {day: datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC) for day in sold}


@pytest.fixture(scope="module")
def panel(sold, times, project_root):
    """A lake with the panel's facts and all marts made of them."""
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
    reference, lake = read_reference(project_root / "config"), MemoryLake(project_root / "warehouse" / "schema")

    def load(con):
        sync_reference(con, reference)
        for table, rows in (("snapshot", snapshots), ("listing", listings)):
            con.register("given", pa.Table.from_pylist(rows))
            con.execute(f"INSERT INTO {table} BY NAME SELECT * FROM given")
            con.unregister("given")
        transform(con, SOURCE, list(times.values()))

    lake.write(load)
    return lake


@pytest.mark.slow
def test_the_shipped_rule_fires_on_the_panel(panel, sold, times, project_root):
    config = project_root / "config"
    sources, reference = read_sources(config / "sources"), read_reference(config)
    rules = read_rules(config / "alerts.yaml", sources, list(reference.watchlist.groups))
    now = max(times.values()) + timedelta(days=3650)

    counts = panel.write(lambda con: evaluate_source(con, rules, SOURCE, max(times.values()), now))

    with panel.reader() as con:
        held = con.execute("SELECT entity_name, fired_at, ended_at FROM alert_episode WHERE rule_id = 'double11-rush'")
        found = {(name, fired): ended for name, fired, ended in held.fetchall()}
    expected = rushes(sold, 200_000, 50_000)
    assert {brand for brand, _ in expected} == {"佰草集", "自然堂", "悦诗风吟", "相宜本草", "美宝莲", "欧莱雅"}
    assert found == {(brand, times[day]): times[end] for (brand, day), end in expected.items()}
    assert counts == {"episodes": 6, "open": 0, "queued": 0}  # of 2016: evaluated, never mailed


RISES = """
  - id: any-brand
    title: Any brand's units rise by a fifth in a day
    match: {{source: tmall-double11}}
    of: brand
    metric: {metric}
    compare: previous
    when: {{rises_by: 20%}}
"""


def brand_figures(pages, metric):
    """A frame of days by brands, from the file alone: pieces sold since the day before, or counters added up.

    A counter is one of pieces sold since the item was listed: what was sold in a day is what it grew by. A day between
    two figures of an item is shared out; a counter that fell tells nothing of that day.
    """
    import pandas as pd

    panel = pd.read_csv(pages / "csv/taobao/double11_cosmetics_2016.csv", encoding="gb18030")
    panel["day"] = pd.to_datetime(panel["update_time"], format="%Y/%m/%d")
    panel = panel.drop_duplicates(["day", "id"]).dropna(subset=["sale_count"]).sort_values(["id", "day"])
    if metric == "units_shown":
        return panel.pivot_table(index="day", columns="店名", values="sale_count", aggfunc="sum")
    earlier = panel.groupby("id")[["day", "sale_count"]].shift()
    panel["sold"] = (panel["sale_count"] - earlier["sale_count"]) / (panel["day"] - earlier["day"]).dt.days
    return panel[panel["sold"] >= 0].pivot_table(index="day", columns="店名", values="sold", aggfunc="sum")


def stretches(figures):
    """{(brand, first day of a rise by 20 %): first day without one, or None}, of the days that a brand has figures."""
    found = {}
    for brand in figures:
        days = figures[brand].dropna()
        before = days.shift()
        risen = (before > 0) & (days >= 1.2 * before)
        starts = risen & ~risen.shift(fill_value=False)
        for start in days.index[starts]:
            calm = [day for day in days.index if day > start and not risen[day]]
            found[brand, start.date()] = calm[0].date() if calm else None
    return found


@pytest.mark.slow
@pytest.mark.parametrize(("metric", "rises", "on_the_day"), [("units_per_day", 39, 8), ("units_shown", 11, 1)])
def test_a_backtest_of_a_rise_by_a_fifth_lists_the_right_brands_and_days(
    panel, times, pages, tmp_path, metric, rises, on_the_day
):
    (tmp_path / "alerts.yaml").write_text(HEAD + RISES.format(metric=metric), encoding="utf-8")
    rules = read_rules(tmp_path / "alerts.yaml")
    first, last = (end(times.values()).astimezone(ZoneInfo("Asia/Shanghai")) for end in (min, max))
    with panel.reader() as con:
        (ready,) = ready_rules(con, rules, SOURCE)
        found = backtest(con, SOURCE, ready, first, last, "immediate")

    figures = brand_figures(pages, metric)
    expected = stretches(figures)
    assert (len(expected), sum(day == date(2016, 11, 11) for _, day in expected)) == (rises, on_the_day)
    told = {(one.name, one.fired_at.date()): one for one in found.tried}
    assert {key: one.ended_at and one.ended_at.date() for key, one in told.items()} == expected
    sold = {(brand, day): figures[brand][str(day)] for brand, day in expected}
    assert {key: one.fired_low for key, one in told.items()} == pytest.approx(sold, abs=0.01)
