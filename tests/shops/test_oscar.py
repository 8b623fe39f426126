"""A real shop, collected with configuration alone: what was put into its catalogue is what comes out as listings."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from extractors.source import read_source
from extractors.stagedir import StageDir
from shelfradar import pipeline
from shelfradar.settings import Settings

pytestmark = [pytest.mark.slow]
AT = datetime(2026, 11, 21, 6, 0, tzinfo=UTC)
EXAMPLE_ADDRESS = "http://127.0.0.1:8770"
CATEGORIES = {"kettles": "Kitchen > Kettles", "pans": "Kitchen > Pans", "garden": "Garden"}


@dataclass(frozen=True)
class Collected:
    settings: Settings
    fetched: dict[str, Any]
    rows: list[dict[str, Any]]


@pytest.fixture(scope="module")
def collected(oscar: Any, project_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Collected:
    folder = tmp_path_factory.mktemp("installation")
    shutil.copytree(project_root / "config", folder / "config")
    example = folder / "config" / "sources" / "oscar.yaml"
    text = example.read_text(encoding="utf-8")
    assert EXAMPLE_ADDRESS in text
    example.write_text(text.replace(EXAMPLE_ADDRESS, oscar.address), encoding="utf-8")
    settings = Settings.from_environment(
        {"SHELFRADAR_HOME": str(folder / "data"), "SHELFRADAR_CONFIG": str(folder / "config")}
    )
    (batch,) = pipeline.plan(settings, "oscar", AT)
    fetched = pipeline.fetch(settings, "oscar", AT, batch)
    pipeline.extract(settings, "oscar", AT, 0)
    (staged,) = StageDir(settings.home, "oscar", AT).all_listings()
    return Collected(settings, fetched, pq.read_table(staged).to_pylist())


def test_the_example_source_names_the_addresses_of_the_shop(oscar: Any, collected: Collected) -> None:
    source = read_source(collected.settings.config / "sources" / "oscar.yaml")
    for category_id, path in CATEGORIES.items():
        url = source.category(category_id).page_url(1)
        assert url == f"{oscar.address}{oscar.categories[path]}?sort_by=newest&page=1"
    assert set(oscar.categories) == {"Kitchen", *CATEGORIES.values()}
    assert collected.fetched["outcomes"] == {"ok": 4}


@pytest.mark.parametrize("category_id", list(CATEGORIES))
def test_listings_are_the_catalogue(oscar: Any, collected: Collected, category_id: str) -> None:
    products = [one for one in oscar.catalogue if one["category"] == CATEGORIES[category_id]]
    wanted = [
        {
            "position": place, "rank": place, "rank_source": "position", "sponsored": False,
            "item_id": str(oscar.ids[one["upc"]]), "title": one["title"],
            "price": None if one["price"] is None else Decimal(one["price"]),
            "currency": None if one["price"] is None else "GBP",
            "in_stock": one["price"] is not None and one["stock"] > 0,
            "brand_text": None, "shop": None, "family_id": None, "price_high": None, "list_price": None,
            "units_low": None, "units_high": None, "units_basis": None, "units_text": None,
            "rating": None, "review_count": None,
        }
        for place, one in enumerate(reversed(products), start=1)
    ]  # fmt: skip
    found = [row for row in collected.rows if row["category_id"] == category_id]
    assert [{name: row[name] for name in wanted[0]} for row in found] == wanted
    assert all(row["url"].startswith(f"{oscar.address}/catalogue/") for row in found)


def test_nothing_else_came_out(oscar: Any, collected: Collected) -> None:
    assert len(collected.rows) == len(oscar.catalogue) == 60
    assert {row["observed_at"] for row in collected.rows} == {AT}
    problems = StageDir(collected.settings.home, "oscar", AT).all_problems()
    assert all(path.read_text(encoding="utf-8") == "" for path in problems)
