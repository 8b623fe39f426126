"""Starting fast: what libraries import and never use is left out, or waits until it is used.

DuckDB and pyarrow import pandas (1.5 s of CPU) only to ask whether a value is one of its own: commands and tasks that
hold no pandas value say so first. `shelfradar report`: 3.0 s of CPU with pandas, 2.1 s without. Great Expectations
imports scipy.stats and altair for expectations that we do not have: its import takes 5.5 s of CPU with them, 3.2 s
without.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import LazyLoader
from types import ModuleType

_WAITING = frozenset({"scipy.stats", "altair"})


class _PandasLeftOut:
    """A finder that stands before all others and finds no pandas."""

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Raises ModuleNotFoundError for pandas; says nothing of any other module."""
        del path, target
        if name == "pandas":
            raise ModuleNotFoundError("pandas is left out of this process (shelfradar.lean)", name=name)
        return None


class _Waiting:
    """A finder of modules that are run when something of theirs is first asked for."""

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The module's own spec with a lazy loader; None for any module that does not wait."""
        spec = PathFinder.find_spec(name, path, target) if name in _WAITING else None
        if spec is not None and spec.loader is not None:
            spec.loader = LazyLoader(spec.loader)
        return spec


_FINDER = _PandasLeftOut()
_LATER = _Waiting()


def leave_pandas_out() -> None:
    """Make imports of pandas fail in this process, unless it has been imported already."""
    if "pandas" not in sys.modules and _FINDER not in sys.meta_path:
        sys.meta_path.insert(0, _FINDER)


def let_pandas_in() -> None:
    """Undo :func:`leave_pandas_out`, for a step that works with data frames."""
    if _FINDER in sys.meta_path:
        sys.meta_path.remove(_FINDER)


def let_statistics_wait() -> None:
    """Make scipy.stats and altair wait until something of theirs is used, in a process that has not imported them."""
    if _LATER not in sys.meta_path:
        sys.meta_path.insert(0, _LATER)
