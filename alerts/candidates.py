"""Which entities a rule must be evaluated for: those whose figure is at or over its line. SQL over whole columns.

Finds too many rather than too few: a span's every end counts, lines have a little slack, and the decision is the pure
evaluation's alone. An entity that is not found here, and of which no state is remembered, stays in its idle state.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

import pyarrow as pa
from duckdb import DuckDBPyConnection

from alerts.compare import LEAST_POINTS_OF_A_MEAN, MEAN_DAYS, Base
from alerts.marts import FigureKey, figure_sql
from alerts.matching import KeyColumn, Ready, make_temp, register_rules
from transforms.plan import set_variables

_Shape = tuple[FigureKey, Base]

# The figures of the snapshots in question, with each rule that means them.
_MEANT = """
FROM ({figures}) AS figure
SEMI JOIN alert_scope AS scope
    ON figure.category_id = scope.category_id AND figure.observed_at = scope.observed_at
INNER JOIN {keys} ON {meets}
INNER JOIN alert_rule AS rule ON key.rule_no = rule.rule_no
WHERE (rule.categories IS NULL OR list_contains(rule.categories, figure.category_id))
  AND (rule.groups IS NULL OR list_contains(rule.groups, figure.watch_group))
  AND (rule.brands IS NULL OR list_contains(rule.brands, figure.brand_key))
  AND (rule.shops IS NULL OR list_contains(rule.shops, figure.shop))
  AND (rule.items IS NULL OR list_contains(rule.items, figure.entity_id))
"""
_BEYOND = """
CASE WHEN rule.down THEN {low} <= rule.line OR {high} <= rule.line ELSE {low} >= rule.line OR {high} >= rule.line END
"""

# The same entity's figure in the complete snapshot just before.
_NEAR = """
CREATE OR REPLACE TEMP TABLE alert_near AS
SELECT now.*, base.observed_at AS base_at, base.low AS base_low, base.high AS base_high, base.basis AS base_basis
FROM alert_now AS now
INNER JOIN alert_scope AS scope ON now.category_id = scope.category_id AND now.observed_at = scope.observed_at
LEFT JOIN ({previous}) AS base
    ON now.category_id = base.category_id AND now.entity_id = base.entity_id AND base.observed_at = scope.previous_at
"""
_PREVIOUS = """
SELECT category_id, entity_id, observed_at, low, high, base_low, base_high FROM alert_near WHERE base_basis = basis
"""
# Where that lacks it, its last one before; asked only where there is such an entity, for it looks through all the days.
_EARLIER = """
UNION ALL
SELECT missing.category_id, missing.entity_id, missing.observed_at, missing.low, missing.high,
       earlier.low AS base_low, earlier.high AS base_high
FROM (SELECT * FROM alert_near WHERE base_at IS NULL) AS missing
ASOF INNER JOIN (
    SELECT base.* FROM ({before}) AS base
    SEMI JOIN (SELECT category_id, entity_id FROM alert_near WHERE base_at IS NULL) AS missing
        ON base.category_id = missing.category_id AND base.entity_id = missing.entity_id
    SEMI JOIN alert_complete AS held ON base.category_id = held.category_id AND base.observed_at = held.observed_at
) AS earlier
    ON missing.category_id = earlier.category_id AND missing.entity_id = earlier.entity_id
    AND missing.observed_at > earlier.observed_at
WHERE earlier.basis = missing.basis
"""
_MEAN = """
SELECT now.category_id, now.entity_id, now.observed_at, any_value(now.low) AS low, any_value(now.high) AS high,
       avg(base.low) AS base_low, CASE WHEN count(base.high) = count(*) THEN avg(base.high) END AS base_high
FROM alert_now AS now
INNER JOIN ({before}) AS base
    ON now.category_id = base.category_id AND now.entity_id = base.entity_id AND now.basis = base.basis
    AND base.observed_at < now.observed_at AND base.observed_at >= now.observed_at - INTERVAL {days} DAY
