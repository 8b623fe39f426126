"""The warehouse's door: the only place that opens DuckDB, always with a DuckLake attached as ``lake`` and in use.

Readers never wait; writers come one at a time (an OS file lock where the catalog is a SQLite file). It knows nothing of
sources, stages or reports. Every session is UTC, bounded in memory and spill, and loads its extensions from installed
wheels: nothing is downloaded.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import duckdb
from duckdb import DuckDBPyConnection
from filelock import FileLock, Timeout
from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_random_exponential

from warehouse.lake_config import LakeConfig, S3Config
from warehouse.migrations import apply_migrations, is_current

if TYPE_CHECKING:
    from warehouse.analyst import Analyst

__all__ = ["Lake", "LakeConfig", "LakeConflictError", "LakeError", "S3Config", "attach_lake", "open_duckdb"]
Result = TypeVar("Result")
INLINE_ROWS = 0
_VERIFIED: set[str] = set()
_CURRENT: set[tuple[str, int, int]] = set()
_CONFLICT = re.compile(r"conflict|database is locked|could not serialize|deadlock", re.IGNORECASE)


class LakeError(Exception):
    """The warehouse can't be opened or written; the message says what was found and what to do."""


class LakeConflictError(LakeError):
    """Another writer committed a change to the same partitions first. Trying again is right."""


class Lake:
    """The warehouse. Cheap to make: every connection is opened by the method that needs it."""

    def __init__(self, config: LakeConfig) -> None:
        self.config = config

    @contextmanager
    def reader(self) -> Iterator[DuckDBPyConnection]:
        """A read-only connection in one transaction: all its queries see the same snapshot. Raises LakeError."""
        with self._session(read_only=True) as con:
            con.execute("BEGIN")
            yield con

    @contextmanager
    def writer(self) -> Iterator[DuckDBPyConnection]:
        """A connection in one writing transaction: committed on leaving, rolled back on any error.

        Raises LakeConflictError when another writer was first; :meth:`write` tries again by itself.
        """
        with self._write_lock(), self._session(read_only=False) as con:
            con.execute("BEGIN")
            try:
                yield con
                con.execute("COMMIT")
            except duckdb.Error as error:
                _rollback(con)
                if _CONFLICT.search(str(error)):
                    raise LakeConflictError(f"another writer was first: {error}") from error
                raise
            except BaseException:
                _rollback(con)
                raise

    def write(self, change: Callable[[DuckDBPyConnection], Result]) -> Result:
        """What ``change`` returns, after its transaction has been committed; on a conflict it is run again, whole."""
        attempts = Retrying(
            retry=retry_if_exception_type(LakeConflictError),
            stop=stop_after_attempt(self.config.write_attempts),
            wait=wait_random_exponential(multiplier=0.1, max=5),
            reraise=True,
        )
        result: Result = attempts(self._write_once, change)
        return result

    @contextmanager
    def analyst(
        self, *, time_limit_seconds: float = 60.0, on_deaf: Callable[[float], None] | None = None
    ) -> Iterator[Analyst]:
        """A locked-down session for SQL that a person wrote: one SELECT at a time, this lake and nothing else.

        ``on_deaf`` is called where a query still runs ten seconds after it was interrupted at its time limit.
        """
        from warehouse.analyst import Analyst  # sqlglot: 0.4 s of CPU to import

        with self._session(read_only=True) as con:
            yield Analyst(con, self._allowed_directory(), time_limit_seconds, on_deaf)

    @contextmanager
    def maintenance(self) -> Iterator[DuckDBPyConnection]:
        """A writing connection without a transaction, for compaction and expiry, which make their own."""
        with self._write_lock(), self._session(read_only=False) as con:
            yield con

    def migrate(self) -> list[str]:
        """The names of the schema files applied now, in order; creates the lake where there is none. Idempotent.

        Takes the write lock only where there is something to apply: asking a current lake never waits for a load, and
        a process asks a catalog once.
        """
        if self._identity() in _CURRENT:
            return []
        if self._exists() and self._is_current():
            _CURRENT.add(self._identity())
            return []
        if not self.config.is_postgres:
            Path(self.config.catalog).parent.mkdir(parents=True, exist_ok=True)
        if not self.config.is_remote:
            Path(self.config.data_path).mkdir(parents=True, exist_ok=True)
        with self._write_lock(), self._session(read_only=False, create=True) as con:
            return apply_migrations(con)

    def _exists(self) -> bool:
        return self.config.is_postgres or Path(self.config.catalog).is_file()

    def _identity(self) -> tuple[str, int, int]:
        """Which catalog this is; a file that was removed and made again is another one."""
        if self.config.is_postgres or not self._exists():
            return (self.config.catalog, 0, 0)
        found = Path(self.config.catalog).stat()
        return (self.config.catalog, found.st_dev, found.st_ino)

    def _is_current(self) -> bool:
        try:
            with self._session(read_only=True) as con:
                return is_current(con)
        except (LakeError, duckdb.CatalogException):
            return False

    def _write_once(self, change: Callable[[DuckDBPyConnection], Result]) -> Result:
        with self.writer() as con:
            return change(con)

    def _allowed_directory(self) -> str:
        path = self.config.data_path
        return path if self.config.is_remote else str(Path(path).resolve())

    @contextmanager
    def _write_lock(self) -> Iterator[None]:
        if self.config.is_postgres:
            yield
            return
        path = Path(f"{self.config.catalog}.lock")
        try:
            with FileLock(path, timeout=self.config.lock_timeout_seconds):
                yield
        except Timeout as error:
            seconds = self.config.lock_timeout_seconds
            raise LakeError(f"another writer has held {path} for {seconds:.0f} s; end it or wait") from error

    @contextmanager
    def _session(self, *, read_only: bool, create: bool = False) -> Iterator[DuckDBPyConnection]:
        if not create and not self._exists():
            raise LakeError(f"there is no warehouse at {self.config.catalog} yet; a first run or import makes it")
        con = open_duckdb(self.config)
        try:
            attach_lake(con, self.config, read_only=read_only)
            yield con
        finally:
            con.close()


