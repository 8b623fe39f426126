"""Makes ``.venv-shops``, the environment of the real shop, from the hash-pinned requirements; prints its Python.

Run as a script: ``python tests/shops/setup_oscar.py``. Does nothing where the environment is already what the
requirements say. The shop is kept apart because it wants an older setuptools than the project.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from filelock import FileLock

ROOT = Path(__file__).resolve().parents[2]
REQUIREMENTS = Path(__file__).with_name("requirements.txt")
VENV = ROOT / ".venv-shops"
PYTHON = VENV / "bin" / "python"
MADE_FROM = VENV / "requirements.sha256"


def uv() -> str:
    """The project's uv, else the one on the PATH. Raises SystemExit where there is none."""
    found = ROOT / ".venv" / "bin" / "uv"
    path = str(found) if found.exists() else shutil.which("uv")
    if path is None:
        raise SystemExit("uv is missing: expected .venv/bin/uv (run `make install-dev`) or uv on the PATH")
    return path


def make_environment() -> None:
    """Create the environment, or leave it where it was made from the same requirements."""
    wanted = hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()
    if PYTHON.exists() and MADE_FROM.exists() and MADE_FROM.read_text() == wanted:
        return
    subprocess.run([uv(), "venv", "--quiet", "--clear", "--python", sys.executable, str(VENV)], check=True)
    install = ["pip", "install", "--quiet", "--require-hashes", "--python", str(PYTHON), "-r", str(REQUIREMENTS)]
    subprocess.run([uv(), *install], check=True)
    MADE_FROM.write_text(wanted)


if __name__ == "__main__":
    with FileLock(Path(tempfile.gettempdir()) / f"shelfradar-venv-shops-{os.getuid()}.lock"):
        make_environment()
    print(PYTHON)
