"""Rules that tell the same reader of the same figure of the same thing, in the same direction. Pure.

Only what is certain from the rules alone: one means all that the other means, or as much of it as their lists share.
Whether an item belongs to a brand is not known here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from alerts.model import Rule, Rules, condition_of

NAMED = 5
_KEYS = ("category", "watch_group", "shop", "item")


@dataclass(frozen=True, slots=True)
class _Meant:
    """A rule, what its match asks for by key, and who is told."""

    rule: Rule
    asked: dict[str, frozenset[str]]
    readers: frozenset[str]

    def meets(self, other: _Meant) -> bool:
        """Whether there surely is something that both mean, and somebody whom both tell."""
        mine, theirs = self.asked.keys(), other.asked.keys()
        if self.readers.isdisjoint(other.readers) or not (mine <= theirs or theirs <= mine):
            return False
        return not any(self.asked[key].isdisjoint(other.asked[key]) for key in mine & theirs)


def overlapping(rules: Rules, effective: Sequence[Rule]) -> dict[str, str]:
    """Rule id -> which other rules mean things that it means too, in words; told of the broader one, or the later."""
    alike: dict[tuple[object, ...], list[_Meant]] = defaultdict(list)
    for rule in effective:
        moves = rule.when.key if rule.when.place else condition_of(rule, rules.defaults).direction
        alike[rule.of, rule.metric, rule.measure, rule.compare, moves, rule.severity].append(_meant(rules, rule))
    found: dict[str, list[str]] = defaultdict(list)
    for several in alike.values():
        for one, other in _pairs(several):
            if one.meets(other):
                broad, narrow = (other, one) if len(other.asked) <= len(one.asked) else (one, other)
                found[broad.rule.id].append(narrow.rule.id)
    return {name: _words(others) for name, others in found.items()}


def _words(others: Sequence[str]) -> str:
    more = f" and {len(others) - NAMED} more" if len(others) > NAMED else ""
    return f"it overlaps with {', '.join(others[:NAMED])}{more}: the same reader is told of the same thing by each"


def _meant(rules: Rules, rule: Rule) -> _Meant:
    asked = {key: frozenset(getattr(rule.match, key)) for key in _KEYS if getattr(rule.match, key) is not None}
    if rule.brand_keys is not None:
        asked["brand"] = frozenset(rule.brand_keys)
    if rule.match.sources is not None:
        asked["source"] = frozenset(rule.match.sources)
    return _Meant(rule, asked, frozenset(rules.names_of(rule.recipients)))


def _pairs(several: Sequence[_Meant]) -> Iterator[tuple[_Meant, _Meant]]:
    """Each pair that may meet once, the earlier rule first. Rules of single items are looked up by item, so that ten
    thousand of them cost no hundred million comparisons."""
    by_item: dict[str, list[_Meant]] = defaultdict(list)
    broad: list[_Meant] = []
    narrow: list[_Meant] = []
    for one in several:
        items = one.asked.get("item")
        if items is None:
            yield from ((earlier, one) for earlier in [*broad, *narrow])
            broad.append(one)
            continue
        near = {earlier.rule.id: earlier for item in items for earlier in by_item[item]}
        yield from ((earlier, one) for earlier in [*broad, *near.values()])
        narrow.append(one)
        for item in items:
            by_item[item].append(one)
