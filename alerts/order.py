"""What a delivery tells first, and what it folds: several things about one entity under one rule are one card. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from alerts.facts import Facts, NoticeFacts, Told

_ORDER = ("notice", "escalated", "fired", "resolved", "already", "lost", "possible", "weekly")


def arranged(told: Sequence[Told]) -> list[Told]:
    """Folded and in the order of a mail: immediate things before digest lines, then category by category.

    The category with the weightiest news stands first; inside one what weighs most, then the larger figure.
    """
    folded = fold(told)
    first: dict[tuple[bool, str, str], int] = {}
    for one in folded:
        first[_place(one)] = min(_news(one), first.get(_place(one), len(_ORDER)))

    def weight(one: Told) -> tuple[bool, int, str, str, int, float, str]:
        digest, source, category = _place(one)
        low = one.low or 0 if isinstance(one, Facts) else 0
        return digest, first[_place(one)], source, category, _news(one), -low, one.to_json()

    return sorted(folded, key=weight)


def fold(told: Sequence[Told]) -> list[Told]:
    """``told`` with one thing for each rule and entity: the latest, which keeps what came before it in ``before``."""
    latest: dict[tuple[str, ...], Facts] = {}
    others: list[Told] = []
    for one in sorted(told, key=lambda one: one.at):
        if not isinstance(one, Facts):
            others.append(one)
            continue
        key = (one.rule_id, one.source, one.category_id, one.entity_kind, one.entity_id)
        earlier = latest.get(key)
        if earlier is not None:
            said = [*earlier.before, (_name(earlier), earlier.at, earlier.low, earlier.high)]
            severity = "immediate" if "immediate" in {one.severity, earlier.severity} else one.severity
            one = replace(one, before=said, severity=severity)  # noqa: PLW2901 (the same thing, fuller)
        latest[key] = one
    return [*latest.values(), *others]


def _place(told: Told) -> tuple[bool, str, str]:
    if isinstance(told, Facts | NoticeFacts):
        return told.severity == "digest", told.source, told.category_id
    return True, "", ""


def _news(told: Told) -> int:
    """How soon a thing is told, 0 first: what changed before what was so when it was first seen."""
    if isinstance(told, NoticeFacts) and told.over:
        return _ORDER.index("resolved")
    return _ORDER.index(_name(told))


def _name(told: Told) -> str:
    return "already" if isinstance(told, Facts) and told.transition == "fired" and told.first_seen else told.transition
