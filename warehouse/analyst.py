"""SQL that a person wrote: one SELECT, read only, this lake and nothing else, within a time limit.

Two walls: the statement is read by sqlglot before it runs, and the session it runs in can't do harm anyway.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import duckdb
import pyarrow as pa
import sqlglot
from duckdb import DuckDBPyConnection
from sqlglot import exp
from sqlglot.errors import SqlglotError

TABLE_FUNCTIONS = frozenset({
    "generate_series", "range", "unnest", "json_each", "json_tree", "repeat", "summary",
    "duckdb_tables", "duckdb_columns", "duckdb_views", "duckdb_functions", "duckdb_types",
    "ducklake_snapshots", "ducklake_table_changes", "ducklake_table_info",
})  # fmt: skip
SCHEMAS = frozenset({"", "main", "lake", "information_schema"})


class NotSelectError(Exception):
    """The SQL is not one SELECT over the lake; the message says what was found."""


class QueryTimeoutError(Exception):
    """The query ran into its time limit and was interrupted."""


class QueryTooLargeError(Exception):
    """The result has more rows than were asked for at most."""


def check_select(sql: str) -> None:
    """Nothing, where ``sql`` is exactly one SELECT over the lake's tables; raises NotSelectError otherwise."""
    try:
        statements = [one for one in sqlglot.parse(sql, dialect="duckdb") if one is not None]
    except SqlglotError as error:
        raise NotSelectError(f"this SQL can't be read: {_first_line(error)}") from error
    if len(statements) != 1:
        raise NotSelectError(f"one SELECT statement is wanted; found {len(statements)} statements")
    statement = statements[0]
    if not isinstance(statement, exp.Query):
        raise NotSelectError(f"one SELECT statement is wanted; found {statement.key.upper()}")
    for node in statement.walk():
        _check_node(node)


def _check_node(node: exp.Expression) -> None:
    if isinstance(node, exp.DML | exp.DDL | exp.Command | exp.Into) and not isinstance(node, exp.Query):
        raise NotSelectError(f"one SELECT statement is wanted; found {node.key.upper()} inside it")
    if isinstance(node, exp.Table):
        _check_table(node)


def _check_table(table: exp.Table) -> None:
    if isinstance(table.this, exp.Func):
        name = table.this.name if isinstance(table.this, exp.Anonymous) else table.this.sql_name()
        if name.lower() not in TABLE_FUNCTIONS:
            raise NotSelectError(f"only the lake's own tables may be read; found the table function {name.lower()}()")
    elif {table.catalog.lower(), table.db.lower()} - SCHEMAS:
        raise NotSelectError(f"only the lake's own tables may be read; found {table.sql(dialect='duckdb')}")


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0]


class Analyst:
    """A locked-down session. Made by ``Lake.analyst()``, which closes it."""

    def __init__(self, con: DuckDBPyConnection, allowed_directory: str, time_limit_seconds: float) -> None:
        self._con = con
        self._time_limit_seconds = time_limit_seconds
        folder = allowed_directory.replace("'", "''")
        con.execute(f"SET allowed_directories = ['{folder}']")
        con.execute("SET enable_external_access = false")
        con.execute("SET lock_configuration = true")

    def query(self, sql: str, parameters: Sequence[Any] = (), *, max_rows: int = 1_000_000) -> pa.Table:
        """The rows of one SELECT.

        Raises NotSelectError, QueryTimeoutError, QueryTooLargeError, and duckdb.Error for the mistakes in the SQL.
        """
        check_select(sql)
        with self._interrupted_after_limit():
            reader = self._con.execute(sql, list(parameters) or None).to_arrow_reader(100_000)
            batches, rows = [], 0
            for batch in reader:
                batches.append(batch)
                rows += batch.num_rows
                if rows > max_rows:
                    raise QueryTooLargeError(f"more than {max_rows:,} rows; add a LIMIT, a WHERE or a GROUP BY")
        return pa.Table.from_batches(batches, schema=reader.schema)

    @contextmanager
    def _interrupted_after_limit(self) -> Iterator[None]:
        timer = threading.Timer(self._time_limit_seconds, self._con.interrupt)
        timer.daemon = True
        timer.start()
        try:
            yield
        except duckdb.InterruptException as error:
            raise QueryTimeoutError(f"stopped after {self._time_limit_seconds:g} s; narrow the query") from error
        finally:
            timer.cancel()
