"""From audited stages to facts and marts, in one transaction of the lake, with a row of ``run`` that says so."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from duckdb import DuckDBPyConnection

from extractors.source import Source
from extractors.stagedir import StageDir
from shelfradar.configuration import read_one_source
from transforms.reference import Reference, read_reference, sync_reference
from transforms.run import rebuild, transform
from warehouse.audit import Audit, read_audit
from warehouse.lake import Lake
from warehouse.load import Run, record_run, replace_partitions
from warehouse.threads import threads_for

MOST_WARNINGS = 50  # sentences that a row of ``run`` keeps


def load_stages(config: Path, lake: Lake, source: str, stages: list[StageDir], *, kind: str) -> dict[str, Any]:
    """Commit several audited stages of a source at once; returns the number of snapshots and of rows.

    Reads no more of ``config`` than it needs: a mistake in another source's file stops no load.
    """
    chosen, reference = read_one_source(config, source), read_reference(config)
    started = datetime.now(UTC)
    audits = [read_audit(stage) for stage in stages]
    rows = sum(one.accepted for one in audits)

    def change(con: DuckDBPyConnection) -> int:
        keys = replace_and_transform(con, chosen, reference, stages)
        detail = {"snapshots": keys, "stages": len(stages), "warnings": _warnings(audits)}
        record_run(
            con,
            Run(
                run_id=str(uuid.uuid4()), kind=kind, started_at=started, finished_at=datetime.now(UTC), status="ok",
                source=source, observed_at=stages[-1].observed_at, rows_loaded=rows, detail=detail,
            ),
        )  # fmt: skip
        return keys

    return {"snapshots": lake.write(change), "rows": rows}


def replace_and_transform(con: DuckDBPyConnection, source: Source, reference: Reference, stages: list[StageDir]) -> int:
    """Replace the partitions of ``stages`` and the marts they change in the transaction of ``con``.

    Where ``config/`` changed since the marts were made, all of them are made again, so that no two dates follow
    different rules. Returns the number of snapshots loaded.
    """
    with threads_for(con, sum(read_audit(stage).staged for stage in stages)):
        changed = sync_reference(con, reference)
        keys = replace_partitions(con, source, stages)
    if changed:
        rebuild(con)
    else:
        transform(con, source.source, sorted({key.observed_at for key in keys}))
    return len(keys)


def _warnings(audits: list[Audit]) -> list[str]:
    """What the audits tell of categories that were loaded all the same: fields that could not be read, odd rows."""
    told = [
        f"{audit.observed_at:%Y-%m-%d %H:%M} {category.category_id}: {text}"
        for audit in audits
        for category in audit.categories.values()
        for text in category.warnings
    ]
    left = len(told) - MOST_WARNINGS
    return told if left <= 0 else [*told[:MOST_WARNINGS], f"and {left} more"]
