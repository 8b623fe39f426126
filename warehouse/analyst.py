"""SQL that a person wrote: one SELECT, read only, this lake and nothing else, within a time limit.

Two walls: the statement is read before it runs (by DuckDB's own parser for what kind it is, by sqlglot for what it
reads), and the session it runs in can't do harm anyway.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, wait
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import duckdb
import pyarrow as pa
import sqlglot
from duckdb import DuckDBPyConnection
from sqlglot import exp
from sqlglot.errors import SqlglotError

from extractors.counted import counted
from warehouse.shorthand import written_out

TABLE_FUNCTIONS = frozenset({
    "generate_series", "range", "unnest", "json_each", "json_tree", "repeat", "summary",
    "duckdb_tables", "duckdb_columns", "duckdb_views", "duckdb_functions", "duckdb_types",
    "ducklake_snapshots", "ducklake_table_changes", "ducklake_table_info",
})  # fmt: skip
SCHEMAS = frozenset({"", "main", "lake", "information_schema"})
SIDE_EFFECTS = frozenset({"write_log", "nextval", "setseed"})
LONGEST: Final = 500_000
BATCH_ROWS: Final = 8_192
MAX_BYTES: Final = 1_000_000_000
DEAF_SECONDS: Final = 10.0
OnDeaf = Callable[[float], None]
Result = TypeVar("Result")
_SYSTEM: Final = re.compile(r"^(duckdb|pg|pragma|sqlite)_")


class NotSelectError(Exception):
    """The SQL is not one SELECT over the lake; the message says what was found."""


class QueryTimeoutError(Exception):
    """The query ran into its time limit and was interrupted."""


class QueryTooLargeError(Exception):
    """The result has more rows than were asked for at most, or more than memory should hold."""


def check_select(sql: str) -> None:
    """Nothing, where ``sql`` is exactly one SELECT over the lake's tables; raises NotSelectError otherwise."""
    if len(sql) > LONGEST:
        raise NotSelectError(f"one SELECT statement is wanted; found {len(sql):,} characters, more than {LONGEST:,}")
    try:
        statements = [one for one in sqlglot.parse(sql, dialect="duckdb") if one is not None]
    except SqlglotError as error:
        raise NotSelectError(f"this SQL can't be read: {_first_line(error)}") from error
    except RecursionError:
        raise NotSelectError("this SQL can't be read: it is nested too deeply") from None
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
    if isinstance(node, exp.Anonymous) and node.name.lower() in SIDE_EFFECTS:
        raise NotSelectError(f"one SELECT statement without side effects is wanted; found {node.name.lower()}()")
    if isinstance(node, exp.Table):
        _check_table(node)


def _check_table(table: exp.Table) -> None:
    if isinstance(table.this, exp.Func):
        name = table.this.name if isinstance(table.this, exp.Anonymous) else table.this.sql_name()
        if name.lower() not in TABLE_FUNCTIONS:
            raise NotSelectError(f"only the lake's own tables may be read; found the table function {name.lower()}()")
    elif {table.catalog.lower(), table.db.lower()} - SCHEMAS or _is_system(table.name.lower()):
        raise NotSelectError(f"only the lake's own tables may be read; found {table.sql(dialect='duckdb')}")


def _is_system(name: str) -> bool:
    """DuckDB's own views, some of which tell where the catalog is and how it is reached."""
    return _SYSTEM.match(name) is not None and name not in TABLE_FUNCTIONS


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0]


@dataclass(frozen=True, slots=True)
class Answer:
    """Rows as they come: their schema, and batches that are computed while they are read."""

    schema: pa.Schema
    batches: Iterator[pa.RecordBatch]


