"""Recorded real pages against facts that a person read from them: one YAML a page, in a folder named like its spec.

A site spec without a case fails here. Facts are written by reading the page, never by pasting what the parser said;
``checked`` says what was looked at. The pages themselves are not ours to ship: see the ``pages`` fixture.
"""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime
from decimal import Decimal
from operator import attrgetter
from pathlib import Path
from typing import Any

import pytest

from extractors.config import StrictModel, read_model
from extractors.listing import Listing
from extractors.parse import PageContext, Parsed, parse_page
from extractors.source import read_source
from extractors.spec import SITES, read_spec

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
EVERYTHING = attrgetter(*(field.name for field in fields(Listing)))
CASES = sorted(HERE.glob("*/*.yaml"))
TRUTH_ELSEWHERE = {  # a spec -> the tests that know the truth of its pages, and why it is not here
    "demo": ("tests/demo", "its pages are made, and compared with the market's known truth"),
    "oscar": ("tests/shops", "its pages come from a shop that the test fills and serves"),
    "mercadolibre-search-state": ("tests/recorded", "another form of mercadolibre-search, whose form_state reads it"),
    "mercadolibre-search-html": ("tests/recorded", "another form of mercadolibre-search, whose form_cards reads it"),
    "flipkart-search-state": ("tests/recorded", "another form of flipkart-search, whose form_state reads it"),
    "taobao-search-html": ("tests/recorded", "another form of taobao-search, whose form_cards reads it"),
}


class Facts(StrictModel):
    """What a page shows. ``items``: entries by place on the page (from 1), each with the columns that were read.

    ``page``: a recorded page or, under ``api_examples/``, an answer written after an API's documentation.
    """

    page: str
    category: str
    url: str | None = None
    checked: str
    listings: int
    problems: int = 0
    sponsored: int = 0
    total: int | None = None
    next_position: int
    lists: dict[str, int]
    filled: dict[str, int]
    sums: dict[str, str | int | float]
    currencies: dict[str, int]
    items: dict[int, dict[str, Any]]


def test_every_site_spec_has_a_golden_case() -> None:
    specs = {path.stem for path in SITES.glob("*.yaml")}
    covered = {path.parent.name for path in CASES}

    assert {name for name in specs - covered if name not in TRUTH_ELSEWHERE} == set()
    assert covered <= specs
    for folder, _reason in TRUTH_ELSEWHERE.values():
        assert list((ROOT / folder).glob("test_*.py"))


@pytest.fixture(scope="module", params=CASES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def case(request: pytest.FixtureRequest) -> tuple[Facts, Parsed]:
    """The facts of one page, and what is read from it today."""
    site = request.param.parent.name
    facts = read_model(request.param, Facts)
    source = read_source(ROOT / "config" / "sources" / f"{site}.yaml")
    context = PageContext(spec=read_spec(site), source=source, category_id=facts.category, url=facts.url)
    folder = HERE if facts.page.startswith("api_examples/") else request.getfixturevalue("pages")
    return facts, parse_page((folder / facts.page).read_bytes(), context)


def test_the_whole_page_is_read(case: tuple[Facts, Parsed]) -> None:
    facts, parsed = case

    assert len(facts.checked) > 20
    assert len(parsed.listings) == facts.listings
    assert len(parsed.problems) == facts.problems, parsed.problems[:5]
    assert sum(one.sponsored for one in parsed.listings) == facts.sponsored
    assert parsed.total == facts.total
    assert parsed.next_position == facts.next_position
    assert counted(one.category_id for one in parsed.listings) == facts.lists
    assert counted(one.currency for one in parsed.listings if one.currency) == facts.currencies


def test_columns_are_filled_as_on_the_page(case: tuple[Facts, Parsed]) -> None:
    facts, parsed = case

    found = {name: sum(getattr(one, name) is not None for one in parsed.listings) for name in facts.filled}
    assert found == facts.filled
    for name, total in facts.sums.items():
        values = [getattr(one, name) for one in parsed.listings if getattr(one, name) is not None]
        assert sum(map(as_decimal, values)) == as_decimal(total), name


def test_items_say_what_the_page_says(case: tuple[Facts, Parsed]) -> None:
    facts, parsed = case

    for place, columns in facts.items.items():
        listing = parsed.listings[place - 1]
        assert {name: plain(listing, name) for name in columns} == columns, f"entry {place}"


def test_listings_are_whole(case: tuple[Facts, Parsed]) -> None:
    _, parsed = case

    for listing in parsed.listings:
        assert "" not in EVERYTHING(listing)
        assert listing.price is None or (listing.price > 0 and listing.currency)
        assert (listing.rank is None) == (listing.rank_source is None)


def counted(values: Any) -> dict[str, int]:
    """How often each value comes."""
    counts: dict[str, int] = {}
    for value in values:
        counts[str(value)] = counts.get(str(value), 0) + 1
    return counts


def as_decimal(value: Any) -> Decimal:
    """A number of any kind, exactly as it is written."""
    return Decimal(str(value))


def plain(listing: Listing, name: str) -> Any:
    """A column as YAML writes it: decimals and instants as text."""
    value = getattr(listing, name)
    if isinstance(value, Decimal):
        return str(value)
    return value.isoformat() if isinstance(value, datetime) else value
