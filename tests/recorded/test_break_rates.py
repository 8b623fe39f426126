"""How many layout breaks are noticed: seeded breaks over every recorded page and documented answer, counted.

A break takes something away that most entries of a page have: a class, an attribute, a key or a column goes or is
called otherwise, the page ends early, its list is emptied, its bytes are read in another encoding. None is chosen by
looking at the spec that reads the page. A break is *noticed* where the page is refused by its reader or its batch by
the audit, with a reason; it is *harmless* where everything reads as before. What remains is loaded with less.
"""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
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
from extractors.spec import read_spec
from extractors.stagedir import StageDir
from extractors.staging import Staging
from extractors.tables import rows_of
from extractors.worker import to_columns
from warehouse.lake import Lake, LakeConfig
from warehouse.validate import audit

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
LONG = {"tmall-double11"}  # 27,598 rows: broken by the tests of files
FRAGMENTS = ("card_br", "fragment")  # parts of pages: fewer entries than a page must have
CASES = [
    path
    for path in sorted(HERE.glob("*/*.yaml"))
    if not path.stem.startswith(("form_", "documented_", *FRAGMENTS)) and path.parent.name not in LONG
]
AT = datetime(2026, 11, 20, 22, tzinfo=UTC)
SEED = 20261125
BREAKS_PER_PAGE = 5
COMMON = 0.6  # of the entries have what a break takes away
NOTICED_LEAST = 0.95
FALSE_MOST = 0.01
CLASSES = re.compile(r'\bclass="([^"]*)"')
ATTRIBUTES = re.compile(r"\s(href|itemprop|data-[\w-]+)=")
EVERYTHING = attrgetter(*(field.name for field in fields(Listing)))


@dataclass(frozen=True)
class Page:
    """A recorded page with what it takes to read and to break it."""

    name: str
    body: bytes
    context: PageContext
    parsed: Parsed

    @property
    def text(self) -> str:
        """Its body as text."""
        return decode_body(self.body, None, self.context.spec.encoding)[0]


def recorded(case: Path, folder: Path) -> Page:
    """The page of a golden case."""
    facts, site = read_yaml(case), case.parent.name
    source = read_source(ROOT / "config" / "sources" / f"{site}.yaml")
    context = PageContext(spec=read_spec(site), source=source, category_id=facts["category"], url=facts.get("url"))
    body = (folder / facts["page"]).read_bytes()
    return Page(f"{site}/{case.stem}", body, context, parse_page(body, context))


@pytest.fixture(scope="module")
def judge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[Page, bytes], str]]:
    """What becomes of a body: "unreadable", "refused", "same", "incomplete" or "loaded"."""
    home = tmp_path_factory.mktemp("lake")
    lake = Lake(LakeConfig(catalog=str(home / "catalog.sqlite"), data_path=str(home / "files"), temp_dir=home / "tmp"))
    lake.migrate()
    with lake.reader() as con:

        def verdict(page: Page, body: bytes) -> str:
            try:
                parsed = parse_page(body, page.context)
            except UnreadablePage:
                return "unreadable"
            if body is not page.body and as_read(parsed) == as_read(page.parsed):
                return "same"
            return audited(con, page.context, parsed, home)

        yield verdict


def as_read(parsed: Parsed) -> list[Any]:
    """Everything that was read, to compare; of a picture only that there is one, as its address may stand twice."""
    return [EVERYTHING(replace(one, image_url=one.image_url and "there")) for one in parsed.listings]


def audited(con: DuckDBPyConnection, context: PageContext, parsed: Parsed, home: Path) -> str:
    """The audit's verdict on what was read, in every category and on the first of its days: the best of them."""
    source, first = context.source, parsed.listings[0]
    at = first.observed_at or AT
    stage = StageDir(home, source.source, at)
    captures = [
        Capture(
            capture_id=f"page-{category}", source=source.source, category_id=category, page_no=1, observed_at=at,
            observed_on=at.astimezone(source.zone).date(), fetched_at=at, outcome="ok", sha256="0" * 64,
        )
        for category in dict.fromkeys(one.category_id or context.category_id for one in parsed.listings)
    ]  # fmt: skip
    staging = Staging(source, context.spec.parser_version)
    columns = to_columns(parsed)
    for capture in captures:
        staging.add(capture, rows_of(columns, capture))
    staging.write(stage, 0)
    write_captures(stage.captures(0), captures)
    found = audit(con, source, stage, None)
    states = {one.status for one in found.categories.values() if one.staged or one.quarantined}
    if "ok" in states and found.accepted:
        return "loaded"
    return "incomplete" if "incomplete" in states else "refused"


