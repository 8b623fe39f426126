"""The lake's door: readers and writers side by side, rollback, locks, migrations."""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
import time
from dataclasses import replace

import duckdb
import pytest

from warehouse import migrations
from warehouse.lake import Lake, LakeConfig, LakeConflictError, LakeError, S3Config
from warehouse.migrations import MigrationError

WRITER = """
import sys, time
from pathlib import Path
from warehouse.lake import Lake, LakeConfig
folder = Path(sys.argv[1])
files, spill = str(folder / "files"), folder / "tmp"
lake = Lake(LakeConfig(catalog=str(folder / "catalog.sqlite"), data_path=files, temp_dir=spill))
for number in range(5):
    lake.write(lambda con: con.execute(
        "INSERT INTO run SELECT 'r' || i, 'load', NULL, NULL, now(), now(), 'ok', ?, NULL FROM range(1000) AS t(i)",
        [number]))
    print(number, flush=True)
"""


def count_runs(lake: Lake) -> int:
    with lake.reader() as con:
        return con.execute("SELECT count(*) FROM run").fetchone()[0]


def add_run(con, run_id="r"):
    con.execute("INSERT INTO run VALUES (?, 'load', NULL, NULL, now(), now(), 'ok', 1, NULL)", [run_id])


def test_a_reader_in_another_process_never_waits_nor_sees_half_a_commit(lake, config):
    folder = config.temp_dir.parent / "lake"
    writer = subprocess.Popen([sys.executable, "-c", WRITER, str(folder)], stdout=subprocess.PIPE, text=True)
    seen = []
    try:
        deadline = time.monotonic() + 120
        while writer.poll() is None and time.monotonic() < deadline:
            seen.append(count_runs(lake))
    finally:
        writer.kill()
        out, _ = writer.communicate()
    assert writer.returncode == 0, out
    assert count_runs(lake) == 5000
    assert seen == sorted(seen)
    assert {count % 1000 for count in seen} <= {0}, "a half-visible commit"
    assert len(set(seen)) > 2, "the reader was blocked while the writer worked"


def test_a_session_sees_one_snapshot_and_a_load_does_not_wait_for_it(lake):
    with lake.reader() as con:
        before = con.execute("SELECT count(*) FROM run").fetchone()
        lake.write(add_run)
        assert con.execute("SELECT count(*) FROM run").fetchone() == before
    assert count_runs(lake) == 1


def test_an_error_rolls_everything_back(lake):
    def fail(con):
        add_run(con)
        raise RuntimeError("in the middle")

    with pytest.raises(RuntimeError, match="in the middle"):
        lake.write(fail)
    with pytest.raises(duckdb.ConversionException):
        lake.write(lambda con: (add_run(con), con.execute("SELECT 'x'::INTEGER")))
    assert count_runs(lake) == 0


def test_a_conflict_is_tried_again_whole(lake):
    tries = []

    def change(con):
        tries.append(1)
        if len(tries) < 3:
            raise LakeConflictError("another writer was first")
        add_run(con)
        return "done"

    assert lake.write(change) == "done"
    assert (len(tries), count_runs(lake)) == (3, 1)


def test_threads_of_one_process_take_turns(lake):
    errors = []

    def work(number):
        try:
            lake.write(lambda con: add_run(con, f"r{number}"))
        except (LakeError, duckdb.Error) as error:
            errors.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert (errors, count_runs(lake)) == ([], 4)


def test_a_lock_that_stays_held_is_told(lake, config):
    impatient = Lake(replace(config, lock_timeout_seconds=0.2))
    with lake.writer(), pytest.raises(LakeError, match=r"another writer has held .*catalog.sqlite.lock for 0 s"):
        impatient.write(add_run)


def test_a_current_lake_is_not_locked_to_find_that_out(lake, config):
    impatient = Lake(replace(config, lock_timeout_seconds=0.2))
    with lake.writer():
        assert impatient.migrate() == []


