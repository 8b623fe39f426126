"""Keeping the lake in shape: compaction, retention, clean-up, backup and restore.

Nothing here changes what a query of today answers; retention only shortens how far back ``AT (VERSION => n)`` reaches.
Files are deleted a day after nothing refers to them any more, so that a reader that began before still finds them.
"""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from duckdb import DuckDBPyConnection

from warehouse.lake import Lake, LakeConfig, LakeError
from warehouse.spill import forget_spill

KEEP_SNAPSHOTS = timedelta(days=30)
GRACE = timedelta(days=1)


def maintain(lake: Lake, *, keep: timedelta = KEEP_SNAPSHOTS, grace: timedelta = GRACE) -> dict[str, int]:
    """Merge small files, forget snapshots older than ``keep``, delete files unused for ``grace``. Counts of each.

    What killed processes left in the temporary directory goes after a day, whatever ``grace`` is: some may be at work.
    """
    with lake.maintenance() as con:
        return {
            "files_rewritten": _merged(con, "ducklake_rewrite_data_files('lake')"),
            "files_merged": _merged(con, "ducklake_merge_adjacent_files('lake')"),
            "snapshots_expired": _rows(con, f"ducklake_expire_snapshots('lake', older_than => {_ago(keep)})"),
            "files_deleted": _rows(con, f"ducklake_cleanup_old_files('lake', older_than => {_ago(grace)})"),
            "orphans_deleted": _rows(con, f"ducklake_delete_orphaned_files('lake', older_than => {_ago(grace)})"),
            "spill_deleted": forget_spill(lake.config.temp_dir, GRACE),
        }


def backup(lake: Lake, folder: Path) -> dict[str, tuple[int, str]]:
    """A copy of catalog and files in ``folder`` (which must not exist), read back before it gets its name.

    Returns rows and fingerprint of every table. Writers wait meanwhile, readers do not. Raises LakeError: for a lake on
    PostgreSQL or an object store, whose own tools (pg_dump, bucket versioning) do this.
    """
    config = _embedded(lake.config, "backed up")
    if folder.exists():
        raise LakeError(f"{folder} exists; name a new folder for the backup")
    partial = folder.with_name(f".{folder.name}.partial")
    try:
        with lake.maintenance() as con:
            shutil.rmtree(partial, ignore_errors=True)  # of a backup that was killed: the lock says it is dead
            taken = fingerprints(con)
            shutil.copytree(config.data_path, partial / "files")
            _copy_catalog(Path(config.catalog), partial / "catalog.sqlite")
        _compare(partial, config, taken)
        partial.rename(folder)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return taken


def restore(folder: Path, config: LakeConfig) -> dict[str, tuple[int, str]]:
    """The backup in ``folder`` as the lake of ``config``, which must not exist yet. Returns as :func:`backup`.

    Raises LakeError where a warehouse is there already, or where ``folder`` holds no backup.
    """
    _embedded(config, "restored")
    target, files = Path(config.catalog), Path(config.data_path)
    if target.exists() or (files.exists() and any(files.iterdir())):
        raise LakeError(f"there is a warehouse at {target} already; move it away before restoring over it")
    if not (folder / "catalog.sqlite").is_file():
        raise LakeError(f"{folder} holds no backup: there is no catalog.sqlite in it")
    with Lake(_config_of(folder, config)).reader() as con:
        kept = fingerprints(con)
    _put_back(folder, target, files)
    with Lake(config).reader() as con:
        if fingerprints(con) != kept:
            raise LakeError(f"the lake restored at {target} does not hold what the backup {folder} holds")
    return kept


def _put_back(folder: Path, target: Path, files: Path) -> None:
    """Both are copied under other names first: a restore that is killed leaves no warehouse, and may be run again."""
    copied, catalog = files.with_name(f".{files.name}.restoring"), target.with_name(f".{target.name}.restoring")
    shutil.rmtree(copied, ignore_errors=True)
    catalog.unlink(missing_ok=True)
    for path in (copied.parent, catalog.parent):
        path.mkdir(parents=True, exist_ok=True)
    shutil.copytree(folder / "files", copied)
    _copy_catalog(folder / "catalog.sqlite", catalog)
    if files.exists():
        files.rmdir()
    copied.rename(files)
    catalog.replace(target)


def fingerprints(con: DuckDBPyConnection) -> dict[str, tuple[int, str]]:
    """Rows of every table, and a hash of them that no order changes."""
    names = [row[0] for row in con.execute(
        "SELECT table_name FROM duckdb_tables() WHERE database_name = 'lake' ORDER BY ALL"
    ).fetchall()]  # fmt: skip
    found = {}
    for name in names:
        row = con.execute(f'SELECT count(*), coalesce(sum(hash(t)), 0)::VARCHAR FROM lake."{name}" AS t').fetchone()
        if row is None:
            raise LakeError(f"table {name} can't be counted")
        found[name] = (int(row[0]), str(row[1]))
    return found


def _compare(folder: Path, config: LakeConfig, taken: dict[str, tuple[int, str]]) -> None:
    with Lake(_config_of(folder, config)).reader() as con:
        kept = fingerprints(con)
    different = sorted(name for name, one in taken.items() if kept.get(name) != one)
    if different:
        raise LakeError(f"the backup differs from the lake in {', '.join(different)}; nothing was kept of it")


def _config_of(folder: Path, like: LakeConfig) -> LakeConfig:
    return replace(like, catalog=str(folder / "catalog.sqlite"), data_path=str(folder / "files"))


def _embedded(config: LakeConfig, what: str) -> LakeConfig:
    if config.is_postgres or config.is_remote:
        raise LakeError(
            f"only a lake in local files is {what} here; for PostgreSQL use pg_dump and pg_restore, for an object "
            "store its versioning or a bucket copy, the catalog first"
        )
    return config


def _copy_catalog(source: Path, target: Path) -> None:
    with closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new)


def _ago(span: timedelta) -> str:
    return f"now() - INTERVAL {round(span.total_seconds())} SECOND"


def _merged(con: DuckDBPyConnection, call: str) -> int:
    """Files that a rewriting call took in."""
    result = con.execute(f"CALL {call}")
    place = [column[0] for column in result.description].index("files_processed")
    return sum(int(row[place]) for row in result.fetchall())


def _rows(con: DuckDBPyConnection, call: str) -> int:
    return len(con.execute(f"CALL {call}").fetchall())
