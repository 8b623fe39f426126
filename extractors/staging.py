"""Rows and problems of one batch as they gather, and their writing: Parquet for rows, JSON Lines for problems."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from extractors.capture import Capture
from extractors.columns import staged_table
from extractors.parse import ReadProblem
from extractors.source import Source
from extractors.staged import STAGED_COLUMNS
from extractors.stagedir import StageDir
from extractors.worker import ParsedColumns


@dataclass(slots=True)
class Staging:
    """Rows and problems of one batch as they gather, column by column."""

    source: Source
    parser_version: str
    columns: dict[str, list[Any]] = field(default_factory=lambda: {name: [] for name in STAGED_COLUMNS})
    problems: list[dict[str, Any]] = field(default_factory=list)
    pages: list[tuple[int, Capture]] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.columns["item_id"])

    def add(self, capture: Capture, parsed: ParsedColumns, *, rank_known: bool = True) -> None:
        """The rows of one page. ``rank_known`` False: counted ranks are dropped, because pages before are missing."""
        self.pages.append((len(self), capture))
        count = len(parsed)
        fixed = {
            "source": capture.source,
            "observed_at": capture.observed_at,
            "observed_on": capture.observed_on,
            "capture_id": capture.capture_id,
            "parser_version": self.parser_version,
        }
        for name, column in self.columns.items():
            if name in fixed:
                column.extend([fixed[name]] * count)
            elif name == "category_id":
                column.extend([one or capture.category_id for one in parsed.columns[name]])
            elif name in parsed.columns:
                column.extend(parsed.columns[name])
        if not rank_known:
            self._drop_counted_ranks(count)
        self.problems.extend(problem_row(capture, one) for one in parsed.problems)

    def _drop_counted_ranks(self, count: int) -> None:
        ranks, sources = self.columns["rank"], self.columns["rank_source"]
        for row in range(len(ranks) - count, len(ranks)):
            if sources[row] == "position":
                ranks[row] = sources[row] = None

    def write(self, stage: StageDir, batch: int) -> None:
        """``listings-NNN.parquet`` and ``problems-NNN.jsonl`` of ``batch``, whole."""
        table = self._table()
        with stage.writing(stage.listings(batch)) as temporary:
            pq.write_table(table, temporary)
        lines = (json.dumps(row, ensure_ascii=True) for row in self.problems)
        stage.write_text(stage.problems(batch), "".join(f"{line}\n" for line in lines))

    def _table(self) -> pa.Table:
        table, bad = staged_table({name: values for name, values in self.columns.items() if name != "brand_key"})
        for value in bad:
            capture = next(one for start, one in reversed(self.pages) if start <= value.row)
            position = self.columns["position"][value.row]
            told = ReadProblem(position, value.column, value.found, "a value that its column can't hold")
            self.problems.append(problem_row(capture, told))
        return table


def problem_row(capture: Capture, problem: ReadProblem) -> dict[str, Any]:
    """A line of ``problems-NNN.jsonl``. ``field`` is ``page`` where the whole page could not be read."""
    return {
        "capture_id": capture.capture_id,
        "source": capture.source,
        "category_id": capture.category_id,
        "observed_at": capture.observed_at.isoformat(),
        "page_no": capture.page_no,
        "position": problem.position,
        "field": problem.field,
        "found": problem.found,
        "message": problem.message,
    }
