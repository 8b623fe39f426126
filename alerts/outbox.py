"""The outbox: one row for each thing to tell one recipient, queued in the transaction that found it, and told once.

The key of a row is made of rule version, entity, episode start, transition and recipient; a row is added only where its
key is new, so that reruns, retries and replays queue nothing twice. Must not know how a mail looks or how it is sent.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime

import pyarrow as pa
from duckdb import DuckDBPyConnection

from alerts.history import Entity
from alerts.matching import make_temp
from alerts.model import Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxRow:
    """What is queued: the first columns of the table ``alert_outbox``."""

    outbox_key: str
    rule_id: str
    rule_version: str
    source: str
    category_id: str
    entity_kind: str
    entity_id: str
    episode_start: datetime
    transition: str
    edge_at: datetime
    recipient: str
    address: str
    language: str
    severity: Severity
    payload: str
    queued_at: datetime
    due_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Snooze:
    """A silence. ``rule_id``/``entity_id`` None: every one. It ends by itself at ``until``."""

    rule_id: str | None
    entity_id: str | None
    until: datetime
    why: str
    snoozed_at: datetime

    def covers(self, rule_id: str, entity_id: str, now: datetime) -> bool:
        """Whether it silences that rule and entity now."""
        return (
            self.until > now
            and self.rule_id in {None, rule_id, rule_id.partition("/")[0]}
            and (self.entity_id is None or self.entity_id == entity_id)
        )


_TIME = pa.timestamp("us", tz="UTC")
_ROW_SCHEMA = pa.schema([
    (one.name, _TIME if one.name in {"episode_start", "edge_at", "queued_at", "due_at"} else pa.string())
    for one in fields(OutboxRow)
])  # fmt: skip


def outbox_key(rule_version: str, entity: Entity, start: datetime, transition: str, recipient: str) -> str:
    """The identity of a thing told. An episode may escalate again: its transition is then named ``escalated/2``."""
    parts = [rule_version, *asdict(entity).values(), start.astimezone(UTC).isoformat(), transition, recipient]
    return hashlib.sha256(json.dumps(parts, ensure_ascii=True).encode()).hexdigest()


def queue_rows(con: DuckDBPyConnection, rows: Sequence[OutboxRow]) -> int:
    """How many of ``rows`` were new and are queued now, in the caller's transaction."""
    distinct = {row.outbox_key: row for row in rows}
    held = held_keys(con, list(distinct))
    new = [asdict(row) for key, row in distinct.items() if key not in held]
    if not new:
        return 0
    con.register("new_outbox", pa.Table.from_pylist(new, _ROW_SCHEMA))
    con.execute("INSERT INTO alert_outbox BY NAME SELECT *, 'queued' AS status, 0 AS attempts FROM new_outbox")
    con.unregister("new_outbox")
    return len(new)


def held_keys(con: DuckDBPyConnection, keys: Sequence[str]) -> set[str]:
    """Those of ``keys`` that the outbox holds already."""
    if not keys:
        return set()
    make_temp(con, "alert_key", pa.table({"key": pa.array(keys, pa.string())}))
    sql = "SELECT outbox_key FROM alert_outbox SEMI JOIN alert_key ON outbox_key = key"
    return {key for (key,) in con.execute(sql).fetchall()}


def read_snoozes(con: DuckDBPyConnection, now: datetime) -> list[Snooze]:
    """The silences that hold now."""
    sql = "SELECT rule_id, entity_id, until, why, snoozed_at FROM alert_snooze WHERE until > $now"
    return [
        Snooze(rule_id=rule, entity_id=entity, until=until, why=why, snoozed_at=at)
        for rule, entity, until, why, at in con.execute(sql, {"now": now}).fetchall()
    ]


def add_snooze(con: DuckDBPyConnection, snooze: Snooze) -> None:
    """Hold mails of a rule or entity back until ``snooze.until``. Raises ValueError where it covers or ends nothing."""
    if snooze.until <= snooze.snoozed_at:
        raise ValueError(f"a snooze ends in the future; found {snooze.until.isoformat()}")
    if snooze.rule_id is None and snooze.entity_id is None:
        raise ValueError("a snooze names a rule, an entity or both")
    con.execute(
        "INSERT INTO alert_snooze VALUES (?, ?, ?, ?, ?)",
        [snooze.rule_id, snooze.entity_id, snooze.until, snooze.why, snooze.snoozed_at],
    )
