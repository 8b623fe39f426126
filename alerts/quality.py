"""What the engineers must know of the data: a refused batch, an incomplete snapshot, a blocked source; and their end.

An incident is the run of bad snapshots since the last good one. Must not know how a notice looks or how it is sent.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from duckdb import DuckDBPyConnection

from alerts.facts import NoticeFacts, NoticeKind
from alerts.history import Snapshot
from alerts.notices import SEVERITY, iso, notice_rows, over_rows
from alerts.outbox import OutboxRow
from alerts.rules import Rules

Each = TypeVar("Each")

_BLOCKED = """
SELECT observed_at, bool_or(outcome = 'blocked'), any_value(outcome_detail) FILTER (outcome = 'blocked'),
       coalesce(list(DISTINCT category_id) FILTER (outcome = 'blocked'), [])
FROM capture WHERE source = $source AND observed_at <= $observed_at GROUP BY ALL ORDER BY observed_at
"""


@dataclass(frozen=True, slots=True)
class _Fetched:
    """What a source answered at one time: whether it blocked us, in which words, in which categories."""

    at: datetime
    blocked: bool
    detail: str | None
    categories: list[str]


def quality_rows(
    con: DuckDBPyConnection,
    rules: Rules,
    source: str,
    timeline: Mapping[str, Sequence[Snapshot]],
    observed_at: datetime,
    now: datetime,
) -> list[OutboxRow]:
    """What the engineers must know of the snapshots at ``observed_at``; nothing where they are too old to be told."""
    if now - observed_at > timedelta(days=rules.defaults.max_age_days):
        return []
    simulated = any(one.simulated for several in timeline.values() for one in several)
    fetched = [
        _Fetched(*row) for row in con.execute(_BLOCKED, {"source": source, "observed_at": observed_at}).fetchall()
    ]
    facts = list(_blocked(source, fetched, observed_at, simulated))
    known = set(fetched[-1].categories) if facts and not facts[0].over else set()
    for category_id, snapshots in timeline.items():
        if category_id not in known:  # one notice of the source says it for each of its categories
            facts.extend(_of_category(source, snapshots, observed_at))
    rows: list[OutboxRow] = []
    for one in facts:
        rows += over_rows(con, rules, one, now) if one.over else notice_rows(
            rules, one, now, severity=SEVERITY[one.kind])  # fmt: skip
    return rows


def _blocked(source: str, fetched: Sequence[_Fetched], observed_at: datetime, simulated: bool) -> Iterator[NoticeFacts]:
    """That the source blocks us now, since when; or that it answers again."""
    if not fetched or fetched[-1].at != observed_at:
        return
    over = not fetched[-1].blocked
    run = _bad_end(fetched[:-1] if over else fetched, [one.blocked for one in fetched])
    if run:
        details = [one.detail for one in run if one.detail]
        yield NoticeFacts(
            kind="blocked",
            source=source,
            category_id="",
            category_title="",
            start=iso(run[0].at),
            at=iso(observed_at),
            reason=details[-1] if details else "the source answered with a login wall, CAPTCHA or refusal",
            simulated=simulated,
            timezone="UTC",
            over=over,
        )


def _of_category(source: str, snapshots: Sequence[Snapshot], observed_at: datetime) -> Iterator[NoticeFacts]:
    """That a category's snapshot is refused or incomplete; or, after such a run, that it is well again."""
    upto = [one for one in snapshots if one.observed_at <= observed_at]
    if not upto or upto[-1].observed_at != observed_at:
        return
    last, over = upto[-1], upto[-1].status == "ok"
    run = _bad_end(upto[:-1] if over else upto, [one.status != "ok" for one in upto])
    if not run:
        return
    refused = any(one.status == "refused" for one in run)
    kinds: list[NoticeKind] = ["refused"] if refused and last.status == "refused" else ["incomplete"]
    if over:
        kinds = ["refused", "incomplete"]
    elif refused and last.status != "refused":
        return  # what was refused and is merely incomplete now is no news
    for kind in kinds:
        yield NoticeFacts(
            kind=kind,
            source=source,
            category_id=last.category_id,
            category_title=last.category_title,
            start=iso(run[0].observed_at),
            at=iso(observed_at),
            reason=run[-1].status_reason or run[-1].status,
            simulated=last.simulated,
            timezone="UTC",
            over=over,
        )


def _bad_end(several: Sequence[Each], bad: Sequence[bool]) -> Sequence[Each]:
    """The bad ones that end ``several``."""
    start = len(several)
    while start and bad[start - 1]:
        start -= 1
    return several[start:]
