"""The marts of collected simulated days against the market's truth, worked out in plain Python: to the last digit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, get_args

import pytest

from demo.calendar import BLOCKED_CATEGORY, BLOCKED_DAY, CYCLE_DAYS, HALF_EMPTY_CATEGORY, HALF_EMPTY_DAY, cycle_day
from demo.catalogue import CATEGORIES
from demo.expected import Measure, concentration, price_bands
from demo.truth import shown
from shelfradar.settings import Settings
from transforms.reference import read_reference

pytestmark = [pytest.mark.slow]
CATEGORY_IDS = [facts.id for facts in CATEGORIES]
START = date(2026, 11, 21) + timedelta(days=(BLOCKED_DAY - 1 - cycle_day(date(2026, 11, 21))) % CYCLE_DAYS)
BLOCKED, HALVED = START + timedelta(days=1), START + timedelta(days=HALF_EMPTY_DAY - BLOCKED_DAY + 1)
DAYS = (START, BLOCKED, HALVED)
OWN = frozenset({"晨屿"})


TABLES = {"snapshot": "category_id", "listing": "position", "brand_concentration": "measure", "brand_share": "measure",
          "price_band": "band_no"}  # fmt: skip


@dataclass(frozen=True)
class Loaded:
    settings: Settings
    verdicts: dict[date, dict[str, Any]]
    tables: dict[str, list[dict[str, Any]]]

    def rows(self, table: str, **where: Any) -> list[dict[str, Any]]:
        return [row for row in self.tables[table] if all(row[name] == value for name, value in where.items())]


@pytest.fixture(scope="module")
def loaded(collect_days: Any, read_tables: Any) -> Loaded:
    settings, verdicts = collect_days(DAYS)
    return Loaded(settings, verdicts, read_tables(settings, TABLES))


def close(value: float | None) -> Any:
    """The value to the last digit the marts keep: they add up on four decimals of a unit."""
    return value if not isinstance(value, float) else pytest.approx(value, rel=1e-8, abs=1e-8)


def test_bad_days_are_incomplete_and_the_others_whole(loaded: Loaded) -> None:
    bad = {
        (day, category): status
        for day, verdict in loaded.verdicts.items()
        for category, status in verdict["categories"].items()
        if status != "ok"
    }
    assert bad == {(BLOCKED, BLOCKED_CATEGORY): "incomplete", (HALVED, HALF_EMPTY_CATEGORY): "incomplete"}
    assert all(verdict["quarantined"] == 0 for verdict in loaded.verdicts.values())
    assert len(loaded.rows("snapshot", simulated=True)) == len(DAYS) * len(CATEGORY_IDS)


@pytest.mark.parametrize("category", CATEGORY_IDS)
def test_facts_are_what_was_shown(loaded: Loaded, category: str) -> None:
    columns = ("item_id", "rank", "sponsored", "title", "price", "units_low", "units_high", "units_basis", "in_stock")
    for day in DAYS:
        found = loaded.rows("listing", category_id=category, observed_on=day)
        wanted = shown(day, category)
        assert [[row[name] for name in columns] for row in found] == [
            [getattr(one, name) for name in columns] for one in wanted
        ]


@pytest.mark.parametrize("category", CATEGORY_IDS)
@pytest.mark.parametrize("measure", get_args(Measure))
def test_concentration(loaded: Loaded, category: str, measure: Measure) -> None:
    for day in DAYS:
        collected = [one for one in DAYS if one <= day]
        where = {"category_id": category, "observed_on": day, "measure": measure}
        rows = loaded.rows("brand_concentration", **where)
        wanted = concentration(day, category, measure, collected)
        if wanted is None:
            assert (category, day, rows) == ("thermos", START, [])
            continue
        (found,) = rows
        assert (found["families"], found["families_known"], found["brands"]) == (
            wanted.families, wanted.families_known, wanted.brands,
        )  # fmt: skip
        assert {n: found[f"cr{n}"] for n in wanted.cr} == {n: close(share) for n, share in wanted.cr.items()}
        assert (found["hhi"], found["hhi_low"], found["hhi_high"]) == (
            close(wanted.hhi), close(wanted.hhi_low), close(wanted.hhi_high),
        )  # fmt: skip
        assert found["effective_brands"] == close(10_000 / wanted.hhi)
        assert found["unknown_brand_share"] == close(wanted.unknown_brand_share)
        assert found["lower_bound_share"] == close(wanted.lower_bound_share)
        assert found["total_low"] == close(float(wanted.total.low))
        assert found["total_high"] == close(None if wanted.total.high is None else float(wanted.total.high))
        shares = [row for row in loaded.rows("brand_share", **where) if row["brand_key"] is not None]
        assert {row["brand"]: row["share"] for row in shares} == {k: close(v) for k, v in wanted.shares.items()}


@pytest.mark.parametrize("category", CATEGORY_IDS)
def test_price_bands(loaded: Loaded, category: str) -> None:
    reference = read_reference(loaded.settings.config)
    (bands,) = [one for one in reference.price_bands.price_bands if (one.source, one.category) == ("demo", category)]
    edges = [Decimal(edge) for edge in bands.versions[0].edges]
    offered = ("listings", "families", "brands", "own_listings", "listing_share")
    for day in DAYS:
        found = loaded.rows("price_band", category_id=category, observed_on=day)
        wanted = price_bands(day, category, edges, OWN, [one for one in DAYS if one <= day])
        # The first day of counters tells no rate, so no share of units.
        sold = () if (category, day) == ("thermos", START) else ("units_share", "gmv_share", "gap", "market_band")
        assert [[row[name] for name in offered + sold] for row in found] == [
            [close(getattr(band, name)) for name in offered + sold] for band in wanted
        ]
        assert [row["units_30d_low"] or 0 for row in found] == [close(band.units_30d_low) for band in wanted]
