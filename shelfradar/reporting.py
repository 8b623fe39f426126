"""The questions behind ``report``, ``export`` and ``bands suggest``: which category is meant, and who answers."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa

from shelfradar.errors import RefusedError
from shelfradar.settings import Settings

Report = Callable[[str, int], None]


@dataclass(frozen=True, slots=True)
class Answered:
    """The rows of a report, the SQL that gives them, and a heading with their coverage."""

    heading: str
    sql: str
    rows: pa.Table


def source_of(con: Any, source: str | None, category: str) -> str:
    """The one source that has ``category``. Raises RefusedError where there is none, or several and none was named."""
    found = [
        row[0]
        for row in con.execute(
            "SELECT DISTINCT source FROM snapshot WHERE category_id = ? ORDER BY 1", [category]
        ).fetchall()
    ]
    if source is not None and source in found:
        return source
    if len(found) == 1 and source is None:
        return str(found[0])
    if not found or source is not None:
        known = con.execute("SELECT DISTINCT source || '/' || category_id FROM snapshot ORDER BY 1").fetchall()
        listed = ", ".join(row[0] for row in known) or "none yet"
        raise RefusedError(
            f"--category: found {category!r}{f' of {source}' if source else ''}; expected one of: {listed}"
        )
    raise RefusedError(f"category {category} is in several sources ({', '.join(found)}); name one with --source")


def report_rows(con: Any, name: str, source: str | None, category: str, at: str | None) -> Answered:
    """One report on one category at a date (default: its last complete snapshot)."""
    from transforms.reports import report

    chosen = source_of(con, source, category)
    answer = report(con, name, chosen, category, date.fromisoformat(at) if at else None)
    return Answered(answer.heading, answer.sql, answer.rows)


def suggest(con: Any, source: str | None, category: str, method: str, bands: int) -> str:
    """Proposed price bands as YAML."""
    from transforms.bands import suggest as suggest_bands

    return suggest_bands(con, source_of(con, source, category), category, method=method, bands=bands)


@dataclass(frozen=True, slots=True)
class Exported:
    """What an export wrote: the files, and the rows of each table, view or sheet."""

    files: list[Path]
    rows: dict[str, int]

    def as_dict(self) -> dict[str, object]:
        """The same as JSON knows it."""
        files = [{"path": str(path), "bytes": path.stat().st_size} for path in self.files]
        return {"files": files, "rows": self.rows}


def export_to(
    settings: Settings, target: Path, form: str, only: Collection[str] = (), report: Report | None = None
) -> Exported:
    """Write the warehouse to ``target``; what kind of file is told by its ending.

    ``report`` is told each part and its rows when it has been written. Raises RefusedError for another kind of target.
    """
    from boards.export import FORMATS, export_folder, export_xlsx
    from warehouse.export import export_duckdb
    from warehouse.lake import Lake

    lake = Lake(settings.lake)
    rows: dict[str, int] = {}

    def tell(part: str, count: int) -> None:
        rows[part] = count
        if report is not None:
            report(part, count)

    if only and target.suffix:
        raise RefusedError(f"--only: found with {target.name!r}; it chooses the files of a folder")
    if target.suffix == ".duckdb":
        return Exported([export_duckdb(lake, target, tell)], rows)
    if target.suffix == ".xlsx":
        with lake.reader() as con:
            return Exported([export_xlsx(con, target, tell)], rows)
    if target.suffix == "" and form in FORMATS:
        with lake.reader() as con:
            return Exported(export_folder(con, target, form, only, tell), rows)
    raise RefusedError(
        f"found {target.name!r} as {form!r}; expected FILE.duckdb, FILE.xlsx, or a folder as csv or parquet"
    )
