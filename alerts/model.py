"""What an operator writes in ``config/alerts.yaml``, as strict models, and the version of a rule.

Reading the file is :mod:`alerts.rules`'s. Must not know marts, episodes or mail.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection
from functools import cached_property
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from alerts.coherence import check_recover, check_rule
from alerts.compare import Base
from alerts.condition import Begins, Condition
from alerts.figures import FIGURES, EntityKind, Figure, Measure
from alerts.people import Recipient
from extractors.brandkey import brand_key
from extractors.config import StrictModel
from extractors.source import Slug

Severity = Literal["immediate", "digest"]
Names = Annotated[list[str], Field(min_length=1)]


def _amount(value: float | str) -> float | str:
    """A number, or a share written '20%'."""
    if isinstance(value, str):
        try:
            float(value.removesuffix("%"))
        except ValueError:
            raise ValueError("a number such as 20000 (no separators, no unit), or a share such as 20%") from None
        if not value.endswith("%"):
            raise ValueError("a number without quotes, or a share such as 20%")
    return value


Amount = Annotated[float | str, AfterValidator(_amount)]


def _share(amount: float | str) -> float:
    return float(amount.removesuffix("%")) / 100 if isinstance(amount, str) else amount


class Match(StrictModel):
    """Which entities a rule looks at: every key given must hold; a list holds any of its values.

    ``source``: one, several, or left out for every source.
    """

    source: Slug | Annotated[list[Slug], Field(min_length=1)] | None = None
    category: list[Slug] | None = Field(default=None, min_length=1)
    watch_group: Names | None = None
    brand: Names | None = None
    shop: Names | None = None
    item: Names | None = None

    @property
    def sources(self) -> list[str] | None:
        """The sources named; None: every one."""
        return [self.source] if isinstance(self.source, str) else self.source


Place = Annotated[int, Field(ge=1, le=100_000)]


class When(StrictModel):
    """The fire condition: exactly one key. Met at equality. A share of the base is written '20%'."""

    above: Amount | None = None
    below: Amount | None = None
    rises_by: Amount | None = None
    falls_by: Amount | None = None
    enters_top: Place | None = None
    leaves_top: Place | None = None
    new_in_top: Place | None = None

    @model_validator(mode="after")
    def _one_key(self) -> Self:
        if len(self.model_fields_set) != 1:
            keys = "above, below, rises_by, falls_by, enters_top, leaves_top, new_in_top"
            raise ValueError(f"exactly one of {keys}")
        return self

    @property
    def place(self) -> int | None:
        """The N of a condition on the top N; None for another one."""
        return self.enters_top or self.leaves_top or self.new_in_top

    @property
    def level(self) -> tuple[str, float | str]:
        """The condition as one of the first four keys: a place in the top N is a rank at or better than N."""
        if self.place is None:
            return self.key, self.amount
        return ("above", self.place + 1) if self.leaves_top else ("below", self.place)

    @property
    def key(self) -> str:
        """The one key given."""
        return next(iter(self.model_fields_set))

    @property
    def amount(self) -> float | str:
        """Its value."""
        value: float | str = getattr(self, self.key)
        return value


class Defaults(StrictModel):
    """What a rule inherits where it does not say."""

    severity: Severity = "immediate"
    recipients: Names | None = None
    for_snapshots: int = Field(default=1, ge=1, le=60)
    recover_snapshots: int = Field(default=1, ge=1, le=60)
    escalate_by: Amount | None = None
    lost_after: int = Field(default=7, ge=1, le=365, description="complete snapshots without a figure")
    max_age_days: float = Field(default=3, gt=0, description="older observations are evaluated, never mailed")


class Rule(StrictModel):
    """One rule. What it leaves out of ``Defaults`` it inherits."""

    id: Slug
    title: str
    match: Match
    of: EntityKind
    metric: str
    measure: Measure | None = None
    compare: Base = "absolute"
    when: When
    recover: Amount | None = None
    severity: Severity | None = None
    recipients: Names | None = None
    for_snapshots: int | None = Field(default=None, ge=1, le=60)
    recover_snapshots: int | None = Field(default=None, ge=1, le=60)
    escalate_by: Amount | None = None
    lost_after: int | None = Field(default=None, ge=1, le=365)
    max_age_days: float | None = Field(default=None, gt=0)

    @model_validator(mode="after")
    def _coherent(self) -> Self:
        check_rule(self)
        check_recover(self, condition_of(self, Defaults()))
        return self

    @property
    def figure(self) -> Figure:
        """The figure the rule looks at."""
        return FIGURES[self.of][self.metric]

    @cached_property
    def version(self) -> str:
        """Hash of what the rule decides by. Recipients, severity and titles may change without a new version."""
        told = {"title", "severity", "recipients", "max_age_days"}
        content = json.dumps(
            self.model_dump(mode="json", exclude=told, exclude_none=True), sort_keys=True, ensure_ascii=True
        )
        return hashlib.sha256(content.encode()).hexdigest()[:16]

    @property
    def condition_text(self) -> str:
        """The fire condition as a person wrote it: above 20000 (not 20000.0), rises_by 20%."""
        amount = self.when.amount
        return f"{self.when.key} {amount if isinstance(amount, str) else f'{amount:.15g}'}"

    def looks_at(self, source: str) -> bool:
        """Whether the rule is about that source."""
        return self.match.sources is None or source in self.match.sources

    @property
    def brand_keys(self) -> list[str] | None:
        """The brands of the match, folded."""
        if self.match.brand is None:
            return None
        return [key for key in map(brand_key, self.match.brand) if key is not None]


class Rules(StrictModel):
    """All of ``config/alerts.yaml``. ``engineers``: who gets data-quality notices."""

    recipients: dict[Slug, Recipient] = Field(min_length=1)
    groups: dict[Slug, Names] = Field(default_factory=dict)
    engineers: Names
    defaults: Defaults = Defaults()
    rules: list[Rule]

    def effective(self, rule: Rule) -> Rule:
        """The rule with every inherited key filled in."""
        inherited = {
            key: value
            for key, value in self.defaults.model_dump().items()
            if value is not None and getattr(rule, key) is None
        }
        return changed(rule, **inherited)

    def sources_of(self, rule: Rule, known: Collection[str]) -> list[str]:
        """The sources a rule looks at: those it names, or all that are known."""
        return sorted(known) if rule.match.sources is None else rule.match.sources

    def names_of(self, names: Collection[str] | None) -> list[str]:
        """Recipients behind names of recipients and groups, each once, in order. Raises KeyError."""
        found: dict[str, None] = {}
        for name in names or []:
            for one in [name] if name in self.recipients else self.groups[name]:
                found[one] = None
        return list(found)


def condition_of(rule: Rule, defaults: Defaults) -> Condition:
    """The pure condition of a rule: falls_by becomes below a negative distance."""
    key, amount = rule.when.level
    down = key in {"below", "falls_by"}
    relative = isinstance(amount, str) and rule.compare != "absolute"
    begins: Begins = "after_calm" if rule.when.leaves_top else "when_new" if rule.when.new_in_top else "whenever"
    sign = -1 if rule.when.key == "falls_by" or (down and rule.compare == "own") else 1
    escalate = rule.escalate_by if rule.escalate_by is not None else defaults.escalate_by
    return Condition(
        direction="below" if down else "above",
        threshold=sign * _share(amount),
        recover=None if rule.recover is None else sign * _share(rule.recover),
        compare=rule.compare,
        relative=relative,
        for_snapshots=rule.for_snapshots or defaults.for_snapshots,
        recover_snapshots=rule.recover_snapshots or defaults.recover_snapshots,
        escalate_by=None if escalate is None or rule.when.place else _share(escalate),
        escalate_relative=isinstance(escalate, str),
        lost_after=rule.lost_after or defaults.lost_after,
        begins=begins,
        counts_absence=rule.when.place is not None,
    )


def changed(rule: Rule, **update: object) -> Rule:
    """A copy of the rule with other values; its version is its own."""
    copy = rule.model_copy(update=update)
    copy.__dict__.pop("version", None)
    return copy
