"""Reading a stage folder into DuckDB: staged listings, captures, and what the audit said of them.

Accepted rows are the staged rows without those in ``quarantine.parquet``: the audit never copies the good ones. A
staged row is named by ``row_no``: from 1, through ``listings-*.parquet`` in the order of their names.
"""

from __future__ import annotations

import pyarrow as pa
import pyarrow.parquet as pq
from duckdb import DuckDBPyConnection

from extractors.staged import STAGED_COLUMNS, STAGED_SCHEMA
from extractors.stagedir import StageDir

__all__ = ["CAPTURE_COLUMNS", "QUARANTINE_SCHEMA", "STAGED_COLUMNS", "STAGED_SCHEMA", "staged_rows"]

CAPTURE_COLUMNS = {
    "capture_id": "VARCHAR", "source": "VARCHAR", "category_id": "VARCHAR", "page_no": "INTEGER",
    "observed_at": "TIMESTAMPTZ", "observed_on": "DATE", "requested_url": "VARCHAR", "final_url": "VARCHAR",
    "fetched_at": "TIMESTAMPTZ", "http_status": "INTEGER", "outcome": "VARCHAR", "outcome_detail": "VARCHAR",
    "body_bytes": "BIGINT", "sha256": "VARCHAR", "warc_file": "VARCHAR", "warc_offset": "BIGINT",
    "warc_length": "BIGINT",
}  # fmt: skip

QUARANTINE_SCHEMA = pa.schema([
    ("source", pa.string()),
    ("category_id", pa.string()),
    ("observed_at", pa.timestamp("us", tz="UTC")),
    ("observed_on", pa.date32()),
    ("capture_id", pa.string()),
    ("row_no", pa.int32()),
    ("item_id", pa.string()),
    ("expectation", pa.string()),
    ("column_name", pa.string()),
    ("found", pa.string()),
    ("row_json", pa.string()),
])  # fmt: skip


def sql_text(value: str) -> str:
    """``value`` as a SQL string literal, for places that take no parameter (views, file lists)."""
    return "'" + value.replace("'", "''") + "'"


def staged_rows(stage: StageDir) -> str:
    """A SELECT of the stage's rows: ``row_no`` and the staged columns. An empty one where nothing was staged."""
    selects, before = [], 0
    for path in stage.all_listings():
        number = f"(file_row_number + {before + 1})::INTEGER AS row_no"
        selects.append(
            f"SELECT {number}, {', '.join(STAGED_COLUMNS)} "
            f"FROM read_parquet({sql_text(str(path))}, file_row_number = true)"
        )
        before += pq.read_metadata(path).num_rows
    return "\nUNION ALL\n".join(selects) or f"SELECT NULL::INTEGER AS row_no, {_no_columns()} WHERE false"


def capture_rows(stage: StageDir) -> str:
    """A SELECT of the stage's captures, in the columns of the table ``capture``."""
    files = stage.all_captures()
    if not files:
        empty = ", ".join(f"NULL::{kind} AS {name}" for name, kind in CAPTURE_COLUMNS.items())
        return f"SELECT {empty} WHERE false"
    listed = ", ".join(sql_text(str(path)) for path in files)
    columns = ", ".join(f"{name}: {sql_text(kind)}" for name, kind in CAPTURE_COLUMNS.items())
    return (
        f"SELECT {', '.join(CAPTURE_COLUMNS)} "
        f"FROM read_json([{listed}], format = 'newline_delimited', columns = {{{columns}}})"
    )


def quarantine_rows(stage: StageDir) -> str:
    """A SELECT of the stage's quarantined rows, in the columns of the table ``quarantine``."""
    return f"SELECT {', '.join(QUARANTINE_SCHEMA.names)} FROM read_parquet({sql_text(str(stage.quarantine))})"


def staged_row_count(stage: StageDir) -> int:
    """Rows in the stage's listing files, read from their footers."""
    return sum(pq.read_metadata(path).num_rows for path in stage.all_listings())


def create_views(con: DuckDBPyConnection, stage: StageDir) -> None:
    """Temporary views ``staged`` and ``staged_capture`` of the stage, on ``con``."""
    con.execute(f"CREATE OR REPLACE TEMP VIEW staged AS {staged_rows(stage)}")
    con.execute(f"CREATE OR REPLACE TEMP VIEW staged_capture AS {capture_rows(stage)}")


def _no_columns() -> str:
    types = {"string": "VARCHAR", "int32": "INTEGER", "int64": "BIGINT", "bool": "BOOLEAN", "double": "DOUBLE"}
    types |= {"date32[day]": "DATE", "timestamp[us, tz=UTC]": "TIMESTAMPTZ", "decimal128(18, 4)": "DECIMAL(18, 4)"}
    return ", ".join(f"NULL::{types[str(one.type)]} AS {one.name}" for one in STAGED_SCHEMA)
