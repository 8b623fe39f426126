"""Maintenance keeps every answer; a backup is a lake; an export is a plain file."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
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


def test_what_killed_processes_spilled_goes_after_a_day_and_nothing_else(filled):
    temp = filled.config.temp_dir
    old, young, engines = temp / "shelfradar-old", temp / "shelfradar-young", temp / "duckdb_temp_storage-0.tmp"
    for folder in (old, young):
        folder.mkdir()
        (folder / "step.parquet").write_bytes(b"half")
    for file in (engines, temp / "not-ours.txt"):
        file.write_bytes(b"")
    yesterday = time.time() - 90_000
    for one in (old, engines, temp / "not-ours.txt"):
        os.utime(one, (yesterday, yesterday))
    assert maintain(filled, grace=timedelta(0))["spill_deleted"] == 2
    assert sorted(one.name for one in temp.iterdir()) == ["not-ours.txt", "shelfradar-young"]


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


NURSERY = """
import os, sys
from datetime import timedelta
from pathlib import Path
import pandas
from dataclasses import replace
from warehouse.lake import Lake, LakeConfig
from warehouse.maintain import backup, maintain, restore

home = Path(sys.argv[1])
config = LakeConfig(
    catalog=str(home / "lake" / "catalog.sqlite"), data_path=str(home / "lake" / "files"), temp_dir=home / "tmp")
new = replace(config, catalog=str(home / "new" / "catalog.sqlite"), data_path=str(home / "new" / "files"))
jobs = {
    "maintain": lambda: maintain(Lake(config), keep=timedelta(0), grace=timedelta(0)),
    "backup": lambda: backup(Lake(config), home / "backup"),
    "restore": lambda: restore(home / "backup", new),
}
for line in sys.stdin:
    child = os.fork()
    if child == 0:
        try:
            jobs[line.strip()]()
        except BaseException as error:
            print("failed", repr(error), file=sys.stderr, flush=True)
            os._exit(1)
        os._exit(0)
    print(child, flush=True)
    print(os.waitpid(child, 0)[1], flush=True)
"""


@pytest.mark.slow
def test_maintenance_backup_and_restore_that_are_killed_lose_nothing_and_may_be_run_again(filled, tmp_path):
    nursery = subprocess.Popen(
        [sys.executable, "-c", NURSERY, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )

    def run(job: str, seconds: float | None = None) -> int:
        nursery.stdin.write(f"{job}\n")
        nursery.stdin.flush()
        child = int(nursery.stdout.readline())
        if seconds is not None:
            time.sleep(seconds)
            with suppress(ProcessLookupError):  # it was done before
                os.kill(child, signal.SIGKILL)
        return int(nursery.stdout.readline())

    def held(lake: Lake) -> dict:
        with lake.reader() as con:
            return fingerprints(con)

    try:
        before, killed = held(filled), 0
        for seconds in (0.05, 0.2, 0.4):
            filled.write(lambda con: con.execute("DELETE FROM run WHERE run_id = 'no such run'"))
            killed += run("maintain", seconds) != 0
            assert held(filled) == before, "what was killed took something living"
        assert run("maintain") == 0
        for seconds in (0.05, 0.2, 0.5):
            status = run("backup", seconds)
            killed += status != 0
            assert (tmp_path / "backup").exists() == (status == 0), "a half backup has the name of a whole one"
            shutil.rmtree(tmp_path / "backup", ignore_errors=True)
        assert run("backup") == 0
        new = replace(filled.config, catalog=str(tmp_path / "new" / "catalog.sqlite"),
                      data_path=str(tmp_path / "new" / "files"))  # fmt: skip
        for seconds in (0.05, 0.3):
            status = run("restore", seconds)
            killed += status != 0
            assert status == 0 or not Path(new.catalog).exists(), "a half restored lake would be taken for the lake"
            shutil.rmtree(tmp_path / "new", ignore_errors=status != 0)
        assert run("restore") == 0
        assert held(Lake(new)) == held(filled) == before
        assert killed >= 3, f"only {killed} were interrupted: the test proves too little"
    finally:
        nursery.stdin.close()
        nursery.wait(30)


def test_the_command_makes_a_backup_and_restores_it_into_a_new_home(filled, tmp_path):
    program = str(Path(sys.executable).parent / "shelfradar")

    def run(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
        env = {**os.environ, "SHELFRADAR_HOME": str(home)}
        return subprocess.run([program, *words], env=env, capture_output=True, text=True, timeout=120, check=False)

    made = run(tmp_path, "maintain", "--backup", str(tmp_path / "kept"), "--json")
    assert made.returncode == 0, made.stderr
    assert json.loads(made.stdout)["rows"]["run"] == 3
    assert run(tmp_path / "second", "maintain", "--restore", str(tmp_path / "kept")).returncode == 0
    asked = run(tmp_path / "second", "sql", "SELECT run_id FROM last_run", "-f", "csv")
    assert asked.stdout == "run_id\nrun-3\n"
    again = run(tmp_path / "second", "maintain", "--restore", str(tmp_path / "kept"))
    assert (again.returncode, "there is a warehouse at" in again.stderr) == (1, True)
    nothing = run(tmp_path / "third", "maintain", "--restore", str(tmp_path / "tmp"))
    assert (nothing.returncode, "holds no backup" in nothing.stderr) == (1, True)


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
