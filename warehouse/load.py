"""Loading audited stages: a partition (source, category_id, observed_at) is replaced whole, in the
caller's transaction.

It decides nothing about the data: the audit did. It knows nothing of marts, which the caller renews in the same
transaction. Statements on a lake cost tens of milliseconds each, so several stages are loaded by the same few.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import pyarrow as pa
from duckdb import DuckDBPyConnection

from extractors.source import Source
from extractors.stagedir import StageDir
from warehouse.audit import Audit, CategoryAudit, read_audit
from warehouse.stage import CAPTURE_COLUMNS, QUARANTINE_SCHEMA, STAGED_COLUMNS, capture_rows, sql_text, staged_rows

SNAPSHOT_SCHEMA = pa.schema([
    ("source", pa.string()),
    ("category_id", pa.string()),
    ("category_title", pa.string()),
    ("observed_at", pa.timestamp("us", tz="UTC")),
    ("observed_on", pa.date32()),
    ("expected", pa.int32()),
    ("captured", pa.int32()),
    ("sponsored", pa.int32()),
    ("quarantined", pa.int32()),
    ("coverage", pa.float64()),
    ("complete", pa.bool_()),
    ("status", pa.string()),
    ("status_reason", pa.string()),
    ("simulated", pa.bool_()),
    ("parser_version", pa.string()),
])  # fmt: skip
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class SnapshotKey(NamedTuple):
    """The name of a partition."""

    source: str
    category_id: str
    observed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A row of the table ``run``: what ran, when, how it ended. The caller brings the clock."""

    run_id: str
    kind: str
    started_at: datetime
    finished_at: datetime | None
    status: str
    source: str | None = None
    observed_at: datetime | None = None
    rows_loaded: int | None = None
    detail: dict[str, Any] = field(default_factory=dict)


def replace_partitions(
    con: DuckDBPyConnection, source: Source, stages: StageDir | Sequence[StageDir]
) -> list[SnapshotKey]:
    """The keys of the partitions that ``stages`` made, now loaded; ``con`` is in a writing transaction.

    A refused category keeps the good rows it has for that observed_at; where it has none, only its snapshot row,
    captures and quarantine are written. Raises FileNotFoundError for a stage that was not audited.
    """
    listed = [stages] if isinstance(stages, StageDir) else list(stages)
    audited = [(stage, read_audit(stage)) for stage in listed]
    if not audited:
        return []
    span = _list_partitions(con, source, [audit for _, audit in audited])
    turned_away = _quarantined(con, span)
    if _count(con, "had"):
        _delete_old(con, span, quarantined=any(category for category, _ in turned_away))
    strays = {instant for category, instant in turned_away if category == ""}
    _delete_strays(con, span, strays & {audit.observed_at for _, audit in audited})
    _insert_captures(con, listed, span)
    _insert_listings(con, audited)
    _insert_quarantine(con, audited)
    con.execute("INSERT INTO snapshot BY NAME SELECT * EXCLUDE (had, keeps) FROM loading WHERE NOT keeps")
    rows = con.execute("SELECT source, category_id, epoch_us(observed_at) FROM loading ORDER BY ALL").fetchall()
    return [SnapshotKey(name, category, _EPOCH + timedelta(microseconds=micros)) for name, category, micros in rows]


def record_run(con: DuckDBPyConnection, run: Run) -> None:
    """Add a row to ``run``, in the caller's transaction."""
    con.execute(
        "INSERT INTO run VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [run.run_id, run.kind, run.source, run.observed_at, run.started_at, run.finished_at, run.status,
         run.rows_loaded, json.dumps(run.detail, ensure_ascii=False, default=str)],
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Span:
    """The files a statement must look at: constants, since only those prune Parquet files."""

    source: str
    first: datetime
    last: datetime

    where = "source = ? AND observed_at BETWEEN ? AND ?"

    @property
    def parameters(self) -> list[Any]:
        return [self.source, self.first, self.last]


