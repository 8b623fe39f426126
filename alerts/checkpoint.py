"""How far the rules have been evaluated over a source, and what has changed in the marts since.

The lake says itself which rows of which table changed after a version of it: nothing depends on a load remembering to
tell. Where it can't say (a version that was expired, a plain DuckDB), everything is derived again. The log of states
lets a run go on from any time in the past. Must not know what a figure means.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pyarrow as pa
from duckdb import DuckDBPyConnection

from alerts.derive import Derived, Key, Task
from alerts.episodes import EPISODE_SCHEMA, Held
from alerts.evaluate import State
from alerts.marts import marts_of
from alerts.matching import Ready, make_temp

_TIME = pa.timestamp("us", tz="UTC")
_STATE_SCHEMA = pa.schema([
    *((name, pa.string()) for name in ("source", "rule_version", "category_id", "entity_id")),
    ("as_of", _TIME), ("idle", pa.bool_()), ("started_at", _TIME), ("first_seen", pa.bool_()), ("fired_at", _TIME),
    ("beyond", pa.int32()), ("calm", pa.int32()), ("absent", pa.int32()), ("told", pa.float64()),
    ("escalations", pa.int32()), ("possible_since", _TIME), ("ready", pa.bool_()),
])  # fmt: skip
_KEY = ("rule_version", "category_id", "entity_id")
_CHANGED = """
SELECT category_id, min(observed_at) FROM (
    SELECT category_id, observed_at FROM ducklake_table_{kind}('lake', 'main', '{table}', {first}, {last})
    WHERE source = $source
) GROUP BY category_id
"""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run has to do. ``changed``: first changed snapshot of each category; None: everything is to be derived.

    ``known``: rules that go on from the checkpoint; ``new``: those to be evaluated over the whole history; ``gone``:
    versions that are evaluated no more. ``lake_version``: what the run sees; None where the lake has no versions.
    """

    known: list[Ready]
    new: list[Ready]
    gone: list[str]
    changed: Mapping[str, datetime] | None
    lake_version: int | None
    advanced: bool


def make_plan(con: DuckDBPyConnection, source: str, ready: Sequence[Ready]) -> Plan:
    """What has to be evaluated in the caller's transaction."""
    seen = _pairs(con, "SELECT rule_version, digest FROM alert_checkpoint_rule WHERE source = $source", source)
    wanted = {one.version for one in ready}
    gone = [version for version in seen if version not in wanted]
    known = [one for one in ready if seen.get(one.version) == one.digest]
    current = lake_version(con)
    held = con.execute(
        "SELECT max(lake_version) FROM alert_checkpoint WHERE source = $source", {"source": source}
    ).fetchall()[0][0]
    changed = None if current is None or held is None else changed_since(con, source, known, held, current)
    if changed is None:
        return Plan([], list(ready), gone, None, current, advanced=True)
    chosen = {one.version for one in known}
    new = [one for one in ready if one.version not in chosen]
    return Plan(known, new, gone, changed, current, advanced=bool(changed))


def lake_version(con: DuckDBPyConnection) -> int | None:
    found = con.execute(
        "SELECT count(*) FROM duckdb_databases() WHERE database_name = 'lake' AND type = 'ducklake'"
    ).fetchall()
    if not found[0][0]:
        return None
    return int(con.execute("SELECT id FROM ducklake_current_snapshot('lake')").fetchall()[0][0])


def changed_since(
    con: DuckDBPyConnection, source: str, known: Sequence[Ready], held: int, current: int
) -> dict[str, datetime] | None:
    """The first changed snapshot of each category since version ``held``; None where the lake can't say any more."""
    found: dict[str, datetime] = {}
    if held >= current:
        return found
    kept = "SELECT count(*) FROM ducklake_snapshots('lake') WHERE snapshot_id = $first"
    if not con.execute(kept, {"first": held + 1}).fetchall()[0][0]:
        return None  # expired: to ask for its changes would be an error that ends the transaction
    for table in sorted({"snapshot", *marts_of({one.figure for one in known})}):
        for kind in ("insertions", "deletions"):
            sql = _CHANGED.format(kind=kind, table=table, first=held + 1, last=current)
            for category_id, at in con.execute(sql, {"source": source}).fetchall():
                found[category_id] = min(at, found.get(category_id, at))
    return found


@dataclass(slots=True)
class Remembered:
    """Rows that a run replaces: of the log of states, and of the episodes."""

    states: list[dict[str, Any]] = field(default_factory=list)
    episodes: list[Held] = field(default_factory=list)


