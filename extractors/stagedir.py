"""Where one observation of one source waits between the steps: paths, and writes that are whole or absent.

Knows names only, never what is in the files. Every write goes to a temporary name in the same folder and is moved into
place with ``os.replace``, so that a step which died halfway leaves nothing that the next one could take for finished.
"""

from __future__ import annotations

import os
import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

_BATCH = re.compile(r"-(\d+)\.[a-z]+$")


def stamp(observed_at: datetime) -> str:
    """``observed_at`` as a folder name, such as ``20261121T220000Z``. Raises ValueError for a naive time."""
    if observed_at.tzinfo is None:
        raise ValueError(f"observed_at {observed_at.isoformat()} has no time zone; expected an aware UTC time")
    return observed_at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A temporary path beside ``path``; on leaving it becomes ``path``, on an error it is removed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex[:12]}.part")
    try:
        yield temporary
        _sync(temporary)
        os.replace(temporary, path)  # noqa: PTH105 (the name of the promise)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _sync(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


@dataclass(frozen=True, slots=True)
class StageDir:
    """The staged files of ``source`` at ``observed_at`` under ``home`` (``SHELFRADAR_HOME``)."""

    home: Path
    source: str
    observed_at: datetime

    @property
    def path(self) -> Path:
        """The folder; it need not exist yet."""
        return self.home / "stage" / self.source / stamp(self.observed_at)

    def captures(self, batch: int) -> Path:
        """Capture records of a batch, JSON Lines."""
        return self.path / f"captures-{batch:03d}.jsonl"

    def listings(self, batch: int) -> Path:
        """Listing rows of a batch, Parquet in ``extractors.staged.STAGED_SCHEMA``."""
        return self.path / f"listings-{batch:03d}.parquet"

    def problems(self, batch: int) -> Path:
        """What could not be read in a batch, JSON Lines."""
        return self.path / f"problems-{batch:03d}.jsonl"

    @property
    def pause(self) -> Path:
        """Why nothing more is asked of a source that was blocked in this observation, as text; absent: it was not."""
        return self.path / "paused.txt"

    @property
    def accepted(self) -> Path:
        """Rows that passed the audit, Parquet."""
        return self.path / "accepted.parquet"

    @property
    def quarantine(self) -> Path:
        """Rows that did not, Parquet."""
        return self.path / "quarantine.parquet"

    @property
    def audit(self) -> Path:
        """What the audit found, JSON."""
        return self.path / "audit.json"

    def all_captures(self) -> list[Path]:
        """The capture files that exist, by batch."""
        return sorted(self.path.glob("captures-*.jsonl"))

    def all_listings(self) -> list[Path]:
        """The listing files that exist, by batch."""
        return sorted(self.path.glob("listings-*.parquet"))

    def all_problems(self) -> list[Path]:
        """The problem files that exist, by batch."""
        return sorted(self.path.glob("problems-*.jsonl"))

    def batches(self) -> list[int]:
        """Numbers of the batches that have been captured."""
        found = (_BATCH.search(path.name) for path in self.all_captures())
        return [int(match.group(1)) for match in found if match]

    def keep_batches(self, wanted: set[int]) -> None:
        """Remove files of batches that the plan no longer has, and what later steps made of them."""
        for path in [*self.all_captures(), *self.all_listings(), *self.all_problems()]:
            match = _BATCH.search(path.name)
            if match and int(match.group(1)) not in wanted:
                path.unlink()
                for made in (self.accepted, self.quarantine, self.audit):
                    made.unlink(missing_ok=True)

    @contextmanager
    def writing(self, path: Path) -> Iterator[Path]:
        """A temporary path that becomes ``path`` (one of this folder's) on leaving without an error."""
        with replacing(path) as temporary:
            yield temporary

    def write_text(self, path: Path, text: str) -> None:
        """``text`` as the whole of ``path``, UTF-8."""
        with self.writing(path) as temporary:
            temporary.write_text(text, encoding="utf-8")