def _list_partitions(con: DuckDBPyConnection, source: Source, audits: list[Audit]) -> _Span:
    """Makes the temporary table ``loading``: the new snapshot rows; ``had``: one is there; ``keeps``: it stays."""
    instants = [audit.observed_at for audit in audits]
    span = _Span(source.source, min(instants), max(instants))
    rows = [_snapshot_row(source, audit, one) for audit in audits for one in audit.categories.values()]
    con.register("new_snapshot", pa.Table.from_pylist(rows, SNAPSHOT_SCHEMA))
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE loading AS
        SELECT new_snapshot.*, old.status IS NOT NULL AS had,
               new_snapshot.status = 'refused' AND coalesce(old.status <> 'refused', false) AS keeps
        FROM new_snapshot
        LEFT JOIN (SELECT source, category_id, observed_at, status FROM snapshot WHERE {span.where}) AS old
            USING (source, category_id, observed_at)
        """,
        span.parameters,
    )
    con.unregister("new_snapshot")
    return span


def _snapshot_row(source: Source, audit: Audit, one: CategoryAudit) -> dict[str, Any]:
    return {
        "source": source.source,
        "category_id": one.category_id,
        "category_title": one.category_title,
        "observed_at": audit.observed_at,
        "observed_on": audit.observed_at.astimezone(source.zone).date(),
        "expected": one.expected,
        "captured": one.captured,
        "sponsored": one.sponsored,
        "quarantined": one.quarantined,
        "coverage": one.coverage,
        "complete": one.complete,
        "status": one.status,
        "status_reason": "; ".join(one.reasons) or None,
        "simulated": source.simulated,
        "parser_version": one.parser_version,
    }


def _quarantined(con: DuckDBPyConnection, span: _Span) -> set[tuple[str, datetime]]:
    """The partitions of the span that have quarantined rows: most have none, and need no statement to lose them."""
    found = con.execute(
        f"SELECT DISTINCT category_id, observed_at FROM quarantine WHERE {span.where}", span.parameters
    ).to_arrow_table()
    return set(zip(found.column(0).to_pylist(), found.column(1).to_pylist(), strict=True))


def _delete_old(con: DuckDBPyConnection, span: _Span, *, quarantined: bool) -> None:
    """Delete what the partitions held; rows that are kept keep the captures they were read from."""
    in_partition = "(category_id, observed_at) IN (SELECT category_id, observed_at FROM loading WHERE"
    clauses = {
        "listing": f"{in_partition} had AND NOT keeps)",
        "snapshot": f"{in_partition} had AND NOT keeps)",
        "capture": f"{in_partition} had)",
    }
    if quarantined:
        clauses["quarantine"] = f"{in_partition} had)"
    parameters = dict.fromkeys(clauses, span.parameters)
    if _count(con, "keeps"):
        clauses["capture"] += f" AND capture_id NOT IN (SELECT capture_id FROM listing WHERE {span.where})"
        parameters["capture"] = span.parameters * 2
    for table, clause in clauses.items():
        con.execute(f"DELETE FROM {table} WHERE {span.where} AND {clause}", parameters[table])


def _delete_strays(con: DuckDBPyConnection, span: _Span, instants: set[datetime]) -> None:
    """Delete quarantined rows of no known category, which belong to no partition, only to the stage."""
    for instant in instants:
        con.execute(
            "DELETE FROM quarantine WHERE source = ? AND observed_at = ? AND category_id = ''", [span.source, instant]
        )


def _insert_captures(con: DuckDBPyConnection, stages: list[StageDir], span: _Span) -> None:
    new = "\nUNION ALL\n".join(capture_rows(stage) for stage in stages)
    where = "(category_id, observed_at) IN (SELECT category_id, observed_at FROM loading)"
    parameters: list[Any] = []
    if _count(con, "keeps"):
        where += f" AND capture_id NOT IN (SELECT capture_id FROM capture WHERE {span.where})"
        parameters = span.parameters
    columns = ", ".join(CAPTURE_COLUMNS)
    con.execute(f"INSERT INTO capture ({columns}) SELECT {columns} FROM ({new}) WHERE {where}", parameters)


def _insert_listings(con: DuckDBPyConnection, audited: list[tuple[StageDir, Audit]]) -> None:
    columns = ", ".join(STAGED_COLUMNS)
    selects = [_accepted_rows(stage, audit, columns) for stage, audit in audited if audit.accepted]
    if selects:
        con.execute(f"INSERT INTO listing ({columns}) {' UNION ALL '.join(selects)}")


def _accepted_rows(stage: StageDir, audit: Audit, columns: str) -> str:
    """A SELECT of what the audit left; rows are numbered only where some were turned away."""
    if audit.quarantined:
        turned_away = f"SELECT row_no FROM read_parquet({sql_text(str(stage.quarantine))})"
        rows = f"SELECT {columns} FROM ({staged_rows(stage)}) WHERE row_no NOT IN ({turned_away})"
    else:
        files = ", ".join(sql_text(str(path)) for path in stage.all_listings())
        rows = f"SELECT {columns} FROM read_parquet([{files}]) WHERE true"
    refused = ", ".join(sql_text(one) for one in audit.refused)
    return f"{rows} AND category_id NOT IN ({refused})" if refused else rows


def _insert_quarantine(con: DuckDBPyConnection, audited: list[tuple[StageDir, Audit]]) -> None:
    files = ", ".join(sql_text(str(stage.quarantine)) for stage, audit in audited if audit.quarantined)
    if files:
        columns = ", ".join(QUARANTINE_SCHEMA.names)
        con.execute(f"INSERT INTO quarantine ({columns}) SELECT {columns} FROM read_parquet([{files}])")


def _count(con: DuckDBPyConnection, flag: str) -> int:
    row = con.execute(f"SELECT count(*) FROM loading WHERE {flag}").fetchone()
    return int(row[0]) if row else 0
