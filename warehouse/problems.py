"""What extraction could not read: rows that were lost (they go to quarantine) and fields that were (they are told).

Reads ``problems-*.jsonl``. Knows nothing of parsers, and nothing of what the loss means for a batch.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from extractors.counted import counted
from extractors.stagedir import StageDir
from warehouse.stage import QUARANTINE_SCHEMA, staged_row_count
from warehouse.suite import READABLE, Suite

ROW_FIELDS = frozenset({"item_id", "title", "category_id", "observed_at", "observed_on", "date"})


@dataclass(slots=True, kw_only=True)
class Problems:
    """Lost rows in the columns of ``quarantine``; their number, and sentences about lost fields, by category."""

    lost_rows: pa.Table
    lost_by_category: Counter[str] = field(default_factory=Counter)
    notes_by_category: dict[str, list[str]] = field(default_factory=dict)


def read_problems(stage: StageDir, suite: Suite) -> Problems:
    """The problems of a stage. Raises ValueError that names file and line where one can't be read."""
    found = [_known_category(one, suite) for one in _lines(stage)]
    lost = [one for one in found if one["field"] in ROW_FIELDS]
    first = staged_row_count(stage) + 1
    rows = [_quarantined(one, suite, first + number) for number, one in enumerate(lost)]
    return Problems(
        lost_rows=pa.Table.from_pylist(rows, QUARANTINE_SCHEMA),
        lost_by_category=Counter(one["category_id"] for one in lost),
        notes_by_category=_notes([one for one in found if one["field"] not in ROW_FIELDS]),
    )


def _lines(stage: StageDir) -> list[dict[str, Any]]:
    problems = []
    for path in stage.all_problems():
        with path.open(encoding="utf-8") as file:
            for number, line in enumerate(file, start=1):
                try:
                    problem = json.loads(line)
                    problem["category_id"], problem["capture_id"], problem["field"], problem["message"]
                except (ValueError, KeyError, TypeError) as error:
                    raise ValueError(f"{path}:{number}: not a problem record: {error!r}") from error
                problems.append(problem)
    return problems


def _known_category(problem: dict[str, Any], suite: Suite) -> dict[str, Any]:
    known = problem["category_id"] in suite.categories
    return problem if known else {**problem, "category_id": ""}


def _quarantined(problem: dict[str, Any], suite: Suite, row_no: int) -> dict[str, Any]:
    return {
        "source": suite.source,
        "category_id": problem["category_id"],
        "observed_at": suite.observed_at,
        "observed_on": suite.observed_on,
        "capture_id": problem["capture_id"],
        "row_no": row_no,
        "item_id": None,
        "expectation": READABLE,
        "column_name": problem["field"],
        "found": problem.get("found"),
        "row_json": json.dumps(problem, ensure_ascii=False),
    }


def _notes(problems: list[dict[str, Any]]) -> dict[str, list[str]]:
    """One sentence a category and field, with how often and an example."""
    groups: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for problem in problems:
        groups.setdefault((problem["category_id"], problem["field"]), []).append(problem)
    notes: dict[str, list[str]] = {}
    for (category_id, name), group in groups.items():
        example = str(group[0].get("found"))[:80]
        often = counted(len(group), "time")
        text = f"{often} {name or 'a page'} could not be read, such as {example!r}: {group[0]['message']}"
        notes.setdefault(category_id, []).append(text)
    return notes
