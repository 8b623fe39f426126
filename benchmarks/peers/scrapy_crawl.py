"""Scrapy as a program: ``python -m benchmarks.peers.scrapy_crawl ADDRESS CATEGORIES PAGES FOLDER [parsing]``.

Without ``parsing`` it fetches only: no robots.txt, no archive. With it, items are read with parsel, gathered by an item
pipeline, written to Parquet by pyarrow and loaded into a DuckDB file. A small crawl goes before, so that imports and
first uses are not measured. Prints the CPU seconds of the measured crawl as JSON.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import scrapy
from scrapy.crawler import AsyncCrawlerRunner
from scrapy.http import Response
from scrapy.utils.defer import deferred_from_coro
from scrapy.utils.reactor import install_reactor

from benchmarks.measure import cpu_seconds
from benchmarks.peers.readers import LADDER, parsel_texts, record

ITEMS: list[dict[str, Any]] = []
FETCHED: list[int] = []


class Gather:
    """The item pipeline."""

    def process_item(self, item: dict[str, Any]) -> dict[str, Any]:
        """Keep the item."""
        ITEMS.append(item)
        return item


class ListSpider(scrapy.Spider):
    """Every page of every list."""

    name = "lists"

    def __init__(self, address: str, categories: int, pages: int, parsing: bool) -> None:
        super().__init__()
        self.address, self.categories, self.pages, self.parsing = address, categories, pages, parsing

    async def start(self) -> AsyncIterator[scrapy.Request]:
        """One request a page."""
        for category in range(1, self.categories + 1):
            for page in range(1, self.pages + 1):
                yield scrapy.Request(f"{self.address}/c/{category}/{page}", cb_kwargs={"category": category})

    def parse(self, response: Response, category: int) -> Iterator[dict[str, Any]]:
        """The entries of a page, or nothing where only fetching is measured."""
        FETCHED.append(len(response.body))
        if self.parsing:
            for number, entry in enumerate(response.css("#J_list > li.item"), start=1):
                yield {"category_id": f"c{category}", **record(number, parsel_texts(entry), response.url, LADDER)}


def store(folder: Path, name: str) -> int:
    """Items to Parquet to DuckDB; returns the rows of the table."""
    path = folder / f"{name}.parquet"
    pq.write_table(pa.Table.from_pylist(ITEMS), path)
    with duckdb.connect(str(folder / f"{name}.duckdb")) as con:
        con.execute("CREATE TABLE listing AS SELECT * FROM read_parquet(?) LIMIT 0", [str(path)])
        con.execute("INSERT INTO listing SELECT * FROM read_parquet(?)", [str(path)])
        return int(con.execute("SELECT count(*) FROM listing").fetchall()[0][0])


def main(address: str, categories: int, pages: int, folder: Path, parsing: bool) -> dict[str, float]:
    """Crawl twice, a little and then all; CPU seconds of the second."""
    settings = {
        "LOG_LEVEL": "ERROR", "TELNETCONSOLE_ENABLED": False, "CONCURRENT_REQUESTS": 8, "DOWNLOAD_DELAY": 0,
        "CONCURRENT_REQUESTS_PER_DOMAIN": 8, "ROBOTSTXT_OBEY": parsing,
        "ITEM_PIPELINES": {"benchmarks.peers.scrapy_crawl.Gather": 1} if parsing else {},
    }  # fmt: skip
    install_reactor("twisted.internet.asyncioreactor.AsyncioSelectorReactor")
    from twisted.internet import reactor

    process = AsyncCrawlerRunner(settings)
    spent: dict[str, float] = {}

    async def both() -> None:
        await process.crawl(ListSpider, address=address, categories=1, pages=2, parsing=parsing)
        if parsing:
            store(folder, "warm")
        ITEMS.clear()
        FETCHED.clear()
        cpu, wall = cpu_seconds(), time.perf_counter()
        await process.crawl(ListSpider, address=address, categories=categories, pages=pages, parsing=parsing)
        rows = store(folder, "all") if parsing else 0
        spent.update(cpu=cpu_seconds() - cpu, wall=time.perf_counter() - wall, pages=len(FETCHED), rows=rows)

    def begin() -> None:
        deferred_from_coro(both()).addBoth(end)

    def end(outcome: Any) -> None:
        reactor.stop()  # type: ignore[misc]
        if outcome is not None:
            outcome.printTraceback()

    reactor.callWhenRunning(begin)
    reactor.run()  # type: ignore[misc]
    return spent


if __name__ == "__main__":
    # This very module, so that the pipeline class finds the same list.
    from benchmarks.peers import scrapy_crawl  # noqa: PLW0406

    words = sys.argv[1:]
    print(json.dumps(scrapy_crawl.main(words[0], int(words[1]), int(words[2]), Path(words[3]), "parsing" in words)))
