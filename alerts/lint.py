"""What is legal in a rule and yet not meant: thresholds that the steps of a site's display can never prove. Pure."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from alerts.model import Rule, Rules, condition_of

_AS_SHOWN = frozenset({"units_shown", "units_30d"})


@dataclass(frozen=True, slots=True)
class Hint:
    """Something an operator should know about a rule, in words."""

    rule_id: str
    text: str


def lint_rules(rules: Rules, ladders: Mapping[str, Sequence[int]]) -> list[Hint]:
    """Hints about rules on items' sales. ``ladders``: source -> rising steps of its "N+" figures, units in 30 days."""
    hints: list[Hint] = []
    for declared in rules.rules:
        rule = rules.effective(declared)
        condition, ladder = condition_of(rule, rules.defaults), _ladder(rule, ladders)
        bare = rule.of != "item" or rule.metric not in _AS_SHOWN or condition.compare != "absolute"
        if bare or not ladder or condition.direction != "above":
            continue
        place = bisect_left(ladder, condition.threshold)
        if place == len(ladder):
            text = f"above {condition.threshold:,.0f} can't be proved: the site shows no more than {ladder[-1]:,}+"
            hints.append(Hint(rule.id, text))
        elif ladder[place] != condition.threshold:
            text = f"above {condition.threshold:,.0f} falls between two steps: it is proved only at {ladder[place]:,}"
            hints.append(Hint(rule.id, text))
    return hints


def _ladder(rule: Rule, ladders: Mapping[str, Sequence[int]]) -> Sequence[int]:
    """The steps of the rule's sources, where they are one and the same."""
    named = rule.match.sources or list(ladders)
    found = {tuple(ladders.get(name, ())) for name in named}
    return found.pop() if len(found) == 1 else ()
