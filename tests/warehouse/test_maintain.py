"""Maintenance keeps every answer; a backup is a lake; an export is a plain file."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest

from warehouse.export import export_duckdb
from warehouse.lake import Lake, LakeError
from warehouse.maintain import backup, fingerprints, maintain, restore


@pytest.fixture
def filled(lake):
    """Several small commits, one of which is deleted again, and a view."""
    for number in range(4):
        lake.write(lambda con, number=number: con.execute(
            "INSERT INTO run VALUES (?, 'load', 'shop', NULL, now(), now(), 'ok', 1, NULL)", [f"run-{number}"]
        ))  # fmt: skip
    lake.write(lambda con: con.execute("DELETE FROM run WHERE run_id = 'run-2'"))
    lake.write(lambda con: con.execute("CREATE VIEW last_run AS SELECT max(run_id) AS run_id FROM run"))
    return lake


def files_of(lake) -> list[Path]:
    return sorted(Path(lake.config.data_path).rglob("*.parquet"))


def test_compaction_and_clean_up_keep_every_row(filled):
    with filled.reader() as con:
        before = fingerprints(con)
    orphan = Path(filled.config.data_path) / "main" / "run" / "ducklake-left-by-a-dead-writer.parquet"
    orphan.write_bytes(files_of(filled)[0].read_bytes())
    counted = len(files_of(filled))
    told = maintain(filled, keep=timedelta(0), grace=timedelta(0))
    with filled.reader() as con:
        assert fingerprints(con) == before
    assert told["files_merged"] >= 3
    assert told["snapshots_expired"] >= 4
    assert told["orphans_deleted"] == 1
    assert not orphan.exists()
    assert len(files_of(filled)) < counted


def test_nothing_that_a_reader_may_still_need_is_deleted(filled):
    counted = len(files_of(filled))
    with filled.reader() as con:
        first = con.execute("SELECT count(*) FROM run").fetchone()
        told = maintain(filled)
        assert (told["files_deleted"], told["orphans_deleted"]) == (0, 0)
        assert con.execute("SELECT count(*) FROM run").fetchone() == first
    assert len(files_of(filled)) >= counted


def test_a_backup_restores_to_the_same_lake(filled, tmp_path):
    taken = backup(filled, tmp_path / "backup")
    filled.write(lambda con: con.execute("DELETE FROM run"))
    elsewhere = replace(
        filled.config, catalog=str(tmp_path / "new" / "catalog.sqlite"), data_path=str(tmp_path / "new" / "files")
    )
    assert restore(tmp_path / "backup", elsewhere) == taken
    with Lake(elsewhere).reader() as con:
        assert con.execute("SELECT run_id FROM last_run").fetchall() == [("run-3",)]
    with pytest.raises(LakeError, match="there is a warehouse at"):
        restore(tmp_path / "backup", elsewhere)
    with pytest.raises(LakeError, match="exists; name a new folder"):
        backup(filled, tmp_path / "backup")


def test_a_damaged_backup_is_not_restored(filled, tmp_path):
    backup(filled, tmp_path / "backup")
    for path in (tmp_path / "backup" / "files").rglob("*.parquet"):
        path.write_bytes(path.read_bytes()[:50])
    elsewhere = replace(filled.config, catalog=str(tmp_path / "new.sqlite"), data_path=str(tmp_path / "new"))
    with pytest.raises(duckdb.Error):
        restore(tmp_path / "backup", elsewhere)
    assert not Path(elsewhere.catalog).exists()


def test_an_export_is_a_plain_duckdb_file(filled, tmp_path):
    told = {}
    path = export_duckdb(filled, tmp_path / "out" / "warehouse.duckdb", told.__setitem__)
    assert (told["run"], told["listing"], told["alert_outbox"]) == (3, 0, 0)
    with duckdb.connect(str(path), read_only=True) as con:
        assert con.execute("SELECT count(*) FROM run").fetchone() == (3,)
        assert con.execute("SELECT run_id FROM last_run").fetchone() == ("run-3",)
        loaded = con.execute("SELECT extension_name FROM duckdb_extensions() WHERE loaded").fetchall()
        assert not {name for (name,) in loaded} & {"ducklake", "sqlite_scanner", "httpfs"}
        plain = (
            "FROM duckdb_columns() WHERE NOT internal AND table_name <> 'schema_version' AND table_name <> 'last_run'"
        )
        assert con.execute(f"SELECT count(*) {plain} AND comment IS NULL").fetchone() == (0,)
        assert con.execute(f"SELECT count(*) {plain} AND starts_with(table_name, 'v_')").fetchone()[0] > 500
        for (view,) in con.execute("SELECT view_name FROM duckdb_views() WHERE NOT internal").fetchall():
            assert con.execute(f"SELECT count(*) FROM {view}").fetchone() is not None
    export_duckdb(filled, path)
    assert [one.name for one in path.parent.iterdir()] == ["warehouse.duckdb"]
    with pytest.raises(LakeError, match="is a folder"):
        export_duckdb(filled, tmp_path / "out")
