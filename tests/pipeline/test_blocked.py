"""A source that is walled off: asked once, paused, told once an incident, and welcome again when it answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from ruamel.yaml import YAML

from shelfradar import pipeline
from tests.pipeline.loopback import serving
from warehouse.lake import Lake

ENTRY = (
    '<li><article class="product_pod"><p class="star-rating Three"></p><h3><a href="{n}/index.html" title="Book {n}">'
    'B</a></h3><div class="product_price"><p class="price_color">£{n}.50</p><p class="instock availability">In stock'
    "</p></div></article></li>"
)
SHELF = (
    f"<html><body><section><ol class='row'>{''.join(ENTRY.format(n=n) for n in range(10, 30))}</ol></section></html>"
)


class Shop(ThreadingHTTPServer):
    """Three shelves, and a switch that puts a wall in front of them."""

    walled = False
    asked: list[str]


class Answer(BaseHTTPRequestHandler):
    """Shows the shelf or the wall."""

    protocol_version = "HTTP/1.1"
    server: Shop

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        body = ("<title>Robot or human?</title>" if self.server.walled else SHELF).encode()
        self.send_response(404 if self.path == "/robots.txt" else 200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Quiet."""


@pytest.fixture
def shop() -> Iterator[Shop]:
    """The shop on a free port."""
    with serving(Shop(("127.0.0.1", 0), Answer)) as server:
        server.asked = []
        yield server


@pytest.fixture
def observe(make_installation: Callable[..., Any], shop: Shop) -> Callable[[int], dict[str, str]]:
    """``observe(n)``: the n-th hourly observation of the shop, alerts included; what became of each category."""
    made = make_installation()
    url = f"http://127.0.0.1:{shop.server_port}"
    source = {
        "source": "shop", "title": "A shop", "site": "books-toscrape", "timezone": "UTC", "currency": "GBP",
        "allow_private": True, "batch_size": 1, "fetch": {"delay_seconds": 0},
        "categories": [{"id": one, "title": one, "url": f"{url}/{one}"} for one in ("poetry", "travel", "crime")],
    }  # fmt: skip
    with (made.settings.config / "sources" / "shop.yaml").open("w", encoding="utf-8") as file:
        YAML().dump(source, file)
    start = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - timedelta(hours=12)

    def go(number: int) -> dict[str, str]:
        at = start + timedelta(hours=number)
        statuses: dict[str, str] = pipeline.collect(made.settings, "shop", at)["categories"]
        pipeline.alerts(made.settings, "shop", at)
        return statuses

    go.lake = Lake(made.settings.lake)  # type: ignore[attr-defined]
    return go


def test_a_wall_is_asked_once_an_observation_and_told_once_an_incident(observe: Any, shop: Shop) -> None:
    assert set(observe(0).values()) == {"ok"}
    before = listed(observe.lake)
    shop.walled = True
    shop.asked.clear()
    for number in (1, 2):
        assert set(observe(number).values()) == {"refused"}
    assert shop.asked == ["/robots.txt", "/poetry"] * 2, "three batches an observation, and only the first one asks"
    assert listed(observe.lake) == before, "the last good data stays"
    assert [row[1:] for row in blocked_captures(observe.lake)] == [
        (1, "the page's title is 'robot or human?'"),
        (2, "paused after poetry page 1: the page's title is 'robot or human?'"),
    ]
    assert told(observe.lake, "blocked") == [(1, "false")], "two blocked observations are one incident"
    shop.walled = False
    assert set(observe(2).values()) == {"ok"}, "observed again, it asks again"
    shop.walled = True
    observe(3)
    assert told(observe.lake, "blocked") == [(1, "false"), (1, "true"), (3, "false")], "its end, and another one"
    kinds = rows(observe.lake, "SELECT DISTINCT entity_id, category_id FROM alert_outbox WHERE entity_kind = 'notice'")
    assert kinds == [("blocked", "")], "no notice of a category: neither beside the incident nor at its end"


def rows(lake: Lake, sql: str) -> list[tuple[Any, ...]]:
    with lake.reader() as con:
        return list(con.execute(sql).fetchall())


def listed(lake: Lake) -> list[tuple[Any, ...]]:
    return rows(lake, "SELECT category_id, observed_at, item_id, price FROM listing ORDER BY ALL")


def blocked_captures(lake: Lake) -> list[tuple[Any, ...]]:
    return rows(
        lake,
        "SELECT observed_at, count(*), outcome_detail FROM capture WHERE outcome = 'blocked'"
        " AND observed_at = (SELECT max(observed_at) FROM capture WHERE outcome = 'blocked')"
        " GROUP BY ALL ORDER BY 2",
    )


def told(lake: Lake, kind: str) -> list[tuple[Any, ...]]:
    """The notices of that kind: hours from the first observation to the incident's start, and whether it is over."""
    return rows(
        lake,
        "SELECT date_diff('hour', (SELECT min(observed_at) FROM capture), episode_start), payload->>'over'"
        f" FROM alert_outbox WHERE entity_kind = 'notice' AND entity_id = '{kind}' AND source = 'shop' ORDER BY ALL",
    )
