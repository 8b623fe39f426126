"""The schema, file by file: applies ``schema/NNNN_name.sql`` in order, each once, and remembers which.

Knows nothing of what the tables mean. An applied file is never edited: a change is a new file. The stable views on top
are code, not history: they are made again, all of them, whenever they or the tables changed.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from duckdb import DuckDBPyConnection

from warehouse.views import apply_views, views_sha256

SCHEMA = Path(__file__).parent / "schema"
PATTERN = "[0-9]*.sql"
VIEWS = "views"
VERSION_TABLE = """
CREATE TABLE IF NOT EXISTS schema_version (
    name VARCHAR NOT NULL, sha256 VARCHAR NOT NULL, applied_at TIMESTAMPTZ NOT NULL
)"""


class MigrationError(Exception):
    """A schema file was edited, renamed or lost after it had been applied."""


def apply_migrations(con: DuckDBPyConnection, folder: Path = SCHEMA) -> list[str]:
    """The names of the files applied now, all in one transaction; ``views`` where only those changed.

    Raises MigrationError. ``con`` is in autocommit.
    """
    con.execute("BEGIN")
    try:
        applied = _apply_pending(con, sorted(folder.glob(PATTERN)))
        con.execute("COMMIT" if applied else "ROLLBACK")
    except BaseException:
        con.execute("ROLLBACK")
        raise
    return applied


def is_current(con: DuckDBPyConnection, folder: Path = SCHEMA) -> bool:
    """Whether every schema file has been applied, unchanged. Raises duckdb.CatalogException where none ever was."""
    done: dict[str, str] = dict(con.execute("SELECT name, sha256 FROM schema_version").fetchall())
    return done == {path.name: _sha256(path) for path in folder.glob(PATTERN)} | {VIEWS: views_sha256()}


def _apply_pending(con: DuckDBPyConnection, paths: list[Path]) -> list[str]:
    con.execute(VERSION_TABLE)
    done: dict[str, str] = dict(con.execute("SELECT name, sha256 FROM schema_version").fetchall())
    views = done.pop(VIEWS, None)
    _refuse_rewritten(done, paths)
    pending = [path for path in paths if path.name not in done]
    if not pending and views == views_sha256():
        return []
    for path in pending:
        con.execute(path.read_text(encoding="utf-8"))
    apply_views(con)
    _remember(con, {path.name: _sha256(path) for path in pending} | {VIEWS: views_sha256()})
    return [path.name for path in pending] or [VIEWS]


def _remember(con: DuckDBPyConnection, hashes: dict[str, str]) -> None:
    # Literals (plain file names and hex), not parameters: binding a first one costs a process a second of imports.
    listed = ", ".join(f"('{name}', '{sha256}', now())" for name, sha256 in hashes.items())
    con.execute(f"DELETE FROM schema_version WHERE name = '{VIEWS}'; INSERT INTO schema_version VALUES {listed}")


def _refuse_rewritten(done: dict[str, str], paths: list[Path]) -> None:
    found = {path.name: _sha256(path) for path in paths}
    changed = sorted(name for name, sha256 in done.items() if found.get(name) != sha256)
    if changed:
        raise MigrationError(
            f"schema files changed after they were applied to this warehouse: {', '.join(changed)}; "
            "restore them and put the change into a new, higher numbered file"
        )


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
