"""The marketplace's server: loopback only, the same answer for the same address, labelled as simulated everywhere."""

from __future__ import annotations

import time
from datetime import date
from html import escape
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from protego import Protego
from selectolax.lexbor import LexborHTMLParser

from demo.address import source_at
from demo.calendar import BLOCKED_CATEGORY, BLOCKED_DAY, CYCLE_DAYS
from demo.catalogue import CATEGORIES
from demo.pages import render_list
from demo.server import answer, serve
from demo.shelf import PAGES, page_of
from demo.truth import shown_page
from extractors.source import read_source

ON = date(2026, 11, 21)


@pytest.mark.parametrize("category", [facts.id for facts in CATEGORIES])
@pytest.mark.parametrize("page_no", [1, PAGES])
def test_a_page_is_labelled_sized_like_a_real_one_and_escapes_titles(category: str, page_no: int) -> None:
    body = answer(f"/category/{category}?page={page_no}&date={ON}").body
    tree = LexborHTMLParser(body)
    banner = tree.css_first(".simulated")
    assert banner is not None
    assert "SIMULATED" in banner.text()
    assert 40_000 <= len(body) <= 80_000
    text = body.decode()
    for listing in shown_page(ON, category, page_no):
        assert escape(listing.title, quote=False).replace("'", "&#39;").replace('"', "&#34;") in text
    assert len(tree.css("script")) == 1
    assert tree.css("img[onerror]") == []


def test_the_blocked_day_answers_403_with_a_captcha_from_page_4_on() -> None:
    on = date.fromordinal(ON.toordinal() + (BLOCKED_DAY - ON.toordinal()) % CYCLE_DAYS)
    with serve() as address:
        for page_no in range(1, PAGES + 1):
            url = f"{address}/category/{BLOCKED_CATEGORY}?page={page_no}&date={on}"
            if page_no < 4:
                assert urlopen(url).status == 200
                continue
            with pytest.raises(HTTPError) as caught:
                urlopen(url)
            assert caught.value.code == 403
            assert b'id="captcha"' in caught.value.read()


def test_it_listens_on_loopback_and_a_served_page_is_the_rendered_one() -> None:
    with serve() as address:
        assert address.startswith("http://127.0.0.1:")
        with urlopen(f"{address}/category/serum?page=2&date={ON}") as response:
            assert response.headers["X-Simulated"] == "true"
            assert response.read() == render_list(page_of(ON, "serum", 2))
    with pytest.raises(OSError, match="refused"):
        urlopen(f"{address}/robots.txt", timeout=2)


def test_robots_allow_the_lists(project_root: Path) -> None:
    robots = Protego.parse(answer("/robots.txt").body.decode())
    source = read_source(project_root / "config" / "sources" / "demo.yaml")
    assert all(robots.can_fetch(one.page_url(1, ON), "Shelfradar") for one in source.categories)
    assert not robots.can_fetch("http://127.0.0.1:8765/cart", "Shelfradar")


@pytest.mark.parametrize(
    ("target", "status"),
    [
        ("/category/serum?page=1", 404),
        ("/category/serum?page=6&date=2026-11-21", 404),
        ("/category/serum?page=0&date=2026-11-21", 404),
        ("/category/hats?page=1&date=2026-11-21", 404),
        ("/category/serum?page=1&date=2026-02-30", 400),
        ("/category/serum?page=x&date=2026-11-21", 400),
        ("/nowhere", 404),
        ("/item/6100200000.html", 200),
        ("/image/6100200000.svg", 200),
    ],
)
def test_other_addresses(target: str, status: int) -> None:
    assert answer(target).status == status


def test_a_page_is_rendered_in_a_few_milliseconds() -> None:
    pages = [page_of(ON, "lipstick", page_no) for page_no in range(1, PAGES + 1)]
    render_list(pages[0])
    times = []
    for page in pages * 3:
        began = time.process_time()
        render_list(page)
        times.append(time.process_time() - began)
    assert min(times) < 0.005


def test_a_source_moves_to_another_address_and_keeps_the_rest(project_root: Path) -> None:
    source = read_source(project_root / "config" / "sources" / "demo.yaml")
    moved = source_at(source, "http://127.0.0.1:9999")
    assert moved.category("serum").page_url(3, ON) == f"http://127.0.0.1:9999/category/serum?page=3&date={ON}"
    assert source_at(moved, "http://127.0.0.1:8765") == source
    with pytest.raises(ValueError, match="expected a scheme and a host"):
        source_at(source, "127.0.0.1:9999")


def test_a_url_that_wants_a_date_is_not_asked_without_one(project_root: Path) -> None:
    source = read_source(project_root / "config" / "sources" / "demo.yaml")
    with pytest.raises(ValueError, match="observed_on"):
        source.category("serum").page_url(1)