def open_duckdb(config: LakeConfig, database: Path | None = None) -> DuckDBPyConnection:
    """A bounded DuckDB session (in memory, or on the file ``database``) with the extensions the lake needs."""
    names = ["ducklake", "postgres_scanner" if config.is_postgres else "sqlite_scanner"]
    if config.is_remote:
        names.append("httpfs")
    known = _VERIFIED.issuperset(names)
    con = duckdb.connect(
        str(database) if database else ":memory:",
        config={
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "allow_unsigned_extensions": known,
        },
    )
    try:
        _load_extensions(con, names)
        con.execute("SET allow_unsigned_extensions = false")
        config.temp_dir.mkdir(parents=True, exist_ok=True)
        _bound(con, config)
        if config.is_remote:
            _create_s3_secret(con, config)
    except BaseException:
        con.close()
        raise
    return con


def _bound(con: DuckDBPyConnection, config: LakeConfig) -> None:
    settings: dict[str, str | int | bool] = {
        "TimeZone": "UTC",
        "memory_limit": config.memory_limit,
        "temp_directory": str(config.temp_dir),
        "max_temp_directory_size": config.max_temp_directory_size,
        "python_enable_replacements": False,
        "enable_progress_bar": False,
        "preserve_insertion_order": False,
        # Few rows expected on its left make an ASOF join a loop over all pairs; expectations of lake tables are poor.
        "asof_loop_join_threshold": 0,
    }
    if config.threads is not None:
        settings["threads"] = config.threads
    for name, value in settings.items():
        con.execute(f"SET {name} = {_literal(value)}")


def _load_extensions(con: DuckDBPyConnection, names: list[str]) -> None:
    """Load the extensions from their wheels. Their signatures are checked once a process: that hashes 70 MB (0.3 s)."""
    for name in names:
        resource = files(f"duckdb_extension_{name}") / "extensions" / f"v{duckdb.__version__}"
        with as_file(resource / f"{name}.duckdb_extension") as path:
            con.load_extension(str(path))
    _VERIFIED.update(names)


def attach_lake(con: DuckDBPyConnection, config: LakeConfig, *, read_only: bool) -> None:
    """Attach the lake to ``con`` as ``lake`` and use it. Raises LakeError, never with a password in it."""
    options: dict[str, str | int | bool] = {"DATA_INLINING_ROW_LIMIT": INLINE_ROWS}
    if config.is_postgres:
        target = f"ducklake:{config.catalog}"
    else:
        target = f"ducklake:sqlite:{Path(config.catalog).resolve()}"
        options |= {"META_JOURNAL_MODE": "WAL", "META_BUSY_TIMEOUT": 30_000, "OVERRIDE_DATA_PATH": True}
    options["DATA_PATH"] = config.data_path if config.is_remote else str(Path(config.data_path).resolve())
    listed = ", ".join(f"{name} {_literal(value)}" for name, value in options.items())
    try:
        con.execute(f"ATTACH {_literal(target)} AS lake ({listed}{', READ_ONLY' if read_only else ''})")
        con.execute("USE lake")
    except duckdb.Error as error:
        raise LakeError(f"the warehouse can't be opened: {_without_secrets(str(error))}") from None


def _create_s3_secret(con: DuckDBPyConnection, config: LakeConfig) -> None:
    s3 = config.s3
    if s3 is None:
        raise LakeError(f"data path {config.data_path} is an object store, but no S3 access is configured")
    values: dict[str, str | int | bool] = {
        "KEY_ID": s3.key_id, "SECRET": s3.secret, "REGION": s3.region, "URL_STYLE": s3.url_style, "USE_SSL": s3.use_ssl,
    }  # fmt: skip
    if s3.endpoint is not None:
        values["ENDPOINT"] = s3.endpoint
    listed = ", ".join(f"{name} {_literal(value)}" for name, value in values.items())
    con.execute(f"CREATE SECRET lake_s3 (TYPE s3, {listed})")


def _literal(value: str | int | bool) -> str:
    """A SQL literal. ATTACH, SET and CREATE SECRET take no parameters."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int) else "'" + value.replace("'", "''") + "'"


def _without_secrets(text: str) -> str:
    return re.sub(r"(?i)(password|secret|passwd)(\s*=\s*)('[^']*'|\S+)", r"\1\2***", text)


def _rollback(con: DuckDBPyConnection) -> None:
    """Give the transaction up; one that the engine has already ended needs no ROLLBACK."""
    try:
        con.execute("ROLLBACK")
    except duckdb.TransactionException:
        return