def breaks_of(page: Page, dice: random.Random) -> Iterator[tuple[str, bytes]]:
    """Breaks of a page by chance, each with its name."""
    reader = page.context.spec.reader
    ways = {"html": html_breaks, "json": json_breaks, "table": table_breaks}[reader](page, dice)
    yield from ways
    share = dice.uniform(0.05, 0.6)
    yield f"cut at {share:.0%}", page.body[: int(len(page.body) * share)]
    yield "read as utf-16", page.text.encode("utf-16")
    yield "empty", b"<html><body></body></html>" if reader == "html" else b""


def html_breaks(page: Page, dice: random.Random) -> Iterator[tuple[str, bytes]]:
    """A class or attribute that most entries have goes, or is called otherwise."""
    plain = utf8_body(page.body)
    spec = page.context.spec
    document = LexborHTMLParser(plain)
    entries = next((found for css in spec.items or () if (found := document.css(css))), [])
    counted: Counter[str] = Counter()
    for entry in entries:
        html = entry.html or ""
        counted.update({f".{name}" for found in CLASSES.findall(html) for name in found.split()})
        counted.update({f"[{name}]" for name in ATTRIBUTES.findall(html)})
    common = sorted(name for name, count in counted.items() if count >= COMMON * len(entries))
    for name in dice.sample(common, min(BREAKS_PER_PAGE, len(common))):
        word = name.strip(".[]")
        if dice.random() < 0.5:
            yield (
                f"{name} renamed",
                re.sub(rf"(?<![\w-]){re.escape(word)}(?![\w-])", "x7f3q", plain.decode("utf-8", "replace")).encode(),
            )
        else:
            yield f"{name} dropped", without(plain, spec.items or [], name)


def without(plain: bytes, items: list[str], name: str) -> bytes:
    """The page without the nodes of a class, or without an attribute, inside its entries."""
    document = LexborHTMLParser(plain)
    word = name.strip(".[]")
    for entry in next((found for css in items if (found := document.css(css))), []):
        if name[0] == "[":
            for node in [entry, *entry.css(name)]:
                if word in node.attrs:
                    del node.attrs[word]
            continue
        found = entry.css(f'[class~="{word}"]')
        ids = {node.mem_id for node in found}
        for node in [one for one in found if not inside(one, ids)]:
            node.decompose()
    return (document.html or "").encode()


def inside(node: Any, ids: set[int]) -> bool:
    """Whether a node stands inside one of these: it goes with it."""
    above = node.parent
    while above is not None:
        if above.mem_id in ids:
            return True
        above = above.parent
    return False


def json_breaks(page: Page, dice: random.Random) -> Iterator[tuple[str, bytes]]:
    """A key that comes about as often as there are entries is called otherwise, or its value is wrapped."""
    text = page.text
    counted = Counter(re.findall(r'"([A-Za-z_]\w{0,40})"\s*:', text))
    entries = len(page.parsed.listings)
    common = sorted(key for key, count in counted.items() if COMMON * entries <= count <= 2 * entries)
    for key in dice.sample(common, min(BREAKS_PER_PAGE, len(common))):
        yield f"{key} renamed", re.sub(rf'"{key}"(\s*:)', r'"x7f3q"\1', text).encode()


def table_breaks(page: Page, dice: random.Random) -> Iterator[tuple[str, bytes]]:
    """A column is called otherwise."""
    head, _, rest = page.text.partition("\n")
    delimiter = page.context.spec.table.delimiter or ","
    names = head.rstrip("\r").split(delimiter)
    for name in dice.sample(names, min(BREAKS_PER_PAGE, len(names))):
        renamed = delimiter.join("x7f3q" if one == name else one for one in names)
        yield f"{name} renamed", f"{renamed}\n{rest}".encode(page.context.spec.encoding.replace("auto", "utf-8"))


@pytest.mark.slow
def test_breaks_are_noticed_and_unbroken_pages_are_not_refused(
    judge: Callable[[Page, bytes], str], pages: Path
) -> None:
    dice = random.Random(SEED)
    whole: Counter[str] = Counter()
    found: Counter[str] = Counter()
    missed: list[str] = []
    for case in CASES:
        page = recorded(case, pages)
        whole[judge(page, page.body)] += 1
        for name, body in breaks_of(page, dice):
            verdict = judge(page, body)
            found[verdict] += 1
            if verdict in ("loaded", "incomplete"):
                missed.append(f"{page.name}: {name}: {verdict}")
    # slow: some 250 pages are read and most of them audited; a rate needs all of them
    told = json.dumps({"whole": whole, "broken": found, "missed": missed}, indent=1)
    broke = found.total() - found["same"]

    assert whole["unreadable"] + whole["refused"] <= FALSE_MOST * whole.total(), told
    assert broke >= 3 * whole.total(), told
    assert (found["unreadable"] + found["refused"]) / broke >= NOTICED_LEAST, told
