"""JSON where pages keep it: found in every usual place, and nothing but ValueError where there is none."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.config import ConfigError
from extractors.parse import PageContext, UnreadablePage, parse_page
from extractors.parsers.embedded import json_in_string, read_beginning, read_text
from extractors.source import Category, Source
from extractors.spec import SiteSpec, read_spec

VALUE: dict[str, Any] = {"list": [{"id": "1", "name": 'It\'s "Ü" </b> 耳机\n', "price": 9.5}], "more": None}
PLAIN = json.dumps(VALUE, ensure_ascii=False)
ASCII = json.dumps(VALUE)
ESCAPED = ASCII.replace("\\", "\\\\").replace("'", "\\'")
SOURCE = Source(source="s", title="S", site="s", timezone="UTC", categories=[Category(id="c", title="C")])

BODIES = [
    PLAIN,
    "\ufeff \n" + PLAIN,
    f"mtopjsonp3({PLAIN})",
    f" /**/ jQuery1.callbacks['x']({PLAIN});",
    f"g_page_config = {PLAIN};\n",
    f"var state = {PLAIN}",
    f")]}}',\n{PLAIN}",
    f"while(1);{PLAIN}",
    json.dumps(PLAIN),
    json.dumps(json.dumps(PLAIN)),
    f"cb({json.dumps(PLAIN)})",
    PLAIN.replace("null", "undefined"),
]
BEGINNINGS = [
    PLAIN + "; more()",
    json.dumps(PLAIN)[1:] + "])</script><script>",
    f"JSON.parse('{ESCAPED}')".removeprefix("JSON.parse("),
    f"{json.dumps(PLAIN)});",
    quote(PLAIN, safe="") + '"></div>',
    PLAIN.replace('\\"', "§").replace('"', "&quot;").replace("§", "\\&quot;") + "</script>",
]


@pytest.mark.parametrize("body", BODIES)
def test_a_body_is_json_however_it_is_wrapped(body: str) -> None:
    assert read_text(body) == VALUE


@pytest.mark.parametrize("text", BEGINNINGS)
def test_json_begins_a_text_however_it_is_written(text: str) -> None:
    assert read_beginning(text) == VALUE


@pytest.mark.parametrize("text", ["", "nothing", "{", "'unended", "cb(", "<html>", "\\", "%7B%zz", "[1,", "f(x)"])
def test_what_is_no_json_is_a_value_error(text: str) -> None:
    for read in (read_text, read_beginning):
        with pytest.raises(ValueError, match=r"."):
            read(text)
    assert json_in_string(text) is None


@settings(max_examples=300, deadline=None)
@given(
    st.text() | st.sampled_from([*BODIES, *BEGINNINGS]).flatmap(lambda one: st.integers(0, 200).map(lambda n: one[n:]))
)
def test_hostile_text_raises_value_error_or_nothing(text: str) -> None:
    for read in (read_text, read_beginning):
        try:
            read(text)
        except (ValueError, RecursionError):
            continue
    json_in_string(text)


@pytest.mark.parametrize(
    "text", ["'" + "\\'" * 500_000, "'" * 500_000, "{" * 500_000, "a=" * 300_000, "[" + "undefined," * 200_000]
)
def test_long_hostile_text_takes_linear_time(text: str) -> None:
    started = time.perf_counter()
    json_in_string(text)
    with suppress(ValueError, RecursionError):
        read_beginning(text)

    assert time.perf_counter() - started < 2


def spec_of(**changes: Any) -> SiteSpec:
    plain: dict[str, Any] = {
        "site": "s", "version": 1, "reader": "json", "items": "list", "currency": "EUR",
        "fields": {"item_id": "id", "title": {"path": "name", "text": "markup"}, "price": "price"},
    }  # fmt: skip
    return SiteSpec.model_validate({**plain, **changes})


def ids_of(body: str, spec: SiteSpec) -> list[str]:
    context = PageContext(spec=spec, source=SOURCE, category_id="c")
    return [one.item_id for one in parse_page(body.encode(), context).listings]


PAGES: list[tuple[str, Any]] = [
    (f"<script id=a>{PLAIN}</script>", {"css": "#a"}),
    (f"<script>{{}}</script><script>[]</script><script>{PLAIN}</script>", {"css": "script"}),
    (f"<div id=root data-state='{ASCII.replace(chr(39), '&#39;')}'>", {"css": "#root", "attr": "data-state"}),
    (f"<script>x = 1; other = {{}}; page = {PLAIN};</script>", [{"regex": r"state = "}, {"regex": r"page = "}]),
    (f"<script>page = {{'a': b}}; </script><script>page = {PLAIN}</script>", {"regex": r"page = "}),
    (PLAIN, {"regex": "never there"}),
]


@pytest.mark.parametrize(("page", "script"), PAGES)
def test_the_place_with_entries_is_the_one(page: str, script: Any) -> None:
    assert ids_of(page, spec_of(script=script)) == ["1"]


def test_what_nextjs_pushes_in_pieces_is_joined_and_a_key_found_at_any_depth() -> None:
    tree = ["$", "$L1", None, {"deep": [{"props": VALUE}]}]
    stream = f'1:HL["/style.css"]\n2:I[1,[]]\n3:{json.dumps([tree], ensure_ascii=False)}\n4:null\n'
    pushes = [
        f"<script>self.__next_f.push({json.dumps([1, stream[at : at + 40]])})</script>"
        for at in range(0, len(stream), 40)
    ]
    page = "<script>self.__next_f.push([0])</script>" + "".join(pushes) + "<script>self.__next_f.push(broken</script>"

    assert ids_of(page, spec_of(script={"flight": True}, items="find(@, 'list')")) == ["1"]
    assert ids_of(page, spec_of(script={"flight": True}, items="find(@, 'props').list")) == ["1"]
    with pytest.raises(UnreadablePage):
        ids_of(page, spec_of(script={"flight": True}, items="find(@, 'nothing')"))


def test_json_in_a_string_is_read_by_a_path_and_tags_are_taken_off_text() -> None:
    body = json.dumps(
        {"data": {"result": json.dumps({"list": [{"id": 5, "name": "a <span class=H>b</span> &amp; c"}]})}}
    )
    context = PageContext(spec=spec_of(items="from_json(data.result).list"), source=SOURCE, category_id="c")

    (listing,) = parse_page(body.encode(), context).listings

    assert (listing.item_id, listing.title) == ("5", "a b & c")


def test_a_function_that_meets_another_type_finds_nothing() -> None:
    with pytest.raises(UnreadablePage):
        ids_of('{"list": 3}', spec_of(items="sort_by(list, &id)"))


@pytest.fixture
def two_forms(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], SiteSpec]:
    """The specs ``s`` (JSON) and ``s-html``, the second for pages that the first can't read."""
    (tmp_path / "s.yaml").write_text(
        "site: s\nversion: 1\nreader: json\nitems: list\nfields: {item_id: id, title: name}\notherwise: [s-html]\n"
    )
    (tmp_path / "s-html.yaml").write_text(
        "site: s-html\nversion: 1\nreader: html\nitems: li\nfields: {item_id: '@id', title: b}\n"
    )
    monkeypatch.setattr("extractors.parse.read_spec", lambda name: read_spec(name, tmp_path))
    return lambda: read_spec("s", tmp_path)


