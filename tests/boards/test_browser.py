"""The boards in a real browser: phone and desktop, light and dark; they sort, search, fit and can be read."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = Path("/usr/bin/chromium")
AT = datetime(2026, 11, 22, 7, 30, tzinfo=UTC)
SIZES = {"phone": (390, 844), "desktop": (1280, 900)}
PAGES = (
    "index.html", "demo/serum.html", "demo/serum/item-i3.html", "demo/serum/brand-proya.html", "demo/mask.html",
    "tmall-double11/cosmetics.html", "health.html", "campaigns.html", "campaigns/double-11-2026.html",
    "zh-CN/index.html", "zh-CN/demo/serum.html",
)  # fmt: skip

CONTRAST = Path(__file__).with_name("contrast.js").read_text(encoding="utf-8")


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
def folder(built: Path) -> Path:
    return built


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
    pages = [path for path in folder.rglob("*.html") if path.parent.name not in {"cream", "cosmetics", "first-day"}]
    assert len(pages) > 40
    for path in pages:
        phone.goto(path.as_uri(), wait_until="domcontentloaded")
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
    assert len(labels) == 3
    assert labels[0].startswith("Brand shares from Oct 24, 2026 to Nov 22, 2026: 珀莱雅")
    assert labels[1].startswith("HHI from Oct 24, 2026")
    assert labels[2].startswith("57 products by price and sales; most sold: <script>alert('shelf')</script>")
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


def test_the_other_language_is_one_touch_away_and_comes_back(phone: Any, folder: Path) -> None:
    phone.goto((folder / "demo" / "serum" / "item-i3.html").as_uri() + "#days")
    phone.get_by_role("link", name="中文").click()
    assert phone.url.endswith("/zh-CN/demo/serum/item-i3.html#days"), "the same page, at the same place"
    assert phone.evaluate("document.documentElement.lang") == "zh-CN"
    assert phone.get_by_role("heading", name="逐日").is_visible()
    phone.get_by_role("link", name="English").click()
    assert phone.url.endswith("/boards/demo/serum/item-i3.html#days")


def test_the_ranking_is_filtered_by_what_matters(phone: Any, folder: Path) -> None:
    phone.goto((folder / "demo" / "serum.html").as_uri())
    rows = phone.locator("#ranking-table tbody tr:visible")
    phone.locator('[data-filter] button[data-tag="own"]').click()
    assert rows.count() == 5
    assert phone.locator("#ranking-table tbody tr.own:visible").count() == 5
    assert phone.locator("[data-shown-of]").text_content() == "5 products shown"
    phone.locator('[data-filter] button[data-tag="out"]').click()
    assert rows.count() == 5, "the filters replace each other"
    phone.locator("input[data-rows]").fill("Vitamin")
    assert rows.count() < 5, "the search narrows the filter"
    phone.locator('[data-filter] button[data-tag=""]').click()
    phone.locator("input[data-rows]").fill("")
    assert rows.count() == 60


def test_the_overview_shows_only_what_is_firing(phone: Any, folder: Path) -> None:
    phone.goto((folder / "index.html").as_uri())
    phone.locator('button[data-tag="firing"]').click()
    assert phone.locator(".tile:visible").count() == 1
    phone.locator('button[data-tag="unhealthy"]').click()
    assert phone.locator(".tile:visible").count() == 0, "both at once: firing and incomplete"
    phone.locator('button[data-tag="firing"]').click()
    assert phone.locator(".tile:visible").count() == 2


def test_a_chart_is_read_by_pointer_and_by_key(phone: Any, folder: Path) -> None:
    phone.goto((folder / "demo" / "serum.html").as_uri())
    plot = phone.locator("#concentration [data-plot]")
    told = plot.locator(".readout")
    assert told.text_content() == "Point at the chart, or use the arrow keys, to read it."
    canvas = plot.locator(".canvas")
    canvas.focus()
    assert told.text_content() == "Nov 22, 2026 HHI 1,420 (1,210–1,760)"
    phone.keyboard.press("ArrowLeft")
    assert "Nov 21, 2026" in told.text_content()
    phone.keyboard.press("Home")
    assert told.text_content() == "Oct 24, 2026 HHI 1,159 (949–1,499)"
    canvas.hover(position={"x": canvas.bounding_box()["width"] - 2, "y": 40})  # waits until the page stands still
    assert "Nov 22, 2026" in told.text_content()


def test_a_chart_can_be_had_as_a_table(phone: Any, folder: Path) -> None:
    phone.goto((folder / "demo" / "serum.html").as_uri())
    plot = phone.locator("#concentration [data-plot]")
    plot.locator("button.as-table").click()
    assert plot.locator("tbody tr").count() == 30
    assert plot.locator("tbody tr").first.text_content() == "Nov 22, 20261,420 (1,210–1,760)", "the newest first"
    plot.locator("button.as-table").click()
    assert not plot.locator("table").is_visible()


def test_the_map_names_what_it_points_at(phone: Any, folder: Path) -> None:
    phone.goto((folder / "demo" / "serum.html").as_uri())
    phone.locator("#map .canvas").focus()
    phone.keyboard.press("Home")
    told = phone.locator("#map .readout").text_content()
    assert told.startswith("#1<script>alert('shelf')</script>"), "the cheapest, as text"
    assert "CN¥46.50" in told
    assert phone.locator("#map .mark-symbol path").count() == 57, "what lacks a price or a rate has no spot"


def test_the_pages_of_a_product_draw_its_rule_and_its_alert(phone: Any, folder: Path) -> None:
    phone.goto((folder / "demo" / "serum" / "item-i14.html").as_uri())
    marks = phone.locator("#panel-units .mark")
    assert [text.strip() for text in marks.all_text_contents()] == ["fires at 20K", "recovers at 15K"]
    scale = phone.evaluate("JSON.parse(document.querySelector('#panel-units [data-plot]').dataset.hover).scale")
    bottom = float(marks.first.evaluate("mark => mark.style.bottom").rstrip("%"))
    assert bottom == pytest.approx(100 * 20_000 / scale[1], abs=0.01), "the level stands where its value is"
    ranks = phone.evaluate("JSON.parse(document.querySelector('#panel-rank [data-plot]').dataset.hover).scale")
    assert ranks[1] == 1, "rank 1 is on top"
    assert phone.locator(".versus thead th").count() == 3, "beside our own"


def test_sql_is_copied_whole(browser: Any, folder: Path) -> None:
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto((folder / "demo" / "serum.html").as_uri())
    section = page.locator("#bands details.sql")
    section.locator("summary").click()
    section.get_by_role("button", name="Copy").click()
    page.get_by_role("button", name="Copied").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == section.locator("code").text_content()
    context.close()


def test_without_javascript_all_figures_are_there(browser: Any, folder: Path) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto((folder / "demo" / "serum.html").as_uri())
    assert page.locator("#ranking-table tbody tr:visible").count() == 60
    assert page.locator("#concentration svg path").count() > 1
    assert page.locator("button.copy").count() == 0, "nothing is offered that does not work"
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(browser: Any, folder: Path, scheme: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    context = browser.new_context(viewport={"width": 390, "height": 844}, color_scheme=scheme, bypass_csp=True)
    page = context.new_page()
    for name in PAGES:
        page.goto((folder / name).as_uri())
        found = Axe().run(page).response["violations"]
        serious = [
            f"{one['id']}: {[node['html'][:120] for node in one['nodes'][:3]]}"
            for one in found
            if one["impact"] in {"serious", "critical", "moderate"}
        ]
        assert serious == [], name
    context.close()
