"""Looking at one page: what ``parse`` writes and ``source test`` shows. Loads nothing, keeps nothing."""

from __future__ import annotations

import asyncio
import mimetypes
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import datetime
from operator import attrgetter
from pathlib import Path
from typing import Any

from extractors.counted import counted
from extractors.listing import Listing
from extractors.parse import PageContext, Parsed, explain_page
from extractors.source import Source
from extractors.spec import read_spec
from shelfradar.configuration import read_one_source
from shelfradar.errors import RefusedError

FIELDS = tuple(field.name for field in fields(Listing))
_ROW = attrgetter(*FIELDS)
TABLE_SECONDS, PAGE_SECONDS = 600.0, 10.0
SKIPPED_SHOWN = 50
MISSING = ""


@dataclass(frozen=True, slots=True)
class ParsedFile:
    """What a file said: listings as dictionaries of every field, problems as sentences."""

    listings: list[dict[str, Any]]
    problems: list[str]


def parse_file(config: Path, source: str, file: Path, *, url: str | None, category: str | None) -> ParsedFile:
    """Read ``file`` as ``source`` would, behind the parser's wall. Raises UnreadablePage, ConfigError."""
    chosen = read_one_source(config, source)
    context = _context(chosen, category or chosen.categories[0].id, url, _content_type(file))
    parsed = _parse(file.read_bytes(), context)
    problems = [
        f"{file}: entry {one.position}: {one.field}: found {one.found!r}: {one.message}" for one in parsed.problems
    ]
    return ParsedFile([_as_dict(source, category, chosen, row) for row in parsed.listings], problems)


def explain_file(config: Path, source: str, file: Path, *, url: str | None, category: str | None) -> dict[str, Any]:
    """``file`` field by field, as :func:`explain_source`. Raises UnreadablePage, ConfigError."""
    chosen = read_one_source(config, source)
    context = _context(chosen, category or chosen.categories[0].id, url, _content_type(file))
    return _explained(file.read_bytes(), context, str(file))


def explain_source(
    source: Source, file: Path | None, observed_at: datetime, *, doors: Path, tell: Callable[[str], None]
) -> dict[str, Any]:
    """One page of the first category, field by field: how many entries have it, by which rule, and examples.

    Where no ``file`` is given the page is fetched as a run would, with the same patience (``doors``); ``tell`` is given
    a sentence before each wait. Raises RefusedError where the page could not be had, UnreadablePage, ConfigError.
    """
    category = source.categories[0].id
    if file is not None:
        return _explained(file.read_bytes(), _context(source, category, None, _content_type(file)), str(file))
    body, url, content_type = _fetch_one(source, observed_at, doors, tell)
    return _explained(body, _context(source, category, url, content_type), url or "")


def _explained(body: bytes, context: PageContext, origin: str) -> dict[str, Any]:
    """What was read of each field, by which rule, and what is missing; the problems."""
    parsed = _parse(body, context)
    rules: dict[str, dict[str, int]] = {}
    examples: dict[str, list[str]] = {}
    for entry in explain_page(body, context, limit=len(parsed.listings) + SKIPPED_SHOWN).entries:
        for reading in entry.fields if not entry.skipped else ():
            by_rule = rules.setdefault(reading.field, {})
            by_rule[reading.rule or MISSING] = by_rule.get(reading.rule or MISSING, 0) + 1
            if reading.raw is not None:
                examples.setdefault(reading.field, []).append(reading.raw)
    return {
        "source": context.source.source,
        "category": context.category_id,
        "from": origin,
        "items": len(parsed.listings),
        "fields": [
            {
                "field": name,
                "read": sum(count for rule, count in found.items() if rule != MISSING),
                "missing": found.get(MISSING, 0),
                "rules": {rule: count for rule, count in found.items() if rule != MISSING},
                "examples": list(dict.fromkeys(examples.get(name, [])))[:3],
            }
            for name, found in rules.items()
        ],
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
        f"{explained['source']} / {explained['category']}: {counted(explained['items'], 'entry')} "
        f"from {explained['from']}"
    )
    table = Table(box=None, header_style="bold", pad_edge=False)
    for title in ("field", "read", "missing", "first values, as shown", "rule"):
        table.add_column(title, justify="right" if title in {"read", "missing"} else "left", overflow="fold")
    for row in explained["fields"]:
        example = " | ".join(" ".join(value.split()) for value in row["examples"])
        rules = ", ".join(f"{rule} ({count})" for rule, count in row["rules"].items())
        table.add_row(row["field"], str(row["read"]), str(row["missing"]), Text(example[:90]), Text(rules or "-"))
    console.print(table)
    for problem in explained["problems"][:20]:
        console.print(
            f"entry {problem['position']}: {problem['field']}: found {problem['found']!r}: {problem['message']}"
        )


def _context(source: Source, category_id: str, url: str | None, content_type: str | None) -> PageContext:
    source.category(category_id)
    spec = read_spec(source.site)
    return PageContext(spec=spec, source=source, category_id=category_id, url=url, content_type=content_type)


def _parse(body: bytes, context: PageContext) -> Parsed:
    """Read behind the parser's wall first: what comes through it can be explained in this process."""
    from extractors.worker import ParserPool

    seconds = TABLE_SECONDS if context.spec.reader == "table" else PAGE_SECONDS
    with ParserPool(timeout_seconds=seconds, memory_mb=2048) as pool:
        return pool.parse(body, context)


def _as_dict(source: str, category: str | None, chosen: Source, row: Listing) -> dict[str, Any]:
    found = dict(zip(FIELDS, _ROW(row), strict=True))
    found["category_id"] = found["category_id"] or category or chosen.categories[0].id
    return {"source": source, **found}


def _content_type(file: Path) -> str | None:
    return mimetypes.guess_type(file.name)[0]


def _fetch_one(
    source: Source, observed_at: datetime, doors: Path, tell: Callable[[str], None]
) -> tuple[bytes, str | None, str | None]:
    """The first page of the first category, fetched by the collector's own rules into a throw-away archive."""
    from extractors.archive import Archive
    from extractors.fetch import fetch_categories

    one_page = source.categories[0].model_copy(update={"pages": 1})
    with tempfile.TemporaryDirectory(prefix="shelfradar-") as folder:
        archive = Archive(Path(folder))
        with archive.writer(source.source, observed_at, 0) as writer:
            asked = fetch_categories(source, [one_page], observed_at, archive=writer, doors=doors, tell=tell)
            capture = asyncio.run(asked)[0]
        if capture.outcome != "ok":
            raise RefusedError(
                f"{capture.requested_url}: {capture.outcome}: {capture.outcome_detail or capture.http_status}"
            )
        page = archive.read(capture)
    return page.body, capture.final_url, page.content_type
