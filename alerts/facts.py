"""What one alert says, as plain data: the outbox keeps it as JSON and the mail is written from it alone. Pure."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

NoticeKind = Literal["refused", "incomplete", "blocked", "failed", "stale", "undelivered", "test"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """The archived page a figure was read from; ``item_id``: an item it shows, by which it is taken out again."""

    capture_id: str
    url: str | None
    sha256: str | None
    item_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """One edge of one entity. Times are ISO 8601 UTC; figures in ``unit``, spans in it or as shares of the base.

    ``basis``: what the sales figure is (metrics.md section 4); None for other figures and in older rows.
    ``before``: what the same mail would also tell of the entity: (transition, time, low, high), oldest first.
    """

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
    severity: str = "immediate"
    basis: str | None = None
    before: list[tuple[str, str, float | None, float | None]] = field(default_factory=list)

    def to_json(self) -> str:
        """The facts as one line of JSON."""
        return json.dumps(asdict(self), ensure_ascii=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeFacts:
    """One data-quality incident, for the engineers: what is wrong with which data since when, in words.

    ``over``: it has ended, at ``at``.
    """

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
    over: bool = False
    severity: str = "immediate"

    def to_json(self) -> str:
        """The facts as one line of JSON."""
        return json.dumps(asdict(self), ensure_ascii=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """A source in a quiet week: how many of its last seven days had complete data."""

    source: str
    title: str
    complete_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WeeklyFacts:
    """A week in which a recipient was told nothing: that the rules were watching, over which data.

    ``beyond``: what is still beyond its line since before, as 'rule: name' lines.
    """

    transition: Literal["weekly"] = "weekly"
    rules: int
    watched: list[Watched] = field(default_factory=list)
    beyond: list[str] = field(default_factory=list)
    start: str
    at: str
    simulated: bool
    timezone: str
    severity: str = "digest"

    def to_json(self) -> str:
        """The facts as one line of JSON."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @property
    def complete_days(self) -> int:
        """Days of the week on which every watched source had complete data, at most."""
        return min((one.complete_days for one in self.watched), default=0)


Told = Facts | NoticeFacts | WeeklyFacts


def read_facts(text: str) -> Told:
    """The facts in a payload. Raises ValueError or TypeError for one that was not written here."""
    data: dict[str, Any] = json.loads(text)
    if data["transition"] == "notice":
        return NoticeFacts(**data)
    if data["transition"] == "weekly":
        return WeeklyFacts(**{**data, "watched": [Watched(**one) for one in data["watched"]]})
    data["evidence"] = [Evidence(**one) for one in data["evidence"]]
    data["series"] = [(at, low, high) for at, low, high in data["series"]]
    return Facts(**data)
