"""The capture record: one page that was asked for (or one imported file), and what came of it.

The fields are the columns of the table ``capture`` (``warehouse/schema/0001_facts.sql``). Fetching writes these as JSON
Lines, extraction and the warehouse read them. Nothing secret is in one: addresses are masked before they get here.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal

from extractors.stagedir import replacing

Outcome = Literal[
    "ok", "blocked", "robots_denied", "http_error", "timeout", "too_large", "refused_address", "empty", "unreadable"
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """One row of ``capture``. ``body_bytes`` is the decoded size, ``sha256`` the digest of the archived payload."""

    capture_id: str
    source: str
    category_id: str
    page_no: int
    observed_at: datetime
    observed_on: date
    requested_url: str | None = None
    final_url: str | None = None
    fetched_at: datetime | None = None
    http_status: int | None = None
    outcome: Outcome
    outcome_detail: str | None = None
    body_bytes: int | None = None
    sha256: str | None = None
    warc_file: str | None = None
    warc_offset: int | None = None
    warc_length: int | None = None


def new_capture_id() -> str:
    """A fresh identity, in the form WARC record ids have."""
    return f"<{uuid.uuid4().urn}>"


def write_captures(path: Path, captures: Iterable[Capture]) -> None:
    """``captures`` as the whole of ``path``, one JSON object a line."""
    with replacing(path) as temporary, temporary.open("w", encoding="utf-8") as file:
        for capture in captures:
            file.write(json.dumps(_row(capture), ensure_ascii=False, default=_iso) + "\n")


def read_captures(path: Path) -> list[Capture]:
    """The captures in ``path``. Raises ValueError that names file and line where one is not a capture."""
    captures = []
    with path.open(encoding="utf-8") as file:
        for number, line in enumerate(file, start=1):
            try:
                captures.append(_capture(json.loads(line)))
            except (ValueError, TypeError, KeyError) as error:
                raise ValueError(f"{path}:{number}: not a capture record: {error}") from error
    return captures


def _row(capture: Capture) -> dict[str, Any]:
    """As ``asdict``, which copies each value deeply and takes ten times as long."""
    return {field.name: getattr(capture, field.name) for field in fields(capture)}


def _iso(value: datetime | date) -> str:
    return value.isoformat()


def _capture(row: Any) -> Capture:
    if not isinstance(row, dict):
        raise TypeError(f"{type(row).__name__}, expected an object")
    unknown = row.keys() - {field.name for field in fields(Capture)}
    if unknown:
        raise ValueError(f"unknown keys {', '.join(sorted(unknown))}")
    row["observed_at"] = datetime.fromisoformat(row["observed_at"])
    row["observed_on"] = date.fromisoformat(row["observed_on"])
    if row.get("fetched_at") is not None:
        row["fetched_at"] = datetime.fromisoformat(row["fetched_at"])
    return Capture(**row)
