"""The audit of a stage: rows turned away, batches refused, all of it written down before anything is loaded.

SQL decides the rows (``warehouse/judge.py``), the bounds decide the batches (``warehouse/verdict.py``), and Great
Expectations records the same declared suite on the same rows as Data Docs. The only place that imports
great_expectations, inside functions: its import takes seconds. Knows nothing of loading.
"""

from __future__ import annotations

import logging
import shutil
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from duckdb import DuckDBPyConnection

from extractors.source import Source
from extractors.stagedir import StageDir, stamp
from warehouse.audit import Audit, CategoryAudit, Recorded, write_audit
from warehouse.docs import write_data_docs
from warehouse.history import pages_by_category, trailing_medians
from warehouse.judge import CategoryFacts, category_facts, judge_rows, write_quarantine
from warehouse.problems import Problems, read_problems
from warehouse.stage import create_views, staged_row_count
from warehouse.suite import BETWEEN, KEY_COLUMNS, PAIR, UNIQUE, RowRule, Suite, declare_suite
from warehouse.turned_away import commonest_reasons
from warehouse.verdict import Pages, figures_of, judge_category

if TYPE_CHECKING:
    import pandas as pd

RECORDED_ROWS = 200_000
KEPT_DOCS = 30


def audit(con: DuckDBPyConnection, source: Source, stage: StageDir, docs_dir: Path | None) -> Audit:
    """The verdict on ``stage``, with ``quarantine.parquet`` and ``audit.json`` written beside the staged files.

    ``con``: a reader of the lake, for the history a collapse is measured against. ``docs_dir``: where the Data Docs go;
    None: no Great Expectations record (and none of its seconds). Raises ValueError for a bound on an unknown column.
    """
    suite = declare_suite(source, stage.observed_at)
    problems = read_problems(stage, suite)
    create_views(con, stage)
    turned_away = judge_rows(con, suite)
    verdicts, figures = _judge_categories(con, source, suite, problems)
    with stage.writing(stage.quarantine) as path:
        write_quarantine(con, suite, problems.lost_rows, path)
    found = Audit(
        source=source.source,
        observed_at=stage.observed_at,
        staged=staged_row_count(stage),
        accepted=sum(one.captured + one.sponsored for one in verdicts.values()),
        quarantined=turned_away + problems.lost_rows.num_rows,
        categories=verdicts,
    )
    if docs_dir is not None:
        found.recorded = record(con, suite, figures, docs_dir)
    write_audit(stage, found)
    return found


def _judge_categories(
    con: DuckDBPyConnection, source: Source, suite: Suite, problems: Problems
) -> tuple[dict[str, CategoryAudit], list[dict[str, Any]]]:
    """The verdict on each category of the stage, and the figures they rest on."""
    facts, pages, medians = category_facts(con, suite), pages_by_category(con), trailing_medians(con, suite)
    reasons = commonest_reasons(con, suite)
    verdicts: dict[str, CategoryAudit] = {}
    figures: list[dict[str, Any]] = []
    for category_id in (one for one in suite.categories if one in facts or one in pages):
        seen = facts.get(category_id) or CategoryFacts(category_id=category_id)
        seen.turned_away = reasons.get(category_id)
        seen.unreadable = problems.lost_by_category.get(category_id, 0)
        asked, median = pages.get(category_id, Pages()), medians.get(category_id)
        notes = problems.notes_by_category.get(category_id, [])
        verdicts[category_id] = judge_category(source, suite, seen, asked, median, notes)
        figures.append({"category_id": category_id, **figures_of(source, seen, asked, median)})
    return verdicts, figures


def record(con: DuckDBPyConnection, suite: Suite, figures: list[dict[str, Any]], docs_dir: Path) -> Recorded:
    """Great Expectations' record of the suite on the staged rows (an even sample of at most 200,000) and the figures.

    The Data Docs are written to ``docs_dir/SOURCE/STAMP/``, whole or not at all; the oldest of a source are removed.
    """
    import pandas as pd

    rows = staged_frame(con, suite, RECORDED_ROWS)
    target = docs_dir / suite.source / stamp(suite.observed_at)
    partial = docs_dir / suite.source / f".{target.name}.{uuid.uuid4().hex[:8]}"
    results = _validate(
        [
            _Checked("rows", rows, _row_expectations(suite)),
            _Checked("categories", pd.DataFrame(figures), _batch_expectations(suite)),
        ],
        partial,
        {"result_format": "BASIC", "partial_unexpected_count": 10, "include_unexpected_rows": False},
    )
    shutil.rmtree(partial / "static" / "images", ignore_errors=True)
    shutil.rmtree(target, ignore_errors=True)
    partial.rename(target)
    _forget_oldest(target.parent)
    met = sum(bool(one["success"]) for result in results for one in result["results"])
    missed = sum(len(result["results"]) for result in results) - met
    return Recorded(rows=len(rows), met=met, missed=missed, data_docs=str(target / "index.html"))


