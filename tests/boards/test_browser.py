"""The boards in a real browser: phone and desktop, light and dark; they sort, search, fit and can be read."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb
import pytest

from boards.build import build_boards

CHROMIUM = Path("/usr/bin/chromium")
AT = datetime(2026, 11, 22, 7, 30, tzinfo=UTC)
SIZES = {"phone": (390, 844), "desktop": (1280, 900)}
PAGES = ("index.html", "demo/serum.html", "demo/mask.html", "tmall-double11/cosmetics.html", "health.html")

# Relative luminance and contrast as WCAG 2.2 defines them; text over what is painted behind it, colours blended.
CONTRAST = """
() => {
  const parse = (text) => (text.match(/[\\d.]+/g) || []).map(Number);
  const over = ([r, g, b, a = 1], [R, G, B]) => [r * a + R * (1 - a), g * a + G * (1 - a), b * a + B * (1 - a)];
  const channel = (v) => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  const luminance = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const behind = (element) => {
    const layers = [];
    for (let at = element; at; at = at.parentElement) {
      const colour = parse(getComputedStyle(at).backgroundColor);
      if (colour.length === 3 || colour[3] > 0) layers.push(colour);
    }
    return layers.reverse().reduce((below, layer) => over(layer, below), [255, 255, 255]);
  };
  const bad = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    const unseen = element.closest("script, .sr, .skip") || !element.getClientRects().length;
    if (!walker.currentNode.data.trim() || unseen) continue;
    const style = getComputedStyle(element);
    const ground = behind(element);
    const [light, dark] = [luminance(over(parse(style.color), ground)), luminance(ground)].sort((a, b) => b - a);
    const ratio = (light + 0.05) / (dark + 0.05);
    const size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    const what = `${element.className} ${walker.currentNode.data.trim().slice(0, 30)}`;
    if (ratio < (large ? 3 : 4.5)) bad.push(`${ratio.toFixed(2)} ${what}`);
  }
  return bad;
}
"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Debian's Chromium, headless."""
    if not CHROMIUM.exists():
        pytest.skip(f"no browser: {CHROMIUM} is absent (apt-get install chromium)")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture
def folder(shelf: duckdb.DuckDBPyConnection, tmp_path: Path) -> Path:
    build_boards(shelf, tmp_path, generated_at=AT)
    return tmp_path


@pytest.fixture
def phone(browser: Any) -> Iterator[Any]:
    context = browser.new_context(viewport={"width": 390, "height": 844})
    yield context.new_page()
    context.close()


def faults_of(page: Any) -> list[str]:
    """Everything the browser complains of, and every request that is not one of our files."""
    faults: list[str] = []
    page.on("console", lambda message: faults.append(f"console: {message.text}"))
    page.on("pageerror", lambda error: faults.append(f"error: {error}"))
    page.on("dialog", lambda dialog: (faults.append(f"dialog: {dialog.message}"), dialog.dismiss()))
    page.on("request", lambda request: request.url.startswith("file:") or faults.append(f"request: {request.url}"))
    return faults


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_every_page_fits_is_quiet_and_can_be_read(browser: Any, folder: Path, size: str, scheme: str) -> None:
    width, height = SIZES[size]
    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
    page = context.new_page()
    faults = faults_of(page)
    pictures = os.environ.get("SHELFRADAR_SCREENSHOTS")
    for name in PAGES:
        page.goto((folder / name).as_uri())
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, f"{name} is {wide} px wide on a {width} px screen"
        assert page.evaluate(CONTRAST) == [], name
        if pictures:
            target = Path(pictures) / f"{name.replace('/', '-')[:-5]}-{size}-{scheme}.png"
            page.screenshot(path=str(target), full_page=True)
    assert faults == []
    context.close()


def test_every_link_leads_somewhere(phone: Any, folder: Path) -> None:
    for path in folder.rglob("*.html"):
        phone.goto(path.as_uri())
        hrefs = phone.evaluate("[...document.querySelectorAll('a[href]')].map((link) => link.href)")
        for href in hrefs:
            if href.startswith("file:"):
                target, _, fragment = href.removeprefix("file://").partition("#")
                assert Path(target).is_file(), f"{path.name} links {href}"
                if fragment and Path(target) == path:
                    assert phone.locator(f"#{fragment}").count() == 1, href
            else:
                assert href.startswith("https://shop.example/")
        doubled = phone.evaluate(
            "(() => { const ids = [...document.querySelectorAll('[id]')].map((e) => e.id);"
            " return ids.filter((id, at) => ids.indexOf(id) !== at); })()"
        )
        assert doubled == []


