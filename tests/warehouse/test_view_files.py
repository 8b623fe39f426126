"""The files of views: applied to a lake that has others, and refused where they say too little."""

from __future__ import annotations

import pytest

from warehouse.views import ViewFileError, apply_views, read_views


def test_views_that_changed_are_made_again_and_those_that_are_gone_are_dropped(lake, tmp_path) -> None:
    (tmp_path / "v_two.sql").write_text("-- View: Two.\n-- Grain: n.\n-- n: A number's count.\n\nSELECT 2 AS n\n")
    (tmp_path / "v_one.sql").write_text("-- View: One.\n-- Grain: n.\nSELECT n FROM v_two\n")
    with lake.writer() as con:
        apply_views(con, tmp_path)
        names = con.execute("SELECT view_name FROM duckdb_views() WHERE NOT internal ORDER BY 1").fetchall()
        assert names == [("v_one",), ("v_two",)]
        told = con.execute("SELECT column_name, comment FROM dictionary WHERE table_name = 'v_one'").fetchall()
        assert told == [("n", "A number's count.")], "a comment is inherited from the view below"
        assert con.execute("SELECT comment FROM duckdb_views() WHERE view_name = 'v_two'").fetchone() == (
            "Two. One row: n.",
        )
        apply_views(con)
        assert len(con.execute("SELECT view_name FROM duckdb_views() WHERE NOT internal").fetchall()) == len(
            read_views()
        )


def test_a_view_file_without_a_grain_is_refused(tmp_path) -> None:
    (tmp_path / "v_one.sql").write_text("-- View: One.\nSELECT 1 AS n\n")
    with pytest.raises(ViewFileError, match=r"v_one\.sql: found \['View'\]; expected the lines '-- View"):
        read_views(tmp_path)
