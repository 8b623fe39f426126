"""The export files: typed, whole, and never a formula."""

from __future__ import annotations

import csv
from pathlib import Path

import duckdb
import pytest
from python_calamine import CalamineWorkbook

from boards.export import export_folder, export_xlsx
from boards.files import write_through


def sheet(path: Path, name: str) -> list[dict[str, object]]:
    head, *rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_name(name).to_python()
    return [dict(zip(map(str, head), row, strict=True)) for row in rows]


def test_a_sheet_a_report_with_numbers_as_numbers(shelf: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    path = export_xlsx(shelf, tmp_path / "report.xlsx")
    names = CalamineWorkbook.from_path(str(path)).sheet_names
    assert names == [
        "About", "Market size", "Concentration", "Brand shares", "Price bands", "Movement", "Ranking", "Snapshots",
        "Alerts", "Columns",
    ]  # fmt: skip
    bands = [row for row in sheet(path, "Price bands") if row["category_id"] == "serum"]
    assert [row["band_low"] for row in bands] == [0, 60, 120, 240, 480]
    assert bands[-1]["band_high"] == "", "an open band has no upper edge, and no 0"
    assert bands[1]["units_share"] == pytest.approx(0.41)
    assert bands[1]["market_band"] is True
    assert {row["simulated"] for row in sheet(path, "Ranking") if row["source"] == "demo"} == {True}
    assert {row["simulated"] for row in sheet(path, "Ranking") if row["source"] != "demo"} == {False}
    assert any(row["comment"] for row in sheet(path, "Columns"))
    assert [entry.name for entry in tmp_path.iterdir()] == ["report.xlsx"]


def test_a_title_never_becomes_a_formula_in_xlsx(shelf: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    import zipfile

    path = export_xlsx(shelf, tmp_path / "report.xlsx")
    titles = [row["title"] for row in sheet(path, "Ranking")]
    assert '=HYPERLINK("http://evil.example","click")' in titles
    with zipfile.ZipFile(path) as archive:
        sheets = [archive.read(name) for name in archive.namelist() if name.startswith("xl/worksheets/sheet")]
    assert not [one for one in sheets if b"<f>" in one or b"<hyperlink" in one]
    assert b'ySplit="1"' in sheets[1], "the header stays in sight"


def test_a_folder_of_csv_is_guarded_and_reads_back(shelf: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    shelf.execute("UPDATE item_day SET title = chr(9) || '@cmd' WHERE item_id = 'i10'")
    written = export_folder(shelf, tmp_path / "out", "csv")
    assert {path.name for path in written} == {path.name for path in (tmp_path / "out").iterdir()}
    with (tmp_path / "out" / "item_day.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    count = shelf.execute("SELECT count(*) FROM item_day").fetchone()
    assert count is not None
    assert len(rows) == count[0]
    titles = {row["title"] for row in rows}
    assert '\'=HYPERLINK("http://evil.example","click")' in titles
    assert "'\t@cmd" in titles
    assert "<script>alert('shelf')</script>" in titles, "other text is untouched"
    assert {row["simulated"] for row in rows if row["source"] == "demo"} == {"true"}
    for row in rows:
        assert not [value for value in row.values() if value and value[0] in "=+-@\t\r"]


def test_a_folder_of_parquet_keeps_types_and_text(shelf: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    export_folder(shelf, tmp_path, "parquet")
    back = shelf.sql(f"SELECT * FROM read_parquet('{tmp_path}/item_day.parquet')")
    assert dict(zip(back.columns, map(str, back.types), strict=True))["price"] == "DECIMAL(18,4)"
    text = shelf.execute(
        f"SELECT count(*) FROM read_parquet('{tmp_path}/item_day.parquet') WHERE starts_with(title, '=HYPERLINK')"
    ).fetchone()
    assert text == (4,)


def test_an_unknown_format_is_refused(shelf: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="expected one of csv, parquet"):
        export_folder(shelf, tmp_path, "xls")


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    target = tmp_path / "index.html"
    target.write_text("old", encoding="utf-8")

    def fail(temporary: Path) -> None:
        temporary.write_text("half", encoding="utf-8")
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        write_through(target, fail)
    assert target.read_text(encoding="utf-8") == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["index.html"]
