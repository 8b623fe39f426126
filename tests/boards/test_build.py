"""The built files: complete, escaped, self-contained, traceable, replaced whole."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path

import duckdb
import pytest

from boards.build import build_boards

AT = datetime(2026, 11, 22, 7, 30, tzinfo=UTC)


class Reader(HTMLParser):
    """The tags, attributes and texts of a page, as a browser would take them."""

    def __init__(self, page: Path) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.within: list[str] = []
        self.sql: list[str] = []
        self.asking = False
        self.feed(page.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.asking = self.asking or (tag == "pre" and "data-sql" in dict(attrs))
        if tag == "pre" and self.asking:
            self.sql.append("")
        self.within.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while self.within and self.within.pop() != tag:
            pass
        self.asking = self.asking and "pre" in self.within

    def handle_data(self, data: str) -> None:
        self.texts.append(data)
        if self.asking:
            self.sql[-1] += data

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", " ".join(self.texts))


def test_an_overview_a_page_a_category_and_a_health_page(shelf: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    written = build_boards(shelf, tmp_path, generated_at=AT)
    names = [path.relative_to(tmp_path).as_posix() for path in written]
    assert names[0] == "index.html"
    english = [name for name in names if not name.startswith("zh-CN/")]
    assert sorted(name for name in english if name.count("/") < 2) == [
        "campaigns.html", "campaigns/double-11-2026.html", "demo/cream.html",
        "demo/mask.html", "demo/serum.html", "health.html", "index.html",
        "tmall-double11/cosmetics.html", "tmall-double11/first-day.html",
    ]  # fmt: skip
    assert {"campaigns.html", "campaigns/double-11-2026.html"} <= set(names)
    serum = {name.rpartition("/")[2] for name in english if name.startswith("demo/serum/")}
    assert {"brand-ours.html", "brand-loreal.html", "brand-proya.html", "item-i3.html", "item-i14.html"} <= serum
    assert "item-i1.html" not in serum, "nobody watches 薇诺娜"
    assert sorted(f"zh-CN/{name}" for name in english) == sorted(set(names) - set(english)), (
        "the same in both languages"
    )
    files = [path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()]
    assert sorted(files) == sorted(names), "no temporary file is left"


def test_what_a_far_side_wrote_stays_text(built: Path) -> None:
    page = Reader(built / "demo" / "serum.html")
    for said in ("<script>alert('shelf')</script>", '"><img src=x onerror=alert(1)>', "{{ 7*7 }} {% raw %} ${7*7}"):
        assert said in page.text
    assert [tag for tag, _ in page.tags].count("script") == 1, "our own script alone"
    assert not [tag for tag, _ in page.tags if tag in {"img", "iframe", "object", "embed", "form", "base"}]
    handlers = [name for _, attributes in page.tags for name in attributes if name.startswith("on")]
    assert handlers == []
    hrefs = [attributes["href"] or "" for tag, attributes in page.tags if tag == "a"]
    assert not [href for href in hrefs if href.lower().startswith(("javascript:", "data:"))]
    health = Reader(built / "health.html")
    assert "<script>alert(1)</script>" in health.text
    assert "403: <CAPTCHA>" in health.text


def test_no_page_asks_for_anything_from_elsewhere(built: Path) -> None:
    for path in built.rglob("*.html"):
        page = Reader(path)
        loads = [
            (tag, name, value)
            for tag, attributes in page.tags
            for name, value in attributes.items()
            if (name in {"src", "srcset", "poster", "data", "action"})
            or (tag == "link" and name == "href" and value != "data:,")
        ]
        assert loads == []
        text = path.read_text(encoding="utf-8")
        assert "@import" not in text
        assert "url(" not in text
        policy = next(a for tag, a in page.tags if tag == "meta" and "http-equiv" in a)["content"] or ""
        assert "default-src 'none'" in policy
        assert "script-src 'sha256-" in policy
        assert path.stat().st_size < 1_500_000


def test_every_section_shows_sql_that_answers(built: Path, shelf: duckdb.DuckDBPyConnection) -> None:
    questions = {sql for path in built.rglob("*.html") for sql in Reader(path).sql}
    assert len(questions) > 60
    for sql in questions:
        shelf.execute(sql).fetchall()
    serum = Reader(built / "demo" / "serum.html")
    assert len(serum.sql) == 14
    for sql in serum.sql:
        assert shelf.execute(sql).fetchall(), f"a section that shows figures asks a question with no answer: {sql}"
        assert "'serum'" in sql


def test_the_figures_are_those_of_the_marts(built: Path) -> None:
    text = Reader(built / "demo" / "serum.html").text
    assert "≥ 412K" in text
    assert "HHI 1,420, provably between 1,210 and 1,760" in text
    assert "of the observed top 60" in text
    assert "60 of 60 seen (100%)" in text
    assert "31% of it is a lower bound" in text
    assert "sells more than its shelf" not in text, "the verdict says it"
    plain = Reader(built / "demo" / "cream.html").text
    assert "CN¥60–120 sells more than its shelf: 41% of units from 28% of listings" in plain
    assert "“" not in text or "1.5万+人付款" in text
    assert "urn:uuid:0192f3a1-7b7c-4a71-9a51-000000000001" in text


def test_simulated_data_is_labelled_and_real_data_is_not(built: Path) -> None:
    assert "Simulated" in Reader(built / "demo" / "serum.html").text
    assert "Simulated" in Reader(built / "index.html").text
    assert "Simulated" not in Reader(built / "tmall-double11" / "cosmetics.html").text


def test_the_last_complete_snapshot_leads_and_a_newer_half_one_warns(built: Path) -> None:
    text = Reader(built / "tmall-double11" / "cosmetics.html").text
    assert "The snapshot of Nov 23, 2026 is incomplete." in text
    assert "31 of 60 items (page 3 blocked)" in text
    assert "60 of 60 seen" in text


def test_a_category_never_seen_whole_says_so(built: Path) -> None:
    text = Reader(built / "demo" / "mask.html").text
    assert "No complete snapshot yet" in text
    assert "items 0 < items_min 40" in text
    assert "No items were loaded." in text


def test_one_day_alone_has_no_line(built: Path) -> None:
    assert (
        "The line starts with the second complete snapshot." in Reader(built / "tmall-double11" / "first-day.html").text
    )


def test_nothing_collected_yet(marts: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    written = build_boards(marts, tmp_path, generated_at=AT)
    assert [path.relative_to(tmp_path).as_posix() for path in written] == [
        "index.html", "health.html", "zh-CN/index.html", "zh-CN/health.html"
    ]  # fmt: skip
    assert "Nothing has been collected yet" in Reader(tmp_path / "index.html").text


def test_pages_of_gone_categories_go_and_others_files_stay(shelf: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    build_boards(shelf, tmp_path, generated_at=AT)
    (tmp_path / "notes.html").write_text("<p>mine</p>", encoding="utf-8")
    shelf.execute("DELETE FROM snapshot WHERE source = 'tmall-double11'")
    build_boards(shelf, tmp_path, generated_at=AT)
    assert not (tmp_path / "tmall-double11").exists()
    assert (tmp_path / "notes.html").exists()
    assert (tmp_path / "demo" / "serum.html").exists()


def test_the_same_marts_make_the_same_pages(shelf: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    first = {path: path.read_bytes() for path in build_boards(shelf, tmp_path, generated_at=AT)}
    second = {path: path.read_bytes() for path in build_boards(shelf, tmp_path, generated_at=AT)}
    assert first == second


def test_a_name_that_is_no_slug_never_becomes_a_path(
    marts: duckdb.DuckDBPyConnection, fill: Callable[..., None], tmp_path: Path
) -> None:
    fill("../../etc", "a/b'; DROP TABLE snapshot --", "Odd", days=2, count=3)
    written = build_boards(marts, tmp_path / "out", generated_at=AT)
    assert all((tmp_path / "out") in path.resolve().parents for path in written)
    for sql in Reader(written[1]).sql:
        marts.execute(sql).fetchall()


def test_the_verdict_gives_its_reasons_in_each_language(built: Path) -> None:
    english = Reader(built / "demo" / "serum.html").text
    assert "Contested: entering needs an edge" in english
    assert "HHI 1,420, moderate, rising" in english
    assert "4 of 11 entrants of 90 days stayed" in english
    assert "CN¥60–120 holds 41% of units from 28% of listings" in english
    assert "estimated margin 49% at CN¥99" in english
    chinese = Reader(built / "zh-CN" / "demo" / "serum.html").text
    assert "90 天内 11 个新进中 4 个留下" in chinese
    assert "按 ¥99 估算毛利率 49%" in chinese
    assert "No verdict: fewer than 20 products" in Reader(built / "tmall-double11" / "first-day.html").text
    assert "contested HHI 1,420, moderate, rising" in Reader(built / "index.html").text


def test_a_brand_of_which_some_is_ours_says_how_much_and_links_stay_on_the_page(built: Path) -> None:
    page = built / "demo" / "serum.html"
    assert "OLAY own: 2" in Reader(page).text
    html = page.read_text(encoding="utf-8")
    rows = set(re.findall(r'href="[^"]*#(rank-\d+)"', html))
    assert rows <= set(re.findall(r'id="(rank-\d+)"', html))


def test_a_margin_is_called_an_estimate_and_says_what_it_lacks(built: Path) -> None:
    text = Reader(built / "demo" / "serum.html").text
    assert "Estimates: sourcing costs and fees" in text
    assert "CN¥41.50 67.5%" in text
    assert "≥ CN¥610K" in text, "14,700 units and more at 41.50"
    assert "≤ -CN¥2.7K" in text, "a loss is at best so great: 900 units at -3"
    assert "sales shared with another variant" in text
    assert "cost in another currency" in text


def test_a_campaign_stands_against_the_days_before_it(built: Path) -> None:
    text = Reader(built / "campaigns" / "double-11-2026.html").text
    assert "Double 11 2026" in text
    assert "3K–3.5K +200% (+150% … +250%)" in text, "3,000 of 1,000 to 1,200, to 3,500 of 1,000"
    assert "≥ 900 -10%" in text.replace("−", "-")
    assert "Only 40% of the time these figures cover" in text
    assert "not held or not configured" in text
    assert "<script>alert('shelf')</script>" in text
    assert "双11 2026" in Reader(built / "zh-CN" / "campaigns.html").text


def test_evidence_and_freshness_are_told(built: Path) -> None:
    text = Reader(built / "demo" / "serum.html").text
    assert "demo/2026/11/22.warc.gz" in text
    assert "9f" * 32 in text
    page = Reader(built / "demo" / "serum" / "item-i3.html").text
    assert "shelfradar evidence export --source demo --at 2026-11-22T06:00:00+00:00 -- i3 evidence-bundle" in page
    health = Reader(built / "health.html").text
    assert "known <stock> clearance" in health
    assert health.count("known <stock> clearance") == 1, "a snooze that is over is not shown"
    assert "open alerts kept quiet: 7" in health


def test_a_source_that_stopped_is_late_by_its_own_rhythm(
    marts: duckdb.DuckDBPyConnection, fill: Callable[..., None], tmp_path: Path
) -> None:
    fill("demo", "serum", "Serum", days=5, count=5)
    for hours, late in ((35, False), (37, True)):
        build_boards(marts, tmp_path, generated_at=AT.replace(hour=6, minute=0) + timedelta(hours=hours))
        assert ("Late:" in Reader(tmp_path / "index.html").text) is late, "a day and a half after a daily observation"


def test_an_unknown_language_is_refused_before_anything_is_written(
    marts: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    with pytest.raises(ValueError, match="expected one of en, zh-CN"):
        build_boards(marts, tmp_path, locale="fr", generated_at=AT)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("locale", "folder"), [("zh-CN", "."), ("en", "zh-CN")])
def test_chinese_pages_say_it_in_chinese(
    shelf: duckdb.DuckDBPyConnection, tmp_path: Path, locale: str, folder: str
) -> None:
    build_boards(shelf, tmp_path, locale=locale, generated_at=AT)
    text = Reader(tmp_path / folder / "demo" / "serum.html").text
    assert "≥ 41.2万" in text
    assert "¥60–120" in text
    assert "模拟数据" in text
    assert '<html lang="zh-CN">' in (tmp_path / folder / "index.html").read_text(encoding="utf-8")


def test_data_docs_are_linked_only_where_they_are(shelf: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    out = tmp_path / "boards"
    build_boards(shelf, out, generated_at=AT)
    assert "data_docs" not in (out / "health.html").read_text(encoding="utf-8")
    for stamp in ("20261120T220000Z", "20261121T220000Z"):
        (tmp_path / "data_docs" / "demo" / stamp).mkdir(parents=True)
        (tmp_path / "data_docs" / "demo" / stamp / "index.html").touch()
    build_boards(shelf, out, generated_at=AT)
    text = (out / "health.html").read_text(encoding="utf-8")
    assert 'href="../data_docs/demo/20261121T220000Z/index.html"' in text
    chinese = (out / "zh-CN" / "health.html").read_text(encoding="utf-8")
    assert 'href="../../data_docs/demo/20261121T220000Z/index.html"' in chinese
    assert "20261120T220000Z" not in text, "only the newest of a source is linked"
