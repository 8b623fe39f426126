"""From archived pages (and imported files) to staged listings: Parquet for what was read, JSON Lines for what was not.

Reads the archive, never the network: run it again and the same comes out. Each page is parsed behind the wall of
``extractors/worker.py``. Knows nothing of the warehouse.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass, replace
from itertools import groupby

from extractors.archive import Archive, ArchiveDamaged
from extractors.capture import Capture, read_captures, write_captures
from extractors.parse import PageContext, ReadProblem, UnreadablePage
from extractors.pools import borrowed_pool
from extractors.source import Source
from extractors.spec import SiteSpec, read_spec
from extractors.stagedir import StageDir
from extractors.staging import Staging, problem_row
from extractors.tables import FILE_CPU_SECONDS, FILE_MEMORY_MB, ImportedFile, extract_file, rows_of
from extractors.worker import PAGE_CPU_SECONDS, PAGE_MEMORY_MB, ParsedColumns, ParserPool

__all__ = ["ImportedFile", "extract_captures", "extract_file"]

_READABLE = frozenset({"ok", "unreadable"})


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
    limits = (FILE_CPU_SECONDS, FILE_MEMORY_MB) if spec.reader == "table" else (PAGE_CPU_SECONDS, PAGE_MEMORY_MB)
    with nullcontext(pool) if pool else borrowed_pool(*limits) as own:
        for _, pages in groupby(captures, key=lambda capture: capture.category_id):
            told.extend(_category(source, spec, list(pages), archive, own, staging))
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
    parsed = pool.parse_columns(page.payload, context, encoding=page.encoding, body_bytes=page.body_bytes)
    return rows_of(parsed, capture) if spec.reader == "table" else parsed


def _page_size(source: Source, category_id: str) -> int | None:
    """Items a full page shows, as far as the source's YAML says: what a missing page counts for."""
    category = source.category(category_id)
    if category.page_size is not None:
        return category.page_size
    even = category.expected is not None and category.expected % category.pages == 0
    return category.expected // category.pages if even and category.expected else None
