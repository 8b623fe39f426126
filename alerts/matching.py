"""Rules made ready for one source: what each is judged by, and which entities it means, in the marts' own terms.

Brands, and watch groups of brands, are resolved to the folded keys that the marts group by. Must not know histories.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import pyarrow as pa
from duckdb import DuckDBPyConnection

from alerts.condition import TOLERANCE, Condition
from alerts.marts import FigureKey
from alerts.rules import Rule, Rules, condition_of

KeyColumn = Literal["entity_id", "brand_key", "shop", "watch_group", "category_id", "any"]


@dataclass(frozen=True, slots=True)
class Ready:
    """A rule for one source. ``number`` is its place among them; lists are None where the match does not ask.

    ``digest`` tells when the same rule means other entities than before (a changed watchlist or brand).
    """

    number: int
    rule: Rule
    condition: Condition
    version: str
    digest: str
    figure: FigureKey
    categories: list[str] | None
    groups: list[str] | None
    brands: list[str] | None
    shops: list[str] | None
    items: list[str] | None

    @property
    def key(self) -> tuple[KeyColumn, list[str]]:
        """The most telling column of the match, and its values: what the rule is looked up by."""
        choices: list[tuple[KeyColumn, list[str] | None]] = [
            ("entity_id", self.items),
            ("shop", self.shops),
            ("brand_key", self.brands),
            ("watch_group", self.groups),
            ("category_id", self.categories),
        ]
        return next(((column, values) for column, values in choices if values is not None), ("any", [""]))

    @property
    def watched(self) -> tuple[bool, float]:
        """(downward, line): a figure on that side of the line may change the state of an entity that has none."""
        down = self.condition.direction == "below"
        if self.condition.begins == "after_calm":
            down = not down
        slack = 2 * TOLERANCE * max(1.0, abs(self.condition.threshold))
        return down, self.condition.threshold + (slack if down else -slack)


def ready_rules(con: DuckDBPyConnection, rules: Rules, source: str) -> list[Ready]:
    """The rules that look at ``source``, inherited keys filled in, in the file's order."""
    chosen = [rules.effective(rule) for rule in rules.rules if rule.looks_at(source)]
    canonical = _canonical_keys(con) if any(rule.match.brand for rule in chosen) else {}
    grouped = (
        _brand_groups(con, source) if any(rule.of == "brand" and rule.match.watch_group for rule in chosen) else {}
    )
    return [_ready(number, rule, rules, canonical, grouped) for number, rule in enumerate(chosen)]


def _ready(
    number: int, rule: Rule, rules: Rules, canonical: Mapping[str, set[str]], grouped: Mapping[str, set[str]]
) -> Ready:
    match = rule.match
    brands = None if rule.brand_keys is None else _resolved(rule.brand_keys, canonical)
    groups = match.watch_group
    if rule.of == "brand" and groups is not None:
        members = {key for group in groups for key in grouped.get(group, ())}
        brands, groups = sorted(members if brands is None else members & set(brands)), None
    digest = hashlib.sha256(json.dumps([rule.version, brands]).encode()).hexdigest()[:16]
    return Ready(
        number=number,
        rule=rule,
        condition=condition_of(rule, rules.defaults),
        version=rule.version,
        digest=digest,
        figure=FigureKey(rule.of, rule.metric, rule.measure),
        categories=match.category,
        groups=groups,
        brands=brands,
        shops=match.shop,
        items=match.item,
    )


def _resolved(keys: Iterable[str], canonical: Mapping[str, set[str]]) -> list[str]:
    return sorted({one for key in keys for one in {key, *canonical.get(key, ())}})


def _canonical_keys(con: DuckDBPyConnection) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for key, canonical in con.execute("SELECT DISTINCT brand_key, canonical_key FROM brand_alias").fetchall():
        found[key].add(canonical)
    return found


def _brand_groups(con: DuckDBPyConnection, source: str) -> dict[str, set[str]]:
    sql = "SELECT watch_group, value FROM watch WHERE kind = 'brand' AND (source IS NULL OR source = $source)"
    found: dict[str, set[str]] = defaultdict(set)
    for group, key in con.execute(sql, {"source": source}).fetchall():
        found[group].add(key)
    return found


_RULE = pa.schema([
    ("rule_no", pa.int32()), ("down", pa.bool_()), ("relative", pa.bool_()), ("line", pa.float64()),
    *((name, pa.list_(pa.string())) for name in ("categories", "groups", "brands", "shops", "items")),
])  # fmt: skip
_KEY = pa.schema([("rule_no", pa.int32()), ("key", pa.string())])


def register_rules(con: DuckDBPyConnection, ready: Sequence[Ready]) -> None:
    """The temporary tables ``alert_rule`` (one row a rule) and ``alert_rule_key`` (a row a value of its key column)."""
    lines = [
        {"rule_no": one.number, "down": one.watched[0], "relative": one.condition.relative, "line": one.watched[1],
         "categories": one.categories, "groups": one.groups, "brands": one.brands, "shops": one.shops,
         "items": one.items}
        for one in ready
    ]  # fmt: skip
    keys = [{"rule_no": one.number, "key": value} for one in ready for value in one.key[1]]
    for name, rows, schema in (("alert_rule", lines, _RULE), ("alert_rule_key", keys, _KEY)):
        make_temp(con, name, pa.Table.from_pylist(rows, schema))


def make_temp(con: DuckDBPyConnection, name: str, rows: pa.Table) -> None:
    """Replace the temporary table ``name`` by ``rows``."""
    con.register("given_rows", rows)
    con.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT * FROM given_rows")
    con.unregister("given_rows")
