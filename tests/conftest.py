"""What every test may ask for: the recorded pages, where they are, and a skip that says so where they are not."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

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
