"""A shelf whose truth is known: twelve simulated days of two categories as rows of the lake, and the lake of them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa

from demo.calendar import cycle_day
from demo.truth import ShownListing, shown
from extractors.brandkey import brand_key
from transforms.reference import read_reference, sync_reference
from transforms.run import rebuild
from warehouse.lake import Lake, LakeConfig

Row = dict[str, Any]
CATEGORIES = ("serum", "thermos")
START = next(day for number in range(36) if cycle_day(day := date(2026, 9, 1) + timedelta(days=number)) == 2)
DAYS = [START + timedelta(days=number) for number in range(12)]
LAST, HALF = DAYS[-1], (DAYS[5], "thermos")  # of HALF only the first 50 entries were seen
FIELDS = (
    "position", "rank", "rank_source", "sponsored", "item_id", "family_id", "title", "url", "image_url", "brand_text",
    "shop", "currency", "price", "price_high", "list_price", "coupon_price", "price_text", "units_low", "units_high",
    "units_basis", "units_window_days", "units_text", "rating", "review_count", "in_stock",
)  # fmt: skip


def seen(day: date, category: str) -> list[ShownListing]:
    """The entries that were captured."""
    return shown(day, category)[: 50 if (day, category) == HALF else None]


def organic(day: date, category: str) -> list[ShownListing]:
    """Those of them that are no advertisements."""
    return [one for one in seen(day, category) if not one.sponsored]


def key(day: date, category: str) -> Row:
    """What names a snapshot."""
    at = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=2)
    return {"source": "demo", "category_id": category, "observed_at": at, "observed_on": day}


def page_of(day: date, category: str, no: int) -> Row:
    """A row of ``capture``."""
    warc = {"warc_file": f"demo/{day}.warc.gz", "warc_offset": 1000 * no, "warc_length": 900}
    name = f"{category}-{day}-{no}"
    return {**key(day, category), "page_no": no, "capture_id": name, "outcome": "ok", "sha256": f"sha of {name}",
            "final_url": f"https://shop.example/{name}", **warc}  # fmt: skip


def snapshot_of(day: date, category: str) -> Row:
    """A row of ``snapshot``."""
    count, whole = len(organic(day, category)), (day, category) != HALF
    return {
        **key(day, category), "category_title": category.title(), "expected": 100, "captured": count,
        "sponsored": len(seen(day, category)) - count, "quarantined": 0, "coverage": count / 100, "complete": whole,
        "status": "ok" if whole else "incomplete", "status_reason": None if whole else "page 4 blocked",
        "simulated": True, "parser_version": "demo/1",
    }  # fmt: skip


def listings_of(day: date, category: str) -> list[Row]:
    """Rows of ``listing``."""
    return [
        {**key(day, category), **{name: getattr(one, name) for name in FIELDS}, "brand_key": brand_key(one.brand_text),
         "capture_id": f"{category}-{day}-{one.page_no}", "parser_version": "demo/1"}
        for one in seen(day, category)
    ]  # fmt: skip


def make_shelf(home: Path, config: Path) -> Lake:
    """The lake of these days under ``home``, its marts made by the models with the brands and bands of ``config``."""
    lake = Lake(LakeConfig(catalog=str(home / "c.sqlite"), data_path=str(home / "files"), temp_dir=home / "tmp"))
    lake.migrate()
    cells = [(day, category) for day in DAYS for category in CATEGORIES]
    rows = {
        "capture": [page_of(*cell, no) for cell in cells for no in range(1, 6)],
        "snapshot": [snapshot_of(*cell) for cell in cells],
        "listing": [row for cell in cells for row in listings_of(*cell)],
    }

    def fill(con: Any) -> None:
        sync_reference(con, read_reference(config))
        for table, listed in rows.items():
            con.register("made", pa.Table.from_pylist(listed))
            con.execute(f"INSERT INTO {table} BY NAME SELECT * FROM made")
            con.unregister("made")
        rebuild(con)

    lake.write(fill)
    return lake
