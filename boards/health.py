"""Which source is late: judged by its own rhythm, so that the boards need no schedule. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from boards.figures import Row

LATE_AFTER = 1.5  # times the usual distance between two observations
LEAST_SPACE = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Freshness:
    """When a source was last observed and how often it usually is. ``late_by``: since when the next one is missing."""

    source: str
    latest_at: datetime
    every: timedelta | None
    age: timedelta
    simulated: bool

    @property
    def late(self) -> bool:
        """Whether the next observation should have been here: never for a source without a rhythm."""
        return self.every is not None and self.age > self.every * LATE_AFTER


def freshness(heads: Sequence[Row], now: datetime) -> list[Freshness]:
    """One a source, in order of its name. ``heads``: the categories' rows; ``now`` is aware."""
    by_source: dict[str, list[Row]] = defaultdict(list)
    for head in heads:
        by_source[head["source"]].append(head)
    return [
        Freshness(
            source=source,
            latest_at=(latest := max(row["latest_at"] for row in rows)),
            every=_rhythm(rows),
            age=max(now - latest, timedelta()),
            simulated=any(row["simulated"] for row in rows),
        )
        for source, rows in sorted(by_source.items())
    ]


def _rhythm(rows: Sequence[Row]) -> timedelta | None:
    """The usual distance between observations of a source's categories; None where none was seen three times."""
    spaces = [row["usual_seconds"] for row in rows if row["usual_seconds"] is not None]
    return max(timedelta(seconds=median(spaces)), LEAST_SPACE) if spaces else None
