"""Every page of the simulated marketplace, read by the real spec, says what the truth says."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from demo.calendar import BLOCKED_DAY, CYCLE_DAYS, HALF_EMPTY_DAY, cycle_day
from demo.catalogue import CATEGORIES
from demo.server import answer
from demo.shelf import LADDER, PAGES
from demo.truth import BASE_URL, shown, shown_page
from extractors.listing import Listing
from extractors.parse import parse_page
from extractors.parsers.page import PageContext
from extractors.source import Source, read_source
from extractors.spec import read_spec

ANCHOR = date(2026, 11, 21)
BEHIND_THE_PAGE = {"page_no", "true_units", "brand"}
SET_LATER = {"category_id", "observed_at"}
CATEGORY_IDS = [facts.id for facts in CATEGORIES]


def day_of_cycle(day: int) -> date:
    return ANCHOR + timedelta(days=(day - cycle_day(ANCHOR)) % CYCLE_DAYS)


DATES = [ANCHOR, date(2025, 2, 28), date(2031, 12, 31), day_of_cycle(HALF_EMPTY_DAY), day_of_cycle(BLOCKED_DAY)]


@pytest.fixture(scope="module")
def source(project_root: Path) -> Source:
    return read_source(project_root / "config" / "sources" / "demo.yaml")


def read(source: Source, on: date, category: str) -> list[Listing]:
    """The whole list, page after page, as the pipeline counts positions and ranks."""
    spec, listings, position, rank = read_spec("demo"), [], 1, 1
    for page_no in range(1, PAGES + 1):
        url = source.category(category).page_url(page_no, on)
        answered = answer(url.removeprefix(BASE_URL))
        if answered.status != 200:
            break
        context = PageContext(
            spec=spec, source=source, category_id=category, page_no=page_no, url=url,
            content_type=answered.content_type, first_position=position, first_rank=rank,
        )  # fmt: skip
        parsed = parse_page(answered.body, context)
        assert parsed.problems == []
        listings += parsed.listings
        position, rank = parsed.next_position, parsed.next_rank
    return listings


def record(listing: Any) -> dict[str, Any]:
    return {name: value for name, value in asdict(listing).items() if name not in BEHIND_THE_PAGE | SET_LATER}


@pytest.mark.parametrize("on", DATES, ids=str)
@pytest.mark.parametrize("category", CATEGORY_IDS)
def test_every_field_of_every_record(source: Source, on: date, category: str) -> None:
    found, wanted = read(source, on, category), shown(on, category)
    assert [record(one) for one in found] == [record(one) for one in wanted]


@pytest.mark.parametrize("category", CATEGORY_IDS)
def test_the_shown_interval_holds_the_true_figure(category: str) -> None:
    figures = [one for day in range(CYCLE_DAYS) for one in shown(ANCHOR + timedelta(days=day), category)]
    known = [one for one in figures if one.units_low is not None]
    assert len(known) > 0.8 * len(figures)
    assert all(one.units_low <= one.true_units for one in known)
    assert all(one.units_high is None or one.true_units <= one.units_high for one in known)


def test_the_spec_declares_the_ladder_of_the_site() -> None:
    units = read_spec("demo").units
    assert units is not None
    assert units.ladder == list(LADDER)


def test_the_source_expects_what_the_site_serves(source: Source) -> None:
    assert [one.id for one in source.categories] == CATEGORY_IDS
    assert all((one.pages, one.expected) == (PAGES, 100) for one in source.categories)
    assert source.simulated
    assert {shown_page(ANCHOR, one.id, PAGES)[-1].rank for one in source.categories} == {100}
