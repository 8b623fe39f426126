"""A saved page field by field: what ``shelfradar parse --explain`` tells."""

from __future__ import annotations

from pathlib import Path

import pytest

from shelfradar.inspection import explain_file, show_explanation

CONFIG = Path(__file__).parent.parent.parent / "config"


def test_each_field_is_told_with_its_rule_and_what_is_missing(pages: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = pages / "html/newegg/memory_search_2026.html"

    explained = explain_file(CONFIG, "newegg-search", file, url=None, category=None)
    show_explanation(explained)

    told = {one["field"]: one for one in explained["fields"]}
    assert (explained["items"], explained["from"]) == (12, str(file))
    assert (told["price"]["read"], told["price"]["missing"]) == (12, 0)
    assert (told["brand_text"]["read"], told["brand_text"]["missing"]) == (7, 5)
    assert told["brand_text"]["rules"] == {"a.item-brand img@title": 7}
    assert (told["shop"]["read"], told["shop"]["rules"]) == (0, {})
    shown = capsys.readouterr().out
    assert "brand_text" in shown
    assert "Team Group" in shown
