"""Margins, entrants, verdicts, own positions and a campaign of collected simulated days, against the market's truth."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from demo import campaigns
from demo.calendar import MEMBERS_DAYS, takes_part
from demo.catalogue import CATEGORIES
from demo.expected import Band, families, item_rates, price_bands
from demo.outlook import Cost, entrants, items, margins, organic, outlook, survival, unit_bounds
from shelfradar.settings import Settings
from transforms.reference import read_reference

pytestmark = [pytest.mark.slow]
CATEGORY_IDS = [facts.id for facts in CATEGORIES]
OWN, RIVALS = frozenset({"晨屿"}), frozenset({"泊岚", "Soundfin", "岩峰", "喵野"})
LAST_YEAR = [date(2025, 12, 10)]
MONTH_AGO = [date(2026, 11, 6)]
BEFORE = [date(2026, 12, 4), date(2026, 12, 6)]
DURING = [date(2026, 12, 9), date(2026, 12, 11)]
AFTER = [date(2026, 12, 14)]
DAYS = [*LAST_YEAR, *MONTH_AGO, *BEFORE, *DURING, *AFTER]
PHASES = {"before": BEFORE, "during": DURING, "after": AFTER, "last_year": LAST_YEAR}
TABLES = ("snapshot", "item_margin", "entrant", "entrant_survival", "category_verdict", "own_position",
          "campaign_category", "campaign_brand", "campaign_item")  # fmt: skip


@dataclass(frozen=True)
class Loaded:
    settings: Settings
    tables: dict[str, list[dict[str, Any]]]

    def rows(self, table: str, **where: Any) -> list[dict[str, Any]]:
        return [row for row in self.tables[table] if all(row[name] == value for name, value in where.items())]

    def row(self, table: str, **where: Any) -> dict[str, Any]:
        (found,) = self.rows(table, **where)
        return found


@pytest.fixture(scope="module")
def loaded(collect_days: Any, read_tables: Any) -> Loaded:
    settings, _ = collect_days(DAYS)
    return Loaded(settings, read_tables(settings, dict.fromkeys(TABLES, "ALL")))


def close(value: Fraction | float | None) -> Any:
    """The value to the last digit the marts keep: they add up on four decimals of a unit, means on four more."""
    return None if value is None else pytest.approx(float(value), rel=1e-8, abs=1e-6)


def edges_of(loaded: Loaded, category: str) -> list[Decimal]:
    (bands,) = [
        one for one in read_reference(loaded.settings.config).price_bands.price_bands
        if (one.source, one.category) == ("demo", category)
    ]  # fmt: skip
    return [Decimal(edge) for edge in bands.versions[0].edges]


def costs_of(loaded: Loaded, category: str) -> list[Cost]:
    text = (loaded.settings.config / "costs.csv").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    return [
        Cost(row["item"] or None, *(Decimal(row[name]) for name in ("cost", "fee_share", "fee_fixed")))
        for row in csv.DictReader(lines)
        if (row["source"], row["category"]) == ("demo", category)
    ]


def known(on: date) -> list[date]:
    return [day for day in DAYS if day <= on]


def test_the_days_are_whole_and_the_campaign_is_that_of_the_configuration(loaded: Loaded, project_root: Path) -> None:
    assert {row["complete"] for row in loaded.rows("snapshot")} == {True}
    assert len(loaded.rows("snapshot")) == len(DAYS) * len(CATEGORY_IDS)
    read = YAML(typ="safe").load((project_root / "config" / "campaigns.yaml").read_text(encoding="utf-8"))
    (monthly,) = [one["monthly"] for one in read["campaigns"] if one["campaign"] == "demo-days"]
    assert (monthly["first_day"], monthly["last_day"]) == (MEMBERS_DAYS[0], MEMBERS_DAYS[-1])
    assert [day for day in DAYS if takes_part(6, day.toordinal())] == [*LAST_YEAR, *DURING]


@pytest.mark.parametrize("category", CATEGORY_IDS)
def test_margins(loaded: Loaded, category: str) -> None:
    costs = costs_of(loaded, category)
    for day in DAYS:
        wanted = margins(day, category, costs, known(day))
        found = {row["item_id"]: row for row in loaded.rows("item_margin", category_id=category, observed_on=day)}
        assert {item for item, row in found.items() if row["price"] is not None} == set(wanted)
        for item, one in wanted.items():
            row = found[item]
            assert (row["fees"], row["margin"]) == (one.fees, one.margin)
            assert (row["profit_30d_low"], row["profit_30d_high"]) == (close(one.profit_low), close(one.profit_high))


@pytest.mark.parametrize("category", CATEGORY_IDS)
def test_entrants_and_their_survival(loaded: Loaded, category: str) -> None:
    for day in DAYS:
        rows = loaded.rows("entrant", category_id=category, observed_on=day)
        assert {row["item_id"] for row in rows} == (entrants(day, category, known(day)) or set())
        stays = loaded.row("entrant_survival", category_id=category, observed_on=day)
        came, stayed = survival(day, category, known(day))
        assert (stays["entrants"], stays["stayed"]) == (came, stayed)
        assert stays["survival"] == close(Fraction(stayed, came) if came else None)
    assert survival(AFTER[0], category, DAYS)[0] > 0


@pytest.mark.parametrize("category", CATEGORY_IDS)
def test_verdicts(loaded: Loaded, category: str) -> None:
    edges, entry = edges_of(loaded, category), [one for one in costs_of(loaded, category) if one.item is None]
    for day in DAYS:
        wanted = outlook(day, category, edges, OWN, entry[0] if entry else None, known(day))
        row = loaded.row("category_verdict", category_id=category, observed_on=day)
        assert (row["verdict"], row["measure"], row["hhi_trend"]) == (wanted.verdict, wanted.measure, wanted.trend)
        assert (row["hhi"], row["hhi_low"], row["hhi_high"]) == (
            close(wanted.here.hhi), close(wanted.here.hhi_low), close(wanted.here.hhi_high),
        )  # fmt: skip
        assert row["hhi_before"] == close(wanted.hhi_before)
        top = max(wanted.here.shares, key=lambda name: wanted.here.shares[name])
        assert (row["top_brand"], row["top_brand_share"]) == (top, close(wanted.here.shares[top]))
        assert (row["entrants"], row["stayed"]) == (wanted.entrants, wanted.stayed)
        assert (row["gap_band_low"], row["gap"]) == _band(wanted.gap)
        assert row["market_band_low"] == (wanted.market.low if wanted.market else None)
        assert (row["entry_price"], row["entry_margin"]) == (wanted.entry_price, wanted.entry_margin)
        assert (row["own_rank"], row["own_listings"]) == (wanted.own_rank, wanted.own_listings)
        assert row["own_share"] == close(wanted.own_share)


def _band(band: Band | None) -> tuple[Any, Any]:
    return (None, None) if band is None else (band.low, close(band.gap))


@pytest.mark.parametrize("category", CATEGORY_IDS)
def test_own_positions(loaded: Loaded, category: str) -> None:
    day, previous = AFTER[0], DURING[-1]
    ranked = {one.item_id: one for one in organic(day, category)}
    earlier = {one.item_id: one for one in organic(previous, category)}
    mine = {item: one for item, one in items(day, category).items() if one.shown_brand in OWN}
    left = {item for item, one in earlier.items() if one.shown_brand in OWN and item not in items(day, category)}
    rows = {row["item_id"]: row for row in loaded.rows("own_position", category_id=category, observed_on=day)}
    assert set(rows) == set(mine) | left
    assert {item for item, row in rows.items() if row["presence"] == "dropped"} == left
    bands = price_bands(day, category, edges_of(loaded, category), OWN, DAYS)
    market = next(band for band in bands if band.market_band)
    every, rates = families(day, category, DAYS), item_rates(day, category, DAYS)
    for item, one in mine.items():
        row, before = rows[item], earlier.get(item)
        assert row["presence"] == ("listed" if item in ranked else "advertised")
        assert (row["rank"], row["price"], row["in_stock"]) == (one.rank, one.price, one.in_stock)
        if item not in ranked:
            continue
        assert row["previous_rank"] == (before.rank if before else None)
        assert row["rank_change"] == (before.rank - one.rank if before and before.rank and one.rank else None)
        moved = before is not None and before.price is not None and one.price is not None
        assert row["price_change_share"] == close(Fraction(one.price) / Fraction(before.price) - 1 if moved else None)
        assert row["in_market_band"] == (
            None if one.price is None else one.price >= market.low and (market.high is None or one.price < market.high)
        )
        assert row["units_30d_low"] == close(rates[item].low if item in rates else None)
        if any(family.family_id == one.family and family.units_30d is not None for family in every):
            bounds = unit_bounds(one.family, every)
            shares = (row["units_share"], row["units_share_low"], row["units_share_high"])
            assert shares == tuple(close(bound) for bound in bounds)


def phase_rows(loaded: Loaded, table: str, category: str, **where: Any) -> dict[str, dict[str, Any]]:
    rows = loaded.rows(table, category_id=category, campaign="demo-days-12", year=2026, **where)
    return {row["phase"]: row for row in rows if row["units_30d_low"] is not None}


@pytest.mark.parametrize("category", CATEGORY_IDS)
def test_a_campaign_by_category(loaded: Loaded, category: str) -> None:
    rows = phase_rows(loaded, "campaign_category", category)
    before = campaigns.units(BEFORE, category, DAYS)
    for phase, days in PHASES.items():
        units, value = campaigns.units(days, category, DAYS), campaigns.value(days, category, DAYS)
        if units.low is None:
            assert (category, phase, phase in rows) == ("thermos", "last_year", False)
            continue
        row = rows[phase]
        assert (row["days_observed"], row["listings"]) == (len(days), 100)
        assert (row["units_30d_low"], row["units_30d_high"]) == (close(units.low), close(units.high))
        assert (row["gmv_30d_low"], row["gmv_30d_high"]) == (close(value.low), close(value.high))
        assert row["median_price"] == close(campaigns.median_price(days, category))
        if phase != "before":
            changes = (row["units_change"], row["units_change_low"], row["units_change_high"])
            assert changes == tuple(close(change) for change in units.change(before))
    if category == "thermos":  # a rate from day to day; the others' figures of 30 days hold last month's days too
        assert rows["during"]["units_change"] > 0.5


@pytest.mark.parametrize("category", CATEGORY_IDS)
def test_a_campaign_by_brand_and_item(loaded: Loaded, category: str) -> None:
    for phase, days in PHASES.items():
        wanted = campaigns.brand_units(days, category, DAYS)
        brands = _phase(loaded, "campaign_brand", category, phase)
        for row in brands:
            if row["brand"] in wanted:
                mean, share = wanted[row["brand"]]
                assert (row["units_30d_low"], row["units_30d_high"]) == (close(mean.low), close(mean.high))
                assert row["units_share"] == close(share)
                assert row["ownership"] == (
                    "own" if row["brand"] in OWN else "rival" if row["brand"] in RIVALS else None
                )
        if phase == "during":
            assert {row["brand"] for row in brands if row["units_30d_low"] is not None and row["brand"]} == set(wanted)
        sold = campaigns.item_units(days, category, DAYS)
        for row in _phase(loaded, "campaign_item", category, phase):
            mean = sold.get(row["item_id"])
            assert row["units_30d_low"] == close(mean.low if mean else None)
            assert row["units_30d_high"] == close(mean.high if mean else None)
    rises = [row["units_change"] for row in _phase(loaded, "campaign_item", category, "during")]
    assert max(rise for rise in rises if rise is not None) > 0.5


def _phase(loaded: Loaded, table: str, category: str, phase: str) -> Sequence[dict[str, Any]]:
    rows = loaded.rows(table, category_id=category, campaign="demo-days-12", year=2026, phase=phase)
    assert rows, (table, phase)
    return rows
