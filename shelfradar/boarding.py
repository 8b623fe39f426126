"""Hands the boards the levels that alert rules watch: the one place where config/alerts.yaml meets the boards."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from alerts.model import Rule
    from boards.thresholds import Threshold


def read_thresholds(path: Path) -> list[Threshold] | None:
    """The fixed levels of the rules in ``path``. Rules that compare with a base of their own (previous, mean_7d, own …)
    have no level to draw and are left out.

    None where the file is absent or holds a mistake: the alerts step fails on it and names the line; the boards show
    yesterday's market no longer for it, and say that no levels are drawn.
    """
    from alerts.rules import read_rules
    from extractors.config import ConfigError

    try:
        rules = read_rules(path).rules
    except (ConfigError, FileNotFoundError):
        return None
    every: list[str | None] = [None]
    return [
        _threshold(rule, source)
        for rule in rules
        if rule.compare == "absolute"
        for source in rule.match.sources or every
    ]


def _threshold(rule: Rule, source: str | None) -> Threshold:
    from alerts.model import Defaults, condition_of
    from boards.thresholds import Threshold

    condition = condition_of(rule, Defaults())
    direction: Literal["above", "below"] = "above" if condition.direction == "above" else "below"

    def names(values: list[str] | None) -> frozenset[str] | None:
        return None if values is None else frozenset(values)

    return Threshold(
        rule_id=rule.id,
        title=rule.title,
        source=source,
        of=rule.of,
        metric=rule.metric,
        measure=rule.measure,
        direction=direction,
        fire=condition.threshold,
        recover=condition.recover,
        categories=names(rule.match.category),
        watch_groups=names(rule.match.watch_group),
        brand_keys=names(rule.brand_keys),
        shops=names(rule.match.shop),
        items=names(rule.match.item),
    )
