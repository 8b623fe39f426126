"""A source that can't be meant as it is written: an error with file, line, key, what was found, what was expected."""

from __future__ import annotations

from pathlib import Path

import pytest

from extractors.config import ConfigError, Problem
from extractors.source import Bounds, read_source, read_sources
from extractors.staged import STAGED_COLUMNS

GOOD = """\
source: shop
title: A shop
site: books-toscrape
timezone: Asia/Shanghai
schedule: "0 6 * * *"
categories:
  - id: serum
    title: 精华
    url: "https://shop.example/list?page={page}"
    pages: 3
fetch:
  delay_seconds: 2
bounds:
  items_min: 5
"""


def problems(tmp_path: Path, before: str, after: str) -> list[Problem]:
    """The problems of the good source where ``before`` is written ``after``."""
    assert before in GOOD
    path = tmp_path / "shop.yaml"
    path.write_text(GOOD.replace(before, after), encoding="utf-8")
    with pytest.raises(ConfigError) as error:
        read_source(path)
    assert all(one.file == str(path) for one in error.value.problems)
    return error.value.problems


@pytest.mark.parametrize(
    ("before", "after", "line", "key", "expected"),
    [
        ("?page={page}", "?page={pge}", 9, "categories.0.url", "placeholders {page}, {offset}, {observed_on}"),
        ("?page={page}", "", 10, "categories.0.pages", "{page} or {offset} in url or body"),
        ("{page}", "{offset}", 9, "categories.0.url", "page_size beside it"),
        ("https://shop", "ftp://shop", 9, "categories.0.url", "scheme 'ftp'"),
        ("https://shop", "https://me:pw@shop", 9, "categories.0.url", "user name or password"),
        ("0 6 * * *", "0 25 * * *", 5, "schedule", "minute hour day month weekday"),
        ("0 6 * * *", "daily", 5, "schedule", "five cron fields"),
        ("Asia/Shanghai", "Asia/Peking", 4, "timezone", "IANA"),
        ("delay_seconds: 2", "delay_second: 2", 12, "fetch.delay_second", "only the keys of docs/configuration.md"),
        ("delay_seconds: 2", "headers: {User-Agent: Mozilla}", 12, "fetch.headers", "fetch.user_agent"),
        ("delay_seconds: 2", 'headers: {X-A: "a\\r\\nX-B: b"}', 12, "fetch.headers", "printable ASCII on one line"),
        ("delay_seconds: 2", 'user_agent: "Mozilla/5.0 (X11) Chrome/140"', 12, "fetch.user_agent", "own name with a"),
        ("delay_seconds: 2", 'blocked_marks: [""]', 12, "fetch.blocked_marks.0", "at least 2 characters"),
        ("items_min: 5", "fill_min: {prize: 0.9}", 14, "bounds.fill_min", "fill_min names prize; columns are: source"),
        ("items_min: 5", "items_min: 50\n  items_max: 5", 13, "bounds", "items_min (50) of at most items_max (5)"),
        ("items_min: 5", "price_min: 2\n  price_max: 1", 13, "bounds", "price_min (2) of at most price_max (1)"),
        ("items_min: 5", "currencies: []", 14, "bounds.currencies", "at least one currency"),
    ],
)  # fmt: skip
def test_each_mistake_is_told_with_its_place(tmp_path, before, after, line, key, expected):
    (problem,) = problems(tmp_path, before, after)
    assert (problem.line, problem.key) == (line, key)
    assert expected in problem.expected
    assert "object at" not in str(problem)


def test_all_mistakes_of_all_files_are_told_at_once(tmp_path):
    for name in ("a", "b"):
        text = GOOD.replace("source: shop", f"source: {name}").replace("items_min: 5", "items_min: -5\n  prize: 1")
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as error:
        read_sources(tmp_path)
    assert [(Path(one.file).stem, one.line, one.key) for one in error.value.problems] == [
        (name, line, key) for name in ("a", "b") for line, key in ((14, "bounds.items_min"), (15, "bounds.prize"))
    ]


def test_the_good_source_is_good_and_every_staged_column_may_be_bounded(tmp_path):
    path = tmp_path / "shop.yaml"
    path.write_text(GOOD, encoding="utf-8")
    assert read_source(path).category("serum").page_url(2) == "https://shop.example/list?page=2"
    assert len(Bounds(fill_min=dict.fromkeys(STAGED_COLUMNS, 0.5)).fill_min) == len(STAGED_COLUMNS)
