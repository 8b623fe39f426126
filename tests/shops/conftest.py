"""A real django-oscar shop on loopback, with a catalogue made through Oscar's own models."""

from __future__ import annotations

import json
import os
import selectors
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

SHOPS = Path(__file__).parent
START_SECONDS = 120


@dataclass(frozen=True)
class Shop:
    """A running shop: its address, the paths of its categories, its own ids by UPC, and what was put into it."""

    address: str
    categories: dict[str, str]
    ids: dict[str, int]
    catalogue: list[dict[str, Any]]


def catalogue() -> list[dict[str, Any]]:
    """60 products in nested categories: some without a price, some out of stock, some with titles to escape.

    30 kettles, because the shop's search (Haystack on Whoosh) serves the wrong entries on a last page whose length does
    not divide the 20 of a full one.
    """
    kettles = [
        product(
            "K", no, "Kitchen > Kettles", f"Steel kettle with a whistle and a long name {no}", f"{9 + no}.50", no % 5
        )
        for no in range(30)
    ]
    pans = [product("P", no, "Kitchen > Pans", f"Cast-iron pan {no}", f"{1200 + no}.00", 4) for no in range(18)]
    garden = [product("G", no, "Garden", f"Watering can {no}", f"{3 + no}.99", 2) for no in range(12)]
    kettles[3]["title"] = "<script>alert('kettle')</script> & Söhne “Größe” 🫖"
    pans[2]["title"] = '=HYPERLINK("http://evil.example/","pan")'
    for unpriced in (*kettles[::7], garden[5]):
        unpriced["price"] = None
    return [*kettles, *pans, *garden]


def product(prefix: str, no: int, category: str, title: str, price: str, stock: int) -> dict[str, Any]:
    return {"upc": f"{prefix}{no:03d}", "category": category, "title": title, "price": price, "stock": stock}


@pytest.fixture(scope="module")
def oscar(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    made = subprocess.run([sys.executable, SHOPS / "setup_oscar.py"], capture_output=True, text=True, check=False)
    assert made.returncode == 0, f"the shop's environment could not be made: {made.stderr[-2000:]}"
    home = tmp_path_factory.mktemp("oscar")
    (home / "media").mkdir()
    log = (home / "shop.log").open("w+")
    server = subprocess.Popen(
        [made.stdout.strip(), "-W", "ignore", "-m", "oscar_project.shop"],
        cwd=SHOPS,
        env={**os.environ, "SHOP_HOME": str(home), "DJANGO_SETTINGS_MODULE": "oscar_project.settings"},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True,
    )  # fmt: skip
    try:
        assert server.stdin is not None
        products = catalogue()
        with server.stdin as stdin:
            json.dump(products, stdin)
        yield Shop(**first_line(server, home / "shop.log"), catalogue=products)
    finally:
        server.kill()
        server.wait()
        log.close()


def first_line(server: subprocess.Popen[str], log: Path) -> dict[str, Any]:
    """What the shop tells about itself when it is ready; fails with its log where it doesn't get there."""
    assert server.stdout is not None
    with selectors.DefaultSelector() as selector:
        selector.register(server.stdout, selectors.EVENT_READ)
        ready = selector.select(START_SECONDS)
    line = server.stdout.readline() if ready else ""
    assert line, f"the shop did not start within {START_SECONDS} s: {log.read_text()[-2000:]}"
    return json.loads(line)  # type: ignore[no-any-return]
