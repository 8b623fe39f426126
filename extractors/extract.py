"""From archived pages (and imported files) to staged listings: Parquet for what was read, JSON Lines for what was not.

Reads the archive, never the network: run it again and the same comes out. Each page is parsed behind the wall of
``extractors/worker.py``. Knows nothing of the warehouse.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from extractors.archive import Archive, ArchiveDamaged
from extractors.capture import Capture, read_captures, write_captures
from extractors.columns import staged_table
from extractors.parse import PageContext, ReadProblem, UnreadablePage
from extractors.source import Source
from extractors.spec import SiteSpec, read_spec
from extractors.staged import STAGED_COLUMNS
from extractors.stagedir import StageDir
from extractors.worker import ParsedColumns, ParserPool

_READABLE = frozenset({"ok", "unreadable"})


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


def extract_captures(
    source: Source, stage: StageDir, batch: int, archive: Archive, *, pool: ParserPool | None = None
) -> dict[str, int]:
    """Listings and problems of the captures of ``batch``; a page that can't be read becomes ``unreadable`` among them.

    Returns counts: pages, unreadable, listings, problems. Raises ConfigError for a broken site spec.
    """
    spec = read_spec(source.site)
    captures = read_captures(stage.captures(batch))
    staging = Staging(source, spec.parser_version)
    told: list[Capture] = []
    own = pool or ParserPool()
    try:
        for _, pages in groupby(captures, key=lambda capture: capture.category_id):
            told.extend(_category(source, spec, list(pages), archive, own, staging))
    finally:
        if pool is None:
            own.close()
    staging.write(stage, batch)
    if told != captures:
        write_captures(stage.captures(batch), told)
    return {
        "pages": sum(capture.outcome == "ok" for capture in told),
        "unreadable": sum(capture.outcome == "unreadable" for capture in told),
        "listings": len(staging),
        "problems": len(staging.problems),
    }


@dataclass(slots=True)
class _Place:
    """Where the next page of a category begins. ``known`` turns False when a missing page had no known size."""

    position: int = 1
    rank: int = 1
    known: bool = True

    def skip(self, page_size: int | None) -> None:
        self.known = self.known and page_size is not None
        self.position += page_size or 0
        self.rank += page_size or 0


def _category(
    source: Source, spec: SiteSpec, pages: list[Capture], archive: Archive, pool: ParserPool, staging: Staging
) -> Iterator[Capture]:
    place = _Place()
    page_size = _page_size(source, pages[0].category_id)
    for capture in sorted(pages, key=lambda one: one.page_no):
        if capture.outcome not in _READABLE:
            if capture.outcome != "empty":
                place.skip(page_size)
            yield capture
            continue
        try:
            parsed = _read(source, spec, capture, place, archive, pool)
        except (UnreadablePage, ArchiveDamaged) as error:
            staging.problems.append(problem_row(capture, ReadProblem(0, "page", "", str(error))))
            place.skip(page_size)
            yield replace(capture, outcome="unreadable", outcome_detail=str(error)[:500])
            continue
        staging.add(capture, parsed, rank_known=place.known)
        place.position, place.rank = parsed.next_position, parsed.next_rank
        yield replace(capture, outcome="ok", outcome_detail=None)


def _read(
    source: Source, spec: SiteSpec, capture: Capture, place: _Place, archive: Archive, pool: ParserPool
) -> ParsedColumns:
    page = archive.read(capture)
    context = PageContext(
        spec=spec,
        source=source,
        category_id=capture.category_id,
        page_no=capture.page_no,
        url=capture.final_url,
        content_type=page.content_type,
        first_position=place.position,
        first_rank=place.rank,
    )
    return pool.parse_columns(page.body, context)


def _page_size(source: Source, category_id: str) -> int | None:
    """Items a full page shows, as far as the source's YAML says: what a missing page counts for."""
    category = source.category(category_id)
    if category.page_size is not None:
        return category.page_size
    even = category.expected is not None and category.expected % category.pages == 0
    return category.expected // category.pages if even and category.expected else None
