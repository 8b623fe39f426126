"""Recorded pages, broken on purpose: what was lost is noticed, or nothing was lost. Searches by JSON, shops and files.

A mutation takes a field, a class, half of the page or its encoding away. Read again and audited, the page is then
refused, not complete, or reads as before; that something else is loaded in silence is the failure.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace
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
from extractors.encoding import decode_body, utf8_body
from extractors.listing import Listing
from extractors.parse import PageContext, Parsed, UnreadablePage, parse_page
from extractors.source import read_source
from extractors.spec import FieldRule, SiteSpec, read_spec
from extractors.stagedir import StageDir
from extractors.staging import Staging
from extractors.tables import rows_of
from extractors.worker import to_columns
from warehouse.lake import Lake, LakeConfig
from warehouse.validate import audit

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
SITES = [
    "taobao-search", "yahoo-tw-search", "mercadolibre-search", "rakuten-search", "wish", "amazon-books-export",
    "mypapershop-us", "michelson-pl", "debijenkorf-nl", "rc-race-shop-de", "nostalgieimkinderzimmer-de",
    "taylormorris-uk", "disfracesjarana-es", "infor-ingen-cl", "baldur-ch", "baldur-nl",
]  # fmt: skip
CASES = [path for site in SITES for path in sorted((HERE / site).glob("*.yaml")) if "form_" not in path.name]
FILL_COLUMNS = {"units_low": "units"}
AT = datetime(2026, 11, 20, 22, tzinfo=UTC)
EVERYTHING = attrgetter(*(field.name for field in fields(Listing)))
MARKS = {"€": "£", "zł": "kr", "CHF": "GBP", "EUR": "GBP", "$": "£", "£": "€"}


@dataclass(frozen=True)
class Page:
    """A recorded page with everything it takes to read it."""

    body: bytes
    context: PageContext
    parsed: Parsed

    @property
    def spec(self) -> SiteSpec:
        """How it is read."""
        return self.context.spec

    @property
    def text(self) -> str:
        """Its body as text."""
        return decode_body(self.body, None, self.spec.encoding)[0]


@cache
def page_of(case: Path, folder: Path) -> Page:
    """The page of a golden case."""
    facts, site = read_yaml(case), case.parent.name
    source = read_source(ROOT / "config" / "sources" / f"{site}.yaml")
    context = PageContext(spec=read_spec(site), source=source, category_id=facts["category"], url=facts.get("url"))
    body = (folder / facts["page"]).read_bytes()
    return Page(body, context, parse_page(body, context))


@pytest.fixture(scope="module", params=CASES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def page(request: pytest.FixtureRequest, pages: Path) -> Page:
    """A recorded page."""
    return page_of(request.param, pages)


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DuckDBPyConnection]:
    """A reader of an empty lake: no history to compare with."""
    home = tmp_path_factory.mktemp("lake")
    lake = Lake(LakeConfig(catalog=str(home / "catalog.sqlite"), data_path=str(home / "files"), temp_dir=home / "tmp"))
    lake.migrate()
    with lake.reader() as con:
        yield con


@pytest.fixture
def verdict(reader: DuckDBPyConnection, tmp_path: Path) -> Callable[..., str]:
    """What becomes of a body that is read as ``page``: "unreadable", "refused", "incomplete", "same" or "loaded"."""

    def judge(page: Page, body: bytes, content_type: str | None = None) -> str:
        try:
            parsed = parse_page(body, replace(page.context, content_type=content_type))
        except UnreadablePage:
            return "unreadable"
        if as_read(parsed) == as_read(page.parsed):
            return "same"
        return audited(reader, page.context, parsed, tmp_path)

    return judge


def as_read(parsed: Parsed) -> list[Any]:
    """Everything that was read, to compare."""
    return [EVERYTHING(one) for one in parsed.listings]


def audited(con: DuckDBPyConnection, context: PageContext, parsed: Parsed, home: Path) -> str:
    """The audit's verdict on what was read, as the only page of its category."""
    source, first = context.source, parsed.listings[0]
    at = first.observed_at or AT
    stage = StageDir(home, source.source, at)
    capture = Capture(
        capture_id="page", source=source.source, page_no=1, observed_at=at,
        category_id=first.category_id or context.category_id,
        observed_on=at.astimezone(source.zone).date(), fetched_at=at, outcome="ok", sha256="0" * 64,
    )  # fmt: skip
    staging = Staging(source, context.spec.parser_version)
    columns = to_columns(parsed)
    staging.add(capture, rows_of(columns, capture) if context.spec.reader == "table" else columns)
    staging.write(stage, 0)
    write_captures(stage.captures(0), [capture])
    found = audit(con, source, stage, None)
    states = {one.status for one in found.categories.values() if one.staged or one.quarantined}
    return "loaded" if "ok" in states and found.accepted else max(states, default="refused")


def test_an_unbroken_page_is_loaded(page: Page, reader: DuckDBPyConnection, tmp_path: Path) -> None:
    assert audited(reader, page.context, page.parsed, tmp_path) != "refused"


def test_a_lost_field_is_refused(page: Page, verdict: Callable[..., str]) -> None:
    lost = {FILL_COLUMNS.get(name, name) for name in page.context.source.bounds.fill_min} | {"item_id", "title"}
    assert "price" in lost

    found = {name: verdict(page, without_field(page, name)) for name in sorted(lost)}

    assert {name: one for name, one in found.items() if one not in ("unreadable", "refused")} == {}


