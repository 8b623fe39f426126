"""A real lake for the tests of the transforms, and transactions of it that leave nothing behind."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from duckdb import DuckDBPyConnection

from warehouse.lake import Lake, LakeConfig


@pytest.fixture(scope="session")
def transforms_lake(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """A migrated, empty lake. Tests work in :func:`con` and roll back, so it stays empty."""
    home = tmp_path_factory.mktemp("transforms")
    config = LakeConfig(catalog=str(home / "catalog.sqlite"), data_path=str(home / "files"), temp_dir=home / "tmp")
    lake = Lake(config)
    lake.migrate()
    return lake


@pytest.fixture(scope="session")
def _writer(transforms_lake: Lake) -> Iterator[DuckDBPyConnection]:
    with transforms_lake.writer() as connection:
        yield connection


@pytest.fixture
def con(_writer: DuckDBPyConnection) -> Iterator[DuckDBPyConnection]:
    """A connection in one writing transaction, rolled back afterwards."""
    yield _writer
    _writer.execute("ROLLBACK")
    _writer.execute("BEGIN")
