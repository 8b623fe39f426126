"""docs/warehouse.md is what the warehouse says of itself, now; its picture and its links are sound."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from shelfradar.dictionary import OURS, PAGE, read_columns, read_questions, render, table_grains

_ENTITY = re.compile(r"^    \w+ \{\n(?:        [A-Z]+ \w+\n)+    \}$", re.MULTILINE)
_LINK = re.compile(r'^    (\w+) \|\|--o\{ (\w+) : "([\w, ]+)"$', re.MULTILINE)


@pytest.fixture
def page() -> str:
    return PAGE.read_text(encoding="utf-8")


def test_the_page_is_current(lake, page) -> None:
    with lake.reader() as con:
        assert render(con) == page, "docs/warehouse.md is stale: make dictionary"


def test_every_table_says_what_one_row_is_and_what_each_column_means(lake, page) -> None:
    with lake.reader() as con:
        tables = [name for (name,) in con.execute("SELECT table_name FROM duckdb_tables()").fetchall()]
        columns = read_columns(con)
    assert set(tables) - OURS <= table_grains().keys()
    for table in columns:
        section = page.split(f"\n### {table}\n")[1].split("\n### ")[0]
        assert "One row: " in section
        if not table.endswith("_latest"):
            assert all(f"| {column.name} | {column.data_type} |" in section for column in columns[table])


def test_the_picture_is_mermaid_and_whole(page) -> None:
    picture = page.split("```mermaid\n")[1].split("```")[0]
    assert picture.startswith("erDiagram\n")
    rest = _LINK.sub("", _ENTITY.sub("", picture.removeprefix("erDiagram\n")))
    assert rest.strip() == "", "lines that are no entity and no link"
    entities = re.findall(r"^    (\w+) \{", picture, re.MULTILINE)
    links = _LINK.findall(picture)
    assert {name for parent, child, _ in links for name in (parent, child)} <= set(entities)
    assert ("capture", "listing", "capture_id") in links
    assert ("snapshot", "brand_share", "source, category_id, observed_at") in links


def test_links_and_questions_are_there(page) -> None:
    headings = set(re.findall(r"^### (\S+)$", page, re.MULTILINE))
    assert set(re.findall(r"\]\(#([^)]+)\)", page)) <= headings
    assert all(one.sql in page and f"### {one.text}" in page for one in read_questions())


def test_a_question_file_without_a_question_is_refused(tmp_path: Path) -> None:
    (tmp_path / "01_x.sql").write_text("SELECT 1\n")
    with pytest.raises(ValueError, match=r"01_x\.sql: found 'SELECT 1\\n'; expected a first line '-- Question: …'"):
        read_questions(tmp_path)
