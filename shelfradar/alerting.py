"""What ``shelfradar alerts lint`` finds: mistakes of the configuration, and what the rules say but can't mean."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta

import pyarrow as pa
from duckdb import DuckDBPyConnection

from alerts.candidates import matched_rules
from alerts.lint import Hint, Shown, Surroundings, lint_rules
from alerts.matching import ready_rules
from alerts.rules import Rule, Rules
from extractors.config import ConfigError, line_of, read_yaml
from extractors.spec import UnitsRule, read_spec
from shelfradar.configuration import Configuration, read_configuration
from shelfradar.errors import RefusedError
from shelfradar.settings import Settings
from transforms.reference import Watchlist
from warehouse.lake import Lake, LakeError

# How far back a rule may look for something that it means before it is said to mean nothing.
SEEN_WITHIN = timedelta(days=28)
_FILE = "alerts.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing found. ``kind``: mistake (it can't be read so), or what alerts.lint.Kind says; ``line`` where known."""

    kind: str
    rule: str | None = None
    file: str
    line: int | None = None
    key: str = ""
    text: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        return f"{where}: {self.rule or self.key or 'file'}: {self.text}"


FINDING = pa.schema([
    (name, pa.int32() if name == "line" else pa.string()) for name in ("kind", "rule", "file", "line", "key", "text")
])  # fmt: skip


@dataclass(frozen=True, slots=True)
class Linted:
    """What was found, of how many rules (None: they can't be read), and whether there was a warehouse to hold them
    against."""

    findings: list[Finding]
    rules: int | None = None
    warehouse: bool = False

    @property
    def code(self) -> int:
        """The exit code: 0 nothing found, 1 something, 2 the configuration can't be read."""
        return 2 if self.rules is None else 1 if self.findings else 0

    def table(self) -> pa.Table:
        """One row a finding."""
        return pa.Table.from_pylist([asdict(one) for one in self.findings], FINDING)


def lint(settings: Settings) -> Linted:
    """Everything that is wrong or not meant in the rules, the whole configuration read for it."""
    try:
        configuration = read_configuration(settings.config)
    except ConfigError as error:
        return Linted([
            Finding(kind="mistake", file=one.file, line=one.line, key=one.key,
                    text=f"found {one.found}; expected {one.expected}")
            for one in error.problems
        ])  # fmt: skip
    rules = configuration.rules
    hints = lint_rules(rules, surroundings(configuration))
    try:
        with Lake(settings.lake).reader() as con:
            told = {one.rule_id for one in hints if one.kind == "matches_nothing"}
            hints += [one for one in unmatched(con, rules) if one.rule_id not in told]
    except LakeError:
        return Linted(_placed(settings, rules, hints), len(rules.rules))
    return Linted(_placed(settings, rules, hints), len(rules.rules), warehouse=True)


def _placed(settings: Settings, rules: Rules, hints: Sequence[Hint]) -> list[Finding]:
    """The hints in the order of the rules, with the lines where these stand (of a table's row: the table's name)."""
    path = settings.config / _FILE
    places = {rule.id: number for number, rule in enumerate(rules.rules)}
    data = read_yaml(path) if hints else None
    return [
        Finding(kind=one.kind, rule=one.rule_id, file=str(path), text=one.text,
                line=None if "/" in one.rule_id else line_of(data, ("rules", places[one.rule_id])))
        for one in sorted(hints, key=lambda one: places[one.rule_id])
    ]  # fmt: skip


def surroundings(configuration: Configuration) -> Surroundings:
    """What the rules are held against: what the sources' sites show, and whom the watchlist names."""
    specs = {name: read_spec(source.site) for name, source in configuration.sources.items()}
    watchlist = configuration.reference.watchlist
    return Surroundings(
        shown={name: _shown(spec.units) for name, spec in specs.items()},
        members=_members(watchlist),
        own=frozenset(name for name, group in watchlist.groups.items() if group.ownership == "own"),
    )


def _shown(units: UnitsRule | None) -> Shown:
    if units is None:
        return Shown(sales=False)
    return Shown(ladder=units.ladder or (), window_days=units.window_days)


def _members(watchlist: Watchlist) -> Mapping[str, Mapping[str, set[str] | None]]:
    return {
        name: {"brand": None if group.brands else set(), "shop": set(group.shops), "item": set(group.items)}
        for name, group in watchlist.groups.items()
    }


def unmatched(con: DuckDBPyConnection, rules: Rules) -> Iterable[Hint]:
    """Hints about rules that mean nothing in lists that were seen completely of late."""
    sql = "SELECT source, max(observed_at), list(DISTINCT category_id) FROM snapshot WHERE complete GROUP BY source"
    looked: dict[str, list[str]] = {}
    matched: set[str] = set()
    for source, last, categories in con.execute(sql).fetchall():
        ready = ready_rules(con, rules, source)
        looking = [one for one in ready if one.categories is None or not set(one.categories).isdisjoint(categories)]
        for one in looking:
            looked.setdefault(one.rule.id, []).append(source)
        found = matched_rules(con, source, looking, last - SEEN_WITHIN, last) if looking else set()
        matched |= {one.rule.id for one in looking if one.number in found}
    for rule in rules.rules:
        if rule.id in looked and rule.id not in matched:
            where = ", ".join(sorted(looked[rule.id]))
            days = SEEN_WITHIN.days
            text = f"it matches nothing: no {rule.of} of its match has a {rule.metric} in {days} days of {where}"
            yield Hint(rule.id, text, "matches_nothing")


def find_rule(rules: Rules, rule_id: str) -> Rule:
    """The rule of that id. Raises RefusedError with the ids that there are."""
    for rule in rules.rules:
        if rule.id == rule_id:
            return rule
    known = ", ".join(rule.id for rule in rules.rules[:30]) or "none"
    raise RefusedError(f"rule: found {rule_id!r}; expected one of: {known}")
