"""Site specs: every mistake is found at load, with file, line and key; a good one is compiled once and can be sent."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from extractors.config import ConfigError
from extractors.parsers.compile import compile_spec
from extractors.source import read_sources
from extractors.spec import SITES, SiteSpec, read_spec

GOOD = """\
site: shop
version: 2
reader: html
items: li.item
fields:
  item_id: "@data-id"
  title: a.name
"""


def write(folder: Path, text: str, name: str = "shop") -> Path:
    path = folder / f"{name}.yaml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("name", sorted(path.stem for path in SITES.glob("*.yaml")))
def test_every_shipped_spec_loads_and_compiles(name: str) -> None:
    spec = read_spec(name)

    assert spec.parser_version == f"{name}/{spec.version}"
    assert compile_spec(spec) is compile_spec(spec)


@pytest.mark.parametrize(
    ("change", "line", "key", "expected"),
    [
        (("li.item", '"li[[item"'), 4, "items", "a CSS selector"),
        (("title: a.name", "title: {css: 'a[['}"), 7, "fields.title.0.css", "a CSS selector"),
        (("title: a.name", "title: [a.name, 'b >>> c']"), 7, "fields.title.1.short", "a CSS selector"),
        (("title: a.name", "title: {css: a, regex: '('}"), 7, "fields.title.0.regex", "a regular expression"),
        (("title: a.name", "title: {path: a.b}"), 7, "fields.title.0.path", "css (with reader html)"),
        (("  title: a.name", "  title: a\n  titel: b"), 8, "fields.titel", "item_id"),
        (("  title: a.name\n", ""), None, "", "fields with title"),
        (("title: a.name", "title: {css: a, default: none}"), None, "", "no default for title"),
        (("title: a.name", "title: a\n  units: i.sold"), None, "", "units.basis"),
        (("title: a.name", "title: a\n  rank: i.no"), None, "", "rank: shown"),
        (("version: 2", "version: 2\nencodin: utf-8"), 3, "encodin", "docs"),
        (("version: 2", "version: two"), 2, "version", "a whole number"),
        (("version: 2", "version: 2\nencoding: utf-9"), 3, "encoding", "auto, or an encoding"),
        (("version: 2", "version: 2\nunits: {basis: trailing}"), 3, "units", "window_days"),
        (("version: 2", "version: 2\nunits: {basis: cumulative, ladder: [5, 1]}"), 3, "units", "rising steps"),
        (("version: 2", "version: 2\ncategory: h2"), None, "", "groups beside category"),
        (("version: 2", "version: 2\ntable: {sheet: A}"), None, "", "table only with reader table"),
        (("site: shop", "site: other"), 1, "site", "'shop'"),
    ],
)
def test_a_mistake_names_file_line_and_key(
    tmp_path: Path, change: tuple[str, str], line: int | None, key: str, expected: str
) -> None:
    path = write(tmp_path, GOOD.replace(*change))

    with pytest.raises(ConfigError) as caught:
        read_spec("shop", tmp_path)

    problem = caught.value.problems[0]
    assert (problem.file, problem.line) == (str(path), line)
    assert problem.key.startswith(key)
    assert expected in problem.expected + problem.found


def test_every_shipped_source_names_a_shipped_spec(project_root: Path) -> None:
    sources = read_sources(project_root / "config" / "sources")

    assert {"amazon-bestsellers", "rakuten-ranking", "books-toscrape", "tmall-double11"} <= set(sources)
    for source in sources.values():
        assert read_spec(source.site).site == source.site
    real = [source for source in sources.values() if source.schedule and not source.simulated]
    assert not [source.source for source in real if source.enabled]  # nobody's site is visited unasked


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    write(tmp_path, GOOD.replace("li.item", "'[['").replace("a.name", "'[['"))

    with pytest.raises(ConfigError) as caught:
        read_spec("shop", tmp_path)

    assert {problem.key for problem in caught.value.problems} == {"items", "fields.title.0.short"}


def test_a_broken_jmespath_is_a_mistake_of_the_spec(tmp_path: Path) -> None:
    write(tmp_path, GOOD.replace("reader: html", "reader: json").replace("'@data-id'", "id").replace("li.item", "a[?"))

    with pytest.raises(ConfigError, match="JMESPath"):
        read_spec("shop", tmp_path)


def test_an_unknown_spec_names_the_known(tmp_path: Path) -> None:
    write(tmp_path, GOOD)

    with pytest.raises(ConfigError, match="known: shop"):
        read_spec("shpo", tmp_path)


def test_a_spec_is_cached_until_its_file_changes(tmp_path: Path) -> None:
    path = write(tmp_path, GOOD)
    first = read_spec("shop", tmp_path)

    assert read_spec("shop", tmp_path) is first
    stamp = path.stat().st_mtime_ns
    write(tmp_path, GOOD.replace("version: 2", "version: 3"))
    import os

    os.utime(path, ns=(stamp + 1, stamp + 1))
    assert read_spec("shop", tmp_path).version == 3


def test_a_spec_keeps_its_identity_in_another_process() -> None:
    spec = read_spec("books-toscrape")
    sent: SiteSpec = pickle.loads(pickle.dumps(spec))

    assert sent == spec
    assert sent.digest == spec.digest
    assert compile_spec(sent) is compile_spec(spec)
