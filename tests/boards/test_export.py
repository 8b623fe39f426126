"""The export files: typed, whole, and never a formula."""

from __future__ import annotations

import csv
import shutil
import subprocess
from pathlib import Path

import duckdb
import pytest
from openpyxl import load_workbook
from python_calamine import CalamineWorkbook

from boards.export import export_folder, export_xlsx, exported, marts_without_view
from boards.files import write_through
from warehouse.views import apply_views, read_views


def sheet(path: Path, name: str) -> list[dict[str, object]]:
    head, *rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_name(name).to_python()
    return [dict(zip(map(str, head), row, strict=True)) for row in rows]


def test_a_sheet_a_report_with_numbers_as_numbers(shelf: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    path = export_xlsx(shelf, tmp_path / "report.xlsx")
    names = CalamineWorkbook.from_path(str(path)).sheet_names
    assert names[:4] == ["About", "Categories", "Verdict", "Market size"]
    assert names[-1] == "Columns"
    assert len(names) == len(set(names))
    latest = [view.name for view in read_views() if view.name.endswith("_latest")]
    assert len(names) >= len(latest) + 4, "a view of latest figures has no sheet"
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


def test_dates_formats_notes_and_intervals_of_a_sheet(shelf: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    path = export_xlsx(shelf, tmp_path / "report.xlsx")
    book = load_workbook(path)
    ranking = book["Ranking"]
    heads = {cell.value: cell for cell in ranking[1]}
    first = {name: ranking.cell(2, cell.column) for name, cell in heads.items()}
    assert (ranking.freeze_panes, ranking.auto_filter.ref[:2]) == ("A2", "A1")
    assert (first["observed_on"].is_date, first["observed_on"].number_format) == (True, "yyyy-mm-dd")
    assert first["price"].number_format == "#,##0.00"
    assert first["coverage"].number_format == "0.0%"
    assert first["units_low"].number_format == "#,##0"
    assert "What a visitor pays now" in heads["price"].comment.text
    assert "Unit: currency." in heads["price"].comment.text
    units = {row[heads["item_id"].column - 1]: row[heads["units_30d"].column - 1]
             for row in ranking.iter_rows(min_row=2, values_only=True)}  # fmt: skip
    assert (units["i1"], units["i3"], units["i6"]) == ("14,900+", "14,700–15,999", None)
    assert {cell.data_type for row in ranking.iter_rows(min_row=2) for cell in row} <= {"s", "n", "d", "b"}


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_libreoffice_reads_the_workbook(shelf: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    path = export_xlsx(shelf, tmp_path / "report.xlsx")
    home = f"-env:UserInstallation={(tmp_path / 'office').as_uri()}"
    words = ["soffice", home, "--headless", "--convert-to", "ods", "--outdir", str(tmp_path / "out"), str(path)]
    subprocess.run(words, check=True, capture_output=True, timeout=180)
    there, back = sheet(path, "Price bands"), sheet(tmp_path / "out" / "report.ods", "Price bands")
    rounded = [
        [{name: round(value, 9) if isinstance(value, float) else value for name, value in row.items()} for row in rows]
        for rows in (there, back)
    ]
    assert rounded[0]
    assert rounded[0] == rounded[1]


def test_a_folder_of_csv_is_guarded_and_reads_back(shelf: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    shelf.execute("UPDATE item_day SET title = chr(9) || '@cmd' WHERE item_id = 'i10'")
    told: dict[str, int] = {}
    written = export_folder(shelf, tmp_path / "out", "csv", report=told.__setitem__)
    assert {path.name for path in written} == {path.name for path in (tmp_path / "out").iterdir()}
    assert [path.stem for path in written] == sorted(told) == sorted(exported(shelf))
    with (tmp_path / "out" / "v_item_daily.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert shelf.execute("SELECT count(*) FROM v_item_daily").fetchone() == (len(rows),) == (told["v_item_daily"],)
    titles = {row["title"] for row in rows}
    assert '\'=HYPERLINK("http://evil.example","click")' in titles
    assert "'\t@cmd" in titles
    assert "<script>alert('shelf')</script>" in titles, "other text is untouched"
    assert {row["simulated"] for row in rows if row["source"] == "demo"} == {"true"}
    for row in rows:
        assert not [value for value in row.values() if value and value[0] in "=+-@\t\r"]
        assert row["coverage"]


def test_a_folder_of_parquet_keeps_types_and_text(shelf: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    export_folder(shelf, tmp_path / "out", "parquet", only=["v_item_daily"])
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["v_item_daily.parquet"]
    back = shelf.sql(f"SELECT * FROM read_parquet('{tmp_path}/out/v_item_daily.parquet')")
    assert dict(zip(back.columns, map(str, back.types), strict=True))["price"] == "DECIMAL(18,4)"
    formulas = shelf.sql("SELECT count(*) FROM v_item_daily WHERE starts_with(title, '=HYPERLINK')").fetchone()
    assert back.filter("starts_with(title, '=HYPERLINK')").aggregate("count(*)").fetchone() == formulas != (0,)


def test_a_new_mart_is_in_every_export_before_it_has_a_view(shelf: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    shelf.execute("CREATE TABLE odd_mart AS SELECT source, category_id, observed_at, 7 AS odd FROM snapshot")
    assert marts_without_view(shelf) == ["odd_mart"]
    export_folder(shelf, tmp_path / "out", "csv", only=["odd_mart"])
    assert (tmp_path / "out" / "odd_mart.csv").read_text(encoding="utf-8").startswith("source,category_id,observed_at")
    apply_views(shelf)
    latest = sheet(export_xlsx(shelf, tmp_path / "report.xlsx"), "odd_mart")
    categories = shelf.execute("SELECT count(*) FROM v_category").fetchone()
    assert (len(latest), {row["odd"] for row in latest}) == (categories[0], {7})


def test_an_export_that_fails_half_way_leaves_what_was_there(shelf: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    export_folder(shelf, tmp_path / "out", "csv", only=["v_alert"])
    before = (tmp_path / "out" / "v_alert.csv").read_bytes()
    shelf.execute("DELETE FROM alert_episode")

    def fail(name: str, _rows: int) -> None:
        if name == "v_capture":
            raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        export_folder(shelf, tmp_path / "out", "csv", report=fail)
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["v_alert.csv"]
    assert (tmp_path / "out" / "v_alert.csv").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_an_unknown_format_is_refused(shelf: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="expected one of csv, parquet"):
        export_folder(shelf, tmp_path, "xls")
    with pytest.raises(ValueError, match="found v_x; expected some of v_alert"):
        export_folder(shelf, tmp_path, "csv", only=["v_x"])


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
