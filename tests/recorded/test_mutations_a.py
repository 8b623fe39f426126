"""Recorded pages, broken on purpose: the big marketplaces' lists and two exports.

Each break is written from the page, not from the spec that reads it: a node goes, a class or attribute gets another
name, the page ends early, comes in another encoding, or shows no list. Read again and audited, it must be refused, or
read as before. Nothing here is allowed to be loaded with less than it says.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from functools import cache
from operator import attrgetter
from pathlib import Path
from typing import Any

import pytest
from duckdb import DuckDBPyConnection
from selectolax.lexbor import LexborHTMLParser

from extractors.capture import Capture, write_captures
from extractors.config import read_yaml
from extractors.listing import Listing
from extractors.parse import PageContext, Parsed, UnreadablePage, parse_page
from extractors.source import read_source
from extractors.spec import read_spec
from extractors.stagedir import StageDir
from extractors.staging import Staging
from extractors.tables import rows_of
from extractors.worker import to_columns
from warehouse.lake import Lake, LakeConfig
from warehouse.validate import audit

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
AT = datetime(2026, 11, 20, 22, tzinfo=UTC)
EVERYTHING = attrgetter(*(one.name for one in fields(Listing)))


@dataclass(frozen=True)
class Breaks:
    """What can break on the page of a golden case. ``lost``: what disappears -> nodes, or ``nodes@attribute``, or a
    column; ``renamed``: names of classes, attributes or columns; ``entries``: the nodes of the list."""

    case: str
    lost: dict[str, str]
    renamed: list[str] = field(default_factory=list)
    entries: str | None = None


BREAKS = [Breaks(**one) for one in read_yaml(HERE / "breaks.yaml")["pages"]]


@dataclass(frozen=True)
class Page:
    """A recorded page, everything it takes to read it, and what is read from it."""

    body: bytes
    text: str
    context: PageContext
    read: list[Any]


@cache
def page_of(case: str, folder: Path) -> Page:
    """The page of a golden case, read once."""
    site, _, name = case.partition("/")
    facts = read_yaml(HERE / site / f"{name}.yaml")
    source = read_source(ROOT / "config" / "sources" / f"{site}.yaml")
    context = PageContext(spec=read_spec(site), source=source, category_id=facts["category"], url=facts.get("url"))
    body = (folder / facts["page"]).read_bytes()
    return Page(body, body.decode(), context, as_read(parse_page(body, context)))


@pytest.fixture(scope="module", params=BREAKS, ids=lambda one: one.case)
def breaks(request: pytest.FixtureRequest) -> Breaks:
    """What can break on one page."""
    found: Breaks = request.param
    return found


@pytest.fixture(scope="module")
def page(breaks: Breaks, pages: Path) -> Page:
    """The recorded page it breaks on."""
    return page_of(breaks.case, pages)


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DuckDBPyConnection]:
    """A reader of an empty lake: the bounds must hold without a history to compare with."""
    home = tmp_path_factory.mktemp("lake")
    lake = Lake(LakeConfig(catalog=str(home / "catalog.sqlite"), data_path=str(home / "files"), temp_dir=home / "tmp"))
    lake.migrate()
    with lake.reader() as con:
        yield con


@pytest.fixture
def verdict(reader: DuckDBPyConnection, page: Page, tmp_path: Path) -> Callable[[bytes], str]:
    """What becomes of a body: its kind of refusal by the reader, "same" as unbroken, or the audit's verdict."""

    def judge(body: bytes) -> str:
        try:
            parsed = parse_page(body, page.context)
        except UnreadablePage as refusal:
            return f"unreadable: {refusal.kind}"
        return "same" if as_read(parsed) == page.read else audited(reader, page.context, parsed, tmp_path)

    return judge


def as_read(parsed: Parsed) -> list[Any]:
    """Everything that was read, to compare."""
    return [EVERYTHING(one) for one in parsed.listings]


