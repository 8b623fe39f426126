"""Statements over few rows run in one thread, those over many in as many as the session has, which it keeps."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest
from duckdb import DuckDBPyConnection

from warehouse.threads import FEW_ROWS, threads_for


@pytest.fixture
def con() -> Iterator[DuckDBPyConnection]:
    with duckdb.connect(":memory:", config={"threads": 3}) as opened:
        yield opened


def threads(con: DuckDBPyConnection) -> int:
    return int(con.execute("SELECT current_setting('threads')").fetchall()[0][0])


@pytest.mark.parametrize(("rows", "expected"), [(0, 1), (FEW_ROWS, 1), (FEW_ROWS + 1, 3)])
def test_few_rows_are_read_in_one_thread(con: DuckDBPyConnection, rows: int, expected: int) -> None:
    with threads_for(con, rows):
        assert threads(con) == expected

    assert threads(con) == 3


def test_the_number_of_threads_is_put_back_after_an_error(con: DuckDBPyConnection) -> None:
    with pytest.raises(ZeroDivisionError), threads_for(con, 1):
        raise ZeroDivisionError

    assert threads(con) == 3


def test_inside_another_the_number_stays_that_of_the_outer(con: DuckDBPyConnection) -> None:
    with threads_for(con, 1), threads_for(con, FEW_ROWS + 1):
        assert threads(con) == 1
