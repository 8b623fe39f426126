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
