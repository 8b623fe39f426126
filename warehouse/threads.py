"""How many threads a statement is worth: over few rows, waking a second one costs more than it does.

A day of 20,000 rows takes half the CPU in one thread, and no longer.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from duckdb import DuckDBPyConnection

FEW_ROWS = 30_000


@contextmanager
def threads_for(con: DuckDBPyConnection, rows: int) -> Iterator[None]:
    """Statements inside run in one thread where they are about few ``rows``; the session's number is put back after."""
    if rows > FEW_ROWS:
        yield
        return
    found = con.execute("SELECT current_setting('threads')").fetchone()
    con.execute("SET threads = 1")
    try:
        yield
    finally:
        con.execute(f"SET threads = {int(found[0]) if found else 1}")
