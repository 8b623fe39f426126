"""Every SQL model against small inputs and rows worked by hand (``cases/MODEL.yaml``); a model without a case fails."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from duckdb import DuckDBPyConnection
from ruamel.yaml import YAML

from transforms import plan, run
from transforms.models import Model, ordered_models

CASES = Path(__file__).parent / "cases"
Row = dict[str, Any]
MODELS = {model.name: model for model in ordered_models()}

# What a row of a given table holds where the case does not say: the columns that no figure depends on.
PLACE: Row = {"source": "shop", "category_id": "c", "observed_at": "2026-03-10T00:00:00Z"}
DEFAULTS: dict[str, Row] = {
    "snapshot": {
        "category_title": "C", "expected": 100, "captured": 100, "sponsored": 0, "quarantined": 0, "coverage": 1.0,
        "complete": True, "status": "ok", "simulated": True, "parser_version": "shop/1",
    },
    "listing": {"position": 1, "sponsored": False, "title": "T", "capture_id": "cap", "parser_version": "shop/1"},
    "item_day": {"sponsored": False, "title": "T", "counter_reset": False, "capture_id": "cap"},
    "family_day": {"listings": 1},
    "rank_movement": {"title": "T"},
    "price_band_edge": {"currency": "CNY", "band_set": "v1"},
}  # fmt: skip


def _cases() -> list[Any]:
    read = YAML(typ="safe")
    return [
        pytest.param(path.stem, case, id=f"{path.stem}: {case['case']}")
        for path in sorted(CASES.glob("*.yaml"))
        for case in read.load(path.read_text(encoding="utf-8"))
    ]


def _row(table: str, given: Row) -> Row:
    if table in ("brand_alias", "watch"):
        return given
    if table == "price_band_edge":
        return {"source": "shop", "category_id": "c", **DEFAULTS[table], **given}
    row = {**PLACE, **DEFAULTS[table], **given}
    row["observed_on"] = row["observed_at"][:10]
    if table == "item_day":
        row.setdefault("family_id", row["item_id"])
    if table == "family_day":
        row.setdefault("lead_item_id", row["family_id"])
    return row


def _insert(con: DuckDBPyConnection, table: str, rows: list[Row]) -> None:
    full = [_row(table, given) for given in rows]
    columns = sorted({column for row in full for column in row})
    marks = ", ".join(f"({', '.join('?' * len(columns))})" for _ in full)
    values = [row.get(column) for row in full for column in columns]
    con.execute(f"INSERT INTO {table} ({', '.join(columns)}) VALUES {marks}", values)


def _run(con: DuckDBPyConnection, model: Model) -> list[Row]:
    """The rows of one model alone, after the steps it needs."""
    plan.plan_rebuild(con, "shop")
    for table in ("rates_target", "movement_target"):
        plan.make_table(con, table, "SELECT * FROM target")
    scope = run._Scope(con, copied=False)
    scope.point_at(model.reach, keep=True)
    for one in ordered_models():
        if one.kind == "step" and one.name in _upstream(model):
            scope.run(one)
    for table, span in model.scoped:
        scope._provide(table, span)
    result = con.execute(model.sql)
    names = [column[0] for column in result.description]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def _upstream(model: Model) -> set[str]:
    found = set(model.needs)
    for name in model.needs:
        found |= _upstream(MODELS[name])
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (Decimal, int, float)) and not isinstance(value, bool):
        return float(f"{value:.10g}")
    return value


def test_every_model_has_a_case() -> None:
    assert {path.stem for path in CASES.glob("*.yaml")} == set(MODELS)


@pytest.mark.parametrize(
    "model", [model for model in ordered_models() if model.kind == "mart"], ids=lambda one: one.name
)
def test_a_mart_fills_its_table_column_by_column(con: DuckDBPyConnection, model: Model) -> None:
    declared = [row[0] for row in con.execute(f"DESCRIBE {model.name}").fetchall()]
    _insert(con, "snapshot", [{}])
    _run(con, model)
    assert [column[0] for column in con.execute(model.sql).description] == declared


@pytest.mark.parametrize(("name", "case"), _cases())
def test_case(con: DuckDBPyConnection, name: str, case: Row) -> None:
    for table, rows in case["given"].items():
        _insert(con, table, rows)
    expected: list[Row] = case["expect"]
    columns = sorted({column for row in expected for column in row})
    assert all(sorted(row) == columns for row in expected), "expected rows name the same columns"
    found = [{column: _plain(row[column]) for column in columns} for row in _run(con, MODELS[name])]
    wanted = [{column: _plain(row[column]) for column in columns} for row in expected]
    keys = case["key"].split()
    for rows in (found, wanted):
        rows.sort(key=lambda row: [str(row[key]) for key in keys])
    assert found == wanted
