"""docs/analysts.md as written: its ATTACH, its notebook, its commands."""

from __future__ import annotations

import re
from importlib.resources import as_file, files

import duckdb
import pytest

from warehouse.export import export_duckdb


@pytest.fixture
def page(project_root) -> str:
    return (project_root / "docs" / "analysts.md").read_text(encoding="utf-8")


def load(con: duckdb.DuckDBPyConnection, name: str) -> None:
    resource = files(f"duckdb_extension_{name}") / "extensions" / f"v{duckdb.__version__}"
    with as_file(resource / f"{name}.duckdb_extension") as path:
        con.load_extension(str(path))


def test_the_lake_is_attached_as_the_page_says_and_reads_beside_a_load(lake, page, tmp_path) -> None:
    statement = next(one for one in re.findall(r"```sql\n(.*?)```", page, re.DOTALL) if "ducklake:sqlite:" in one)
    with duckdb.connect() as con:
        for name in ("ducklake", "sqlite_scanner"):
            load(con, name)
        con.execute(statement.replace("sqlite:data/", f"sqlite:{tmp_path}/"))
        assert con.execute("SELECT count(*) FROM run").fetchone() == (0,)
        lake.write(lambda writer: writer.execute(
            "INSERT INTO run VALUES ('r', 'load', NULL, NULL, now(), now(), 'ok', 1, NULL)"
        ))  # fmt: skip
        assert con.execute("SELECT count(*) FROM run").fetchone() == (1,)
        assert con.execute("SELECT count(*) FROM v_item_latest").fetchone() == (0,)
        with pytest.raises(duckdb.InvalidInputException, match="read-only"):
            con.execute("DELETE FROM run")


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
