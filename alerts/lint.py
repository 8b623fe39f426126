"""What is legal in a rule and yet not meant: a line no page can prove, a condition that can't come true, a match that
means nothing, two rules that tell the same. Pure: what the sites show and whom the watchlist holds is handed over.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from alerts.model import Defaults, Rule, Rules, condition_of
from alerts.overlaps import overlapping

Kind = Literal["unprovable", "never_true", "never_over", "matches_nothing", "overlaps"]
_SALES = frozenset({"units_30d", "units_per_day", "units_shown", "gmv_30d", "profit_30d"})


@dataclass(frozen=True, slots=True)
class Hint:
    """Something an operator should know about a rule, in words."""

    rule_id: str
    text: str
    kind: Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What the sales figures of a source are, where their text does not say. ``ladder``: rising steps of its "N+"
    figures; ``window_days``: of trailing ones, None for counters. ``sales`` False: its pages show none."""

    ladder: Sequence[int] = ()
    window_days: int | None = None
    sales: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What rules are held against. ``members``: watch group -> kind (brand, shop, item) -> sources that it names some
    in; None: in every source. ``own``: those of the groups that are ours."""

    shown: Mapping[str, Shown] = field(default_factory=dict)
    members: Mapping[str, Mapping[str, set[str] | None]] | None = None
    own: frozenset[str] = frozenset()


def lint_rules(rules: Rules, around: Surroundings) -> list[Hint]:
    """Hints about the rules, in their order."""
    effective = [rules.effective(rule) for rule in rules.rules]
    shared = overlapping(rules, effective)
    hints: list[Hint] = []
    for rule in effective:
        found: list[tuple[Kind, str | None]] = [
            ("never_true", _never_true(rule) or _no_figures(rule, rules, around)),
            ("never_over", _never_over(rule)),
            ("matches_nothing", _matches_nothing(rule, rules, around)),
            ("unprovable", _unprovable(rule, rules, around)),
            ("overlaps", shared.get(rule.id)),
        ]
        hints += [Hint(rule.id, text, kind) for kind, text in found if text]
    return hints


def _number(value: float) -> str:
    return f"{value:,.15g}"


def _never_true(rule: Rule) -> str | None:
    """Where the line lies outside what the figure can be, or the change outside what it can change by."""
    condition, figure = condition_of(rule, Defaults()), rule.figure
    least, most = figure.least, figure.most
    line, up = condition.threshold, condition.direction == "above"
    if condition.relative:
        whole = least == 0 and not up and (line < -1 or (line == -1 and figure.positive))
        return f"{rule.condition_text} can't come true: a figure falls by less than itself at most" if whole else None
    if rule.compare == "absolute":
        if up and most is not None and line > most:
            return f"{rule.condition_text} can't come true: {rule.metric} is {_number(most)} at most"
        if not up and least is not None and (line < least or (line == least and figure.positive)):
            more = "more than " if figure.positive else "at least "
            return f"{rule.condition_text} can't come true: {rule.metric} is {more}{_number(least)}"
    elif least is not None and most is not None and abs(line) > most - least:
        return f"{rule.condition_text} can't come true: {rule.metric} lies between {_number(least)} and {_number(most)}"
    return None


def _never_over(rule: Rule) -> str | None:
    """Where the recovery line lies outside what the figure can be."""
    if rule.recover is None or rule.compare != "absolute":
        return None
    condition, figure = condition_of(rule, Defaults()), rule.figure
    line = condition.recover
    if line is None:
        return None
    if condition.direction == "above":
        beyond = figure.least is not None and (line < figure.least or (line == figure.least and figure.positive))
    else:
        beyond = figure.most is not None and line > figure.most
    return f"recover {_number(line)} is never reached: an episode would not end" if beyond else None


def _no_figures(rule: Rule, rules: Rules, around: Surroundings) -> str | None:
    """Where the pages show no sales, or there is nothing of ours to compare with."""
    sources = rules.sources_of(rule, around.shown)
    sales = rule.metric in _SALES or rule.measure in _SALES
    if sales and sources and all(name in around.shown and not around.shown[name].sales for name in sources):
        return f"{rule.metric} can't come true: the pages of {', '.join(sources)} show no sales figure"
    if rule.compare == "own" and around.members is not None:
        kinds = ("brand",) if rule.of == "brand" else ("brand", "shop", "item")
        groups = [group for group in around.own if group in around.members]
        if not any(_names(around.members[group], kinds, sources) for group in groups):
            return f"compare: own can't come true: the watchlist has nothing of ours in {', '.join(sources)}"
    return None


def _matches_nothing(rule: Rule, rules: Rules, around: Surroundings) -> str | None:
    if rule.match.watch_group is None or around.members is None:
        return None
    kinds = ("brand",) if rule.of == "brand" else ("brand", "shop", "item")
    sources = rules.sources_of(rule, around.shown)
    groups = [group for group in rule.match.watch_group if group in around.members]
    if any(_names(around.members[group], kinds, sources) for group in groups):
        return None
    named = " and ".join(rule.match.watch_group)
    return f"it matches nothing: {named} names no {' or '.join(kinds)} in {', '.join(sources) or 'any source'}"


def _names(members: Mapping[str, set[str] | None], kinds: Sequence[str], sources: Sequence[str]) -> bool:
    """Whether a group names something of these kinds in one of the sources."""
    for kind in kinds:
        where = members.get(kind, set())
        if where is None or not where.isdisjoint(sources):
            return True
    return False


def _unprovable(rule: Rule, rules: Rules, around: Surroundings) -> str | None:
    """Where an absolute line on an item's sales falls between two steps of the display, or past its last one."""
    steps, condition = _steps(rule, rules, around), condition_of(rule, rules.defaults)
    if not steps or condition.compare != "absolute":
        return None
    line = condition.threshold
    told = _proved_above(line, steps) if condition.direction == "above" else _proved_below(line, steps)
    counters = [name for name in rules.sources_of(rule, around.shown) if around.shown[name].window_days is None]
    if told and counters and rule.metric == "units_30d":
        return f"where the page itself says that a figure is of 30 days: {told}"
    return told


