"""What the command line asks of the alert rules: hints, backtests, silences."""

from __future__ import annotations

from alerts.lint import Hint, lint_rules
from alerts.rules import Rule, Rules
from extractors.spec import read_spec
from shelfradar.configuration import Configuration
from shelfradar.errors import RefusedError


def hints(configuration: Configuration) -> list[Hint]:
    """What is legal in the rules and yet not meant, given the display ladders of the sources' sites."""
    specs = {name: read_spec(source.site) for name, source in configuration.sources.items()}
    ladders = {name: spec.units.ladder for name, spec in specs.items() if spec.units and spec.units.ladder}
    return lint_rules(configuration.rules, ladders)


def find_rule(rules: Rules, rule_id: str) -> Rule:
    """The rule of that id. Raises RefusedError with the ids that there are."""
    for rule in rules.rules:
        if rule.id == rule_id:
            return rule
    known = ", ".join(rule.id for rule in rules.rules[:30]) or "none"
    raise RefusedError(f"rule: found {rule_id!r}; expected one of: {known}")
