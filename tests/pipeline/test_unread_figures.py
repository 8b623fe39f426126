"""A sales text that proves no figure ("bought lately: 10,000+"): no number is made of it, and nothing else is lost."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.pipeline.loopback import serving
from warehouse.lake import Lake

TEXTS = ["최근 구매 1만+", "已售1.2万", "최근 구매 3천+", "已售500", "", "1234 人看过", "7000 zobrazení", "已售20"]
GOODS = [
    {"goods_id": 100 + n, "goods_name": f"Good {n}", "min_group_price": 1990 + n, "sales_tip": text}
    for n, text in enumerate(TEXTS)
]


class Answer(BaseHTTPRequestHandler):
    """The list, or 404 for robots.txt."""

    def do_GET(self) -> None:
        self.send_response(404 if self.path == "/robots.txt" else 200)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.end_headers()
        self.wfile.write(json.dumps({"goods_search_response": {"goods_list": GOODS}}).encode())

    def log_message(self, *_: Any) -> None:
        """Quiet."""


@pytest.fixture
def address() -> Iterator[str]:
    """A shop of an API's answers on a free port."""
    with serving(ThreadingHTTPServer(("127.0.0.1", 0), Answer)) as server:
        yield f"http://127.0.0.1:{server.server_port}/goods"


def test_the_entry_its_text_and_the_reason_stay(make_installation: Any, address: str) -> None:
    made = make_installation()
    source = {
        "source": "shop", "title": "A shop", "site": "pinduoduo", "timezone": "UTC", "currency": "CNY",
        "allow_private": True, "fetch": {"delay_seconds": 0}, "bounds": {"items_min": 5},
        "categories": [{"id": "cream", "title": "Cream", "url": address}],
    }  # fmt: skip
    with (made.settings.config / "sources" / "shop.yaml").open("w", encoding="utf-8") as file:
        YAML().dump(source, file)

    done = made.run("run", "--source", "shop")

    assert done.returncode == 0, done.stderr
    reason = (
        "cream: 3 times units could not be read, such as '최근 구매 1만+': a time not told in whole days; where "
        "the site tells it, the spec's units: {basis: trailing, window_days: N}"
    )
    assert reason in done.stderr
    with Lake(made.settings.lake).reader() as con:
        rows = con.execute(
            "SELECT rank, price::VARCHAR, units_low, units_high, units_basis, units_text FROM listing ORDER BY rank"
        ).fetchall()
        (detail,) = con.execute("SELECT detail FROM run WHERE source = 'shop' AND kind = 'load'").fetchone()
        figures = con.execute("SELECT item_id, units_text, units_30d_low FROM item_day ORDER BY rank").fetchall()
    assert [(row[0], row[1]) for row in rows] == [(n + 1, f"19.9{n}00") for n in range(8)]
    assert [row[2:5] for row in rows] == [
        (None, None, None), (12_000, 12_999, "cumulative"), (None, None, None), (500, 500, "cumulative"),
        (None, None, None), (None, None, None), (None, None, None), (20, 20, "cumulative"),
    ]  # fmt: skip
    shown = [text if text not in ("", "1234 人看过") else None for text in TEXTS]
    assert [row[5] for row in rows] == shown, "views are no sales text; what could not be read is kept as it stands"
    assert [row[1] for row in figures] == shown
    assert {row[2] for row in figures} == {None}, "a first day of counters has no rate, and a vague text never has one"
    assert any(reason in one for one in json.loads(detail)["warnings"])
    board = next((made.settings.boards / "shop").glob("**/*cream*.html")).read_text(encoding="utf-8")
    assert board.count("not a figure we can tell") == 3
    assert "최근 구매 1만+" in board
