"""Every SQL model against small inputs and rows worked by hand (``cases/MODEL.yaml``); a model without a case fails."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import sqlglot
from duckdb import DuckDBPyConnection
from ruamel.yaml import YAML
from sqlglot import exp

from transforms import campaigns, plan, run, verdict
from transforms.models import Model, ordered_models
from transforms.verdict import verdict_sentence

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
    "price_band": {
        "band_set": "v1", "currency": "CNY", "listings": 0, "families": 0, "brands": 0, "own_listings": 0,
        "market_band": False, "coverage": 1.0,
    },
    "brand_share": {"families": 1, "listings": 1},
    "brand_concentration": {
        "level_set": "doj-ftc-2023", "total_low": 100.0, "families": 30, "families_known": 30, "brands": 9,
        "coverage": 1.0, "complete": True,
    },
    "market_size": {"listings": 0, "families": 0, "families_known": 0, "coverage": 1.0, "complete": True},
    "entrant": {"title": "T"},
    "entrant_survival": {"window_days": 90, "snapshots": 1, "entrants": 0, "coverage": 1.0, "complete": True},
    "sourcing_cost": {"currency": "CNY", "fee_share": 0.0, "fee_fixed": 0, "origin": "1688"},
    "campaign_edition": {"campaign": "c11", "title_en": "C11", "title_zh": "C11", "year": 2026},
}  # fmt: skip


def _cases() -> list[Any]:
    read = YAML(typ="safe")
    return [
        pytest.param(path.stem, case, id=f"{path.stem}: {case['case']}")
        for path in sorted(CASES.glob("*.yaml"))
        for case in read.load(path.read_text(encoding="utf-8"))
    ]


def _row(table: str, given: Row) -> Row:
    if table in ("brand_alias", "watch", "campaign_edition"):
        return {**DEFAULTS.get(table, {}), **given}
    if table in ("price_band_edge", "sourcing_cost"):
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
    if model.reach == "campaign":
        return _run_editions(con, model)
    for reach in run.REACHES:
        plan.make_table(con, f"{reach}_target", "SELECT * FROM target")
    scope = run._Scope(con, None)
    scope.point_at(model.reach, keep=True)
    for one in ordered_models():
        if one.kind == "step" and one.name in _upstream(model):
            scope.run(one)
    for table, span in model.scoped:
        scope._provide(table, span)
    return _rows(con, model.sql)


def _run_editions(con: DuckDBPyConnection, model: Model) -> list[Row]:
    steps = [one for one in ordered_models() if one.kind == "step" and one.name in model.needs]
    found: list[Row] = []
    for edition in campaigns.editions_to_make(con):
        campaigns.open_edition(con, edition, [*steps, model])
        for step in steps:
            plan.make_table(con, step.name, step.sql)
        found += _rows(con, model.sql)
    return found


def _rows(con: DuckDBPyConnection, sql: str) -> list[Row]:
    result = con.execute(sql)
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


@pytest.mark.parametrize("model", ordered_models(), ids=lambda one: one.name)
def test_what_a_model_reads_is_what_a_parser_finds(model: Model) -> None:
    tree = sqlglot.parse_one(model.sql, dialect="duckdb")
    own = {cte.alias for cte in tree.find_all(exp.CTE)}
    assert model.reads == {table.name for table in tree.find_all(exp.Table) if table.name not in own}


def test_every_model_has_a_case() -> None:
    assert {path.stem for path in CASES.glob("*.yaml")} == set(MODELS)


@pytest.mark.parametrize(
    "model", [model for model in ordered_models() if model.kind == "mart"], ids=lambda one: one.name
)
def test_a_mart_fills_its_table_column_by_column(con: DuckDBPyConnection, model: Model) -> None:
    declared = [row[0] for row in con.execute(f"DESCRIBE {model.name}").fetchall()]
    _insert(con, "snapshot", [{}])
    days = {"before_on": "2026-03-09", "starts_on": "2026-03-10", "ends_on": "2026-03-10", "after_on": "2026-03-11"}
    _insert(con, "campaign_edition", [days])
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


@pytest.mark.parametrize("case", [case for name, case in [p.values for p in _cases()] if name == "category_verdict"])
def test_the_sentence_of_a_verdict_is_rendered_as_the_mart_has_it(con: DuckDBPyConnection, case: Row) -> None:
    for table, rows in case["given"].items():
        _insert(con, table, rows)
    for row in _run(con, MODELS["category_verdict"]):
        assert verdict_sentence(row) == row["sentence"]
        chinese = verdict_sentence(row, "zh-CN")
        assert all(figure in chinese for figure in re.findall(r"[\d,.]*\d", row["sentence"]))
        assert re.search(r"[a-z]", chinese.replace("y,", "")) is None


def test_halves_are_rounded_as_sql_does(con: DuckDBPyConnection) -> None:
    shares = [0.005, 0.015, 0.025, 0.285, 0.555, 0.995, 0.115]
    found = [con.execute("SELECT round(100 * ?::DOUBLE)::INTEGER", [share]).fetchone()[0] for share in shares]
    assert [verdict._percent(share) for share in shares] == [str(value) for value in found]
