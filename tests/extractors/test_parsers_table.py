"""The table reader: the same rows in every format, dates of the source's zone, categories, and broken files."""

from __future__ import annotations

import io
import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter

from extractors.parse import PageContext, Parsed, UnreadablePage, parse_page
from extractors.source import Category, Source
from extractors.spec import SiteSpec

SOURCE = Source(
    source="panel", title="Panel", site="panel", timezone="Asia/Shanghai", categories=[Category(id="c", title="C")]
)
BASE: dict[str, Any] = {
    "site": "panel", "version": 1, "reader": "table", "locale": "zh_CN", "currency": "CNY", "rank": "none",
    "date": {"column": "日期", "formats": ["%Y/%m/%d"]}, "units": {"basis": "cumulative"},
    "fields": {"item_id": "id", "title": "名称", "price": {"column": "价格", "parse": "decimal"}, "units": "销量"},
}  # fmt: skip
COLUMNS = ["日期", "id", "名称", "价格", "销量"]
ROWS: list[list[Any]] = [
    ["2016/11/5", 101, "面霜, 50g", 139, 26719],
    ["2016/11/5", 102, "乳液", 19.5, None],
    ["2016/11/14", 101, "面霜, 50g", 99, 30000],
]


def read(body: bytes, **changes: Any) -> Parsed:
    spec = SiteSpec.model_validate({**BASE, **changes})
    return parse_page(body, PageContext(spec=spec, source=SOURCE, category_id="c"))


def as_csv(delimiter: str = ",", encoding: str = "utf-8") -> bytes:
    quoted = [["" if cell is None else f'"{cell}"' for cell in row] for row in [COLUMNS, *ROWS]]
    return "\r\n".join(delimiter.join(row) for row in quoted).encode(encoding)


def as_xlsx() -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet("Daten")
        for at, row in enumerate([COLUMNS, *ROWS]):
            sheet.write_row(at, 0, row)
    return out.getvalue()


def as_parquet() -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.table({name: [row[at] for row in ROWS] for at, name in enumerate(COLUMNS)}), out)
    return out.getvalue()


RECORDS = [dict(zip(COLUMNS, row, strict=True)) for row in ROWS]
FORMATS = {
    "csv": as_csv(),
    "csv with a mark": as_csv(encoding="utf-8-sig"),
    "csv of gb18030": as_csv(encoding="gb18030"),
    "semicolons": as_csv(";"),
    "tabs of utf-16": as_csv("\t", "utf-16"),
    "xlsx": as_xlsx(),
    "parquet": as_parquet(),
    "json": json.dumps(RECORDS).encode(),
    "json lines": "\n".join(json.dumps(row, ensure_ascii=False) for row in RECORDS).encode(),
}


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_gives_the_same_listings(name: str) -> None:
    parsed = read(FORMATS[name])

    assert parsed.problems == []
    assert [(one.item_id, one.title, one.position, one.rank) for one in parsed.listings] == [
        ("101", "面霜, 50g", 1, None), ("102", "乳液", 2, None), ("101", "面霜, 50g", 1, None),
    ]  # fmt: skip
    assert [one.price for one in parsed.listings] == [Decimal(139), Decimal("19.5"), Decimal(99)]
    assert [(one.units_low, one.units_high) for one in parsed.listings] == [
        (26719, 26719),
        (None, None),
        (30000, 30000),
    ]
    assert parsed.listings[1].units_basis is None
    assert [f"{one.observed_at:%Y-%m-%d %H:%M %Z}" for one in parsed.listings] == [
        "2016-11-04 16:00 UTC", "2016-11-04 16:00 UTC", "2016-11-13 16:00 UTC",
    ]  # fmt: skip


def test_typed_dates_need_no_format() -> None:
    out = io.BytesIO()
    columns = {
        "日期": [date(2016, 11, 5), None],
        "id": ["a", "b"],
        "名称": ["A", "B"],
        "价格": [1.0, 2.0],
        "销量": [1, 2],
    }
    pq.write_table(pa.table(columns), out)

    parsed = read(out.getvalue())

    assert [one.observed_at for one in parsed.listings] == [datetime(2016, 11, 4, 16, tzinfo=UTC)]
    assert [(one.position, one.field) for one in parsed.problems] == [(2, "date")]


def test_a_row_without_a_readable_date_is_a_problem_at_its_place() -> None:
    body = as_csv().replace(b"2016/11/14", b"14.11.2016")

    parsed = read(body)

    assert len(parsed.listings) == 2
    assert [(one.position, one.field, one.found) for one in parsed.problems] == [(3, "date", "14.11.2016")]


def test_category_column_and_rows_without_one() -> None:
    body = "cat,id,名称,价格,销量\nHome & Garden,1,A,5,\n,2,B,6,7\nToys,3,C,7,8\n".encode()

    parsed = read(body, category="cat", date=None, rank="position")

    assert [(one.category_id, one.item_id, one.rank) for one in parsed.listings] == [
        ("home-garden", "1", 1), ("toys", "3", 1),
    ]  # fmt: skip
    assert [(one.position, one.field) for one in parsed.problems] == [(2, "category")]


def test_a_header_further_down_and_a_named_sheet() -> None:
    below = b"Export of today\r\n" + as_csv()

    assert len(read(below, table={"header_row": 2, "delimiter": ","}).listings) == 3
    assert len(read(as_xlsx(), table={"sheet": "Daten"}).listings) == 3
    with pytest.raises(UnreadablePage, match="no sheet 'Tabelle1'; it has Daten"):
        read(as_xlsx(), table={"sheet": "Tabelle1"})


def test_an_absent_column_is_named_beside_those_that_are_there() -> None:
    with pytest.raises(UnreadablePage, match="no column '价格'; the file has '日期', 'id', '名称', 'Preis', '销量'"):
        read(as_csv().decode().replace("价格", "Preis").encode())


@pytest.mark.parametrize(
    "body",
    [
        as_xlsx()[:200],
        as_parquet()[:60],
        b"PK\x03\x04",
        b"PAR1",
        b'[{"a": 1}',
        b'{"a": 1}\n{"a"',
        b"[1, 2]",
        b"",
        b"[" * 50_000,
    ],
)
def test_a_broken_file_is_refused(body: bytes) -> None:
    with pytest.raises(UnreadablePage):
        read(body)
