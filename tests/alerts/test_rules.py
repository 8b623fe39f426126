"""config/alerts.yaml: every mistake is told, with file, line, key, what was found and what was expected."""

from __future__ import annotations

import pytest

from alerts.condition import Condition
from alerts.rules import condition_of, read_rules
from extractors.config import ConfigError
from extractors.source import read_sources
from transforms.reference import read_reference

RULE = """
  - id: one
    title: One
    match: {source: demo}
    of: item
    metric: price
    when: {below: 100}
"""


def test_the_shipped_rules_are_sound(project_root):
    config = project_root / "config"
    groups = list(read_reference(config).watchlist.groups)
    rules = read_rules(config / "alerts.yaml", read_sources(config / "sources"), groups)
    assert {rule.match.source for rule in rules.rules} == {"demo", "tmall-double11"}
    assert {"share", "price", "rank"} <= {rule.metric for rule in rules.rules}


# What people write; each is told by line and key, with what stands there and what should.
@pytest.mark.parametrize(
    ("change", "key", "found", "expected"),
    [
        (("title: One", "title: One\n    titel: One"), "rules.0.titel", "an unknown key", "only the keys of"),
        (("    title: One\n", ""), "rules.0.title", "nothing", "this mandatory key"),
        (("price", "prise"), "rules.0.metric", "'prise'", "one of the metrics of item: units_30d"),
        (("{below: 100}", "{below: 100, above: 5}"), "rules.0.when", "above", "exactly one of above, below"),
        (("{below: 100}", "{below: '100'}"), "rules.0.when.below", "'100'", "a number without quotes, or a share"),
        (("{below: 100}", "{below: 10%}"), "rules.0.when.below", "'10%'", "compare: absolute has no base"),
        (("{below: 100}", "{falls_by: 10%}"), "rules.0.compare", "nothing, which", "previous, mean_7d or mean_30d"),
        (("price", "price\n    compare: previous"), "rules.0.when.below", "below: 100", "rises_by or falls_by beside"),
        (("{below: 100}", "{enters_top: 10}"), "rules.0.metric", "'price'", "a rank beside enters_top"),
        (("{below: 100}", "{falls_by: -10%}\n    compare: previous"), "rules.0.when.falls_by", "-10%", "more than 0"),
        (("metric: price", "metric: price\n    recover: 100"), "rules.0.recover", "100", "a value above 100, where it"),
        (("metric: price", "metric: price\n    recover: 90%"), "rules.0.recover", "90%", "the unit of below: 100"),
        (
            ("metric: price", "metric: price\n    measure: listings"),
            "rules.0.measure",
            "'listings'",
            "price takes none",
        ),
        (("of: item", "of: brand"), "rules.0.metric", "'price'", "one of the metrics of brand"),
        (("{below: 100}", "{below: 1,000}"), "rules.0.when.0", "0", "a number was meant: one without separators"),
        (("{below: 100}", "\n      below: 1,000"), "rules.0.when.below", "'1,000'", "a number such as 20000 (no sep"),
        (("{below: 100}", "{below: 10％}"), "rules.0.when.below", "'10％'", "a share such as 20%"),
        (("below: 100", "below：100"), "rules.0.when.below：100", "an unknown key", "a plain colon (:) and a space"),
        (("{below: 100}", "below 100"), "rules.0.when", "'below 100'", "a section of keys and values (a colon"),
        (("    of: item", "\tof: item"), "", "character", "spaces in place of tabs"),
        (("price", "price\n    metric: rank"), "", 'duplicate key "metric"', "valid YAML"),
        (("{source: demo}", "{source: demo, item: [600123]}"), "rules.0.match.item.0", "600123", "in quotes: '600123'"),
        (("{source: demo}", "{source: demo, item: '1'}"), "rules.0.match.item", "'1'", "in brackets: ['1']"),
        (("{source: demo}", "{source: demo, category: [精华]}"), "rules.0.match.category.0", "'精华'", "small letters"),
        (("id: one", "id: Rule One"), "rules.0.id", "'Rule One'", "small letters, digits and hyphens"),
        (("title: One", "title: One\n    severity: urgent"), "rules.0.severity", "'urgent'", "'immediate' or 'digest'"),
        (("title: One", "title: One\n    recipients: [a@example.com]"), "rules.0.recipients", "'a@", "known recipient"),
        (("source: demo", "source: demos"), "rules.0.match.source", "'demos'", "a known source: demo"),
        (("{source: demo}", "{source: demo, category: [x]}"), "rules.0.match.category", "'x'", "a known category"),
        (("{source: demo}", "{source: demo, watch_group: [x]}"), "rules.0.match.watch_group", "'x'", "a known group"),
        (("title: One", "title: One\n    recipients: [x]"), "rules.0.recipients", "'x'", "a known recipient"),
        (
            ("title: One", "title: One\n    for_snapshots: 0"),
            "rules.0.for_snapshots",
            "0",
            "greater than or equal to 1",
        ),
        (("title: One", "title: One\n    for_snapshots: 2x"), "rules.0.for_snapshots", "'2x'", "a whole number"),
    ],
)
def test_mistakes(rules_file, project_root, change, key, found, expected):
    sources = {"demo": read_sources(project_root / "config" / "sources")["demo"]}
    path = rules_file(RULE.replace(*change))
    with pytest.raises(ConfigError) as error:
        read_rules(path, sources, ["rivals"])
    (problem,) = error.value.problems
    assert (problem.file, problem.key) == (str(path), key)
    assert problem.line is not None
    assert path.read_text(encoding="utf-8").splitlines()[problem.line - 1].strip()
    assert found in problem.found
    assert expected in problem.expected


