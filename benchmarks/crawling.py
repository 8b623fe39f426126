"""Pages over loopback: the fetch step against Scrapy's, and page to warehouse against Scrapy + parsel + DuckDB."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from functools import partial

from benchmarks.measure import Figure, Spent, Target, alternate, compare, per
from benchmarks.pages import ITEMS
from benchmarks.setting import Scale
from benchmarks.site import serving

LISTS = 4
SECONDS = 600


def page_to_warehouse(scale: Scale) -> list[Figure]:
    """CPU a page, all steps."""
    found = _crawls(scale, parsing=True)
    show = per(scale.crawled_pages, "page")
    return [
        compare("page to warehouse, CPU", found, "Scrapy + parsel, Parquet, DuckDB", Target(0.5), show=show),
    ]


def fetch_step(scale: Scale) -> list[Figure]:
    """CPU a page of the fetch step."""
    found = _crawls(scale, parsing=False)
    return [
        compare(
            "fetch step whole, CPU", found, "Scrapy, fetch alone", Target(0.65), show=per(scale.crawled_pages, "page")
        )
    ]


def _crawls(scale: Scale, *, parsing: bool) -> dict[str, list[Spent]]:
    theirs = "Scrapy + parsel, Parquet, DuckDB" if parsing else "Scrapy, fetch alone"
    pages = max(1, scale.crawled_pages // LISTS)
    with serving() as address:
        words = [address, str(LISTS), str(pages)]
        works: dict[str, Callable[[], Spent]] = {
            "ours": partial(_program, "benchmarks.own_crawl", words, parsing, pages * LISTS),
            theirs: partial(_scrapy, words, parsing, pages * LISTS),
        }
        return alternate(works, scale.repeats)


def _scrapy(words: list[str], parsing: bool, pages: int) -> Spent:
    with tempfile.TemporaryDirectory(prefix="shelfradar-bench-") as folder:
        return _program("benchmarks.peers.scrapy_crawl", [*words, folder], parsing, pages)


def _program(module: str, words: list[str], parsing: bool, pages: int) -> Spent:
    """What the program says it took. Raises RuntimeError unless it got every page and every row."""
    command = [sys.executable, "-m", module, *words, *(["parsing"] if parsing else [])]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=SECONDS)
    if done.returncode:
        raise RuntimeError(f"{module} ended with {done.returncode}: {done.stderr[-2000:]}")
    told = json.loads(done.stdout.splitlines()[-1])
    if told["pages"] != pages or told["rows"] != (pages * ITEMS if parsing else 0):
        raise RuntimeError(f"{module}: expected {pages} pages of {ITEMS} rows, found {told}")
    return Spent(told["cpu"], told["wall"])
