"""Captures become staged rows: all of them, in order, with what could not be read told beside them."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from extractors.archive import Archive, Received, Sent
from extractors.capture import Capture, new_capture_id, read_captures, write_captures
from extractors.columns import staged_table
from extractors.extract import extract_captures, extract_file
from extractors.parse import UnreadablePage
from extractors.source import Source, read_source
from extractors.staged import STAGED_COLUMNS, STAGED_SCHEMA
from extractors.stagedir import StageDir
from extractors.worker import ParserPool

AT = datetime(2026, 11, 21, 22, tzinfo=UTC)
CONFIG = Path(__file__).parents[2] / "config" / "sources"
BOOK = (
    '<article class="product_pod"><h3><a href="../book-{n}_1/index.html" title="Book {n}">B</a></h3>'
    '<p class="price_color">£{n}.50</p><p class="availability">In stock</p></article>'
)


def _shelf(first: int, count: int = 20) -> bytes:
    return "".join(BOOK.format(n=number) for number in range(first, first + count)).encode()


@pytest.fixture(scope="module")
def pool():
    with ParserPool(timeout_seconds=1.0) as one:
        yield one


@pytest.fixture
def stage(tmp_path: Path) -> StageDir:
    return StageDir(tmp_path, "books-toscrape", AT)


@pytest.fixture
def books() -> Source:
    return read_source(CONFIG / "books-toscrape.yaml")


def _capture(page_no: int, **more) -> Capture:
    facts = {
        "capture_id": new_capture_id(), "source": "books-toscrape", "category_id": "all-books", "page_no": page_no,
        "observed_at": AT, "observed_on": date(2026, 11, 21), "outcome": "ok",
        "final_url": f"https://books.test/page-{page_no}.html",
    }  # fmt: skip
    return Capture(**(facts | more))


def _stored(archive: Archive, stage: StageDir, pages: list[bytes | str]) -> list[Capture]:
    """A capture for each page: archived where it is bytes, failed with that outcome where it is a word."""
    captures = []
    with archive.writer(stage.source, AT, 0) as writer:
        for number, page in enumerate(pages, start=1):
            if isinstance(page, str):
                captures.append(_capture(number, outcome=page))
                continue
            received = Received("200 OK", "HTTP/1.1", [("Content-Type", "text/html; charset=utf-8")], page, AT)
            place = writer.store_exchange(f"https://books.test/{number}", Sent("GET", "/", []), received)
            captures.append(
                _capture(
                    number, capture_id=place.capture_id, body_bytes=len(page), sha256=place.sha256,
                    warc_file=place.warc_file, warc_offset=place.warc_offset, warc_length=place.warc_length,
                )
            )  # fmt: skip
    write_captures(stage.captures(0), captures)
    return captures


def _rows(stage: StageDir) -> list[dict]:
    return pq.read_table(stage.listings(0)).to_pylist()


def _problems(stage: StageDir) -> list[dict]:
    return [json.loads(line) for line in stage.problems(0).read_text().splitlines()]


def test_every_entry_of_every_page_is_staged_in_order(books, stage, archive, pool):
    captures = _stored(archive, stage, [_shelf(1), _shelf(21), _shelf(41, 7)])
    counts = extract_captures(books, stage, 0, archive, pool=pool)
    assert counts == {"pages": 3, "unreadable": 0, "listings": 47, "problems": 0}
    table = pq.read_table(stage.listings(0))
    assert table.schema.equals(STAGED_SCHEMA)
    rows = table.to_pylist()
    assert [row["position"] for row in rows] == [row["rank"] for row in rows] == list(range(1, 48))
    assert [row["item_id"] for row in rows] == [f"book-{number}_1" for number in range(1, 48)]
    assert [row["capture_id"] for row in rows] == (
        [captures[0].capture_id] * 20 + [captures[1].capture_id] * 20 + [captures[2].capture_id] * 7
    )
    last = rows[-1]
    assert (last["source"], last["category_id"], last["parser_version"]) == (
        "books-toscrape", "all-books", "books-toscrape/1",
    )  # fmt: skip
    assert (last["observed_at"], last["observed_on"]) == (AT, date(2026, 11, 21))
    assert (last["price"], last["currency"], last["brand_key"]) == (Decimal("47.5000"), "GBP", None)


def test_a_rerun_writes_the_same(books, stage, archive, pool):
    _stored(archive, stage, [_shelf(1), b"<html>nothing</html>"])
    first = extract_captures(books, stage, 0, archive, pool=pool)
    before = (_rows(stage), _problems(stage), read_captures(stage.captures(0)))
    assert extract_captures(books, stage, 0, archive, pool=pool) == first
    assert (_rows(stage), _problems(stage), read_captures(stage.captures(0))) == before


def test_a_page_that_cannot_be_read_is_told_with_its_capture_and_the_rest_goes_on(books, stage, archive, pool):
    captures = _stored(archive, stage, [_shelf(1), b"<div>" * 300_000, _shelf(41)])
    counts = extract_captures(books, stage, 0, archive, pool=pool)
    assert counts == {"pages": 2, "unreadable": 1, "listings": 40, "problems": 1}
    told = read_captures(stage.captures(0))
    assert [one.outcome for one in told] == ["ok", "unreadable", "ok"]
    assert "parser exceeded" in told[1].outcome_detail
    (problem,) = _problems(stage)
    assert (problem["capture_id"], problem["field"], problem["page_no"]) == (captures[1].capture_id, "page", 2)
    assert "parser exceeded" in problem["message"]


@pytest.mark.parametrize("outcome", ["blocked", "timeout", "http_error"])
def test_ranks_after_a_missing_page_count_it_where_its_size_is_known(books, stage, archive, pool, outcome):
    _stored(archive, stage, [_shelf(1), outcome, _shelf(41)])
    extract_captures(books, stage, 0, archive, pool=pool)
    assert [(row["position"], row["rank"]) for row in _rows(stage)][20:22] == [(41, 41), (42, 42)]


def test_counted_ranks_after_a_missing_page_of_unknown_size_are_unknown(books, stage, archive, pool):
    category = books.categories[0].model_copy(update={"page_size": None, "expected": None})
    source = books.model_copy(update={"categories": [category]})
    _stored(archive, stage, [_shelf(1), "blocked", _shelf(41)])
    extract_captures(source, stage, 0, archive, pool=pool)
    ranks = [(row["rank"], row["rank_source"]) for row in _rows(stage)]
    assert ranks[19:21] == [(20, "position"), (None, None)]


def test_a_damaged_record_is_a_page_that_cannot_be_read(books, stage, archive, pool):
    captures = _stored(archive, stage, [_shelf(1), _shelf(21)])
    write_captures(stage.captures(0), [replace(captures[0], sha256="0" * 64), captures[1]])
    counts = extract_captures(books, stage, 0, archive, pool=pool)
    assert (counts["unreadable"], counts["listings"]) == (1, 20)
    assert "payload digest" in _problems(stage)[0]["message"]


def test_a_batch_without_a_page_is_staged_as_empty(books, stage, archive, pool):
    _stored(archive, stage, ["blocked", "robots_denied"])
    counts = extract_captures(books, stage, 0, archive, pool=pool)
    assert counts == {"pages": 0, "unreadable": 0, "listings": 0, "problems": 0}
    assert (_rows(stage), _problems(stage)) == ([], [])


def _columns(**more) -> dict:
    row = dict.fromkeys(STAGED_COLUMNS) | {"item_id": "1", "sponsored": False, "position": 1} | more
    row.pop("brand_key")
    return {name: ["0" if name == "item_id" else None, value] for name, value in row.items()}


@pytest.mark.parametrize(
    ("column", "value", "kept"),
    [
        ("title", "torn \ud83d pair", "torn \ufffd pair"),
        ("price", Decimal("1.23456"), Decimal("1.2346")),
        ("price", Decimal(10) ** 30, None),
        ("price", Decimal("NaN"), None),
        ("price", Decimal("Infinity"), None),
        ("units_low", 2**63, None),
        ("position", 2**31, None),
        ("review_count", "many", None),
        ("title", "plain", "plain"),
    ],
)
def test_what_a_column_cannot_hold_is_cleaned_or_told(column, value, kept):
    table, bad = staged_table(_columns(**{column: value}))
    assert table[column].to_pylist()[1] == kept
    assert [(one.row, one.column) for one in bad] == ([] if kept is not None else [(1, column)])


def test_the_brand_key_is_folded_from_the_brand_shown():
    table, _ = staged_table(_columns(brand_text="LEVI’S"))
    assert table["brand_key"].to_pylist() == [None, "levis"]


PANEL = (
    "update_time,id,title,price,sale_count,comment_count,店名\n"
    "2016/11/5,A1,面霜,99,6397,580,自然堂\n"
    "2016/11/5,A2,,99,1,2,自然堂\n"
    "2016/11/6,A1,面霜,89,6400,,自然堂\n"
    "soon,A3,面霜,89,6400,1,自然堂\n"
    "2016/11/14,A1,面霜,,6500,1,自然堂\n"
).encode("gb18030")


@pytest.fixture
def panel(tmp_path: Path) -> Path:
    path = tmp_path / "panel.csv"
    path.write_bytes(PANEL)
    return path


@pytest.fixture
def tmall() -> Source:
    return read_source(CONFIG / "tmall-double11.yaml")


def test_a_file_of_many_days_is_staged_as_many_observations(tmall, panel, tmp_path, archive):
    read = extract_file(tmall, panel, tmp_path, archive, AT)
    assert (read.listings, read.problems) == (3, 2)
    assert [stage.path.name for stage in read.stages] == ["20161104T160000Z", "20161105T160000Z", "20161113T160000Z"]
    rows = [_rows(stage) for stage in read.stages]
    assert [
        [(row["item_id"], row["price"], row["units_low"], str(row["observed_on"])) for row in day] for day in rows
    ] == [
        [("A1", Decimal(99), 6397, "2016-11-05")],
        [("A1", Decimal(89), 6400, "2016-11-06")],
        [("A1", None, 6500, "2016-11-14")],
    ]
    assert [[one["field"] for one in _problems(stage)] for stage in read.stages] == [["title"], ["date"], []]
    assert "soon" in _problems(read.stages[1])[0]["found"]
    captures = [read_captures(stage.captures(0)) for stage in read.stages]
    assert [[one.category_id for one in day] for day in captures] == [["cosmetics"]] * 3
    assert archive.read(captures[0][0]).body == PANEL
    assert {row["capture_id"] for day in rows for row in day} == {captures[0][0].capture_id}


def test_replaying_one_day_of_an_imported_file_gives_that_day(tmall, panel, tmp_path, archive):
    read = extract_file(tmall, panel, tmp_path, archive, AT)
    before = [(_rows(stage), _problems(stage)) for stage in read.stages]
    for stage in read.stages:
        extract_captures(tmall, stage, 0, archive)
    assert [(_rows(stage), _problems(stage)) for stage in read.stages] == before


def test_a_time_asked_for_contradicts_a_file_with_dates(tmall, panel, tmp_path, archive):
    with pytest.raises(ValueError, match=r"panel\.csv has dates of its own"):
        extract_file(tmall, panel, tmp_path, archive, AT, dated=True)
    assert not archive.folder.exists()


def test_a_file_of_other_columns_is_refused(tmall, tmp_path, archive):
    path = tmp_path / "other.csv"
    path.write_text("a,b\n1,2\n")
    with pytest.raises(UnreadablePage, match="no column"):
        extract_file(tmall, path, tmp_path, archive, AT)
    assert not (tmp_path / "stage").exists()
