"""Writing what people open: whole or not at all, and pages of categories that are gone removed.

A page being read while the next one is written stays the old one (temporary name, then ``os.replace``).
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

MARK = '<meta name="generator" content="Shelfradar boards">'
_MARK_WITHIN = 1024


def write_through(path: Path, write: Callable[[Path], object]) -> Path:
    """Lets ``write`` fill a temporary file beside ``path``, then puts it in place; leaves nothing when it fails."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=path.suffix)
    os.close(handle)
    temporary = Path(name)
    try:
        write(temporary)
        temporary.chmod(0o644)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    return path


def write_text(path: Path, text: str) -> Path:
    """Writes ``text`` as UTF-8, whole or not at all."""
    return write_through(path, lambda temporary: temporary.write_text(text, encoding="utf-8"))


def remove_stale(folder: Path, written: Iterable[Path]) -> list[Path]:
    """Removes the board pages under ``folder`` that were not written now; files we did not make are never touched."""
    keep = {path.resolve() for path in written}
    stale = [page for page in sorted(folder.rglob("*.html")) if page.resolve() not in keep and _is_ours(page)]
    for page in stale:
        page.unlink()
        for parent in page.parents:
            if parent == folder or any(parent.iterdir()):
                break
            parent.rmdir()
    return stale


def _is_ours(page: Path) -> bool:
    with page.open("rb") as file:
        return MARK.encode() in file.read(_MARK_WITHIN)
