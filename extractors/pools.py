"""Parser processes that outlive a step: a start costs most of a second of CPU, reading a page a hundredth of that.

Only workers that are whole come back to the shelf, and none stays for ever: its memory limit counts from its start.
Knows nothing of what is read.
"""

from __future__ import annotations

import atexit
import os
from collections.abc import Iterator
from contextlib import contextmanager

from extractors.worker import ParserPool

PAGES_A_WORKER = 2000
_Limits = tuple[float, int]
_idle: dict[_Limits, list[ParserPool]] = {}


@contextmanager
def borrowed_pool(timeout_seconds: float, memory_mb: int) -> Iterator[ParserPool]:
    """A parser pool for the caller alone, an idle one of these limits where there is one; see :class:`ParserPool`."""
    shelf = _idle.setdefault((timeout_seconds, memory_mb), [])
    pool = shelf.pop() if shelf else ParserPool(timeout_seconds, memory_mb)
    try:
        yield pool
    except BaseException:
        pool.close()
        raise
    if pool.pages_read < PAGES_A_WORKER:
        shelf.append(pool)
    else:
        pool.close()


def close_idle() -> None:
    """End every worker that nobody uses."""
    for shelf in _idle.values():
        while shelf:
            shelf.pop().close()


# A forked child must not talk to its parent's workers.
os.register_at_fork(after_in_child=_idle.clear)
atexit.register(close_idle)
