"""Recorded real pages to records: ours against the same site specs read by parsel.

The pages are those that the golden cases of ``tests/recorded`` name (HTML ones); they are not ours to ship, so the row
is left out where they are absent. A page that parsel's tree (HTML 4 rules) reads otherwise is left out and told.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from functools import partial
from operator import attrgetter
from pathlib import Path
from unittest.mock import patch

from cssselect.xpath import ExpressionError
from rich.console import Console

from benchmarks.extraction import ROUNDS
from benchmarks.measure import Figure, Spent, Target, alternate, compare, rate, spent_by
from benchmarks.peers.parsel_nodes import ParselDocument
from benchmarks.setting import Scale
from extractors.config import read_yaml
from extractors.listing import Listing
from extractors.parse import PageContext, parse_page
from extractors.source import read_source
from extractors.spec import read_spec

ROOT = Path(__file__).resolve().parent.parent
LEXBOR = "extractors.parsers.html.LexborHTMLParser"
SWEEP = "extractors.parsers.html.Sweep"  # spares Lexbor searches that are dear there; parsel searches as it is written
_EVERYTHING = attrgetter(*(field.name for field in fields(Listing)))


@dataclass(frozen=True, slots=True)
class _Page:
    name: str
    body: bytes
    context: PageContext

    def read(self) -> list[Listing]:
        return parse_page(self.body, self.context).listings

    def read_by_parsel(self) -> list[Listing]:
        with patch(LEXBOR, ParselDocument), patch(SWEEP, _NoSweep):
            return self.read()


class _NoSweep:
    def __init__(self, _finders: Iterable[object]) -> None: ...

    def over(self, entries: Iterable[object]) -> Iterable[object]:
        return entries


def recorded(scale: Scale) -> list[Figure]:
    """Records a second of CPU time over all pages; none where there are no pages."""
    told = Console(stderr=True)
    folder = Path(os.environ.get("SHELFRADAR_PAGES", ROOT.parent / "shared" / "pages"))
    if not folder.is_dir():
        told.print(f"recorded pages are absent: no folder {folder} (set SHELFRADAR_PAGES); row left out", markup=False)
        return []
    found = _pages(folder)
    pages = [page for page in found if _equal(page)]
    left_out = sorted({page.name for page in found} - {page.name for page in pages})
    told.print(f"{len(pages)} recorded pages; read otherwise by parsel: {', '.join(left_out) or 'none'}", markup=False)
    records = sum(len(page.read()) for page in pages)
    works: dict[str, Callable[[], Spent]] = {
        "ours": partial(spent_by, lambda: [page.read() for page in pages]),
        "parsel, same specs": partial(spent_by, lambda: [page.read_by_parsel() for page in pages]),
    }
    times = alternate(works, scale.repeats * ROUNDS if scale.repeats > 1 else 1)
    what = f"extraction, {len(pages)} recorded pages"
    show = rate(records, "records")
    return [compare(what, times, "parsel, same specs", Target(4, higher=True), show=show)]


def _pages(folder: Path) -> list[_Page]:
    pages = []
    for case in sorted((ROOT / "tests" / "recorded").glob("*/*.yaml")):
        facts, site = read_yaml(case), case.parent.name
        spec = read_spec(site)
        if spec.reader == "html" and (folder / str(facts["page"])).is_file():
            source = read_source(ROOT / "config" / "sources" / f"{site}.yaml")
            context = PageContext(spec=spec, source=source, category_id=facts["category"], url=facts.get("url"))
            pages.append(_Page(f"{site}/{case.stem}", (folder / str(facts["page"])).read_bytes(), context))
    return pages


def _equal(page: _Page) -> bool:
    """Whether parsel reads the page as we do; not where its selectors lack one that the spec uses."""
    try:
        return list(map(_EVERYTHING, page.read())) == list(map(_EVERYTHING, page.read_by_parsel()))
    except ExpressionError:
        return False