def test_a_renamed_class_or_key_is_noticed(page: Page, verdict: Callable[..., str]) -> None:
    found = {name: verdict(page, renamed(page, name)) for name in sorted(names_in(page.spec))}

    assert found
    assert {name for name, one in found.items() if one == "loaded"} <= optional_names(page)


def test_half_a_page_is_noticed(page: Page, verdict: Callable[..., str]) -> None:
    halves = [page.body[: len(page.body) * share // 100] for share in (10, 35, 50)]

    assert "loaded" not in {verdict(page, half) for half in halves}


def test_another_encoding_reads_the_same(page: Page, verdict: Callable[..., str]) -> None:
    if page.spec.encoding != "auto":
        pytest.skip("the spec says which encoding it takes")

    assert verdict(page, page.text.encode("utf-16")) == "same"
    assert verdict(page, b"\xef\xbb\xbf" + page.text.encode()) == "same"
    assert verdict(page, page.text.encode(), "text/html; charset=shift_jis") == "same"


def test_an_emptied_list_is_no_success(page: Page, verdict: Callable[..., str]) -> None:
    assert verdict(page, emptied(page)) == "unreadable"


def test_another_currency_is_not_taken_for_ours(page: Page, verdict: Callable[..., str]) -> None:
    marks = [mark for mark in MARKS if mark in page.text] if page.spec.reader == "html" else []
    if not marks:
        pytest.skip("no mark of a currency on it")
    text = page.text
    for mark in marks:
        text = text.replace(mark, f"\0{mark}\0")
    for mark in marks:
        text = text.replace(f"\0{mark}\0", MARKS[mark])

    assert verdict(page, text.encode()) in ("unreadable", "refused", "incomplete", "same")


def place_of(rule: FieldRule) -> tuple[str, str | None]:
    """The selector and attribute (or path, or column) of a rule."""
    if rule.short is None:
        return rule.css or rule.path or rule.column or "", rule.attr
    css, _, attr = rule.short.rpartition("@") if re.search(r"@[\w:-]+$", rule.short) else (rule.short, "", "")
    return css, attr or None


def without_field(page: Page, name: str) -> bytes:
    """The page with nothing left of the places where one field may stand."""
    places = [place_of(rule) for field, rules in page.spec.fields.items() if field == name for rule in rules]
    if page.spec.reader == "html":
        return without_nodes(page, places)
    if page.spec.reader == "table":
        head, _, rest = page.text.partition("\n")
        for column, _attr in places:
            head = re.sub(rf"(^|[,;]){re.escape(column)}(?=[,;\r]|$)", r"\g<1>gone", head)
        return f"{head}\n{rest}".encode()
    text = page.text
    for path, _attr in places:
        for key in re.findall(r"[A-Za-z_]\w*(?=\s*(?:$|\[|\)|>|\||'))", path)[-1:] + re.findall(r"\b[a-z]\w+$", path):
            text = re.sub(rf'"{key}"(\s*:)', rf'"{key}_gone"\1', text)
    return text.encode()


def without_nodes(page: Page, places: list[tuple[str, str | None]]) -> bytes:
    document = LexborHTMLParser(utf8_body(page.body))
    for item in entries_of(document, page.spec):
        for css, attr in places:
            if attr is None:
                while css and (node := item.css_first(css)) is not None:
                    node.decompose()
                continue
            for node in item.css(css) if css else [item]:
                if attr in node.attrs:
                    del node.attrs[attr]
    return (document.html or "").encode()


def entries_of(document: LexborHTMLParser, spec: SiteSpec) -> list[Any]:
    """The nodes of the entries, by the selector that finds them."""
    return next((found for css in spec.items or () if (found := document.css(css))), [])


def emptied(page: Page) -> bytes:
    """The page without its entries."""
    if page.spec.reader == "table":
        return page.text.split("\n", 1)[0].encode()
    if page.spec.reader == "json":
        return re.sub(r'"(auctions|hits|results|Items)"\s*:\s*\[', r'"\1": [], "gone": [', page.text).encode()
    document = LexborHTMLParser(utf8_body(page.body))
    for css in page.spec.items or ():
        while (node := document.css_first(css)) is not None:
            node.decompose()
    return (document.html or "").encode()


def names_in(spec: SiteSpec) -> set[str]:
    """The classes (or keys, or columns) by which a spec finds entries, names and prices."""
    rules = [rule for name in ("item_id", "title", "price") for rule in spec.fields[name]]
    places = [place_of(rule)[0] for rule in rules] + (list(spec.items or ()) if spec.reader == "html" else [])
    pattern = r"\.([A-Za-z][\w-]+)" if spec.reader == "html" else r"[A-Za-z]\w+(?: \w+)*"
    return {name for place in places for name in re.findall(pattern, place)}


def optional_names(page: Page) -> set[str]:
    """Names whose loss may change what is loaded: a name from its raw text."""
    return set() if page.spec.reader == "html" else {"title"}


def renamed(page: Page, name: str) -> bytes:
    """The page with one class (or key, or column) called otherwise."""
    if page.spec.reader == "json":
        return re.sub(rf'"{name}"(\s*:)', r'"x7f3q"\1', page.text).encode()
    return re.sub(rf"(?<![\w-]){re.escape(name)}(?![\w-])", "x7f3q", page.text).encode()
