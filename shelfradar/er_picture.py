"""The tables and their keys as a Mermaid picture (GitHub draws it). Who refers to whom is told by shared columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

SNAPSHOT_KEY: Final = ("source", "category_id", "observed_at")
LINKS: Final = (
    ("snapshot", SNAPSHOT_KEY, ()),
    ("capture", ("capture_id",), ()),
    ("brand_alias", ("brand_key",), ("item_day", "family_day", "brand_share", "rank_movement")),
    ("price_band_edge", ("band_set", "band_no"), ()),
)
KEY_COLUMNS: Final = frozenset({
    *SNAPSHOT_KEY, "capture_id", "page_no", "position", "item_id", "family_id", "brand_key", "measure", "units_basis",
    "units_window_days", "currency", "band_set", "band_no", "rule_id", "entity_id", "outbox_key", "run_id", "row_no",
    "expectation", "watch_group", "kind", "value", "campaign", "campaign_id",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Column:
    """One column, as the dictionary has it."""

    name: str
    data_type: str
    unit: str | None
    comment: str


def er_diagram(columns: dict[str, list[Column]], tables: list[str]) -> str:
    """A Mermaid picture of the tables with their keys; who refers to whom is told by the columns they share."""
    lines = ["```mermaid", "erDiagram"]
    names = {table: [column.name for column in columns[table]] for table in tables}
    for parent, keys, skipped in LINKS:
        children = [one for one in tables if one not in {parent, *skipped} and set(keys) <= set(names[one])]
        lines += [f'    {parent} ||--o{{ {child} : "{", ".join(keys)}"' for child in children]
    for table in tables:
        shown = [column for column in columns[table] if column.name in KEY_COLUMNS]
        lines.append(f"    {table} {{")
        lines += [f"        {_plain_type(column.data_type)} {column.name}" for column in shown or columns[table][:2]]
        lines.append("    }")
    return "\n".join([*lines, "```"])


def _plain_type(data_type: str) -> str:
    return {"TIMESTAMP WITH TIME ZONE": "TIMESTAMPTZ"}.get(data_type, data_type.partition("(")[0])
