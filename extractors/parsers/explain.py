"""Why a page reads as it does: every field of an entry with the rule that found it. For people writing a site spec."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from extractors.parsers.build import ListCount, ListingBuilder, ListKey
from extractors.parsers.compile import CompiledSpec
from extractors.parsers.page import PageContext, Parsed, UnreadablePage
from extractors.parsers.values import store_of
from extractors.spec import FieldRule

SHOWN_LENGTH = 200


@dataclass(frozen=True, slots=True)
class FieldReading:
    """One field of one entry. ``rule``: the alternative that found something (None: none did, the field is missing);
    ``raw``: what stood there; ``columns``: what was made of it, empty where it was not understood."""

    field: str
    rule: str | None
    raw: str | None
    columns: dict[str, Any]


@dataclass(frozen=True, slots=True)
class ExplainedEntry:
    """One entry of the page, from 1, skipped ones included."""

    entry: int
    category_id: str
    skipped: bool
    sponsored: bool
    fields: list[FieldReading]

    @property
    def missing(self) -> list[str]:
        """The fields for which no rule found anything."""
        return [one.field for one in self.fields if one.rule is None]


@dataclass(frozen=True, slots=True)
class Explained:
    """The first entries explained, beside what the whole page reads as; ``refusal`` where it can't be read."""

    entries: list[ExplainedEntry] = field(default_factory=list)
    parsed: Parsed = field(default_factory=Parsed)
    refusal: UnreadablePage | None = None


class ExplainingBuilder(ListingBuilder):
    """A builder that also keeps how it read the first entries."""

    def __init__(self, compiled: CompiledSpec, context: PageContext, limit: int) -> None:
        super().__init__(compiled, context)
        self.explained: list[ExplainedEntry] = []
        self._compiled = compiled
        self._limit = limit

    def add_entry(self, entry: Any, key: ListKey, count: ListCount) -> None:
        """Read one entry, and keep how."""
        if len(self.explained) < self._limit:
            compiled = self._compiled
            fields = [self._reading(name, entry) for name in compiled.alternatives]
            skipped = any(skip(entry) is not None for skip in compiled.skip)
            sponsored = compiled.sponsored is not None and compiled.sponsored(entry) is not None
            number = len(self.explained) + 1
            self.explained.append(ExplainedEntry(number, key.category_id, skipped, sponsored, fields))
        super().add_entry(entry, key, count)

    def _reading(self, name: str, entry: Any) -> FieldReading:
        rules = [rule for rule, _ in self._compiled.alternatives[name]]
        for rule, getter in self._compiled.alternatives[name]:
            raw = getter(entry)
            if raw is not None:
                columns: dict[str, Any] = {}
                understood = store_of(name, rules, self._context)(columns, raw)
                return FieldReading(name, place_of(rule), str(raw)[:SHOWN_LENGTH], columns if understood else {})
        return FieldReading(name, None, None, {})


def place_of(rule: FieldRule) -> str:
    """A rule as its author wrote it, short."""
    place = rule.short or rule.css or rule.path or rule.column or ""
    if rule.attr is not None:
        place = f"{place}@{rule.attr}"
    if rule.regex is not None:
        place = f"{place} ~ {rule.regex}"
    return place or "default"
