"""Seconds, and the ratios of pairs that ran next to each other: what a noisy machine disturbs least.

CPU seconds are of this process and of its ended children; a page's worker counts once it has been closed.
"""

from __future__ import annotations

import resource
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median

Work = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Spent:
    """What a piece of work took, seconds; ``resident``: the most memory its process held, bytes, where asked."""

    cpu: float
    wall: float
    resident: float = 0.0


@dataclass(frozen=True, slots=True)
class Figure:
    """A row of the table. ``ratio`` is the median of the pairs' ratios; ``best`` and ``worst`` are their ends.

    ``higher``: whether more is better, so that ``ratio`` must reach ``target`` rather than stay below it. None for a
    row that is shown for information. ``cpu_ratio``: of CPU seconds, beside a ratio of wall seconds, which a busy
    machine disturbs more.
    """

    what: str
    ours: str
    peer: str
    theirs: str
    ratio: float
    best: float
    worst: float
    target: float | None
    higher: bool = False
    cpu_ratio: float | None = None

    @property
    def met(self) -> bool | None:
        """Whether the target is met; None where there is none."""
        if self.target is None:
            return None
        return self.ratio >= self.target if self.higher else self.ratio <= self.target


@dataclass(frozen=True, slots=True)
class Target:
    """What a ratio has to be."""

    value: float | None
    higher: bool = False


def cpu_seconds() -> float:
    """User and system time of this process and its ended children."""
    used = (resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in used)


def spent_by(work: Work) -> Spent:
    """What ``work`` takes."""
    cpu, wall = cpu_seconds(), time.perf_counter()
    work()
    return Spent(cpu_seconds() - cpu, time.perf_counter() - wall)


def alternate(works: Mapping[str, Callable[[], Spent]], repeats: int) -> dict[str, list[Spent]]:
    """Every work once a round, ``repeats`` rounds, each round beginning with another one."""
    names = list(works)
    found: dict[str, list[Spent]] = {name: [] for name in names}
    for number in range(repeats):
        start = number % len(names)
        for name in names[start:] + names[:start]:
            found[name].append(works[name]())
    return found


def compare(
    what: str,
    found: Mapping[str, list[Spent]],
    peer: str,
    target: Target,
    *,
    show: Callable[[float], str],
    by: str = "cpu",
    ours: str = "ours",
) -> Figure:
    """The row of ``ours`` against ``peer``: seconds (``by`` cpu or wall) where less is better, else speed."""
    mine, theirs = ([getattr(one, by) for one in found[name]] for name in (ours, peer))
    ratios = _ratios(found[ours], found[peer], by, target)
    ordered = sorted(ratios, reverse=target.higher)
    return Figure(
        what, show(median(mine)), peer, show(median(theirs)), median(ratios), ordered[0], ordered[-1], target.value,
        target.higher, None if by == "cpu" else median(_ratios(found[ours], found[peer], "cpu", target)),
    )  # fmt: skip


def _ratios(mine: list[Spent], theirs: list[Spent], by: str, target: Target) -> list[float]:
    pairs = [(getattr(a, by), getattr(b, by)) for a, b in zip(mine, theirs, strict=True)]
    return [b / a if target.higher else a / b for a, b in pairs]


def per(count: float, unit: str) -> Callable[[float], str]:
    """Shows seconds as time for each of ``count``."""

    def show(seconds: float) -> str:
        each = seconds / count
        return f"{each * 1000:.2f} ms/{unit}" if each < 1 else f"{each:.2f} s/{unit}"

    return show


def rate(count: float, unit: str) -> Callable[[float], str]:
    """Shows seconds as ``count`` of ``unit`` a second."""
    return lambda seconds: f"{count / seconds:,.0f} {unit}/s"


def plain(seconds: float) -> str:
    """Shows seconds."""
    return f"{seconds:.2f} s"
