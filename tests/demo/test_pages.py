"""Every page of the simulated marketplace, read by the real spec, says what the truth says."""

from __future__ import annotations

from dataclasses import asdict, fields
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from demo.address import source_at
from demo.calendar import BLOCKED_CATEGORY, BLOCKED_DAY, BLOCKED_FROM_PAGE, CYCLE_DAYS, HALF_EMPTY_CATEGORY
from demo.calendar import HALF_EMPTY_DAY, HALF_EMPTY_PAGE, cycle_day
from demo.catalogue import CATEGORIES
from demo.server import answer, serve
from demo.shelf import LADDER, PAGES
from demo.truth import shown_page
from extractors.listing import Listing
from extractors.parse import parse_page
from extractors.parsers.page import PageContext
from extractors.source import Source, read_source
from extractors.spec import read_spec

ANCHOR = date(2026, 11, 21)
BEHIND_THE_PAGE = {"page_no", "true_units", "brand"}
SET_LATER = {"category_id", "observed_at"}


@pytest.fixture(scope="module")
def source(project_root: Path) -> Source:
    return read_source(project_root / "config" / "sources" / "demo.yaml")


def day_of_cycle(day: int) -> date:
    return ANCHOR + timedelta(days=(day - cycle_day(ANCHOR)) % CYCLE_DAYS)


def read(source: Source, on: date, category: str, page_no: int) -> list[Listing]:
    url = source.category(category).page_url(page_no, on)
    answered = answer(url.removeprefix("http://127.0.0.1:8765"))
    expected = shown_page(on, category, page_no)
    ranks = [one.rank for one in expected if one.rank is not None]
    context = PageContext(
        spec=read_spec("demo"), source=source, category_id=category, page_no=page_no, url=url,
        content_type=answered.content_type, first_position=expected[0].position, first_rank=min(ranks),
    )  # fmt: skip
    parsed = parse_page(answered.body, context)
    assert parsed.problems == []
    return parsed.listings


@pytest.mark.parametrize("on", [ANCHOR, date(2025, 2, 28), date(2031, 12, 31), day_of_cycle(HALF_EMPTY_DAY), day_of_cycle(BLOCKED_DAY)])
@pytest.mark.parametrize("category", [facts.id for facts in CATEGORIES])
def test_every_field_of_every_record(source: Source, on: date, category: str) -> None:
    pages = [page_no for page_no in range(1, PAGES + 1) if shown_page(on, category, page_no)]
    for page_no in pages:
        found = [record(one) for one in read(source, on, category, page_no)]
        wanted = [record(one) for one in shown_page(on, category, page_no)]
        assert found == wanted


def record(listing: Any) -> dict[str, Any]:
    return {name: value for name, value in asdict(listing).items() if name not in BEHIND_THE_PAGE | SET_LATER}
