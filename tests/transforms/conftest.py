"""A real, empty lake for each test of the transforms."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from duckdb import DuckDBPyConnection

from warehouse.lake import Lake, LakeConfig


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    """A migrated lake in a folder of its own."""
    made = Lake(
        LakeConfig(
            catalog=str(tmp_path / "catalog.sqlite"), data_path=str(tmp_path / "files"), temp_dir=tmp_path / "tmp"
        )
    )
    made.migrate()
    return made


@pytest.fixture
def con(lake: Lake) -> Iterator[DuckDBPyConnection]:
    """A connection in one writing transaction of that lake."""
    with lake.writer() as connection:
        yield connection
