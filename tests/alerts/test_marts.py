"""Every figure that a rule may name is read from the marts, with the same columns; the figures beside item_day too."""

from __future__ import annotations

from datetime import timedelta

import pytest

from alerts.figures import FIGURES
from alerts.marts import COLUMNS, FigureKey, figure_sql, marts_of
from alerts.run import evaluate_source
from tests.alerts.conftest import DAY_ZERO, MemoryLake, _insert
from transforms.plan import set_variables

EVERY = [
    FigureKey(kind, metric, "listings" if figure.measured else None)
    for kind, named in FIGURES.items()
    for metric, figure in named.items()
]


@pytest.fixture(scope="module")
def schema(project_root):
    return MemoryLake(project_root / "warehouse" / "schema").con


@pytest.mark.parametrize("key", EVERY, ids=lambda key: f"{key.kind}-{key.metric}")
def test_every_figure_is_a_select_of_the_same_columns(schema, key):
    schema.execute("CREATE OR REPLACE TEMP TABLE alert_wanted (category_id VARCHAR, entity_id VARCHAR)")
    set_variables(schema, alert_source="shop", alert_now_from=DAY_ZERO, alert_now_to=DAY_ZERO)
    for once in (None, "wanted", "own"):
        answer = schema.execute(f"SELECT * FROM ({figure_sql(key, 'now', once=once)})")
        assert tuple(column[0] for column in answer.description) == COLUMNS
    tables = {row[0] for row in schema.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
    assert marts_of({key}) <= tables


RULES = """
  - {id: loss, title: t, match: {item: [a]}, of: item, metric: margin, when: {below: 0}}
  - {id: profit, title: t, match: {watch_group: [rivals]}, of: item, metric: profit_30d, when: {above: 1000}}
  - {id: thin, title: t, match: {item: [a]}, of: item, metric: margin_share, compare: previous, when: {falls_by: 0.1}}
  - {id: share, title: t, match: {source: shop}, of: item, metric: units_share, when: {above: 20%}}
  - {id: gone, title: t, match: {category: [serum]}, of: category, metric: survival, when: {below: 30%}}
  - {id: gap, title: t, match: {category: [serum]}, of: category, metric: gap, when: {above: 10%}}
  - {id: entry, title: t, match: {source: shop}, of: category, metric: entry_margin, when: {below: 0}}
  - {id: ours, title: t, match: {source: shop}, of: category, metric: own_rank, when: {leaves_top: 10}}
"""


def beside(number, **figures):
    """Rows of the marts beside item_day, of one day."""
    at = DAY_ZERO + timedelta(days=number)
    both = {"source": "shop", "category_id": "serum", "observed_at": at, "observed_on": at.date(), "coverage": 1.0}
    margin = both | {
        "item_id": "a", "family_id": "a", "title": "A", "currency": "CNY", "cost": 9, "cost_currency": "CNY",
        "cost_origin": "1688", "counted": True, "estimate": True, "units_basis": "trailing",
        "margin": figures["margin"], "margin_share": figures["margin"] / 10, "profit_30d_low": figures["profit"],
        "profit_30d_high": None,
    }  # fmt: skip
    own = both | {"item_id": "own", "family_id": "own", "title": "Own", "presence": "listed", "complete": True,
                  "units_share_low": figures["share"], "units_share_high": 0.5, "units_basis": "trailing"}  # fmt: skip
    verdict = both | {
        "verdict_set": "verdict-1", "reasons": "", "sentence": "s", "other_bases": 0, "families": 30, "complete": True,
        "families_known": 30, "level_set": "l", "entrants": 9, "own_listings": 1, "own_rank": figures["rank"],
        "survival": figures["survival"], "gap": figures["gap"], "entry_margin": figures["margin"],
        "band_currency": "CNY", "entry_margin_share": 0.3, "own_share": 0.07,
    }  # fmt: skip
    return {"item_margin": [margin], "own_position": [own], "category_verdict": [verdict]}


@pytest.mark.parametrize("lake", ["memory", "real"], indirect=True)
def test_rules_of_the_marts_beside_fire(shelf, lake, write_rules, rows):
    calm = {"margin": 2.0, "profit": 500.0, "share": 0.15, "survival": 0.5, "gap": 0.02, "rank": 3}
    bad = {"margin": -1.0, "profit": 1500.0, "share": 0.22, "survival": 0.2, "gap": 0.15, "rank": 12}
    rules = write_rules(RULES)
    for number, figures in enumerate((calm, bad)):
        at = shelf.day(number, a=12000, own=12000)
        lake.write(lambda con, figures=figures, number=number: _insert(con, beside(number, **figures)))
        lake.write(lambda con, at=at: evaluate_source(con, rules, "shop", at, at + timedelta(hours=1)))
    found = rows("SELECT rule_id, entity_id, fired_at, fired_low, fired_high, unit FROM alert_episode ORDER BY rule_id")
    assert {row["fired_at"] for row in found} == {DAY_ZERO + timedelta(days=1)}
    assert {row["rule_id"]: (row["entity_id"], row["fired_low"], row["fired_high"], row["unit"]) for row in found} == {
        "loss": ("a", -1.0, -1.0, "CNY"),
        "profit": ("a", 1500.0, None, "CNY"),
        "thin": ("a", -0.1, -0.1, "share"),
        "share": ("own", 0.22, 0.5, "share"),
        "gone": ("", 0.2, 0.2, "share"),
        "gap": ("", 0.15, 0.15, "share"),
        "entry": ("", -1.0, -1.0, "CNY"),
        "ours": ("", 12.0, 12.0, "rank"),
    }


@pytest.mark.parametrize(
    ("kind", "metric", "expected"),
    [
        ("item", "margin", (2.0, 2.0)),
        ("item", "margin_share", (0.2, 0.2)),
        ("item", "profit_30d", (500.0, None)),
        ("item", "units_share", (0.15, 0.5)),
        ("category", "survival", (0.5, 0.5)),
        ("category", "gap", (0.02, 0.02)),
        ("category", "entry_margin", (2.0, 2.0)),
        ("category", "entry_margin_share", (0.3, 0.3)),
        ("category", "own_listings", (1.0, 1.0)),
        ("category", "own_rank", (3.0, 3.0)),
        ("category", "own_share", (0.07, 0.07)),
    ],
)
def test_the_figures_of_the_marts_beside(shelf, lake, kind, metric, expected):
    shelf.day(0, a=12000, own=12000)
    figures = {"margin": 2.0, "profit": 500.0, "share": 0.15, "survival": 0.5, "gap": 0.02, "rank": 3}
    lake.write(lambda con: _insert(con, beside(0, **figures)))
    set_variables(lake.con, alert_source="shop", alert_now_from=DAY_ZERO, alert_now_to=DAY_ZERO)
    sql = f"SELECT low, high FROM ({figure_sql(FigureKey(kind, metric), 'now')})"
    assert lake.con.execute(sql).fetchall() == [expected]


def test_a_brand_is_owned_where_all_of_its_products_are(shelf, lake):
    whole, part = {"brand_key": "whole", "ownership": "rival"}, {"brand_key": "part", "ownership": None}
    at = shelf.day(0, a=whole, b=whole, c=part, d={**part, "ownership": "own"})
    with lake.reader() as con:
        set_variables(con, alert_source="shop", alert_now_from=at, alert_now_to=at)
        found = con.execute(
            f"SELECT entity_id, ownership, low FROM ({figure_sql(FigureKey('brand', 'best_rank', None), 'now')})"
        ).fetchall()
    assert sorted(found) == [("part", None, 3.0), ("whole", "rival", 1.0)]
