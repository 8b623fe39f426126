"""One plain DuckDB file of the whole warehouse, for tools that can't load the lake's extension."""

from __future__ import annotations

import uuid
from pathlib import Path

from warehouse.lake import Lake, LakeError, attach_lake, open_duckdb


def export_duckdb(lake: Lake, path: Path) -> Path:
    """``path``, now a DuckDB file with every table, view and comment of the lake as one snapshot; whole or not at all.

    Raises LakeError where ``path`` is a folder or there is no warehouse.
    """
    if path.is_dir():
        raise LakeError(f"{path} is a folder; name the DuckDB file to write")
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.stem}-{uuid.uuid4().hex[:8]}.duckdb")
    try:
        con = open_duckdb(lake.config, partial)
        try:
            attach_lake(con, lake.config, read_only=True)
            target = con.execute(
                "SELECT database_name FROM duckdb_databases() WHERE path = $1", [str(partial)]
            ).fetchone()
            if target is None:
                raise LakeError(f"{partial} could not be opened as a DuckDB file")
            name = str(target[0]).replace('"', '""')
            con.execute(f'COPY FROM DATABASE lake TO "{name}"')
        finally:
            con.close()
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
        partial.with_name(partial.name + ".wal").unlink(missing_ok=True)
    return path
