"""The mail as a receiver sees it: in a real browser, narrow and wide, light and dark; and its HTML against what mail
programs can show."""

from __future__ import annotations

import base64
import email
import email.policy
import re
import shutil
from datetime import UTC, datetime

import pytest

from alerts.facts import NoticeFacts, Watched, WeeklyFacts
from alerts.message import Sender, compose

SENDER = Sender(mail_from="Shelfradar <alerts@shelf.example>", boards_url="https://boards.example/")
# Properties that Gmail, Outlook, Apple Mail and Samsung take or ignore without harm (caniemail.com, November 2026).
PROPERTIES = {
    "margin", "padding", "background-color", "color", "font-family", "font-size", "font-weight", "line-height",
    "text-align", "width", "max-width", "max-height", "height", "border", "border-top", "border-top-color", "display",
    "overflow", "word-break",
}  # fmt: skip
TAGS = {
    "html", "head", "meta", "title", "style", "body", "div", "table", "tbody", "tr", "td", "p", "a", "img", "br", "b",
    "span",
}  # fmt: skip
# Every text's contrast with the nearest ground behind it (WCAG 2.2, 1.4.3), the least first.
CONTRASTS = """() => {
  const parse = text => text.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map(c => c / 255)
    .map(c => c <= .04045 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4)
    .reduce((sum, c, i) => sum + c * [.2126, .7152, .0722][i], 0);
  const ground = node => {
    for (; node; node = node.parentElement) {
      const colour = parse(getComputedStyle(node).backgroundColor);
      if (colour.length < 4 || colour[3] > 0) return colour;
    }
    return [255, 255, 255];
  };
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode.parentElement;
    if (!walker.currentNode.textContent.trim() || !node.offsetParent) continue;
    const [a, b] = [light(parse(getComputedStyle(node).color)), light(ground(node))].sort((x, y) => y - x);
    found.push([(a + .05) / (b + .05), walker.currentNode.textContent.trim().slice(0, 40)]);
  }
  return found.sort((x, y) => x[0] - y[0]);
}"""


@pytest.fixture
def html_of(make_facts):
    """A function: language -> the HTML of a mail with everything in it, its pictures as data."""

    def make(language):
        told = [
            make_facts(url="https://shop.example/1"),
            make_facts(name="超长" * 60 + "Unbreakable" * 20, url="https://shop.example/" + "x" * 300, simulated=True),
            make_facts(name="C", transition="resolved", low=9.0, high=9.0),
            make_facts(name="D", transition="possible", severity="digest"),
            NoticeFacts(kind="refused", source="shop", category_id="serum", category_title="精华", start="2026-11-20",
                        at="2026-11-21", reason="items: 3", simulated=False, timezone="UTC"),
            WeeklyFacts(rules=2, watched=[Watched(source="shop", title="Shop", complete_days=7)], start="2026-11-16",
                        at="2026-11-23", simulated=False, timezone="UTC"),
        ]  # fmt: skip
        made = compose(told, to="mei@example.com", language=language, sender=SENDER, identity="<i@shelf.example>",
                       date=datetime(2026, 11, 21, 1, tzinfo=UTC))  # fmt: skip
        message = email.message_from_bytes(made.as_bytes(), policy=email.policy.default)
        html = message.get_body(("html",)).get_content()
        for part in message.walk():
            if part.get_content_type() == "image/png":
                data = base64.b64encode(part.get_content()).decode()
                html = html.replace(f"cid:{part['Content-ID'].strip('<>')}", f"data:image/png;base64,{data}")
        return html

    return make


@pytest.fixture(scope="module")
def chromium():
    """A browser for all of these."""
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("no chromium on this machine")
    from playwright.sync_api import sync_playwright

    flags = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
             "--disable-component-update", "--disable-sync"]  # fmt: skip
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=program, args=flags)
        yield browser
        browser.close()


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_it_looks_right_in_a_browser(html_of, chromium, tmp_path, language):
    file = tmp_path / "mail.html"
    file.write_text(html_of(language), encoding="utf-8")
    for width, scheme in ((600, "light"), (360, "dark"), (360, "light"), (600, "dark")):
        page = chromium.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
        problems: list[str] = []
        page.on("console", lambda line, told=problems: told.append(line.text))
        page.on(
            "request",
            lambda one, told=problems: None if one.url.startswith(("file:", "data:")) else told.append(one.url),
        )
        page.goto(file.as_uri())
        assert problems == [], "it asks for nothing from outside"
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate("document.querySelector('.frame').offsetWidth") <= 600
        assert page.evaluate("document.images.length") == 4
        assert page.evaluate("[...document.images].every(one => one.complete && one.naturalWidth > 400 && one.alt)")
        grounds = page.evaluate(
            "[...document.querySelectorAll('.card')].map(one => getComputedStyle(one).backgroundColor)"
        )
        assert set(grounds) == {"rgb(29, 35, 43)" if scheme == "dark" else "rgb(255, 255, 255)"}
        assert page.evaluate(CONTRASTS)[0][0] >= 4.5, (scheme, page.evaluate(CONTRASTS)[:3])
        assert page.evaluate(
            "[...document.querySelectorAll('p, td')].filter(one => one.textContent.trim())"
            ".every(one => parseFloat(getComputedStyle(one).fontSize) >= 12)"
        )
        page.close()


def test_nothing_is_used_that_a_mail_program_does_not_know(html_of):
    html = re.sub(r"<!--.*?-->", "", html_of("en"))
    assert set(re.findall(r"<([a-z0-9]+)[\s>]", html)) <= TAGS
    inline = re.findall(r'style="([^"]*)"', html)
    used = {part.partition(":")[0].strip() for style in inline for part in style.split(";") if part.strip()}
    assert used <= PROPERTIES, used - PROPERTIES
    assert all("style=" in tag for tag in re.findall(r"<(?:td|p|a|img)\b[^>]*>", html)), (
        "Gmail may drop the style sheet"
    )
    assert not re.search(r"url\(|@import|<link|<script|javascript:|\son\w+=", html)
    sheet = re.search(r"<style>(.*?)</style>", html, re.DOTALL)
    assert re.fullmatch(r"\s*@media \(prefers-color-scheme: dark\) \{.*\}\s*", sheet[1], re.DOTALL), "dark mode alone"
    for name in ("color-scheme", "supported-color-schemes", "viewport"):
        assert f'<meta name="{name}"' in html


def test_every_tag_is_closed_where_it_was_opened(html_of):
    from html.parser import HTMLParser

    class Balance(HTMLParser):
        def __init__(self):
            super().__init__()
            self.open = []

        def handle_starttag(self, tag, attrs):
            if tag not in {"meta", "img", "br"}:
                self.open.append(tag)

        def handle_endtag(self, tag):
            assert self.open.pop() == tag, (tag, self.getpos())

    balance = Balance()
    balance.feed(html_of("zh-CN"))
    assert balance.open == []