SEMI JOIN alert_complete AS held ON base.category_id = held.category_id AND base.observed_at = held.observed_at
GROUP BY now.category_id, now.entity_id, now.observed_at
HAVING count(*) >= {least}
"""
_OWN = """
WITH own AS (
    SELECT category_id, observed_at, basis, low, high FROM ({figures}) WHERE ownership = 'own'
    QUALIFY row_number() OVER (
        PARTITION BY category_id, observed_at, basis ORDER BY standing NULLS LAST, entity_id) = 1
)
SELECT now.category_id, now.entity_id, now.observed_at, now.low, now.high, own.low AS base_low, own.high AS base_high
FROM alert_now AS now
INNER JOIN own
    ON now.category_id = own.category_id AND now.observed_at = own.observed_at AND now.basis = own.basis
"""
# A share of the base where the rule asks for one, else a plain difference: ends as in alerts.compare.distance.
_DISTANT = """
INSERT INTO alert_candidate
SELECT DISTINCT hit.rule_no, hit.category_id, hit.entity_id
FROM (
    SELECT category_id, entity_id, observed_at, low - base_high AS low, high - base_low AS high,
           CASE WHEN base_high > 0 THEN low / base_high - 1 END AS share_low,
           CASE WHEN base_low > 0 THEN high / base_low - 1 END AS share_high
    FROM ({based})
) AS far
INNER JOIN alert_hit AS hit USING (category_id, entity_id, observed_at)
INNER JOIN alert_rule AS rule ON hit.rule_no = rule.rule_no
WHERE CASE WHEN rule.relative THEN {by_share} ELSE {by_difference} END
"""


def find_candidates(con: DuckDBPyConnection, ready: Sequence[Ready]) -> None:
    """Fill the temporary table ``alert_candidate`` (rule_no, category_id, entity_id) for the snapshots of
    ``alert_scope``; ``alert_complete`` holds those that may serve as base."""
    con.execute(
        "CREATE OR REPLACE TEMP TABLE alert_candidate (rule_no INTEGER, category_id VARCHAR, entity_id VARCHAR)"
    )
    shapes: dict[_Shape, dict[KeyColumn, list[int]]] = defaultdict(lambda: defaultdict(list))
    for one in ready:
        shapes[one.figure, one.condition.compare][one.key[0]].append(one.number)
    for (figure, compare), columns in shapes.items():
        if compare == "absolute":
            _absolute(con, figure, columns)
        else:
            _compared(con, figure, compare, columns)


def count_entities(con: DuckDBPyConnection, source: str, ready: Ready, start: datetime, end: datetime) -> int:
    """How many entities the rule means, in the complete snapshots between two times."""
    _scope(con, source, start, end)
    register_rules(con, [ready])
    con.execute("CREATE OR REPLACE TEMP TABLE alert_shape AS SELECT rule_no FROM alert_rule")
    meant = _meant(ready.figure, ready.key[0])
    sql = f"SELECT count(*) FROM (SELECT DISTINCT figure.category_id, figure.entity_id{meant})"
    return int(con.execute(sql).fetchall()[0][0])


def matched_rules(
    con: DuckDBPyConnection, source: str, ready: Sequence[Ready], start: datetime, end: datetime
) -> set[int]:
    """The numbers of the rules that mean an entity with a figure, in the complete snapshots between two times."""
    _scope(con, source, start, end)
    register_rules(con, ready)
    con.execute("CREATE OR REPLACE TEMP TABLE alert_meant (rule_no INTEGER)")
    shapes: dict[FigureKey, dict[KeyColumn, list[int]]] = defaultdict(lambda: defaultdict(list))
    for one in ready:
        shapes[one.figure][one.key[0]].append(one.number)
    for figure, columns in shapes.items():
        _insert_meant(con, figure, columns, "INSERT INTO alert_meant SELECT DISTINCT key.rule_no", "")
    return {number for (number,) in con.execute("SELECT DISTINCT rule_no FROM alert_meant").fetchall()}


def _scope(con: DuckDBPyConnection, source: str, start: datetime, end: datetime) -> None:
    """Make ``alert_scope``: the complete snapshots between two times."""
    set_variables(con, alert_source=source, alert_now_from=start, alert_now_to=end)
    con.execute(
        "CREATE OR REPLACE TEMP TABLE alert_scope AS SELECT category_id, observed_at FROM snapshot"
        " WHERE source = $source AND complete AND observed_at BETWEEN $start AND $end",
        {"source": source, "start": start, "end": end},
    )


def _meant(figure: FigureKey, column: KeyColumn) -> str:
    keys = (
        "(SELECT one.* FROM alert_rule_key AS one SEMI JOIN alert_shape AS shape ON one.rule_no = shape.rule_no) AS key"
    )
    meets = "TRUE" if column == "any" else f"figure.{column} = key.key"
    return _MEANT.format(figures=figure_sql(figure, "now"), keys=keys, meets=meets)


def _insert_meant(
    con: DuckDBPyConnection, figure: FigureKey, columns: Mapping[KeyColumn, list[int]], into: str, beyond: str
) -> None:
    """Insert into ``into`` what the rules mean, looked up by each column that rules are told apart by."""
    for column, numbers in columns.items():
        make_temp(con, "alert_shape", pa.table({"rule_no": pa.array(numbers, pa.int32())}))
        con.execute(f"{into}{_meant(figure, column)}{beyond}")


def _absolute(con: DuckDBPyConnection, figure: FigureKey, columns: Mapping[KeyColumn, list[int]]) -> None:
    """The candidates among the figures meant, by the figures themselves."""
    into = "INSERT INTO alert_candidate SELECT DISTINCT key.rule_no, figure.category_id, figure.entity_id"
    _insert_meant(con, figure, columns, into, f"  AND ({_BEYOND.format(low='figure.low', high='figure.high')})")


def _compared(
    con: DuckDBPyConnection, figure: FigureKey, compare: Base, columns: Mapping[KeyColumn, list[int]]
) -> None:
    """The candidates among the figures meant, by their distance from their base; one pass for all such rules."""
    con.execute(
        "CREATE OR REPLACE TEMP TABLE alert_hit (rule_no INTEGER, category_id VARCHAR, entity_id VARCHAR,"
        " observed_at TIMESTAMPTZ, low DOUBLE, high DOUBLE, basis VARCHAR)"
    )
    into = (
        "INSERT INTO alert_hit SELECT DISTINCT key.rule_no, figure.category_id, figure.entity_id,"
        " figure.observed_at, figure.low, figure.high, figure.basis"
    )
    _insert_meant(con, figure, columns, into, "")
    con.execute("CREATE OR REPLACE TEMP TABLE alert_now AS SELECT DISTINCT * EXCLUDE (rule_no) FROM alert_hit")
    if compare == "previous":
        based = _previous(con, figure)
    elif compare == "own":
        based = _OWN.format(figures=figure_sql(figure, "now"))
    else:
        before = figure_sql(figure, "before")
        based = _MEAN.format(before=before, days=MEAN_DAYS[compare], least=LEAST_POINTS_OF_A_MEAN)
    con.execute(_DISTANT.format(
        based=based,
        by_share=_BEYOND.format(low="far.share_low", high="far.share_high").strip(),
        by_difference=_BEYOND.format(low="far.low", high="far.high").strip(),
    ))  # fmt: skip


def _previous(con: DuckDBPyConnection, figure: FigureKey) -> str:
    """A SELECT of the figures of ``alert_now`` beside the ones before them."""
    con.execute(_NEAR.format(previous=figure_sql(figure, "previous")))
    missing = con.execute("SELECT count(*) FROM alert_near WHERE base_at IS NULL").fetchall()[0][0]
    return _PREVIOUS + (_EARLIER.format(before=figure_sql(figure, "before")) if missing else "")
