"""Files of the moment, beside the engine's own spill: gone when their work ends, those of a killed process by age."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from duckdb import DuckDBPyConnection

_OURS = "shelfradar-"
_ENGINES = "duckdb_temp_"


@contextmanager
def spill_folder(con: DuckDBPyConnection) -> Iterator[Path]:
    """A folder in the temporary directory of the session, removed afterwards."""
    (where,) = con.execute("SELECT current_setting('temp_directory')").fetchall()[0]
    with TemporaryDirectory(prefix=_OURS, dir=where) as folder:
        yield Path(folder)


def forget_spill(temp_dir: Path, age: timedelta) -> int:
    """Delete what lies in ``temp_dir`` untouched for ``age``: processes that were killed left it. How many."""
    oldest = time.time() - age.total_seconds()
    deleted = 0
    for one in [*temp_dir.glob(f"{_OURS}*"), *temp_dir.glob(f"{_ENGINES}*")]:
        with suppress(FileNotFoundError):  # a process that is at work has done with it
            if one.stat().st_mtime > oldest:
                continue
            if one.is_dir():
                shutil.rmtree(one)
            else:
                one.unlink()
            deleted += 1
    return deleted
