"""What a rule asks of a figure, and what an interval answers: proved, possible, clear; recovered; moved on. Pure.

Definitions: ``docs/metrics.md`` section 9. Must not know histories or states.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from alerts.compare import Base, Span

Direction = Literal["above", "below"]
Verdict = Literal["proved", "possible", "clear"]
Begins = Literal["whenever", "after_calm", "when_new"]

# Lines are met at equality, and 80 after 100 is a fall by 20 % although 80 / 100 - 1 is not quite -0.2 in binary.
TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """When to fire and when to recover. Figures are in the metric's unit, or shares of the base where ``relative``.

    ``threshold`` is met at equality ("2万+" has reached 20,000). ``recover`` None: recovered as soon as it is no longer
    met. ``escalate_by`` is a distance from the last notified figure, a share of it where ``escalate_relative``.
    ``begins``: an episode may begin whenever the threshold is met, only after a figure inside it (something *left*), or
    only with an entity that is new to the list. ``counts_absence``: an entity that a complete list lacks stands behind
    the list's last place (ranks).
    """

    direction: Direction
    threshold: float
    recover: float | None = None
    compare: Base = "absolute"
    relative: bool = False
    for_snapshots: int = 1
    recover_snapshots: int = 1
    escalate_by: float | None = None
    escalate_relative: bool = True
    lost_after: int = 7
    begins: Begins = "whenever"
    counts_absence: bool = False


def judge(condition: Condition, span: Span) -> Verdict:
    """Whether the span's threshold side is proved, possible or clear (metrics.md section 9)."""
    near, far = (span.low, span.high) if condition.direction == "above" else (span.high, span.low)
    if _reaches(condition, near):
        return "proved"
    return "possible" if _reaches(condition, far) else "clear"


def recovery(condition: Condition, span: Span) -> tuple[bool, bool]:
    """(recovered, proved): by the far end where it is known; by the near end, unproved, where no bound is shown."""
    near, far = (span.low, span.high) if condition.direction == "above" else (span.high, span.low)
    end = far if far is not None else near
    if end is None:
        return False, False
    if condition.recover is None:
        return not _reaches(condition, end), far is not None
    sign = 1 if condition.direction == "above" else -1
    return sign * (end - condition.recover) <= _slack(condition.recover), far is not None


def _reaches(condition: Condition, end: float | None) -> bool:
    """Whether an end is at the threshold or beyond it."""
    sign = 1 if condition.direction == "above" else -1
    return end is not None and sign * (end - condition.threshold) >= -_slack(condition.threshold)


def _slack(line: float) -> float:
    return TOLERANCE * max(1.0, abs(line))


def escalated(condition: Condition, told: float | None, span: Span) -> bool:
    """Whether the proved end has moved on by ``escalate_by`` from the last notified figure, away from the threshold."""
    near = near_end(condition, span)
    if condition.escalate_by is None or told is None or near is None:
        return False
    step = condition.escalate_by * (abs(told) if condition.escalate_relative else 1)
    moved = near - told if condition.direction == "above" else told - near
    return moved > 0 and moved >= step - _slack(step)


def near_end(condition: Condition, span: Span) -> float | None:
    """The end that proves: the low one upward, the high one downward."""
    return span.low if condition.direction == "above" else span.high