def _proved_above(line: float, steps: Sequence[float]) -> str | None:
    reached = [step for step in steps if step >= line]
    if not reached:
        return f"above {_number(line)} can't be proved: the site shows no more than {_number(steps[-1])}+"
    if reached[0] != line:
        return f"above {_number(line)} falls between two steps: it is proved only at {_number(reached[0])}"
    return None


def _proved_below(line: float, steps: Sequence[float]) -> str | None:
    """A step reaches to one below the next, so that a figure is under a line only where that one is."""
    place = bisect_right(steps, line + 1)
    if place == 0:
        return f"below {_number(line)} can't be proved: the site's first step is {_number(steps[0])}+"
    if line not in {steps[place - 1], steps[place - 1] - 1}:
        return f"below {_number(line)} falls between two steps: it is proved only under {_number(steps[place - 1])}"
    return None


def _steps(rule: Rule, rules: Rules, around: Surroundings) -> Sequence[float]:
    """The steps of the rule's figure, where they are one and the same in all its sources."""
    if rule.of != "item" or rule.metric not in {"units_shown", "units_30d", "units_per_day"}:
        return ()
    days = {"units_30d": 30.0, "units_per_day": 1.0}.get(rule.metric)
    found: set[tuple[float, ...]] = set()
    for name in rules.sources_of(rule, around.shown):
        shown = around.shown.get(name, Shown())
        if days is None:
            found.add(tuple(shown.ladder))
        elif shown.window_days is None and rule.metric != "units_30d":
            found.add(())  # a counter's rate is a difference: it takes no steps
        else:
            found.add(tuple(step * days / (shown.window_days or 30) for step in shown.ladder))
    return found.pop() if len(found) == 1 else ()
