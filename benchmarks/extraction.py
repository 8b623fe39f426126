"""Pages to records: ours against parsel, BeautifulSoup and a bare selectolax loop, over the same pages in memory."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from benchmarks.measure import Figure, Spent, Target, alternate, compare, rate, spent_by
from benchmarks.pages import ITEMS, list_page
from benchmarks.peers import readers
from benchmarks.setting import Scale, bench_source
from extractors.parse import PageContext, parse_page
from extractors.spec import read_spec

URL = "http://127.0.0.1/c/1/1"
ROUNDS = 4  # short rounds, and more of them: what disturbs one pair is gone in the next


def extraction(scale: Scale) -> list[Figure]:
    """Records a second of CPU time, in one process."""
    pages = [list_page(1, number) for number in range(1, scale.pages + 1)]
    context = PageContext(
        spec=read_spec("demo"), source=bench_source("http://127.0.0.1", 1, 1), category_id="c1", url=URL
    )
    readers_by_name: dict[str, Callable[[bytes, str], object]] = {
        "parsel": readers.with_parsel,
        "BeautifulSoup (lxml)": readers.with_beautifulsoup,
        "bare selectolax loop": readers.with_selectolax,
    }
    _check_equal(pages[0], context)

    def ours() -> None:
        for page in pages:
            parse_page(page, context)

    def theirs(read: Callable[[bytes, str], object]) -> None:
        for page in pages:
            read(page, URL)

    works: dict[str, Callable[[], Spent]] = {"ours": partial(spent_by, ours)}
    works |= {name: partial(spent_by, partial(theirs, read)) for name, read in readers_by_name.items()}
    found = alternate(works, scale.repeats * ROUNDS if scale.repeats > 1 else 1)
    show = rate(len(pages) * ITEMS, "records")
    return [
        compare("extraction", found, "parsel", Target(4, higher=True), show=show),
        compare("extraction", found, "BeautifulSoup (lxml)", Target(25, higher=True), show=show),
        compare("extraction", found, "bare selectolax loop", Target(1.10), show=show),
    ]


def _check_equal(page: bytes, context: PageContext) -> None:
    """Raises ValueError unless every peer reads what we read."""
    wanted = [{name: getattr(one, name) for name in readers.FIELDS} for one in parse_page(page, context).listings]
    for read in (readers.with_parsel, readers.with_beautifulsoup, readers.with_selectolax):
        found = read(page, URL)
        if found != wanted:
            different = [(a, b) for a, b in zip(wanted, found, strict=False) if a != b]
            raise ValueError(f"{read.__name__} reads something else: {different[:1] or (len(wanted), len(found))}")
