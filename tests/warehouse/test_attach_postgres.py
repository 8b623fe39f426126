"""docs/analysts.md as written, with a catalog in a real PostgreSQL: the role that may only read, and its ATTACH."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from warehouse.lake import Lake, LakeConfig

PROGRAMS = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
pytestmark = [pytest.mark.slow, pytest.mark.skipif(not PROGRAMS, reason="postgresql is not installed")]


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """A PostgreSQL of our own on loopback, with an empty database ``lake`` of the role ``lake``."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        number = int(one.getsockname()[1])
    folder = Path(tempfile.mkdtemp(prefix="shelfradar-pg-"))
    user = "postgres" if os.geteuid() == 0 else None
    if user:
        shutil.chown(folder, user)
    data = folder / "data"
    options = f"-h 127.0.0.1 -p {number} -k {folder} -c fsync=off"
    commands = [
        ["initdb", "-D", data, "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8"],
        ["pg_ctl", "-D", data, "-w", "-l", folder / "log", "-o", options, "start"],
    ]
    for command in commands:
        run(command, user, folder)
    try:
        psql(number, "postgres", "CREATE ROLE lake LOGIN", "CREATE DATABASE lake OWNER lake")
        yield number
    finally:
        run(["pg_ctl", "-D", data, "-m", "immediate", "stop"], user, folder)
        shutil.rmtree(folder, ignore_errors=True)


def run(command: list[object], user: str | None, folder: Path) -> None:
    words = [str(PROGRAMS[-1] / str(command[0])), *map(str, command[1:])]
    subprocess.run(words, user=user, cwd=folder, check=True, timeout=120, stdout=subprocess.DEVNULL)


def psql(port: int, database: str, *statements: str) -> None:
    base = [str(PROGRAMS[-1] / "psql"), "-h", "127.0.0.1", "-p", str(port), "-U", "postgres", "-d", database, "-q"]
    for statement in statements:
        subprocess.run([*base, "-v", "ON_ERROR_STOP=1", "-c", statement], check=True, timeout=60)


def test_a_role_that_may_only_read_attaches_the_lake_as_the_page_says(
    port: int, project_root: Path, tmp_path: Path, load_extension: Any, assert_reads_beside_a_load: Any
) -> None:
    catalog = f"postgres:dbname=lake host=127.0.0.1 port={port} user=lake"
    lake = Lake(LakeConfig(catalog=catalog, data_path=str(tmp_path / "files"), temp_dir=tmp_path / "tmp"))
    lake.migrate()
    page = (project_root / "docs" / "analysts.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```sql\n(.*?)```", page, re.DOTALL)
    grants = next(one for one in blocks if "CREATE ROLE analyst" in one)
    psql(port, "lake", *(one for one in grants.split(";") if one.strip()))
    attach = next(one for one in blocks if "ducklake:postgres:" in one)
    attach = re.sub(r"CREATE SECRET.*?;", "", attach).replace("host=db.example.com", f"host=127.0.0.1 port={port}")
    with duckdb.connect() as con:
        for name in ("ducklake", "postgres_scanner"):
            load_extension(con, name)
        con.execute(attach)
        assert_reads_beside_a_load(con, lake)
    with duckdb.connect() as con:
        for name in ("ducklake", "postgres_scanner"):
            load_extension(con, name)
        con.execute(attach.replace(" (READ_ONLY)", ""))
        with pytest.raises(duckdb.Error, match="permission denied"):
            con.execute("DELETE FROM run")