def audited(con: DuckDBPyConnection, context: PageContext, parsed: Parsed, home: Path) -> str:
    """The audit's verdict on what was read of each category: the best of them, so that one loaded is seen."""
    source = context.source
    moment = next((one.observed_at for one in parsed.listings if one.observed_at), AT)
    stage = StageDir(home, source.source, moment)
    captures = [
        Capture(
            capture_id=f"page-{category}", source=source.source, category_id=category, page_no=1, observed_at=moment,
            observed_on=moment.astimezone(source.zone).date(), fetched_at=moment, outcome="ok", sha256="0" * 64,
        )
        for category in dict.fromkeys(one.category_id or context.category_id for one in parsed.listings)
    ]  # fmt: skip
    staging = Staging(source, context.spec.parser_version)
    for capture in captures:
        staging.add(capture, rows_of(to_columns(parsed), capture))
    staging.write(stage, 0)
    write_captures(stage.captures(0), captures)
    states = {one.status for one in audit(con, source, stage, None).categories.values() if one.staged}
    return next((state for state in ("ok", "incomplete", "refused") if state in states), "refused")


def noticed(verdicts: dict[str, str]) -> dict[str, str]:
    """The verdicts that are no refusal."""
    return {name: one for name, one in verdicts.items() if not one.startswith(("unreadable", "refused"))}


def test_the_unbroken_page_is_loaded(page: Page, reader: DuckDBPyConnection, tmp_path: Path) -> None:
    assert audited(reader, page.context, parse_page(page.body, page.context), tmp_path) != "refused"


def test_what_is_lost_is_missed(breaks: Breaks, page: Page, verdict: Callable[[bytes], str]) -> None:
    assert noticed({name: verdict(without(page, place)) for name, place in breaks.lost.items()}) == {}


def test_another_name_is_noticed_or_harmless(breaks: Breaks, page: Page, verdict: Callable[[bytes], str]) -> None:
    found = {name: verdict(renamed(page, name)) for name in breaks.renamed}

    assert {name: one for name, one in noticed(found).items() if one != "same"} == {}


def test_half_a_page_is_refused(page: Page, verdict: Callable[[bytes], str]) -> None:
    half = page.body[: len(page.body) // 2]

    assert noticed({"half": verdict(half), "tenth": verdict(half[: len(half) // 5])}) == {}


def test_every_encoding_reads_the_same(page: Page, verdict: Callable[[bytes], str]) -> None:
    plain = page.text.removeprefix("\ufeff")
    bodies = {
        "utf-16": plain.encode("utf-16"),
        "utf-16 without a mark": plain.encode("utf-16-le"),
        "with a mark": b"\xef\xbb\xbf" + plain.encode(),
        "encoded twice": plain.encode().decode("latin-1").encode(),
    }

    assert {name: one for name, body in bodies.items() if (one := verdict(body)) != "same"} == {}


def test_an_emptied_list_is_no_success(breaks: Breaks, page: Page, verdict: Callable[[bytes], str]) -> None:
    header = page.text.split("\n", 1)[0].encode()
    empty = without(page, breaks.entries) if breaks.entries is not None else header

    assert verdict(empty).startswith("unreadable")
    assert verdict(b"").startswith("unreadable")


@pytest.mark.parametrize(("name", "kind"), [("walmart", "blocked"), ("taobao", "shell")])
def test_a_wall_and_a_shell_are_told_apart(name: str, kind: str, page: Page, pages: Path) -> None:
    (path,) = (pages / "html_negative" / name).iterdir()

    with pytest.raises(UnreadablePage) as refusal:
        parse_page(path.read_bytes(), page.context)
    assert refusal.value.kind == kind


def without(page: Page, place: str) -> bytes:
    """The page without these nodes, these attributes of nodes, or this column's name."""
    if page.context.spec.reader == "table":
        return with_header(page, place, "gone")
    css, _, attr = place.rpartition("@") if "@" in place else (place, "", "")
    document = LexborHTMLParser(page.text)
    for one in css.split(", "):
        for node in document.css(one):
            if not attr:
                node.decompose()
            elif attr in node.attrs:
                del node.attrs[attr]
    return (document.html or "").encode()


def renamed(page: Page, name: str) -> bytes:
    """The page with one class, attribute or column called otherwise."""
    if page.context.spec.reader == "table":
        return with_header(page, name, "x7f3q")
    return re.sub(rf"(?<![\w-]){re.escape(name)}(?![\w-])", "x7f3q", page.text).encode()


def with_header(page: Page, name: str, other: str) -> bytes:
    """The table with one column called otherwise."""
    header, _, rows = page.text.partition("\n")
    return f"{re.sub(rf'(^|,){name}(?=,|$)', rf'{chr(92)}1{other}', header)}\n{rows}".encode()