def recorded_failures(con: DuckDBPyConnection, suite: Suite) -> dict[int, set[int]]:
    """Great Expectations' own judgement of every staged row: number of the row rule -> ``row_no`` that fail it.

    The number after the last rule is uniqueness, where every member of a group of doubles fails.
    """
    rows = staged_frame(con, suite, None)
    result_format = {"result_format": "COMPLETE", "unexpected_index_column_names": ["row_no"]}
    (result,) = _validate([_Checked("rows", rows, _row_expectations(suite))], None, result_format)
    failures: dict[int, set[int]] = {}
    for one in result["results"]:
        listed = one["result"].get("unexpected_index_list") or []
        failures[one["expectation_config"]["meta"]["rule"]] = {int(each["row_no"]) for each in listed}
    return failures


def staged_frame(con: DuckDBPyConnection, suite: Suite, limit: int | None) -> pd.DataFrame:
    """The staged rows as the pandas engine wants them: prices as floats, instants as microseconds, no NaN for a number.

    ``limit``: an even sample of at most so many rows.
    """
    columns = {name for rule in suite.rows for name in _columns_of(rule)} | set(KEY_COLUMNS)
    prices = {"price", "price_high", "list_price", "coupon_price", "member_price"}
    selected = [
        f"{name}::DOUBLE AS {name}" if name in prices
        else f"epoch_us({name}) AS {name}" if name == "observed_at"
        else f"CASE WHEN isnan({name}) THEN 'inf'::DOUBLE ELSE {name} END AS {name}" if name == "rating"
        else name
        for name in sorted(columns)
    ]  # fmt: skip
    row = con.execute("SELECT count(*) FROM staged").fetchone()
    every = -(-int(row[0] if row else 0) // limit) if limit else 1
    return con.execute(
        f"SELECT row_no, {', '.join(selected)} FROM staged WHERE row_no % ? = 0 ORDER BY row_no", [max(every, 1)]
    ).df()


@dataclass(frozen=True, slots=True)
class _Checked:
    name: str
    frame: pd.DataFrame
    expectations: list[Any]


def _validate(checks: list[_Checked], docs: Path | None, result_format: dict[str, Any]) -> list[Any]:
    """The validation results of ``checks``; with ``docs``, their Data Docs too."""
    import great_expectations as gx
    from great_expectations.data_context.types.base import ProgressBarsConfig

    logging.getLogger("great_expectations").setLevel(logging.WARNING)
    context = gx.get_context(mode="ephemeral")
    context.enable_analytics(False)
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    engine = context.data_sources.add_pandas("stage")
    results = []
    for check in checks:
        batch = engine.add_dataframe_asset(check.name).add_batch_definition_whole_dataframe("all")
        suite = context.suites.add(gx.ExpectationSuite(name=check.name, expectations=check.expectations))
        definition = gx.ValidationDefinition(name=check.name, data=batch, suite=suite)
        run = context.validation_definitions.add(definition)
        results.append(run.run(batch_parameters={"dataframe": check.frame}, result_format=result_format))
    if docs is not None:
        write_data_docs(context, docs)
    return results


def _row_expectations(suite: Suite) -> list[Any]:
    rules = (*suite.quarantining, *suite.warning)
    listed = [_row_expectation(rule, number) for number, rule in enumerate(rules)]
    unique = RowRule(expectation=UNIQUE, column="item_id", arguments={"column_list": list(KEY_COLUMNS)})
    return [*listed, _row_expectation(unique, len(rules))]


def _row_expectation(rule: RowRule, number: int) -> Any:
    from great_expectations.expectations.row_conditions import Column

    arguments = dict(rule.arguments)
    if rule.expectation == PAIR:
        arguments["ignore_row_if"] = "either_value_is_missing"
    elif rule.expectation == UNIQUE:
        arguments["ignore_row_if"] = "any_value_is_missing"
    else:
        arguments["column"] = rule.column
    if rule.column == "observed_at" and "value_set" in arguments:
        arguments["value_set"] = [round(one.timestamp() * 1_000_000) for one in arguments["value_set"]]
    if rule.when:
        arguments["row_condition"] = Column(rule.when).is_not_null()
    severity = "critical" if rule.outcome == "quarantined" else "warning"
    return _expectation(rule.expectation, severity=severity, meta={"rule": number}, **arguments)


def _batch_expectations(suite: Suite) -> list[Any]:
    return [
        _expectation(
            BETWEEN, column=rule.figure, min_value=rule.minimum, max_value=rule.maximum,
            severity="warning" if rule.outcome == "warning" else "critical", meta={"rule": number},
        )
        for number, rule in enumerate(suite.batch)
        if rule.minimum is not None or rule.maximum is not None
    ]  # fmt: skip


def _expectation(name: str, **arguments: Any) -> Any:
    """GX's expectation class of that name, made with these arguments."""
    from great_expectations import expectations

    return getattr(expectations, "".join(part.capitalize() for part in name.split("_")))(**arguments)


def _columns_of(rule: RowRule) -> list[str]:
    columns = [rule.column, *(rule.arguments.get(side) for side in ("column_A", "column_B")), rule.when]
    return [name for name in columns if name]


def _forget_oldest(folder: Path) -> None:
    """Keep the newest Data Docs of a source by observation, and none that were left half-written."""
    for path in sorted(folder.glob("[0-9]*"))[:-KEPT_DOCS]:
        shutil.rmtree(path)
