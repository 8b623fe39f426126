"""docs/analysts.md as written: its ATTACH, its notebook, its commands."""

from __future__ import annotations

import re

import duckdb
import pytest

from warehouse.export import export_duckdb


@pytest.fixture
def page(project_root) -> str:
    return (project_root / "docs" / "analysts.md").read_text(encoding="utf-8")


def test_the_lake_is_attached_as_the_page_says_and_reads_beside_a_load(
    lake, page, tmp_path, load_extension, assert_reads_beside_a_load
) -> None:
    statement = next(one for one in re.findall(r"```sql\n(.*?)```", page, re.DOTALL) if "ducklake:sqlite:" in one)
    with duckdb.connect() as con:
        for name in ("ducklake", "sqlite_scanner"):
            load_extension(con, name)
        con.execute(statement.replace("sqlite:data/", f"sqlite:{tmp_path}/"))
        assert_reads_beside_a_load(con, lake)


def test_the_notebook_reads_the_exported_file(lake, page, tmp_path, monkeypatch, capsys) -> None:
    export_duckdb(lake, tmp_path / "warehouse.duckdb")
    monkeypatch.chdir(tmp_path)
    code = re.search(r"```python\n(.*?)```", page, re.DOTALL)[1]
    exec("\n".join(line.removeprefix("  ") for line in code.splitlines()), {})
    assert "category_title" in capsys.readouterr().out


def test_the_commands_of_the_page_are_statements_an_analyst_may_ask(lake, page) -> None:
    asked = re.findall(r'shelfradar sql "([^"]+)"', page)
    assert len(asked) == 3
    with lake.analyst() as analyst:
        for sql in asked:
            assert analyst.query(sql).num_columns > 0