def recall(con: DuckDBPyConnection, source: str, plan: Plan) -> tuple[Task, Remembered]:
    """The task of going on with the known rules, and the rows it replaces."""
    task, remembered = Task(plan.known, dict(plan.changed or {})), Remembered()
    if not task.starts or not task.ready:
        return task, remembered
    _make_starts(con, task.starts)
    _make_versions(con, [one.version for one in plan.known])
    for row in _rows(con, _EPISODES, source):
        key: Key = (row["rule_version"], row["category_id"], row["entity_id"])
        start = task.starts[row["category_id"]]
        if row["last_at"] < start:
            task.held[key] = row
        elif row["started_at"] < start:
            task.since[key] = row["started_at"]
        remembered.episodes.append(row)
    for row in _rows(con, _STATES if task.since else _STATES + _LATEST, source):
        key = (row["rule_version"], row["category_id"], row["entity_id"])
        if row["as_of"] >= task.since.get(key, task.starts[row["category_id"]]):
            remembered.states.append(row)
        elif key not in task.live or task.live[key].as_of < row["as_of"]:
            task.live[key] = _state(row)
    return task, remembered


def store(con: DuckDBPyConnection, source: str, remembered: Remembered, derived: Sequence[Derived]) -> None:
    """Write what differs between the rows remembered and those derived."""
    states = [_state_row(source, key, state) for one in derived for key, state in one.states]
    episodes = [row for one in derived for row in one.episodes.values()]
    _write_difference(con, "alert_state", (*_KEY, "as_of"), remembered.states, states, _STATE_SCHEMA)
    _write_difference(con, "alert_episode", (*_KEY, "started_at"), remembered.episodes, episodes, EPISODE_SCHEMA)


def set_checkpoint(con: DuckDBPyConnection, source: str, plan: Plan) -> None:
    """Record what the run has taken in; writes nothing where nothing is new."""
    if plan.new or plan.gone:
        _make_versions(con, [one.version for one in plan.new] + plan.gone)
        _delete(con, "alert_checkpoint_rule", "rule_version IN (SELECT version FROM alert_version)", source)
    if plan.new:
        rows = [{"source": source, "rule_version": one.version, "digest": one.digest} for one in plan.new]
        names = ("source", "rule_version", "digest")
        _insert(
            con, "alert_checkpoint_rule", pa.Table.from_pylist(rows, pa.schema([(one, pa.string()) for one in names]))
        )
    if plan.lake_version is not None and (plan.advanced or plan.new):
        _delete(con, "alert_checkpoint", "TRUE", source)
        con.execute("INSERT INTO alert_checkpoint VALUES ($source, $version)",
                    {"source": source, "version": plan.lake_version})  # fmt: skip


def clear(con: DuckDBPyConnection, source: str, plan: Plan, ready: Sequence[Ready]) -> None:
    """Before a run: forget what is remembered of new and gone rules, and end the open episodes of gone ones."""
    if plan.changed is None:
        _delete(con, "alert_checkpoint_rule", "TRUE", source)
        _delete(con, "alert_state", "TRUE", source)
    if plan.new or plan.gone:
        _make_versions(con, [one.version for one in plan.new] + plan.gone)
        _delete(con, "alert_state", "rule_version IN (SELECT version FROM alert_version)", source)
    if plan.new:
        _make_versions(con, [one.version for one in plan.new])
        _delete(con, "alert_episode", "rule_version IN (SELECT version FROM alert_version)", source)
    _make_versions(con, [one.version for one in ready])
    left = "ended_at IS NULL AND rule_version NOT IN (SELECT version FROM alert_version)"
    if _count(con, "alert_episode", left, source):
        con.execute("UPDATE alert_episode SET state = 'ended', ended_at = last_at, end_reason = 'superseded'"
                    f" WHERE source = $source AND {left}", {"source": source})  # fmt: skip


def retitle(con: DuckDBPyConnection, source: str, ready: Sequence[Ready]) -> None:
    """A rule's title and severity may change without a new version: its episodes follow."""
    told = [{"version": one.version, "title": one.rule.title, "severity": one.rule.severity} for one in ready]
    schema = pa.schema([("version", pa.string()), ("title", pa.string()), ("severity", pa.string())])
    make_temp(con, "alert_title", pa.Table.from_pylist(told, schema))
    other = (
        "alert_title.version = rule_version AND (title <> rule_title OR alert_title.severity <> alert_episode.severity)"
    )
    if _count(con, "alert_episode, alert_title", other, source):
        con.execute("UPDATE alert_episode SET rule_title = title, severity = alert_title.severity FROM alert_title"
                    f" WHERE source = $source AND {other}", {"source": source})  # fmt: skip


