"""What a sweep tells a page's finders is what Lexbor finds: over random documents, shipped specs and recorded pages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from extractors.config import read_yaml
from extractors.encoding import utf8_body
from extractors.parsers.compile import CompiledSpec, compile_spec
from extractors.parsers.finder import Finder
from extractors.parsers.html import _entries
from extractors.parsers.sweep import LEARNED_FROM, Sweep, Walk
from extractors.spec import read_spec

ROOT = Path(__file__).parent.parent.parent
SITES = sorted(path.stem for path in (ROOT / "extractors" / "sites").glob("*.yaml"))
HTML_SITES = [site for site in SITES if read_spec(site).reader == "html"]
PLAIN = [
    "b.x",
    "a.y",
    "i",
    "a",
    "b.x.y",
    "b",
    "i[c=x]",
    "A.Y",
    "i.x, b.y",
    "b .x",
    ".y",
    "[c]",
    "zz.x",
    "x-y.x",
    'b[c="y z"]',
]


def compiled(site: str) -> CompiledSpec:
    return compile_spec(read_spec(site))


def read(entries: list[Any], finders: list[Finder], asked: list[list[int]]) -> int:
    """Read entries as a reader does, each time asking some finders; how many were told. Fails where one differs."""
    told = 0
    for number, entry in enumerate(Sweep(finders).over(entries)):
        for at in asked[number % len(asked)]:
            finder = finders[at]
            told += finder.was_asked(entry)
            found, wanted = finder(entry), entry.css_first(finder.css)
            assert (found and found.mem_id) == (wanted and wanted.mem_id), (number, finder.css, entry.html)
    return told


def words_of(finders: list[Finder]) -> tuple[list[str], list[str], list[tuple[str, str]]]:
    """The tags, classes and attributes that selectors speak of."""
    text = " ".join(finder.css for finder in finders)
    tags = re.findall(r"(?<![\w.#\[=\"'*-])[a-z]\w*", text) or ["b"]
    values = re.findall(r"\[([\w-]+)[*^$~|]?(?:=[\"']?([^\]\"']*))?", text)
    return sorted({*tags, "div", "b"}), sorted({*re.findall(r"\.([\w-]+)", text), "x"}), sorted({*values, ("id", "x")})


@st.composite
def documents(draw: st.DrawFn, finders: list[Finder]) -> str:
    """A page whose entries are made of what ``finders`` speak of, some in quirks mode, some nested or in an SVG."""
    tags, classes, attributes = words_of(finders)
    bad = {"script", "style", "textarea", "template", "title", "select", "option", "plaintext"}
    tag = st.sampled_from([one for one in tags if one not in bad])
    css = st.lists(st.sampled_from(classes).flatmap(lambda one: st.sampled_from([one, one, one.upper()])), max_size=3)
    pairs = st.lists(st.sampled_from(attributes), max_size=2)

    def element(inside: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        return st.builds(_element, tag, css, pairs, inside)

    trees = st.recursive(st.just("text"), lambda more: element(st.lists(more, max_size=3).map("".join)), max_leaves=6)
    entries = draw(st.lists(st.lists(trees, max_size=4).map("".join), min_size=1, max_size=8))
    around = draw(
        st.sampled_from(["<ul>{}</ul>", "<div class=x><ul>{}</ul></div>", "<svg>{}</svg>", "<b class=y>{}</b>"])
    )
    item = draw(st.sampled_from(["<li class=entry>{}</li>", "<li class='entry x'>{}", "<p class=entry>{}</p>"]))
    doctype = draw(st.sampled_from(["", "<!doctype html>"]))
    return doctype + around.format("".join(item.format(one) for one in entries))


def _element(tag: str, css: list[str], pairs: list[tuple[str, str]], inside: str) -> str:
    attributes = "".join(f' {name}="{value}"' for name, value in pairs)
    return (
        f'<{tag} class="{" ".join(css)}"{attributes}>{inside}</{tag}>'
        if css
        else f"<{tag}{attributes}>{inside}</{tag}>"
    )


@settings(deadline=None, max_examples=100)
@given(st.data())
def test_random_entries_read_as_lexbor_reads_them(data: st.DataObject) -> None:
    finders = [Finder(css) for css in PLAIN]
    _compare(data, finders)


@pytest.mark.parametrize("site", HTML_SITES)
@settings(deadline=None, max_examples=10)
@given(data=st.data())
def test_the_selectors_of_every_site_read_random_entries_as_lexbor_does(site: str, data: st.DataObject) -> None:
    _compare(data, list(compiled(site).finders))


def _compare(data: st.DataObject, finders: list[Finder]) -> None:
    page = data.draw(documents(finders))
    some = st.lists(st.integers(0, len(finders) - 1), unique=True)
    asked = data.draw(st.lists(some, min_size=1, max_size=3))
    read(LexborHTMLParser(page).css(".entry"), finders, [list(range(len(finders))), *asked])


def test_recorded_pages_read_as_lexbor_reads_them(pages: Path) -> None:
    told: dict[str, int] = {}
    for site, body in _recorded(pages):
        spec = compiled(site)
        finders = list(spec.finders)
        document = LexborHTMLParser(utf8_body(body, None, spec.spec.encoding))
        entries = _entries(document, spec.spec)
        told[site] = told.get(site, 0) + read(entries, finders, [list(range(len(finders)))])

    assert len(told) > 10
    assert sum(one > 0 for one in told.values()) > len(told) / 2


def _recorded(pages: Path) -> Iterator[tuple[str, bytes]]:
    for case in sorted((ROOT / "tests" / "recorded").glob("*/*.yaml")):
        path = pages / str(read_yaml(case)["page"])
        if case.parent.name in HTML_SITES and path.is_file():
            yield case.parent.name, path.read_bytes()


ENTRY = '<li class=entry><a class="y" href=/1>one</a><b><b class=x>2</b></b><i c=x>3</i><b class=price>4</b>{}</li>'
ASKED = ["a.y", "b.x", "i[c=x]", "b.price", "b.rare", "b.never", ".none"]


def test_after_the_first_entries_nothing_is_searched_one_by_one() -> None:
    entries = LexborHTMLParser(ENTRY.format("") * 5).css(".entry")
    finders = [Finder(css) for css in ASKED]

    assert read(entries, finders, [list(range(len(finders)))]) == len(finders) * (len(entries) - LEARNED_FROM)


def test_what_the_first_entries_did_not_have_is_still_found() -> None:
    late = ["", "", "", "<b class=rare>!</b>", "", "<b class=rare>!</b><b class=none>?</b>", ""]
    entries = LexborHTMLParser("".join(map(ENTRY.format, late))).css(".entry")
    finders = [Finder(css) for css in ASKED]

    assert read(entries, finders, [list(range(len(finders)))]) > 0


def test_what_stands_further_down_than_usual_is_still_found() -> None:
    first = "".join(ENTRY.format("") for _ in range(4))
    moved = f"<li class=entry>{'<u></u>' * 300}<a class=y>late</a></li>"
    entries = LexborHTMLParser(first + moved + ENTRY.format("")).css(".entry")
    finders = [Finder(css) for css in ASKED]

    assert read(entries, finders, [list(range(len(finders)))]) > 0


def test_a_walk_goes_on_where_elements_are_of_few_kinds() -> None:
    entries = LexborHTMLParser(ENTRY.format("") * 9).css(".entry")
    walk = Walk(tuple(Finder(css) for css in ASKED[:4]))

    assert all(walk.over(entry) for entry in entries)


def test_a_walk_is_given_up_where_every_element_is_of_another_kind() -> None:
    others = ["".join(f"<b class=x{entry}-{number}></b>" for number in range(30)) for entry in range(9)]
    entries = LexborHTMLParser("".join(f"<li class=entry>{inside}<b class=x></b></li>" for inside in others)).css(
        ".entry"
    )
    finders = [Finder(css) for css in ("b.x", "b.x.y", "a.y", "i.x")]
    walk = Walk(tuple(finders))

    assert not all(walk.over(entry) for entry in entries)
    assert read(entries, finders, [[0, 1, 2, 3]]) > 0


@pytest.mark.parametrize("css", ['u[href="/1', "u:not(.y", "u[c='x", "u\\", "u/* "])
def test_a_selector_without_its_end_hides_no_other(css: str) -> None:
    entries = LexborHTMLParser("".join(map(ENTRY.format, ["", "", "<b class=rare>!</b>", ""]))).css(".entry")
    finders = [Finder(css), Finder("b.rare"), Finder(".none")]

    assert read(entries, finders, [[0, 1, 2]]) > 0
