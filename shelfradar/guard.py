"""Bounds around a person's SQL that the engine does not keep itself: the process's memory, and a deaf function."""

from __future__ import annotations

import os
import re
import sys
from typing import Final

_UNITS: Final = {"K": 1000, "M": 1000**2, "G": 1000**3, "T": 1000**4}
_BINARY: Final = {"K": 1024, "M": 1024**2, "G": 1024**3, "T": 1024**4}
BESIDE_THE_ENGINE: Final = 2 * 1024**3


def size_in_bytes(size: str) -> int:
    """Bytes of a size such as ``2GB`` or ``512 MiB``. Raises ValueError for anything else."""
    found = re.fullmatch(r"(?P<number>\d+(?:\.\d+)?)\s?(?P<unit>[KMGT])(?P<binary>i?)B", size)
    if found is None:
        raise ValueError(f"found {size!r}; expected a size such as 2GB")
    return round(float(found["number"]) * (_BINARY if found["binary"] else _UNITS)[found["unit"]])


def bound_memory(engine_limit: str) -> None:
    """Keep this process within the engine's limit and 2 GiB beside it: text that a query makes is outside the limit.

    Beyond it an allocation fails and the query ends with an error, instead of the machine. Nothing on systems without
    resource limits.
    """
    if sys.platform == "win32":
        return
    import resource

    wanted = size_in_bytes(engine_limit) + BESIDE_THE_ENGINE
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (wanted if hard == resource.RLIM_INFINITY else min(wanted, hard), hard))


def end_process(seconds: float) -> None:
    """End this process at once: a query that does not heed its interruption can't be ended otherwise."""
    sys.stderr.write(f"shelfradar: stopped after {seconds:g} s; a function of the query could not be interrupted\n")
    sys.stderr.flush()
    os._exit(1)
