"""docs/alerts.md names every key that alerts.yaml may have, every metric, and every default as it is."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest

from alerts.bulk import BulkRules, Column, RulesFile
from alerts.compare import Base
from alerts.figures import FIGURES, EntityKind, Measure
from alerts.model import Defaults, Match, Rule, Rules, Severity, When
from alerts.people import Recipient

PAGE = (Path(__file__).parent.parent.parent / "docs" / "alerts.md").read_text(encoding="utf-8")


def table(first: str) -> dict[str, list[str]]:
    """The rows of the table whose header begins with that cell: what stands in code there, and the other cells."""
    lines = PAGE[PAGE.index(f"| {first} |") :].split("\n\n")[0].splitlines()[2:]
    rows = [re.split(r"(?<!\\)\s*\|\s*", line.strip().strip("|").strip()) for line in lines]
    return {key: cells[1:] for cells in rows for key in re.findall(r"`([a-z_0-9]+)`", cells[0])}


def words(cell: str) -> set[str]:
    """Every word of a cell that stands in code."""
    return {word for code in re.findall(r"`([^`]+)`", cell) for word in re.findall(r"[a-z_][a-z_0-9]*", code)}


@pytest.mark.parametrize(
    ("first", "keys"),
    [
        ("key of the file", Rules.model_fields.keys() | RulesFile.model_fields.keys()),
        ("key", Rule.model_fields.keys()),
        ("key of a table", BulkRules.model_fields.keys()),
        ("key of a recipient", Recipient.model_fields.keys()),
    ],
)
def test_every_key_has_a_row_and_every_row_is_a_key(first: str, keys: set[str]) -> None:
    assert table(first).keys() == set(keys)


@pytest.mark.parametrize(
    ("key", "told"),
    [
        ("match", Match.model_fields.keys()),
        ("of", get_args(EntityKind)),
        ("measure", get_args(Measure)),
        ("compare", get_args(Base)),
        ("severity", get_args(Severity)),
    ],
)
def test_every_value_of_a_key_is_named(key: str, told: set[str]) -> None:
    assert set(told) <= words(table("key")[key][0])


def test_every_condition_is_named() -> None:
    section = PAGE[PAGE.index("| `when` | one of") : PAGE.index("| `compare` |")]
    assert set(When.model_fields) <= words(section)


def test_the_metrics_are_those_that_there_are() -> None:
    told = dict(re.findall(r"(item|brand|category): `([^`]+)`", table("key")["metric"][0]))
    assert {kind: set(text.split()) for kind, text in told.items()} == {
        kind: set(metrics) for kind, metrics in FIGURES.items()
    }


def test_the_columns_of_a_table_are_those_that_there_are() -> None:
    told = PAGE[PAGE.index("Columns: one of") :].split(". A mistake")[0]
    assert set(get_args(Column)) == words(told)


def test_what_is_inherited_is_what_the_defaults_hold_with_their_values() -> None:
    rows = table("key")
    assert "The last seven may stand in `defaults`" in PAGE
    assert set(list(rows)[-7:]) == Defaults.model_fields.keys()
    for key in ("severity", "for_snapshots", "recover_snapshots", "lost_after", "max_age_days"):
        value = getattr(Defaults(), key)
        assert rows[key][1] == (value if isinstance(value, str) else f"{value:g}"), key
    assert rows["compare"][1] == Rule.model_fields["compare"].default


def test_the_defaults_of_a_recipient_are_as_told() -> None:
    rows = table("key of a recipient")
    for key in ("language", "timezone", "digest_hour", "weekly"):
        assert rows[key][1].strip("`") == str(Recipient.model_fields[key].default), key