def test_without_a_warehouse_the_error_says_what_to_do(config):
    with (
        pytest.raises(LakeError, match=r"there is no warehouse at .* a first run or import makes it"),
        Lake(config).reader(),
    ):
        pass


def test_every_session_is_utc_and_bounded(lake):
    with lake.reader() as con:
        names = ("TimeZone", "memory_limit", "autoload_known_extensions", "allow_unsigned_extensions")
        found = [con.execute(f"SELECT current_setting('{name}')").fetchone()[0] for name in names]
        assert found == ["UTC", "1.8 GiB", False, False]
        with pytest.raises(duckdb.InvalidInputException):
            con.execute("INSERT INTO run SELECT * FROM run")


def test_the_last_row_before_is_not_looked_for_in_every_pair(lake):
    ours = "SELECT i AS k, TIMESTAMP '2026-01-01' + INTERVAL (i) DAY AS at FROM range({}) AS t(i)"
    with lake.reader() as con:
        con.execute(f"CREATE TEMP TABLE few AS {ours.format(5)}")
        con.execute(f"CREATE TEMP TABLE many AS {ours.format(5000)}")
        plan = con.execute("EXPLAIN SELECT * FROM few ASOF JOIN many ON few.k = many.k AND few.at > many.at").fetchall()
    assert "ASOF_JOIN" in plan[0][1]
    assert "NESTED_LOOP" not in plan[0][1]


def test_migrations_are_applied_once(config):
    made = Lake(config)
    names = [path.name for path in sorted(migrations.SCHEMA.glob("*.sql"))]
    assert made.migrate() == names
    assert made.migrate() == []
    with made.reader() as con:
        applied = con.execute("SELECT name FROM schema_version ORDER BY name").fetchall()
    assert [row[0] for row in applied] == [*names, "views"]


def test_an_applied_schema_file_may_not_change(lake, tmp_path):
    folder = tmp_path / "schema"
    shutil.copytree(migrations.SCHEMA, folder)
    facts = folder / "0001_facts.sql"
    facts.write_text(facts.read_text() + "\n-- edited")
    with lake.maintenance() as con, pytest.raises(MigrationError, match=r"0001_facts\.sql; restore them"):
        migrations.apply_migrations(con, folder)


def test_a_broken_migration_leaves_nothing(lake, tmp_path):
    folder = tmp_path / "schema"
    shutil.copytree(migrations.SCHEMA, folder)
    (folder / "9999_more.sql").write_text("CREATE TABLE more (i INTEGER); CREATE TABLE more (i INTEGER);")
    with lake.maintenance() as con, pytest.raises(duckdb.Error):
        migrations.apply_migrations(con, folder)
    with lake.reader() as con:
        assert con.execute("SELECT count(*) FROM duckdb_tables() WHERE table_name = 'more'").fetchone() == (0,)


def test_every_table_and_column_is_explained(lake):
    with lake.reader() as con:
        missing = con.execute(
            "SELECT table_name, column_name FROM dictionary WHERE comment IS NULL AND table_name <> 'schema_version' "
            "UNION ALL SELECT table_name, NULL FROM duckdb_tables() "
            "WHERE database_name = 'lake' AND comment IS NULL AND table_name <> 'schema_version' "
            "UNION ALL SELECT view_name, NULL FROM duckdb_views() WHERE database_name = 'lake' AND comment IS NULL"
        ).fetchall()
    assert missing == []


def test_secrets_stay_out_of_errors_and_of_what_is_printed(tmp_path):
    config = LakeConfig(
        catalog="postgres:dbname=lake host=127.0.0.1 port=1 password=hunter2 connect_timeout=1",
        data_path="s3://bucket/lake", temp_dir=tmp_path, s3=S3Config(key_id="key", secret="hunter2"),
    )  # fmt: skip
    assert "hunter2" not in repr(config)
    with pytest.raises(LakeError) as caught, Lake(config).reader():
        pass
    assert "hunter2" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert "can't be opened" in str(caught.value)