def test_another_form_of_a_site_is_tried_where_the_first_reads_nothing(two_forms: Callable[[], SiteSpec]) -> None:
    assert ids_of(PLAIN, two_forms()) == ["1"]
    assert ids_of("<ul><li id=7><b>Seven</b></li></ul>", two_forms()) == ["7"]


def test_a_page_that_no_form_reads_is_refused_in_the_words_of_the_first(two_forms: Callable[[], SiteSpec]) -> None:
    with pytest.raises(UnreadablePage, match="broken JSON"):
        ids_of("<p>nothing</p>", two_forms())


def test_a_form_that_is_not_there_is_an_error_when_the_spec_is_read(tmp_path: Path) -> None:
    (tmp_path / "t.yaml").write_text(
        "site: t\nversion: 1\nreader: html\nitems: li\nfields: {item_id: '@id', title: b}\notherwise: [gone]\n"
    )

    with pytest.raises(ConfigError, match="otherwise"):
        read_spec("t", tmp_path)


def test_a_price_of_true_does_not_spoil_a_price_of_one() -> None:
    body = '{"list": [{"id": "1", "name": "a", "price": true}, {"id": "2", "name": "b", "price": 1}]}'
    context = PageContext(spec=spec_of(), source=SOURCE, category_id="c")

    assert [one.price for one in parse_page(body.encode(), context).listings] == [None, Decimal(1)]