class Analyst:
    """A locked-down session. Made by ``Lake.analyst()``, which closes it."""

    def __init__(
        self, con: DuckDBPyConnection, allowed_directory: str, time_limit_seconds: float, on_deaf: OnDeaf | None = None
    ) -> None:
        self._con = con
        self._time_limit_seconds = time_limit_seconds
        self._on_deaf = on_deaf
        folder = allowed_directory.replace("'", "''")
        con.execute(f"SET allowed_directories = ['{folder}']")
        con.execute("SET enable_external_access = false")
        con.execute("SET lock_configuration = true")

    def query(self, sql: str, parameters: Sequence[Any] = (), *, max_rows: int = 1_000_000) -> pa.Table:
        """The rows of one SELECT, whole.

        Raises NotSelectError, QueryTimeoutError, QueryTooLargeError, and duckdb.Error for the mistakes in the SQL.
        """
        answer = self.stream(sql, parameters)
        batches, rows, size = [], 0, 0
        for batch in answer.batches:
            batches.append(batch)
            rows, size = rows + batch.num_rows, size + batch.nbytes
            if rows > max_rows:
                raise QueryTooLargeError(f"more than {counted(max_rows, 'row')}; add a LIMIT, a WHERE or a GROUP BY")
            if size > MAX_BYTES:
                raise QueryTooLargeError(
                    f"more than {MAX_BYTES:,} bytes in {counted(rows, 'row')}; choose fewer columns"
                )
        return pa.Table.from_batches(batches, schema=answer.schema)

    def stream(self, sql: str, parameters: Sequence[Any] = ()) -> Answer:
        """The rows of one SELECT as they are computed, in bounded memory. The time limit counts the engine's time only.

        ``DESCRIBE name`` and ``SHOW TABLES`` are asked of the dictionary. Raises as :meth:`query`.
        """
        text = written_out(sql)
        self._check_kind(text)
        check_select(text)
        clock = _Clock(self._con, self._time_limit_seconds, self._on_deaf)
        reader = clock.run(lambda: self._con.execute(text, list(parameters) or None).to_arrow_reader(BATCH_ROWS))
        return Answer(reader.schema, _batches(reader, clock))

    def _check_kind(self, sql: str) -> None:
        """DuckDB's own reading comes first: its message shows the place of a mistake, and no dialect lies between."""
        if len(sql) > LONGEST:
            return  # refused next
        try:
            kinds = [statement.type.name for statement in self._con.extract_statements(sql)]
        except duckdb.ParserException as error:
            raise NotSelectError(f"this SQL can't be read: {str(error).removeprefix('Parser Error: ')}") from error
        if len(kinds) != 1:
            raise NotSelectError(f"one SELECT statement is wanted; found {len(kinds)} statements")
        if kinds[0] != "SELECT":
            raise NotSelectError(f"one SELECT statement is wanted; found {kinds[0]}")


class _Clock:
    """Interrupts the connection once its work has taken so many seconds; the time of whoever reads is not counted.

    The work runs in a thread of its own: a main thread heeds Control-C while it waits in Python, not in the engine.
    """

    def __init__(self, con: DuckDBPyConnection, seconds: float, on_deaf: OnDeaf | None) -> None:
        self._con, self._seconds, self._left, self._on_deaf = con, seconds, seconds, on_deaf

    def run(self, work: Callable[[], Result]) -> Result:
        """What ``work`` returns. Raises QueryTimeoutError, and KeyboardInterrupt where a person interrupts it."""
        outcome: Future[Result] = Future()
        started = time.monotonic()
        threading.Thread(target=_settle, args=(outcome, work), daemon=True).start()
        try:
            return outcome.result(max(self._left, 0.001))
        except TimeoutError as error:
            self._stop(outcome, self._seconds)
            raise QueryTimeoutError(f"stopped after {self._seconds:g} s; narrow the query") from error
        except KeyboardInterrupt:
            self._stop(outcome, time.monotonic() - started)
            raise
        except OSError as error:  # on the way Arrow's reader turns every error of the engine into this, with its text
            raise duckdb.Error(str(error)) from error
        finally:
            self._left -= time.monotonic() - started

    def _stop(self, outcome: Future[Result], seconds: float) -> None:
        """Interrupt the engine and wait until it has heeded; ``on_deaf`` where it does not."""
        self._con.interrupt()
        if not wait((outcome,), DEAF_SECONDS).done and self._on_deaf is not None:
            self._on_deaf(round(seconds, 1))


def _settle(outcome: Future[Result], work: Callable[[], Result]) -> None:
    try:
        outcome.set_result(work())
    except BaseException as error:  # noqa: BLE001 - told to whoever waits, whatever it is
        outcome.set_exception(error)


def _batches(reader: pa.RecordBatchReader, clock: _Clock) -> Iterator[pa.RecordBatch]:
    while (batch := clock.run(lambda: next(reader, None))) is not None:
        yield batch
