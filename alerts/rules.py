"""Reading ``config/alerts.yaml``: the rules, or every problem of the file at once.

Beyond what the models ask for, every name must stand for something: recipients, sources, categories, watch groups.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from difflib import get_close_matches
from pathlib import Path

from alerts.bulk import RulesFile, read_bulk
from alerts.model import Defaults, Rule, Rules, Severity, condition_of
from alerts.people import Recipient
from extractors.config import ConfigError, Problem, line_of, read_model, read_yaml
from extractors.source import Source

NAMED = 12
__all__ = ["Defaults", "Recipient", "Rule", "Rules", "Severity", "check_rules", "condition_of", "read_rules"]


def read_rules(
    path: Path, sources: Mapping[str, Source] | None = None, watch_groups: Collection[str] | None = None
) -> Rules:
    """The rules in ``path``, checked against the known sources and watch groups where given.

    Raises ConfigError with every problem: file, line, key, what was found, what was expected.
    """
    rules: Rules = read_model(path, RulesFile)
    if isinstance(rules, RulesFile) and rules.bulk:
        rules = _with_tables(path, rules)
    problems = check_rules(rules, path, sources, watch_groups)
    if problems:
        raise ConfigError(problems)
    return rules


def _with_tables(path: Path, file: RulesFile) -> Rules:
    """The rules with those of the tables after them."""
    found, problems = list(file.rules), list[Problem]()
    for bulk in file.bulk:
        try:
            found += read_bulk(path, bulk, file)
        except ConfigError as error:
            problems += error.problems
    if problems:
        raise ConfigError(problems)
    return file.model_copy(update={"rules": found})


def check_rules(
    rules: Rules,
    path: Path,
    sources: Mapping[str, Source] | None = None,
    watch_groups: Collection[str] | None = None,
) -> list[Problem]:
    """Names in the file that stand for nothing: recipients, sources, categories, watch groups; doubled rule ids."""
    found = _unknown_recipients(rules) + _doubled(rules)
    for number, rule in enumerate(rules.rules):
        found += _unknown_places(number, rule, sources)
        if watch_groups is not None:
            for name in rule.match.watch_group or []:
                if name not in watch_groups:
                    found.append(
                        (("rules", number, "match", "watch_group"), name, _one_of("group", name, watch_groups))
                    )
    data = read_yaml(path) if found else None
    return [
        Problem(str(path), line_of(data, keys), ".".join(map(str, keys)), repr(name), expected)
        for keys, name, expected in found
    ]


_Found = tuple[tuple[str | int, ...], str, str]


def _unknown_recipients(rules: Rules) -> list[_Found]:
    people, both = set(rules.recipients), set(rules.recipients) | set(rules.groups)
    places: list[tuple[tuple[str | int, ...], list[str], set[str]]] = [
        (("groups", name), members, people) for name, members in rules.groups.items()
    ]
    places.append((("engineers",), rules.engineers, both))
    places.append((("defaults", "recipients"), rules.defaults.recipients or [], both))
    places += [(("rules", n, "recipients"), rule.recipients or [], both) for n, rule in enumerate(rules.rules)]
    found = [
        (keys, name, _one_of("recipient", name, known))
        for keys, names, known in places
        for name in names
        if name not in known
    ]
    for number, rule in enumerate(rules.rules):
        if rules.effective(rule).recipients is None:
            found.append((("rules", number), rule.id, "recipients, here or in defaults"))
    return found


def _doubled(rules: Rules) -> list[_Found]:
    seen: set[str] = set()
    found: list[_Found] = []
    for number, rule in enumerate(rules.rules):
        if rule.id in seen:
            found.append((("rules", number, "id"), rule.id, "an id of its own"))
        seen.add(rule.id)
    return found


def _unknown_places(number: int, rule: Rule, sources: Mapping[str, Source] | None) -> list[_Found]:
    if sources is None:
        return []
    named = rule.match.sources if rule.match.sources is not None else list(sources)
    found: list[_Found] = [
        (("rules", number, "match", "source"), name, _one_of("source", name, sources))
        for name in named
        if name not in sources
    ]
    if found:
        return found
    known = {category.id for name in named for category in sources[name].categories}
    return [
        (("rules", number, "match", "category"), name, _one_of("category of " + ", ".join(named), name, known))
        for name in rule.match.category or []
        if name not in known
    ]


def _one_of(what: str, name: str, known: Collection[str]) -> str:
    """What is expected in place of ``name``: the likeliest of many."""
    close = get_close_matches(name, known, n=3) if len(known) > NAMED else []
    if close:
        return f"a known {what}, such as {', '.join(close)}"
    named = sorted(known)
    more = f" and {len(named) - NAMED} more" if len(named) > NAMED else ""
    return f"a known {what}: {', '.join(named[:NAMED]) or 'none is configured'}{more}"
