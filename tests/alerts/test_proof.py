"""What a card says of its figure and of the page behind it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from alerts.facts import Evidence
from alerts.message import Sender, compose

DATE = datetime(2026, 11, 21, 1, tzinfo=UTC)
SENDER = Sender(mail_from="Shelfradar <alerts@shelf.example>")


@pytest.mark.parametrize(
    ("changed", "english", "chinese"),
    [
        ({"basis": "trailing"}, "of the page's own trailing window", "按页面自身的滚动窗口销量折算"),
        ({"basis": "cumulative/CNY", "metric": "gmv_30d"}, "a rate: what the counter grew by", "由累计销量"),
        (
            {"basis": "cumulative", "metric": "units_shown"},
            "a counter: sold since it was listed",
            "自上架起",
        ),
        ({"basis": "modelled"}, "modelled from the rank: no sales figure", "按排名推算，并非销量"),
        (
            {"transition": "lost", "low": None, "high": None},
            "the list is complete, with no figure of it",
            "但无该项数据",
        ),
        (
            {"entity_kind": "item", "metric": "margin", "unit": "money", "currency": "CNY"},
            "margin (estimate)",
            "（估算）",
        ),
        ({"entity_kind": "item", "metric": "profit_30d"}, "an estimate, by config/costs.csv", "估算值，依据"),
    ],
)
def test_a_figure_says_what_it_is(make_facts, changed, english, chinese):
    for language, words in (("en", english), ("zh-CN", chinese)):
        made = compose([make_facts(**changed)], to="mei@example.com", language=language, sender=SENDER,
                       identity="<i@shelf.example>", date=DATE)  # fmt: skip
        for kind in ("plain", "html"):
            text = made.get_body((kind,)).get_content().replace("&#39;", "'")
            assert words in " ".join(text.split()), (kind, text)


def test_the_way_to_the_archived_page_is_told_and_the_live_one_is_named_as_such(make_facts):
    page = Evidence(capture_id="urn:uuid:1f", url="https://shop.example/serum?page=1", sha256="ab" * 32, item_id="77 1")
    for changed, item in (({}, "'77 1'"), ({"entity_kind": "item", "entity_id": "600123"}, "600123")):
        made = compose([make_facts(evidence=[page], **changed)], to="mei@example.com", language="en", sender=SENDER,
                       identity="<i@shelf.example>", date=DATE)  # fmt: skip
        text = made.get_body(("plain",)).get_content()
        assert f"Archived page: shelfradar evidence export {item} BUNDLE --source shop --at 2026-11-20T22:00" in text
        assert "Page today  https://shop.example/serum?page=1" in text
        html = made.get_body(("html",)).get_content()
        assert "The page today, which may have changed: <a" in html
        assert html.index("Evidence, archived") < html.index("ab" * 32) < html.index("The page today")
