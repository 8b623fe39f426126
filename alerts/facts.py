"""What one alert says, as plain data: the outbox keeps it as JSON and the mail is written from it alone. Pure."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

NoticeKind = Literal["refused", "incomplete", "blocked", "failed", "stale", "test"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """The archived page a figure was read from."""

    capture_id: str
    url: str | None
    sha256: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """One edge of one entity. Times are ISO 8601 UTC; figures in ``unit``, spans in it or as shares of the base."""

    transition: str
    rule_id: str
    rule_title: str
    source: str
    category_id: str
    category_title: str
    entity_kind: str
    entity_id: str
    name: str
    ownership: str | None
    url: str | None
    metric: str
    measure: str | None
    unit: str
    currency: str | None
    compare: str
    when_key: str
    when_amount: float | str
    recover: float | str | None
    for_snapshots: int
    start: str
    at: str
    first_seen: bool
    proved: bool
    low: float | None
    high: float | None
    text: str | None
    span_low: float | None
    span_high: float | None
    told: float | None
    previous_at: str | None
    previous_low: float | None
    previous_high: float | None
    previous_text: str | None
    own_name: str | None
    own_low: float | None
    own_high: float | None
    own_text: str | None
    series: list[tuple[str, float, float | None]] = field(default_factory=list)
    evidence: list[Evidence] = field(default_factory=list)
    simulated: bool
    timezone: str

    def to_json(self) -> str:
        """The facts as one line of JSON."""
        return json.dumps(asdict(self), ensure_ascii=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeFacts:
    """One data-quality incident, for the engineers: what is wrong with which data since when, in words."""

    transition: Literal["notice"] = "notice"
    kind: NoticeKind
    source: str
    category_id: str
    category_title: str
    start: str
    at: str
    reason: str
    simulated: bool
    timezone: str

    def to_json(self) -> str:
        """The facts as one line of JSON."""
        return json.dumps(asdict(self), ensure_ascii=False)


def read_facts(text: str) -> Facts | NoticeFacts:
    """The facts in a payload. Raises ValueError or TypeError for one that was not written here."""
    data: dict[str, Any] = json.loads(text)
    if data["transition"] == "notice":
        return NoticeFacts(**data)
    data["evidence"] = [Evidence(**one) for one in data["evidence"]]
    data["series"] = [(at, low, high) for at, low, high in data["series"]]
    return Facts(**data)
