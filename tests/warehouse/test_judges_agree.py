"""Whatever a batch holds, the SQL that decides and Great Expectations' suite that records turn away the same rows."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from warehouse.lake import Lake, LakeConfig
from warehouse.stage import create_views
from warehouse.suite import declare_suite
from warehouse.validate import recorded_failures

AT = datetime(2026, 11, 20, 22, tzinfo=UTC)
BOUNDS = {"price_min": 1.0, "price_max": 100_000.0, "currencies": ["CNY", "JPY"]}
PRICES = st.one_of(
    st.none(),
    st.sampled_from([Decimal(0), Decimal("-0.0001"), Decimal("0.9999"), Decimal(1), Decimal("100000.0001")]),
    st.decimals(min_value="-10", max_value="200000", places=4),
)
COUNTS = st.one_of(st.none(), st.integers(-3, 3), st.sampled_from([2**31, 2**53 + 1, 2**62]))
SMALL = st.one_of(st.none(), st.integers(-2, 40))
ODD: dict[str, st.SearchStrategy[Any]] = {
    "source": st.sampled_from(["shop", "other", "", None]),
    "category_id": st.sampled_from(["serum", "cream", "nowhere", None]),
    "observed_at": st.sampled_from([AT, AT.replace(microsecond=1), None]),
    "item_id": st.sampled_from(["a", "b", "c", "", " ", "\u200b", None]),
    "title": st.one_of(st.none(), st.text(max_size=3)),
    "position": SMALL, "rank": SMALL,
    "rank_source": st.sampled_from(["shown", "position", "guessed", "", None]),
    "sponsored": st.sampled_from([True, False, None]),
    "price": PRICES, "price_high": PRICES, "list_price": PRICES, "coupon_price": PRICES, "member_price": PRICES,
    "currency": st.sampled_from(["CNY", "JPY", "USD", "cny", "", None]),
    "units_low": COUNTS, "units_high": COUNTS,
    "units_basis": st.sampled_from(["cumulative", "trailing", "period", "modelled", "views", "", None]),
    "units_window_days": SMALL,
    "rating": st.one_of(st.none(), st.sampled_from([0.0, 5.0, 5.000001, -0.0, float("nan"), float("inf")])),
    "review_count": COUNTS,
    "capture_id": st.sampled_from(["x", None]),
    "parser_version": st.sampled_from(["shop/1", None]),
}  # fmt: skip
BATCHES = st.lists(st.dictionaries(st.sampled_from(sorted(ODD)), st.none(), max_size=3), min_size=20, max_size=60)


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """An empty lake that no batch changes."""
    folder = tmp_path_factory.mktemp("agree")
    made = Lake(LakeConfig(catalog=str(folder / "c.sqlite"), data_path=str(folder / "f"), temp_dir=folder / "t"))
    made.migrate()
    return made


@settings(
    max_examples=4, deadline=None, suppress_health_check=list(HealthCheck), phases=(Phase.explicit, Phase.generate)
)
@given(data=st.data())
def test_both_judges_turn_away_the_same_rows_of_any_batch(
    data: st.DataObject,
    history: Lake,
    make_source: Callable[..., Any],
    make_rows: Callable[..., list[dict[str, Any]]],
    make_stage: Callable[..., Any],
    sql_failures: Callable[..., dict[int, set[int]]],
) -> None:
    odd = data.draw(BATCHES)
    rows = [
        {**plain, **{name: data.draw(ODD[name]) for name in sorted(changes)}}
        for plain, changes in zip(make_rows("serum", len(odd)), odd, strict=True)
    ]
    with tempfile.TemporaryDirectory() as folder, history.reader() as con:
        stage = make_stage(rows, {"serum": ["ok"]}, home=Path(folder))
        suite = declare_suite(make_source(bounds=BOUNDS), stage.observed_at)
        create_views(con, stage)

        assert recorded_failures(con, suite) == sql_failures(con, suite)
