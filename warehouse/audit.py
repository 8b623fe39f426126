"""The verdict of an audit: what was accepted, what was turned away and why, category by category.

Written once as ``audit.json`` beside the staged files, so that the load (another process, perhaps another day) decides
nothing by itself. Knows neither SQL nor Great Expectations.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from pydantic import TypeAdapter

from extractors.stagedir import StageDir

Status = Literal["ok", "incomplete", "refused"]


@dataclass(slots=True, kw_only=True)
class CategoryAudit:
    """One category of one stage. Counts are rows; ``captured`` and ``expected`` count organic entries."""

    category_id: str
    category_title: str
    status: Status
    reasons: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    staged: int = 0
    captured: int = 0
    sponsored: int = 0
    quarantined: int = 0
    expected: int = 0
    coverage: float = 0.0
    complete: bool = False
    parser_version: str


@dataclass(slots=True, kw_only=True)
class Recorded:
    """What Great Expectations recorded: rows it saw, expectations met and missed, where its Data Docs are."""

    rows: int
    met: int
    missed: int
    data_docs: str


@dataclass(slots=True, kw_only=True)
class Audit:
    """The verdict on one stage."""

    source: str
    observed_at: datetime
    staged: int
    accepted: int
    quarantined: int
    categories: dict[str, CategoryAudit]
    recorded: Recorded | None = None

    @property
    def refused(self) -> list[str]:
        """The ids of the refused categories."""
        return [one.category_id for one in self.categories.values() if one.status == "refused"]

    def summary(self) -> dict[str, Any]:
        """Counts and states for people and XCom, never rows."""
        return {
            "accepted": self.accepted,
            "quarantined": self.quarantined,
            "categories": {one.category_id: one.status for one in self.categories.values()},
            "reasons": {one.category_id: one.reasons for one in self.categories.values() if one.reasons},
            "warnings": {one.category_id: one.warnings for one in self.categories.values() if one.warnings},
        }


_ADAPTER = TypeAdapter(Audit)


def write_audit(stage: StageDir, audit: Audit) -> None:
    """Write ``audit.json``, whole or not at all."""
    stage.write_text(stage.audit, _ADAPTER.dump_json(audit, indent=2).decode())


def read_audit(stage: StageDir) -> Audit:
    """The verdict on a stage. Raises FileNotFoundError where it was not audited, ValueError where it is broken."""
    return _ADAPTER.validate_json(stage.audit.read_bytes())
