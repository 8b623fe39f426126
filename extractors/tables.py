"""An imported file to staged listings: archived as its own evidence, read like a page, one stage per observation in it.

A file may hold many days; each becomes an observation of its own, as if it had been collected then. Knows nothing of
the warehouse.
"""

from __future__ import annotations

import mimetypes
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from extractors.archive import Archive
from extractors.capture import Capture, write_captures
from extractors.parse import PageContext, ReadProblem
from extractors.source import Source
from extractors.spec import SiteSpec, read_spec
from extractors.stagedir import StageDir
from extractors.staging import Staging
from extractors.worker import ParsedColumns, ParserPool

FILE_CPU_SECONDS = 600.0
FILE_MEMORY_MB = 4096
_LOST = frozenset({"item_id", "title", "date", "category"})


@dataclass(frozen=True, slots=True)
class ImportedFile:
    """What came of a file: a stage per observation, by time; how many rows were read, how many problems there were."""

    stages: list[StageDir]
    listings: int
    problems: int


def extract_file(
    source: Source, path: Path, home: Path, archive: Archive, observed_at: datetime, *, dated: bool = False
) -> ImportedFile:
    """Archive and read the table at ``path``; rows without a date of their own are observed at ``observed_at``.

    ``dated``: ``observed_at`` was asked for, which a file with dates of its own contradicts (ValueError). Raises
    UnreadablePage where nothing could be read, ConfigError for a broken site spec, OSError.
    """
    spec = read_spec(source.site)
    if dated and spec.date is not None:
        raise ValueError(f"{path.name} has dates of its own (column {spec.date.column}): import it without a time")
    content_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    place = archive.store_file(source.source, observed_at, path, content_type)
    whole = Capture(
        capture_id=place.capture_id,
        source=source.source,
        category_id=_only_category(source, spec),
        page_no=1,
        observed_at=observed_at,
        observed_on=observed_at.astimezone(source.zone).date(),
        requested_url=f"file:{path.name}",
        fetched_at=place.stored_at,
        outcome="ok",
        body_bytes=place.payload_bytes,
        sha256=place.sha256,
        warc_file=place.warc_file,
        warc_offset=place.warc_offset,
        warc_length=place.warc_length,
    )
    return stage_file(source, spec, whole, archive, home)


def stage_file(source: Source, spec: SiteSpec, whole: Capture, archive: Archive, home: Path) -> ImportedFile:
    """The file of the capture ``whole``, read back from the archive and staged.

    Raises UnreadablePage, ArchiveDamaged.
    """
    page = archive.read(whole)
    context = PageContext(
        spec=spec, source=source, category_id=whole.category_id, url=page.url, content_type=page.content_type
    )
    with ParserPool(FILE_CPU_SECONDS, FILE_MEMORY_MB) as pool:
        parsed = pool.parse_columns(page.body, context)
    moments = [moment or whole.observed_at for moment in parsed.columns["observed_at"]]
    problems = _problems_by_moment(parsed.problems, moments, whole.observed_at)
    rows: dict[datetime, list[int]] = defaultdict(list)
    for row, moment in enumerate(moments):
        rows[moment].append(row)
    for moment in problems:
        rows[moment]
    stages = []
    told = 0
    for moment in sorted(rows):
        part = ParsedColumns(_taken(parsed.columns, rows[moment]), problems.get(moment, []), 1, 1, None)
        stage, count = _stage(source, spec, replace(whole, observed_at=moment), part, home)
        stages.append(stage)
        told += count
    return ImportedFile(stages, len(parsed), told)


def _stage(source: Source, spec: SiteSpec, capture: Capture, part: ParsedColumns, home: Path) -> tuple[StageDir, int]:
    """One observation of a file, and how many problems it has."""
    capture = replace(capture, observed_on=capture.observed_at.astimezone(source.zone).date())
    stage = StageDir(home, source.source, capture.observed_at)
    stage.keep_batches({0})
    staging = Staging(source, spec.parser_version)
    staging.add(capture, part)
    staging.write(stage, 0)
    categories = dict.fromkeys(staging.columns["category_id"]) or {capture.category_id: None}
    write_captures(stage.captures(0), [replace(capture, category_id=name) for name in categories])
    return stage, len(staging.problems)


def rows_of(parsed: ParsedColumns, capture: Capture) -> ParsedColumns:
    """The rows of a whole file that belong to the observation and category of ``capture``: what a replay needs."""
    moments, categories = parsed.columns["observed_at"], parsed.columns["category_id"]
    rows = [
        row
        for row in range(len(parsed))
        if moments[row] in {None, capture.observed_at} and categories[row] in {None, capture.category_id}
    ]
    problems = _problems_by_moment(
        parsed.problems, [one or capture.observed_at for one in moments], capture.observed_at
    )
    return ParsedColumns(_taken(parsed.columns, rows), problems.get(capture.observed_at, []), 1, 1, None)


def _taken(columns: dict[str, Sequence[Any]], rows: list[int]) -> dict[str, Sequence[Any]]:
    return {name: [values[row] for row in rows] for name, values in columns.items()}


def _problems_by_moment(
    problems: list[ReadProblem], moments: list[datetime], otherwise: datetime
) -> dict[datetime, list[ReadProblem]]:
    """Each problem with the observation of its row; a lost row's is that of the last row read before it.

    A problem names the row of the file, listings only follow each other: the lost rows between them tell the shift.
    """
    lost = sorted(one.position for one in problems if one.field in _LOST)
    found: dict[datetime, list[ReadProblem]] = defaultdict(list)
    passed = 0
    for problem in sorted(problems, key=lambda one: one.position):
        while passed < len(lost) and lost[passed] < problem.position:
            passed += 1
        row = problem.position - 1 - passed - (problem.field in _LOST)
        moment = moments[min(max(row, 0), len(moments) - 1)] if moments else otherwise
        found[moment].append(problem)
    return found


def _only_category(source: Source, spec: SiteSpec) -> str:
    """The category of rows that name none. Raises ValueError where the source leaves a choice."""
    if spec.category is None and len(source.categories) > 1:
        raise ValueError(
            f"{source.source} has {len(source.categories)} categories and its spec {spec.site} reads none from the "
            "file; expected `category:` in the spec, or one category"
        )
    return source.categories[0].id