def test_the_ranking_sorts_both_ways_with_blanks_last(phone: Any, folder: Path) -> None:
    phone.goto((folder / "demo" / "serum.html").as_uri())
    prices = "[...document.querySelectorAll('#ranking-table tbody td.price')].map((cell) => cell.dataset.v)"
    button = phone.locator("#ranking-table th.price button")
    for direction, reverse in (("descending", True), ("ascending", False)):
        button.click()
        assert phone.locator("#ranking-table th.price").get_attribute("aria-sort") == direction
        shown = phone.evaluate(prices)
        numbers = [float(price) for price in shown if price]
        assert numbers == sorted(numbers, reverse=reverse)
        assert shown[-1] == "", "what has no price comes last"
    phone.locator("#ranking-table th.rank button").click()
    ranks = phone.evaluate(
        "[...document.querySelectorAll('#ranking-table tbody td.rank')].map((c) => Number(c.dataset.v))"
    )
    assert ranks == list(range(1, 61))


def test_the_ranking_is_searched(phone: Any, folder: Path) -> None:
    phone.goto((folder / "demo" / "serum.html").as_uri())
    phone.locator("input[data-rows]").fill("supercali")
    assert phone.locator("#ranking-table tbody tr:visible").count() == 1
    phone.locator("input[data-rows]").fill("")
    assert phone.locator("#ranking-table tbody tr:visible").count() == 60


def test_the_overview_is_searched_and_filtered(phone: Any, folder: Path) -> None:
    phone.goto((folder / "index.html").as_uri())
    assert phone.locator(".tile:visible").count() == 5
    phone.locator("[data-search]").fill("SERUM")
    assert phone.locator(".tile:visible").count() == 1
    assert phone.locator("[data-group]:visible").count() == 1, "an empty source is not shown"
    phone.locator("[data-search]").fill("nothing like it")
    assert phone.get_by_text("No category matches.").is_visible()
    phone.locator("[data-search]").fill("")
    phone.locator('button[data-source="tmall-double11"]').click()
    assert phone.locator(".tile:visible").count() == 2
    assert phone.locator('button[aria-pressed="true"]').count() == 1
    assert phone.locator("[data-found]").text_content() == "2 categories shown"


def test_it_works_without_a_mouse_and_names_its_charts(phone: Any, folder: Path) -> None:
    phone.goto((folder / "demo" / "serum.html").as_uri())
    phone.keyboard.press("Tab")
    assert phone.evaluate("document.activeElement.className") == "skip"
    labels = phone.evaluate(
        "[...document.querySelectorAll('[role=img]')].map((chart) => chart.getAttribute('aria-label'))"
    )
    assert len(labels) == 2
    assert labels[0].startswith("Brand shares from Oct 24, 2026 to Nov 22, 2026: 珀莱雅")
    assert labels[1].startswith("HHI from Oct 24, 2026")
    heights = phone.evaluate("[...document.querySelectorAll('a, button, summary, input')].filter((e) => e.offsetParent)"
        ".map((e) => [e.textContent.trim().slice(0, 20), e.getBoundingClientRect().height])")  # fmt: skip
    assert [entry for entry in heights if entry[1] < 16] == []
    levels = phone.evaluate("[...document.querySelectorAll('h1, h2, h3')].map((h) => Number(h.tagName[1]))")
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels)), "no heading level is skipped"


def test_the_line_is_drawn_where_the_figure_is(phone: Any, folder: Path) -> None:
    phone.goto((folder / "demo" / "serum.html").as_uri())
    ends = phone.evaluate(
        "(() => { const canvas = document.querySelector('#concentration .canvas');"
        " const box = canvas.getBoundingClientRect(); const path = canvas.querySelector('.mark-line path');"
        " const end = path.getPointAtLength(path.getTotalLength());"
        " const dot = canvas.querySelector('.end').getBoundingClientRect();"
        " return [1 - end.y / 100, 1 - (dot.y + dot.height / 2 - box.y) / box.height]; })()"
    )
    assert ends[0] == pytest.approx(1420 / 2000, abs=0.005), "HHI 1,420 on a scale to 2,000"
    assert ends[1] == pytest.approx(ends[0], abs=0.02)
