"""Looking at one page: what ``parse`` writes and ``source test`` shows. Loads nothing, keeps nothing."""

from __future__ import annotations

import asyncio
import mimetypes
import tempfile
from dataclasses import dataclass, fields
from datetime import datetime
from operator import attrgetter
from pathlib import Path
from typing import Any

from extractors.listing import Listing
from extractors.parse import PageContext, Parsed
from extractors.source import Source
from extractors.spec import read_spec
from shelfradar.configuration import read_one_source
from shelfradar.errors import RefusedError

FIELDS = tuple(field.name for field in fields(Listing))
_ROW = attrgetter(*FIELDS)
TABLE_SECONDS, PAGE_SECONDS = 600.0, 10.0


@dataclass(frozen=True, slots=True)
class ParsedFile:
    """What a file said: listings as dictionaries of every field, problems as sentences."""

    listings: list[dict[str, Any]]
    problems: list[str]


def parse_file(config: Path, source: str, file: Path, *, url: str | None, category: str | None) -> ParsedFile:
    """Read ``file`` as ``source`` would, behind the parser's wall. Raises UnreadablePage, ConfigError."""
    chosen = read_one_source(config, source)
    parsed = _parse(chosen, file.read_bytes(), category or chosen.categories[0].id, url, _content_type(file))
    problems = [
        f"{file}: entry {one.position}: {one.field}: found {one.found!r}: {one.message}" for one in parsed.problems
    ]
    return ParsedFile([_as_dict(source, category, chosen, row) for row in parsed.listings], problems)


def explain_source(source: Source, file: Path | None, observed_at: datetime) -> dict[str, Any]:
    """One page of the first category, field by field: how many entries have it, an example, what is missing."""
    category = source.categories[0]
    if file is not None:
        body, url, content_type = file.read_bytes(), None, _content_type(file)
    else:
        body, url, content_type = _fetch_one(source, observed_at)
    parsed = _parse(source, body, category.id, url, content_type)
    spec = read_spec(source.site)
    read = {name: [getattr(row, name) for row in parsed.listings] for name in FIELDS}
    return {
        "source": source.source,
        "category": category.id,
        "from": str(file) if file else url,
        "items": len(parsed.listings),
        "fields": [_explain_field(name, values, spec.fields.get(name)) for name, values in read.items()],
        "problems": [
            {"position": one.position, "field": one.field, "found": one.found, "message": one.message}
            for one in parsed.problems
        ],
    }


def show_explanation(explained: dict[str, Any]) -> None:
    """The explanation as a table for a person, on stdout."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(highlight=False, markup=False)
    console.print(
        f"{explained['source']} / {explained['category']}: {explained['items']} entries from {explained['from']}"
    )
    table = Table(box=None, header_style="bold", pad_edge=False)
    for title in ("field", "read", "missing", "first values", "selector"):
        table.add_column(title, justify="right" if title in {"read", "missing"} else "left", overflow="fold")
    for row in explained["fields"]:
        example = " | ".join(str(value) for value in row["examples"])
        table.add_row(
            row["field"], str(row["read"]), str(row["missing"]), Text(example[:90]), Text(row["selector"] or "-")
        )
    console.print(table)
    for problem in explained["problems"][:20]:
        console.print(
            f"entry {problem['position']}: {problem['field']}: found {problem['found']!r}: {problem['message']}"
        )


def _explain_field(name: str, values: list[Any], how: Any) -> dict[str, Any]:
    there = [value for value in values if value is not None]
    return {
        "field": name,
        "read": len(there),
        "missing": len(values) - len(there),
        "examples": list(dict.fromkeys(there))[:3],
        "selector": None if how is None else str(how),
    }


def _parse(source: Source, body: bytes, category_id: str, url: str | None, content_type: str | None) -> Parsed:
    from extractors.worker import ParserPool

    source.category(category_id)
    spec = read_spec(source.site)
    context = PageContext(spec=spec, source=source, category_id=category_id, url=url, content_type=content_type)
    with ParserPool(timeout_seconds=TABLE_SECONDS if spec.reader == "table" else PAGE_SECONDS, memory_mb=2048) as pool:
        return pool.parse(body, context)


def _as_dict(source: str, category: str | None, chosen: Source, row: Listing) -> dict[str, Any]:
    found = dict(zip(FIELDS, _ROW(row), strict=True))
    found["category_id"] = found["category_id"] or category or chosen.categories[0].id
    return {"source": source, **found}


def _content_type(file: Path) -> str | None:
    return mimetypes.guess_type(file.name)[0]


def _fetch_one(source: Source, observed_at: datetime) -> tuple[bytes, str | None, str | None]:
    """The first page of the first category, fetched by the collector's own rules into a throw-away archive."""
    from extractors.archive import Archive
    from extractors.fetch import fetch_categories

    one_page = source.categories[0].model_copy(update={"pages": 1})
    with tempfile.TemporaryDirectory(prefix="shelfradar-") as folder:
        archive = Archive(Path(folder))
        with archive.writer(source.source, observed_at, 0) as writer:
            capture = asyncio.run(fetch_categories(source, [one_page], observed_at, archive=writer))[0]
        if capture.outcome != "ok":
            raise RefusedError(
                f"{capture.requested_url}: {capture.outcome}: {capture.outcome_detail or capture.http_status}"
            )
        page = archive.read(capture)
    return page.body, capture.final_url, page.content_type