def test_all_mistakes_are_told_at_once(rules_file):
    path = rules_file(RULE + RULE, head=(
        "recipients: {mei: {address: mei@example.com}}\ngroups: {all: [nobody]}\nengineers: [nobody]\nrules:\n"
    ))  # fmt: skip
    with pytest.raises(ConfigError) as error:
        read_rules(path, {}, [])
    keys = [problem.key for problem in error.value.problems]
    assert keys == ["groups.all", "engineers", "rules.0", "rules.1", "rules.1.id", "rules.0.match.source",
                    "rules.1.match.source"]  # fmt: skip


def test_an_address_can_not_carry_a_header(rules_file):
    head = 'recipients: {mei: {address: "a@b.c\\nBcc: x@y.z"}}\nengineers: [mei]\nrules:\n'
    with pytest.raises(ConfigError, match=r"recipients\.mei\.address"):
        read_rules(rules_file(RULE, head=head))


def test_what_a_rule_inherits_and_what_makes_a_version(write_rules):
    base = write_rules(RULE)
    rule = base.effective(base.rules[0])
    assert (rule.severity, rule.recipients, rule.escalate_by, rule.max_age_days) == (
        "immediate",
        ["managers"],
        "50%",
        3,
    )
    assert base.names_of(["managers", "sam", "ops"]) == ["mei", "sam", "ops"]

    def version(text):
        rules = write_rules(text)
        return rules.effective(rules.rules[0]).version

    for told in ("title: Two", "title: One\n    severity: digest", "title: One\n    recipients: [sam]"):
        assert version(RULE.replace("title: One", told)) == rule.version
    for decides in ("{below: 99}", "{below: 100}\n    for_snapshots: 2", "{below: 100}\n    recover: 120"):
        assert version(RULE.replace("{below: 100}", decides)) != rule.version


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("compare: previous\n    when: {falls_by: 20%}\n    recover: 10%",
         Condition(direction="below", threshold=-0.2, recover=-0.1, compare="previous", relative=True,
                   escalate_by=0.5)),
        ("compare: mean_30d\n    when: {rises_by: 12}",
         Condition(direction="above", threshold=12, compare="mean_30d", escalate_by=0.5)),
        ("compare: own\n    when: {below: 5%}\n    recover: 2%",
         Condition(direction="below", threshold=-0.05, recover=-0.02, compare="own", relative=True, escalate_by=0.5)),
        ("when: {above: 20000}\n    recover: 15000\n    escalate_by: 5000",
         Condition(direction="above", threshold=20000, recover=15000, escalate_by=5000, escalate_relative=False)),
    ],
)  # fmt: skip
def test_conditions(write_rules, text, expected):
    rules = write_rules(RULE.replace("when: {below: 100}", text))
    assert condition_of(rules.effective(rules.rules[0]), rules.defaults) == expected


def test_an_absolute_share_may_be_written_as_one(write_rules):
    rules = write_rules(
        "  - {id: s, title: S, match: {source: demo}, of: brand, metric: share, measure: listings,"
        " when: {above: 25%}, recover: 23%}\n"
    )
    condition = condition_of(rules.rules[0], rules.defaults)
    assert (condition.threshold, condition.recover, condition.relative) == (0.25, 0.23, False)
