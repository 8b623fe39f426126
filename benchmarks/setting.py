"""How big a run is, and the installation it happens in: a throw-away home and configuration."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from extractors.source import Source
from shelfradar.settings import Settings

_ALERTS = "recipients: {ops: {address: ops@example.com}}\nengineers: [ops]\nrules: []\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """Sizes of a run. ``days``, ``year_days``, ``alert_days``: two lengths of history a day is compared at."""

    repeats: int = 5
    pages: int = 5
    crawled_pages: int = 400
    loaded_rows: int = 1_000_000
    again_rows: int = 100_000
    day_rows: int = 20_000
    days: tuple[int, int] = (10, 100)
    rebuilt_rows: int = 10_000_000
    year_days: tuple[int, int] = (30, 365)
    year_rows: int = 100_000
    alert_rules: int = 10_000
    alert_items: int = 20_000
    pass_items: int = 1_000_000
    pass_days: int = 33
    alert_days: tuple[int, int] = (45, 365)


QUICK = Scale(
    repeats=1,
    pages=1,
    crawled_pages=4,
    loaded_rows=2000,
    again_rows=1000,
    day_rows=200,
    days=(2, 4),
    rebuilt_rows=40_000,
    year_days=(2, 4),
    year_rows=1000,
    alert_rules=120,
    alert_items=1000,
    pass_items=1000,
    pass_days=2,
    alert_days=(1, 2),
)


def bench_source(address: str, categories: int, pages: int) -> Source:
    """A source of ``categories`` lists of ``pages`` pages at ``address``, read by the spec ``demo``."""
    return Source.model_validate(_source(address, categories, pages))


@contextmanager
def installation(address: str = "http://127.0.0.1", categories: int = 1, pages: int = 1) -> Iterator[Settings]:
    """Settings of a fresh home with the source ``bench`` configured; removed afterwards."""
    home = Path(tempfile.mkdtemp(prefix="shelfradar-bench-"))
    try:
        config = home / "config"
        (config / "sources").mkdir(parents=True)
        # JSON is YAML.
        text = json.dumps(_source(address, categories, pages), ensure_ascii=False)
        (config / "sources" / "bench.yaml").write_text(text, encoding="utf-8")
        (config / "alerts.yaml").write_text(_ALERTS, encoding="utf-8")
        environment = {"SHELFRADAR_HOME": str(home / "data"), "SHELFRADAR_CONFIG": str(config)}
        yield Settings.from_environment(environment)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _source(address: str, categories: int, pages: int) -> dict[str, object]:
    listed = [
        {"id": f"c{number}", "title": f"List {number}", "url": f"{address}/c/{number}/{{page}}", "pages": pages}
        for number in range(1, categories + 1)
    ]
    return {
        "source": "bench", "title": "Synthetic lists", "site": "demo", "simulated": True, "allow_private": True,
        "timezone": "UTC", "currency": "CNY", "locale": "zh_CN", "batch_size": 100, "categories": listed,
        "fetch": {"delay_seconds": 0, "concurrency": 8, "timeout_seconds": 30, "max_bytes": 2_000_000},
        "bounds": {"items_min": 1, "fill_min": {"title": 1.0, "price": 0.8}},
    }  # fmt: skip
