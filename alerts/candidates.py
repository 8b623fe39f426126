"""Which entities a rule must be evaluated for: those whose figure is at or over its line. SQL over whole columns.

Finds too many rather than too few: a span's every end counts, lines have a little slack, and the decision is the pure
evaluation's alone. An entity that is not found here, and of which no state is remembered, stays in its idle state.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from duckdb import DuckDBPyConnection

from alerts.compare import LEAST_POINTS_OF_A_MEAN, MEAN_DAYS, Base
from alerts.marts import FigureKey, figure_sql
from alerts.matching import KeyColumn, Ready, register_rules
from transforms.plan import set_variables

_Shape = tuple[FigureKey, Base, bool, KeyColumn]

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

# The same entity's figure in the complete snapshot just before; where that lacks it, the last one before that.
_PREVIOUS = """
WITH near AS (
    SELECT now.*, base.observed_at AS base_at, base.low AS base_low, base.high AS base_high, base.basis AS base_basis
    FROM alert_now AS now
    INNER JOIN alert_scope AS scope ON now.category_id = scope.category_id AND now.observed_at = scope.observed_at
    LEFT JOIN ({previous}) AS base
        ON now.category_id = base.category_id AND now.entity_id = base.entity_id
        AND base.observed_at = scope.previous_at
), missing AS (
    SELECT * EXCLUDE (base_at, base_low, base_high, base_basis) FROM near WHERE base_at IS NULL
), earlier AS (
    SELECT base.* FROM ({before}) AS base
    SEMI JOIN alert_complete AS held ON base.category_id = held.category_id AND base.observed_at = held.observed_at
    SEMI JOIN missing ON base.category_id = missing.category_id AND base.entity_id = missing.entity_id
)
SELECT category_id, entity_id, observed_at, low, high, base_low, base_high FROM near
WHERE base_at IS NOT NULL AND base_basis = basis
UNION ALL
SELECT missing.category_id, missing.entity_id, missing.observed_at, missing.low, missing.high,
       earlier.low AS base_low, earlier.high AS base_high
FROM missing ASOF INNER JOIN earlier
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
_DISTANCE = {
    True: (
        "CASE WHEN base_high > 0 THEN low / base_high - 1 END",
        "CASE WHEN base_low > 0 THEN high / base_low - 1 END",
    ),
    False: ("low - base_high", "high - base_low"),
}


def find_candidates(con: DuckDBPyConnection, ready: Sequence[Ready]) -> None:
    """Fill the temporary table ``alert_candidate`` (rule_no, category_id, entity_id) for the snapshots of
    ``alert_scope``; ``alert_complete`` holds those that may serve as base."""
    con.execute(
        "CREATE OR REPLACE TEMP TABLE alert_candidate (rule_no INTEGER, category_id VARCHAR, entity_id VARCHAR)"
    )
    shapes: dict[_Shape, list[int]] = defaultdict(list)
    for one in ready:
        column = one.key[0]
        shapes[one.figure, one.condition.compare, one.condition.relative, column].append(one.number)
    for (figure, compare, relative, column), numbers in shapes.items():
        con.execute("CREATE OR REPLACE TEMP TABLE alert_shape AS SELECT unnest($numbers)::INTEGER AS rule_no",
                    {"numbers": numbers})  # fmt: skip
        meant = _meant(figure, column)
        if compare == "absolute":
            beyond = _BEYOND.format(low="figure.low", high="figure.high")
            con.execute("INSERT INTO alert_candidate SELECT DISTINCT key.rule_no, figure.category_id, figure.entity_id"
                        f"{meant}  AND ({beyond})")  # fmt: skip
        else:
            _compared(con, figure, compare, relative, meant)


def count_entities(con: DuckDBPyConnection, source: str, ready: Ready, start: datetime, end: datetime) -> int:
    """How many entities the rule means, in the complete snapshots between two times."""
    set_variables(con, alert_source=source, alert_now_from=start, alert_now_to=end)
    con.execute(
        "CREATE OR REPLACE TEMP TABLE alert_scope AS SELECT category_id, observed_at FROM snapshot"
        " WHERE source = $source AND complete AND observed_at BETWEEN $start AND $end",
        {"source": source, "start": start, "end": end},
    )
    register_rules(con, [ready])
    con.execute("CREATE OR REPLACE TEMP TABLE alert_shape AS SELECT rule_no FROM alert_rule")
    meant = _meant(ready.figure, ready.key[0])
    sql = f"SELECT count(*) FROM (SELECT DISTINCT figure.category_id, figure.entity_id{meant})"
    return int(con.execute(sql).fetchall()[0][0])


def _meant(figure: FigureKey, column: KeyColumn) -> str:
    keys = (
        "(SELECT one.* FROM alert_rule_key AS one SEMI JOIN alert_shape AS shape ON one.rule_no = shape.rule_no) AS key"
    )
    meets = "TRUE" if column == "any" else f"figure.{column} = key.key"
    return _MEANT.format(figures=figure_sql(figure, "now"), keys=keys, meets=meets)


def _compared(con: DuckDBPyConnection, figure: FigureKey, compare: Base, relative: bool, meant: str) -> None:
    """The candidates among the figures meant, by their distance from their base."""
    con.execute(
        "CREATE OR REPLACE TEMP TABLE alert_hit AS SELECT DISTINCT key.rule_no, figure.category_id, figure.entity_id,"
        f" figure.observed_at, figure.low, figure.high, figure.basis{meant}"
    )
    con.execute("CREATE OR REPLACE TEMP TABLE alert_now AS SELECT DISTINCT * EXCLUDE (rule_no) FROM alert_hit")
    if compare == "previous":
        based = _PREVIOUS.format(previous=figure_sql(figure, "previous"), before=figure_sql(figure, "before"))
    elif compare == "own":
        based = _OWN.format(figures=figure_sql(figure, "now"))
    else:
        before = figure_sql(figure, "before")
        based = _MEAN.format(before=before, days=MEAN_DAYS[compare], least=LEAST_POINTS_OF_A_MEAN)
    low, high = _DISTANCE[relative]
    con.execute(
        f"INSERT INTO alert_candidate SELECT DISTINCT hit.rule_no, hit.category_id, hit.entity_id FROM ("
        f"SELECT category_id, entity_id, observed_at, {low} AS distance_low, {high} AS distance_high FROM ({based})"
        ") AS far INNER JOIN alert_hit AS hit USING (category_id, entity_id, observed_at)"
        " INNER JOIN alert_rule AS rule ON hit.rule_no = rule.rule_no"
        f" WHERE {_BEYOND.format(low='far.distance_low', high='far.distance_high')}"
    )
