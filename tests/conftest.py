"""What every test may ask for: the recorded pages, with a skip that says so where they are absent, and empty lakes."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from warehouse.lake import Lake, LakeConfig

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def project_root() -> Path:
    """The project's folder."""
    return ROOT


@pytest.fixture(scope="session")
def pages() -> Path:
    """The folder of recorded real pages; skips where it is absent (they are not ours to ship)."""
    folder = Path(os.environ.get("SHELFRADAR_PAGES", ROOT.parent / "shared" / "pages"))
    if not folder.is_dir():
        pytest.skip(f"recorded pages are absent: no folder {folder} (set SHELFRADAR_PAGES)")
    return folder


@pytest.fixture(scope="session")
def new_lake(tmp_path_factory: pytest.TempPathFactory) -> Callable[[LakeConfig], Lake]:
    """``new_lake(config)``: an empty lake there, as ``Lake.migrate`` leaves one; migrated once, and copied."""
    home = tmp_path_factory.mktemp("empty-lake")
    empty = home / "catalog.sqlite"
    Lake(LakeConfig(catalog=str(empty), data_path=str(home / "files"), temp_dir=home / "tmp")).migrate()

    def make(config: LakeConfig) -> Lake:
        files = Path(config.data_path)
        shutil.copytree(home / "files", files)
        Path(config.catalog).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(empty, config.catalog)
        with closing(sqlite3.connect(config.catalog)) as catalog, catalog:
            catalog.execute("UPDATE ducklake_metadata SET value = ? WHERE key = 'data_path'", [f"{files.resolve()}/"])
        return Lake(config)

    return make
