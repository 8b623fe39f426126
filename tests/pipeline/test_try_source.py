"""``shelfradar source test``: a guest as polite as a crawl, on stderr a word of each wait."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from ruamel.yaml import YAML

from extractors.door import HostDoor
from tests.pipeline.loopback import serving

SHELF = "".join(
    f'<li><article class="product_pod"><h3><a href="{n}/index.html" title="Book {n}">B</a></h3>'
    f'<div class="product_price"><p class="price_color">£{n}.50</p></div></article></li>'
    for n in range(10, 30)
)


class Shop(ThreadingHTTPServer):
    """A shelf, or, while ``busy``, the wish to be asked again in three seconds; the moments at which it was asked."""

    busy = False
    asked: list[tuple[str, float]]


class Answer(BaseHTTPRequestHandler):
    """The shelf or 429."""

    server: Shop

    def do_GET(self) -> None:
        self.server.asked.append((self.path, time.time()))
        is_robots = self.path == "/robots.txt"
        self.send_response(404 if is_robots else 429 if self.server.busy else 200)
        if self.server.busy and not is_robots:
            self.send_header("Retry-After", "3")
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(f"<html><body><ol class='row'>{SHELF}</ol></html>".encode())

    def log_message(self, *_: Any) -> None:
        """Quiet."""


@pytest.fixture
def shop() -> Iterator[Shop]:
    """The shop on a free port."""
    with serving(Shop(("127.0.0.1", 0), Answer)) as server:
        server.asked = []
        yield server


def test_it_shares_the_patience_of_the_host_and_says_when_it_waits(make_installation: Any, shop: Shop) -> None:
    made = make_installation()
    host = f"127.0.0.1:{shop.server_port}"
    source = {
        "source": "shop", "title": "A shop", "site": "books-toscrape", "timezone": "UTC", "currency": "GBP",
        "allow_private": True, "fetch": {"delay_seconds": 0, "attempts": 1},
        "categories": [{"id": "poetry", "title": "Poetry", "url": f"http://{host}/poetry"}],
    }  # fmt: skip
    with (made.settings.config / "sources" / "shop.yaml").open("w", encoding="utf-8") as file:
        YAML().dump(source, file)

    shop.busy = True
    refused = made.run("source", "test", "shop", "--json")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "status 429" in refused.stderr
    door = HostDoor(made.settings.hosts, host)
    assert 0 < door.held() <= 3, "a crawl knows of it"

    shop.busy = False
    door.hold(3)  # the first process took its time to end
    until = time.time() + 2.9
    shown = made.run("source", "test", "shop", "--json")
    assert shown.returncode == 0, shown.stderr
    assert re.search(rf"{host}: waiting [012]\.\d s: it asked for a pause", shown.stderr), shown.stderr
    assert json.loads(shown.stdout)["items"] == 20
    assert shop.asked[-2][0] == "/robots.txt"
    assert shop.asked[-2][1] >= until, "not asked before"
