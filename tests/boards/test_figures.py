"""Choices, words and numbers: what leads, how it is rounded, what an axis shows."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from boards.charts import draw_lines, draw_spark
from boards.figures import choose_lead, trend
from boards.plot import Line, Point
from boards.render import web_address
from boards.strokes import amount_axis
from boards.trace import literal
from boards.wording import LOCALES, Wording, round_outward
from extractors.config import read_yaml


def row(measure: str, basis: str | None, known: int, hhi: float | None = 1000.0) -> dict[str, Any]:
    return {
        "measure": measure, "units_basis": basis, "units_window_days": None, "currency": None,
        "families_known": known, "hhi": hhi,
    }  # fmt: skip


def test_sales_lead_before_shelf_and_the_best_filled_basis_first() -> None:
    rows = [row("listings", None, 60), row("units_30d", "cumulative", 4), row("units_30d", "trailing", 40)]
    lead = choose_lead(rows)
    assert lead is not None
    assert (lead.measure, lead.basis) == ("units_30d", "trailing")
    first_day = [
        row("listings", None, 60),
        row("units_30d", "cumulative", 0, None),
        row("units_shown", "cumulative", 50),
    ]
    lead = choose_lead(first_day)
    assert lead is not None
    assert lead.measure == "units_shown"
    assert choose_lead([]) is None


def test_a_small_change_of_hhi_is_no_trend() -> None:
    assert trend([{"hhi": 1000.0}, {"hhi": 1049.0}]) == "steady"
    assert trend([{"hhi": 1000.0}, {"hhi": None}, {"hhi": 1050.0}]) == "rising"
    assert trend([{"hhi": 1050.0}, {"hhi": 1000.0}]) == "falling"
    assert trend([{"hhi": 1000.0}]) is None


@given(st.floats(min_value=0, max_value=1e12, allow_nan=False), st.sampled_from([True, False]))
def test_rounding_never_claims_more_than_is_known(value: float, up: bool) -> None:
    exact, rounded = Decimal(str(value)), round_outward(value, up=up)
    assert rounded >= exact if up else rounded <= exact
    assert abs(rounded - exact) <= abs(exact) / 100


@pytest.mark.parametrize(
    ("low", "high", "en", "zh"),
    [
        (None, None, "—", "—"),
        (12345, None, "≥ 12.3K", "≥ 1.23万"),
        (12345, 12345, "12.3K", "1.23万"),
        (15000, 15999, "15K–16K", "1.5万–1.6万"),
        (0, None, "≥ 0", "≥ 0"),
        (0, 12.5, "0–12.5", "0–12.5"),
        (123456789, None, "≥ 123M", "≥ 1.23亿"),
    ],
)
def test_intervals_as_people_read_them(low: float | None, high: float | None, en: str, zh: str) -> None:
    assert Wording("en").interval(low, high) == en
    assert Wording("zh-CN").interval(low, high) == zh


def test_shares_bounds_and_bands_as_people_read_them() -> None:
    en = Wording("en")
    assert en.percent(0.2346, 1) == "23.5%"
    assert en.percent(0.003) == "<1%"
    assert en.percent(0.0) == "0%"
    assert en.bounds(0.1, 0.2) == "10%–20%"
    assert en.bounds(0.1, 0.1) == "exact"
    assert en.bounds(0.0, 1.0) == ""
    assert en.bounds(0.1, 1.0) == "≥ 10%"
    assert en.bounds(0.0, 0.4) == "≤ 40%"
    assert en.points(-0.1234) == "−12.3"
    assert en.points(-0.0001) == "0.0", "nothing has no sign"
    assert en.alert_value(1160.4, 4000.0, "index") == "1,160–4,000"
    assert en.alert_value(0.27, None, "share") == "≥ 27%"
    assert en.alert_value(24000, None, "units") == "≥ 24K"
    assert en.alert_value(99.5, 99.5, "CNY") == "CN¥99.5"
    assert en.band(Decimal("60.0000"), Decimal("120.0000"), "USD") == "$60–120"
    assert en.band(Decimal("1200.5"), None, None) == "1,200.50+"
    assert Wording("zh-CN").price(Decimal("89.9"), "CNY", Decimal(129)) == "¥89.90–¥129"


def test_every_language_has_the_same_words_and_the_same_blanks(project_root: Path) -> None:
    tables = {name: read_yaml(project_root / "boards" / "locales" / f"{name}.yaml") for name in LOCALES}
    english = tables["en"]
    for name, table in tables.items():
        assert set(table) == set(english), name
        for key, text in table.items():
            assert set(re.findall(r"{(\w+)}", text)) == set(re.findall(r"{(\w+)}", english[key])), f"{name}: {key}"


def test_every_word_a_template_says_exists(project_root: Path) -> None:
    english = read_yaml(project_root / "boards" / "locales" / "en.yaml")
    for path in (project_root / "boards" / "templates").glob("*.j2"):
        for key in re.findall(r"""say\(["']([a-z_.0-9]+)["'][,)]""", path.read_text(encoding="utf-8")):
            assert key in english, f"{path.name} says {key}"


@given(st.floats(min_value=1e-6, max_value=1e9))
def test_ticks_are_few_round_and_reach_the_top(top: float) -> None:
    ticks = amount_axis(top).ticks
    assert ticks[0] == 0
    assert ticks[-1] >= top * (1 - 1e-6)
    assert 2 <= len(ticks) <= 6


def test_a_line_needs_two_moments() -> None:
    one = Point(datetime(2026, 11, 1, tzinfo=UTC), date(2026, 11, 1), 5.0)
    two = Point(datetime(2026, 11, 2, tzinfo=UTC), date(2026, 11, 2), 7.0, 6.0, 1e9)
    assert draw_lines([Line("a", 1, [one])]) is None
    assert draw_lines([]) is None
    assert draw_spark([5.0]) is None
    chart = draw_lines([Line("<b>", 1, [one, two])])
    assert chart is not None
    assert "<b>" not in chart.svg
    assert "var(--c1)" in chart.svg
    assert chart.ticks[-1].value < 20, "an endless interval does not flatten the line"
    assert draw_spark([5.0, 5.0]) is not None, "a flat line is a line"


@pytest.mark.parametrize(
    ("address", "linked"),
    [
        ("https://shop.example/i?a=1&b=2", True),
        ("HTTP://shop.example/", True),
        ("javascript:alert(1)", False),
        (" javascript:alert(1)", False),
        ("java\nscript:alert(1)", False),
        ("data:text/html,<script>", False),
        ("//shop.example/i", False),
        ("https://[broken", False),
        ("", False),
        (None, False),
    ],
)
def test_only_web_addresses_become_links(address: str | None, linked: bool) -> None:
    assert (web_address(address) is not None) == linked


def test_a_name_cannot_end_its_quotes() -> None:
    assert literal("a'; DROP TABLE x --") == "'a''; DROP TABLE x --'"
    assert literal(datetime(2026, 11, 22, 6, 0, tzinfo=UTC)) == "TIMESTAMPTZ '2026-11-22 06:00:00+00'"
    assert literal(None) == "NULL"
    with pytest.raises(TypeError, match="no SQL literal for list"):
        literal([])


@pytest.mark.parametrize(
    ("locale", "value", "unit", "metric", "shown"),
    [
        ("en", 13.99, "USD", "price", "$13.99"),
        ("zh-CN", 58.9, "CNY", "price_from", "¥58.90"),
        ("en", 1299.99, "USD", "median_price", "$1,299.99"),
        ("en", 12.5, "KWD", "list_price", "KWD12.500"),
        ("en", 0.0045, "USD", "price", "$0.0045"),
        ("en", 1299.99, "USD", "gmv_30d", "$1.29K"),  # a sum of money may be short
    ],
)
def test_a_price_in_an_alert_is_never_rounded(locale: str, value: float, unit: str, metric: str, shown: str) -> None:
    words = Wording(locale)
    assert words.alert_value(value, value, unit, metric) == shown
    if metric != "gmv_30d":
        assert words.condition(f"below {value}", unit, metric).endswith(shown)
        assert shown.endswith(words.level(value, metric)) or unit == "KWD"
