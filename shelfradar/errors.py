"""Which errors are expected (a person can mend them) and how the program says them."""

from __future__ import annotations

import duckdb

from extractors.archive import ArchiveDamaged
from extractors.config import ConfigError
from extractors.counted import counted
from extractors.parsers.page import UnreadablePage
from extractors.secret import MissingSecret
from shelfradar.settings import SettingsError
from transforms.bands import NoBandsError
from transforms.reports import NoReportError
from warehouse.analyst import NotSelectError, QueryTimeoutError, QueryTooLargeError
from warehouse.lake import LakeError


class RefusedError(Exception):
    """What was asked for was not done, for a reason worth a sentence to a person."""


EXPECTED = (
    ArchiveDamaged,
    ConfigError,
    LakeError,
    MissingSecret,
    NoBandsError,
    NoReportError,
    NotSelectError,
    QueryTimeoutError,
    QueryTooLargeError,
    RefusedError,
    SettingsError,
    UnreadablePage,
    duckdb.Error,
    FileNotFoundError,
    ValueError,
)


def explain(error: BaseException) -> str:
    """One message for a person; several configuration problems become one line each."""
    if isinstance(error, ConfigError):
        count = len(error.problems)
        return "\n".join([f"{counted(count, 'problem')} in the configuration:", *map(str, error.problems)])
    if isinstance(error, FileNotFoundError):
        return f"no such file: {error.filename}"
    if isinstance(error, duckdb.OutOfMemoryException) or "Out of Memory Error" in str(error):
        return f"{str(error).splitlines()[0]}; ask for less, or raise SHELFRADAR_MEMORY_LIMIT"
    if isinstance(error, LookupError):
        return str(error.args[0])
    return str(error)
