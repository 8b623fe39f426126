"""``make new-source``: what it writes is read as it stands, and says what to do next."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from extractors.parse import PageContext, parse_page
from extractors.source import read_source
from extractors.spec import read_spec
from shelfradar.scaffold import main

PAGE = b"""<html><body><ul><li class="product"><a href="/item/17"><h2>A pot</h2></a><b class="price">$9.50</b>
<img src="/17.jpg"><i class="brand">Potters</i><u class="sold">1.5K+ sold</u></li></ul></body></html>"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty project, as the current folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def read(project: Path) -> PageContext:
    """The context of the new source, of the files as they stand."""
    source = read_source(project / "config/sources/my-shop.yaml")
    spec = read_spec("my-shop", project / "extractors/sites")
    return PageContext(spec=spec, source=source, category_id=source.categories[0].id, url="https://shop.example/list")


def test_a_new_source_reads_a_page_as_it_stands(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["source", "my-shop"]) == 0

    (found,) = parse_page(PAGE, read(project)).listings
    assert (found.item_id, found.title, found.price, found.url) == (
        "17", "A pot", Decimal("9.50"), "https://shop.example/item/17",
    )  # fmt: skip
    assert "shelfradar source test my-shop --file" in capsys.readouterr().out


def test_the_fields_it_suggests_can_be_switched_on(project: Path) -> None:
    main(["source", "my-shop"])
    path = project / "extractors/sites/my-shop.yaml"
    text = path.read_text(encoding="utf-8")
    for name in ("image_url", "brand_text", "units", "list_price", "rating", "review_count", "in_stock", "shop"):
        assert f"  # {name}: " in text
        text = text.replace(f"  # {name}: ", f"  {name}: ")
    path.write_text(text + "units: {basis: cumulative}\n", encoding="utf-8")

    (found,) = parse_page(PAGE, read(project)).listings
    assert (found.image_url, found.brand_text) == ("https://shop.example/17.jpg", "Potters")
    assert (found.units_low, found.units_high, found.units_basis) == (1500, None, "cumulative")


def test_nothing_is_written_over_a_file_that_exists(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["source", "my-shop"])
    path = project / "config/sources/my-shop.yaml"
    path.write_text("mine", encoding="utf-8")

    assert main(["source", "my-shop"]) == 1
    assert path.read_text(encoding="utf-8") == "mine"
    assert "these exist" in capsys.readouterr().err


@pytest.mark.parametrize("call", [["source", "My Shop"], ["source"], ["shelf", "x"]])
def test_a_wrong_call_says_what_was_expected(
    project: Path, call: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(call) == 2
    assert "expected" in capsys.readouterr().err
    assert not list(project.iterdir())
