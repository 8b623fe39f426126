"""Our crawl as a program of its own: ``python -m benchmarks.own_crawl ADDRESS CATEGORIES PAGES [parsing]``.

Without ``parsing`` it is the whole fetch step alone (robots.txt, gates, retries, caps, WARC, capture records). With it,
all that a collecting run does: fetch, archive, extract, stage, audit with Great Expectations and Data Docs, load, and
every mart. A small run goes before, as for the peer. Prints CPU seconds as JSON; the parser process counts, its start
included.
"""

from __future__ import annotations

import json
import sys
import time
from datetime import UTC, datetime, timedelta

from benchmarks.measure import cpu_seconds
from benchmarks.setting import installation
from extractors.pools import close_idle
from shelfradar import pipeline
from shelfradar.settings import Settings

AT = datetime(2026, 11, 20, 6, tzinfo=UTC)


def collect(settings: Settings, at: datetime, parsing: bool) -> int:
    """One observation; the number of pages captured well."""
    if parsing:
        pipeline.collect(settings, "bench", at)
        close_idle()
        return 0
    fetched = [pipeline.fetch(settings, "bench", at, batch) for batch in pipeline.plan(settings, "bench", at)]
    return sum(one["outcomes"].get("ok", 0) for one in fetched)


def main(address: str, categories: int, pages: int, parsing: bool) -> dict[str, float]:
    """CPU and wall seconds of the second run."""
    with installation(address, 1, 2) as small:
        collect(small, AT, parsing)
    with installation(address, categories, pages) as settings:
        pipeline.open_lake(settings)
        cpu, wall = cpu_seconds(), time.perf_counter()
        fetched = collect(settings, AT + timedelta(days=1), parsing)
        spent = {"cpu": cpu_seconds() - cpu, "wall": time.perf_counter() - wall}
        with pipeline.open_lake(settings).reader() as con:
            rows = con.execute("SELECT count(*) FROM listing").fetchall()[0][0]
            pages_ok = con.execute("SELECT count(*) FROM capture WHERE outcome = 'ok'").fetchall()[0][0]
    return {**spent, "pages": fetched or pages_ok, "rows": rows}


if __name__ == "__main__":
    words = sys.argv[1:]
    print(json.dumps(main(words[0], int(words[1]), int(words[2]), "parsing" in words)))