def count_episodes(con: DuckDBPyConnection, source: str, ready: Sequence[Ready]) -> tuple[int, int]:
    """Episodes of the rules as they stand, and those open."""
    _make_versions(con, [one.version for one in ready])
    named = "rule_version IN (SELECT version FROM alert_version)"
    return (_count(con, "alert_episode", named, source),
            _count(con, "alert_episode", f"{named} AND ended_at IS NULL", source))  # fmt: skip


_EPISODES = """
SELECT episode.* FROM alert_episode AS episode
INNER JOIN alert_start AS start ON episode.category_id = start.category_id
SEMI JOIN alert_version AS version ON episode.rule_version = version.version
WHERE episode.source = $source AND (episode.ended_at IS NULL OR episode.last_at >= start.from_at)
"""
_STATES = """
SELECT state.* FROM alert_state AS state
INNER JOIN alert_start AS start ON state.category_id = start.category_id
SEMI JOIN alert_version AS version ON state.rule_version = version.version
WHERE state.source = $source
"""
# Where no episode is cut: what comes after a category's start, and the last state before it where it is not idle.
_LATEST = """
QUALIFY as_of >= from_at OR (NOT idle AND row_number() OVER (
    PARTITION BY rule_version, state.category_id, entity_id ORDER BY as_of < from_at DESC, as_of DESC) = 1)
"""


def _make_starts(con: DuckDBPyConnection, starts: Mapping[str, datetime]) -> None:
    make_temp(con, "alert_start", pa.table({
        "category_id": pa.array(list(starts), pa.string()), "from_at": pa.array(list(starts.values()), _TIME),
    }))  # fmt: skip


def _make_versions(con: DuckDBPyConnection, versions: Sequence[str]) -> None:
    make_temp(con, "alert_version", pa.table({"version": pa.array(versions, pa.string())}))


def _state(row: Mapping[str, Any]) -> State:
    names = (
        "as_of",
        "first_seen",
        "fired_at",
        "beyond",
        "calm",
        "absent",
        "told",
        "escalations",
        "possible_since",
        "ready",
    )
    return State(start=row["started_at"], **{name: row[name] for name in names})


def _state_row(source: str, key: Key, state: State) -> dict[str, Any]:
    kept = state.content()
    return {
        "source": source, "rule_version": key[0], "category_id": key[1], "entity_id": key[2], "as_of": state.as_of,
        "idle": state.idle, "started_at": kept.start, "first_seen": kept.first_seen, "fired_at": kept.fired_at,
        "beyond": kept.beyond, "calm": kept.calm, "absent": kept.absent, "told": kept.told,
        "escalations": kept.escalations, "possible_since": kept.possible_since, "ready": kept.ready,
    }  # fmt: skip


def _write_difference(
    con: DuckDBPyConnection,
    table: str,
    key: Sequence[str],
    held: Iterable[dict[str, Any]],
    wanted: Iterable[dict[str, Any]],
    schema: pa.Schema,
) -> None:
    before = {tuple(row[name] for name in key): row for row in held}
    after = {tuple(row[name] for name in key): row for row in wanted}
    gone = [row for one, row in before.items() if after.get(one) != row]
    new = [row for one, row in after.items() if before.get(one) != row]
    if gone:
        make_temp(con, "alert_gone", pa.Table.from_pylist(gone, schema).select(["source", *key]))
        named = " AND ".join(f"{table}.{name} = alert_gone.{name}" for name in ("source", *key))
        con.execute(f"DELETE FROM {table} USING alert_gone WHERE {named}")
    if new:
        _insert(con, table, pa.Table.from_pylist(new, schema))


def _insert(con: DuckDBPyConnection, table: str, rows: pa.Table) -> None:
    con.register("given_rows", rows)
    con.execute(f"INSERT INTO {table} BY NAME SELECT * FROM given_rows")
    con.unregister("given_rows")


def _delete(con: DuckDBPyConnection, table: str, named: str, source: str) -> None:
    """Delete rows of a source; where there are none, nothing is written."""
    if _count(con, table, named, source):
        con.execute(f"DELETE FROM {table} WHERE source = $source AND {named}", {"source": source})


def _count(con: DuckDBPyConnection, table: str, named: str, source: str) -> int:
    sql = f"SELECT count(*) FROM {table} WHERE source = $source AND {named}"
    return int(con.execute(sql, {"source": source}).fetchall()[0][0])


def _pairs(con: DuckDBPyConnection, sql: str, source: str) -> dict[str, str]:
    return dict(con.execute(sql, {"source": source}).fetchall())


def _rows(con: DuckDBPyConnection, sql: str, source: str) -> list[dict[str, Any]]:
    cursor = con.execute(sql, {"source": source})
    names = [column[0] for column in cursor.description or []]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
