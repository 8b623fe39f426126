"""The staged row: what extraction writes to ``listings-NNN.parquet`` and the warehouse audits and loads.

Columns and their order are those of the table ``listing`` (``warehouse/schema/0001_facts.sql``; a test compares them).
Nothing is mandatory here: a row without an id or title is staged as it is, so that the audit can say so.
"""

from __future__ import annotations

import pyarrow as pa

_MONEY = pa.decimal128(18, 4)
_INSTANT = pa.timestamp("us", tz="UTC")

STAGED_SCHEMA = pa.schema([
    ("source", pa.string()),
    ("category_id", pa.string()),
    ("observed_at", _INSTANT),
    ("observed_on", pa.date32()),
    ("position", pa.int32()),
    ("rank", pa.int32()),
    ("rank_source", pa.string()),
    ("sponsored", pa.bool_()),
    ("item_id", pa.string()),
    ("family_id", pa.string()),
    ("title", pa.string()),
    ("url", pa.string()),
    ("image_url", pa.string()),
    ("brand_text", pa.string()),
    ("brand_key", pa.string()),
    ("shop", pa.string()),
    ("currency", pa.string()),
    ("price", _MONEY),
    ("price_high", _MONEY),
    ("list_price", _MONEY),
    ("coupon_price", _MONEY),
    ("member_price", _MONEY),
    ("price_text", pa.string()),
    ("units_low", pa.int64()),
    ("units_high", pa.int64()),
    ("units_basis", pa.string()),
    ("units_window_days", pa.int32()),
    ("units_text", pa.string()),
    ("rating", pa.float64()),
    ("review_count", pa.int64()),
    ("in_stock", pa.bool_()),
    ("capture_id", pa.string()),
    ("parser_version", pa.string()),
])  # fmt: skip
STAGED_COLUMNS = tuple(STAGED_SCHEMA.names)
