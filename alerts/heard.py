"""What each recipient has been told of an entity, and whether there is anything to say to them now.

The outbox says what they heard, ``alert_episode`` what the history says today: a replay may have moved an episode's
start, or taken back an end or a firing that was told. Must not know rules' files, mails or how rows are queued.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import pyarrow as pa
from duckdb import DuckDBPyConnection

from alerts.episodes import Finding
from alerts.evaluate import Edge
from alerts.history import Entity
from alerts.matching import make_temp

TELLS_FIRING = ("fired", "already", "escalated")
TELLS_END = ("resolved", "lost")
_Key = tuple[str, Entity, str]


@dataclass(frozen=True, slots=True)
class Told:
    """Something to tell: an edge under the name it is told by."""

    finding: Finding
    edge: Edge
    transition: str

    def key(self, recipient: str) -> _Key:
        """Whose and whom it is about: rule version, entity, recipient."""
        return (self.finding.rule.version, self.finding.history.entity, recipient)


@dataclass(frozen=True, slots=True)
class Heard:
    """By rule version, entity and recipient: ``told_at``, when they were last told that it is beyond; ``told``, what
    they were told and when; ``begun``, the starts that this run tells. By version and entity: ``ends`` of episodes.
    """

    told_at: dict[_Key, datetime] = field(default_factory=dict)
    told: dict[_Key, set[tuple[str, datetime]]] = field(default_factory=dict)
    ends: dict[tuple[str, Entity], list[datetime]] = field(default_factory=dict)
    begun: set[tuple[_Key, datetime]] = field(default_factory=set)

    def key_part(self, one: Told, recipient: str) -> str:
        """The transition as the outbox key has it: a later escalation of an episode is a thing of its own, and so is
        what is told again after a correction of what the recipient heard."""
        if one.transition not in {*TELLS_END, "already"}:
            return f"{one.transition}/{one.edge.ordinal}" if one.edge.ordinal > 1 else one.transition
        told = self.told.get(one.key(recipient), set())
        before = sum(name == one.transition and one.edge.start <= at != one.edge.at for name, at in told)
        return f"{one.transition}/{before + 1}" if before else one.transition

    def is_needless(self, one: Told, recipient: str) -> bool:
        """Whether there is nothing to say to the recipient; else it is noted as told.

        That is so when they were told that this entity is beyond and of no end since (a replay may have moved the start
        of the episode, or shown that the end they were told of was none: that is told, once); of an escalation or an
        end when they were not, or when they have heard of it already.
        """
        if one.transition == "possible":
            return False
        key, edge = one.key(recipient), one.edge
        at, told = self.told_at.get(key), self.told.get(key, set())
        begins = one.transition in {"fired", "already"}
        last = edge.start if begins else edge.at
        ends = self.ends.get(key[:2], ())
        knows = at is not None and not any(at <= end and (end <= last if begins else end < last) for end in ends)
        begun = (key, edge.start) in self.begun
        if not begins:
            knows = knows and at is not None and at <= last
            return not begun and (not knows or _has_heard(one, told, at))
        needless = begun or (knows and not _was_no_end(one, told, at) and not _was_calm(one, at))
        if not needless:
            self.begun.add((key, edge.start))
        return needless


def read_heard(con: DuckDBPyConnection, source: str, told: Sequence[Told]) -> Heard:
    """What was heard of the entities there is something to tell of."""
    make_temp(con, "alert_told", pa.table({
        "version": pa.array([one.finding.rule.version for one in told], pa.string()),
        "category": pa.array([one.finding.history.entity.category_id for one in told], pa.string()),
        "entity": pa.array([one.finding.history.entity.entity_id for one in told], pa.string()),
    }))  # fmt: skip
    among = "SEMI JOIN alert_told AS told ON version = rule_version AND category = category_id AND entity = entity_id"
    found = Heard()
    sql = f"""
    SELECT rule_version, category_id, entity_kind, entity_id, recipient, transition, edge_at FROM alert_outbox {among}
    WHERE source = $source AND list_contains($transitions, transition)
    """
    rows = con.execute(sql, {"source": source, "transitions": [*TELLS_FIRING, *TELLS_END]}).fetchall()
    for version, category_id, kind, entity_id, recipient, transition, at in rows:
        key = (version, Entity(source, category_id, kind, entity_id), recipient)
        found.told.setdefault(key, set()).add((transition, at))
        if transition in TELLS_FIRING:
            found.told_at[key] = max(at, found.told_at.get(key, at))
    sql = f"""
    SELECT rule_version, category_id, entity_kind, entity_id, ended_at FROM alert_episode {among}
    WHERE source = $source AND ended_at IS NOT NULL
    """
    for version, category_id, kind, entity_id, ended_at in con.execute(sql, {"source": source}).fetchall():
        found.ends.setdefault((version, Entity(source, category_id, kind, entity_id)), []).append(ended_at)
    return found


def _was_calm(one: Told, since: datetime | None) -> bool:
    """Whether the entity was seen between what the recipient was told at ``since`` and the start of this episode: then
    it was of another one, which a correction took back without an end."""
    if since is None:
        return False
    points = one.finding.history.points
    return any(point.complete and point.known and since < point.observed_at < one.edge.start for point in points)


def _was_no_end(one: Told, heard: set[tuple[str, datetime]], since: datetime | None) -> bool:
    """Whether the episode is open although its end was the last that the recipient heard."""
    if one.transition != "already" or since is None:
        return False
    ends = [at for transition, at in heard if transition in TELLS_END and at > since]
    return bool(ends) and one.edge.start <= max(ends)


def _has_heard(one: Told, heard: set[tuple[str, datetime]], since: datetime | None) -> bool:
    """Whether the recipient was told of this under another start of the episode, or of an end ``since`` they were told
    that it is beyond."""
    if (one.transition, one.edge.at) in heard:
        return True
    ended = any(transition in TELLS_END and since is not None and at > since for transition, at in heard)
    return one.transition in TELLS_END and ended
