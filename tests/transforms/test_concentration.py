"""Concentration against an independent computation in plain Python with exact fractions, on random shelves."""

from __future__ import annotations

import random
from fractions import Fraction
from typing import Any

import pytest
from duckdb import DuckDBPyConnection

from transforms import plan, run
from transforms.models import ordered_models

Family = tuple[str | None, int, int | None]


def _shelf(seed: int) -> list[Family]:
    """Families of (brand or None, low, high or None)."""
    chance = random.Random(seed)
    count = chance.choice([1, 3, 25, 60])
    shelf: list[Family] = []
    for _ in range(count):
        low = chance.choice([0, chance.randint(1, 9), chance.randint(10, 20_000)])
        high = None if chance.random() < seed % 3 / 20 else low + chance.choice([0, 99, 999])
        shelf.append((None if chance.random() < 0.2 else f"b{chance.randint(1, 12)}", low, high))
    return shelf


def _total(values: list[int | None]) -> int | None:
    return None if any(value is None for value in values) else sum(value for value in values if value is not None)


def _least(index: int, held: list[tuple[int, int | None]]) -> Fraction:
    others = _total([high for at, (_, high) in enumerate(held) if at != index])
    low = held[index][0]
    return Fraction(low, low + others) if others is not None and low + others else Fraction(0)


def _most(index: int, held: list[tuple[int, int | None]]) -> Fraction:
    others = sum(low for at, (low, _) in enumerate(held) if at != index)
    high = held[index][1]
    if high is None:
        return Fraction(1)
    return Fraction(high, high + others) if high + others else Fraction(0)


def _square(shares: list[Fraction]) -> Fraction:
    return sum((10_000 * share * share for share in shares), Fraction(0))


def _expected(shelf: list[Family]) -> dict[str, Any] | None:
    brands: dict[str, list[Family]] = {}
    unknown = [family for family in shelf if family[0] is None]
    for family in shelf:
        if family[0] is not None:
            brands.setdefault(family[0], []).append(family)
    known = [(name, (sum(f[1] for f in held), _total([f[2] for f in held]))) for name, held in brands.items()]
    known.sort(key=lambda one: (-one[1][0], -1e18 if one[1][1] is None else -one[1][1], one[0]))
    alone = [(low, high) for _, low, high in unknown]
    entities = [value for _, value in known] + alone
    total = sum(low for low, _ in entities)
    if total == 0:
        return None
    lows = sorted((low for low, _ in entities), reverse=True)
    gathered = [value for _, value in known]
    if gathered and alone:
        low, high = gathered[0]
        extra = _total([one for _, one in alone])
        gathered[0] = (low + sum(one for one, _ in alone), None if high is None or extra is None else high + extra)
    upper = _square([_most(at, gathered) for at in range(len(gathered))]) if gathered else Fraction(10_000)
    hhi = _square([Fraction(low, total) for low in lows])
    return {
        **{f"cr{n}": Fraction(sum(lows[:n]), total) for n in (1, 3, 4, 5, 10)},
        "hhi": hhi,
        "hhi_low": _square([_least(at, entities) for at in range(len(entities))]),
        "hhi_high": min(Fraction(10_000), upper),
        "effective_brands": 10_000 / hhi,
        "unknown_brand_share": Fraction(sum(low for low, _ in alone), total),
        "lower_bound_share": Fraction(sum(low for _, low, high in shelf if high is None), total),
    }


def test_concentration_equals_a_computation_in_fractions(con: DuckDBPyConnection) -> None:
    shelves = {f"c{seed:02}": _shelf(seed) for seed in range(40)}
    places = ", ".join(
        f"('shop', '{category}', 'C', '2026-03-10', '2026-03-10', 9, 9, 0, 0, 1.0, true, 'ok', true, 's/1', NULL)"
        for category in shelves
    )
    con.execute(
        "INSERT INTO snapshot (source, category_id, category_title, observed_at, observed_on, expected, captured, "
        f"sponsored, quarantined, coverage, complete, status, simulated, parser_version, band_set) VALUES {places}"
    )
    rows = [
        ("shop", category, "2026-03-10", "2026-03-10", f"f{number}", f"f{number}", brand, 1, "trailing", low, high)
        for category, shelf in shelves.items()
        for number, (brand, low, high) in enumerate(shelf)
    ]
    con.execute(
        "INSERT INTO family_day (source, category_id, observed_at, observed_on, family_id, lead_item_id, brand_key, "
        "listings, units_basis, units_30d_low, units_30d_high) VALUES "
        + ", ".join(["(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"] * len(rows)),
        [value for row in rows for value in row],
    )
    models = {model.name: model for model in ordered_models()}
    plan.plan_rebuild(con, "shop")
    plan.make_table(con, "rates_target", "SELECT * FROM target")
    scope = run._Scope(con, None)
    scope.point_at("rates", keep=True)
    for step in ("brand_slot", "brand_shelf", "brand_name", "brand_entity"):
        scope.run(models[step])
    result = con.execute(f"SELECT * FROM ({models['brand_concentration'].sql}) WHERE measure = 'units_30d'")
    names = [column[0] for column in result.description]
    found = {row[1]: dict(zip(names, row, strict=True)) for row in result.fetchall()}
    for category, shelf in shelves.items():
        expected = _expected(shelf)
        if expected is None:
            assert found[category]["hhi"] is None
            continue
        for name, value in expected.items():
            assert found[category][name] == pytest.approx(float(value), rel=1e-9, abs=1e-9), (category, name, shelf)
        assert found[category]["hhi_low"] - 1e-6 <= found[category]["hhi"] <= found[category]["hhi_high"] + 1e-6
