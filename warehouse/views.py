"""The stable views (``v_…``) on top of facts and marts, and the dictionary of every column; made anew on a change.

``views/NAME.sql`` is a comment, a grain, comments of columns that the tables below don't have, and one SELECT. A view
``v_X_daily`` gets a ``v_X_latest`` of the same columns. DuckLake keeps comments of tables, their columns and views, but
of no view's columns (1.5.5: "it is not a table"); the table ``dictionary`` holds those. Knows nothing of reports.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from graphlib import TopologicalSorter
from itertools import takewhile
from pathlib import Path
from typing import Final

from duckdb import DuckDBPyConnection

from warehouse.columns import unit_of

FOLDER: Final = Path(__file__).parent / "views"
PREFIX: Final = "v_"
_HEADER: Final = re.compile(r"^-- (?P<key>\w+): (?P<text>.+)$", re.MULTILINE)
_READS: Final = re.compile(r"\b(?:FROM|JOIN)\s+(\w+)")
_LATEST: Final = """SELECT daily.*
FROM {daily} AS daily
SEMI JOIN (SELECT source, category_id, observed_at FROM v_snapshot WHERE is_latest) AS latest
    USING (source, category_id, observed_at)"""


class ViewFileError(Exception):
    """A file of ``views/`` that does not say what the view is or what its grain is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """One view. ``columns``: its own comments; ``reads``: the tables and views it reads, in order."""

    name: str
    comment: str
    grain: str
    columns: dict[str, str]
    sql: str
    reads: tuple[str, ...]


def read_views(folder: Path = FOLDER) -> tuple[View, ...]:
    """Every view after those it reads. Raises ViewFileError for a file without its two header lines."""
    views = {view.name: view for path in sorted(folder.glob("*.sql")) for view in _read(path)}
    order = TopologicalSorter({name: set(view.reads) & views.keys() for name, view in views.items()})
    return tuple(views[name] for name in order.static_order())


def views_sha256(folder: Path = FOLDER) -> str:
    """A hash of every view, its comments included."""
    text = "\n".join(path.name + path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.sql")))
    return hashlib.sha256((text + _LATEST).encode()).hexdigest()


def apply_views(con: DuckDBPyConnection, folder: Path = FOLDER) -> None:
    """Make every view again, drop those that are no more, and write the dictionary; in the caller's transaction."""
    views = read_views(folder)
    before = con.execute("SELECT DISTINCT table_name FROM dictionary WHERE kind = 'view'").fetchall()
    gone = sorted({name for (name,) in before} - {view.name for view in views})
    statements = [f"DROP VIEW IF EXISTS {name}" for name in gone]
    for view in views:
        statements.append(f"CREATE OR REPLACE VIEW {view.name} AS {view.sql}")
        statements.append(f"COMMENT ON VIEW {view.name} IS {_literal(_about(view))}")
    con.execute(";\n".join(statements))
    _write_dictionary(con, views)


def comment_columns(con: DuckDBPyConnection) -> None:
    """Put the dictionary's comments on the columns of the views: in a plain DuckDB file, which can hold them."""
    rows = con.execute("SELECT table_name, column_name, comment FROM dictionary WHERE kind = 'view'").fetchall()
    listed = [f'COMMENT ON COLUMN "{view}"."{column}" IS {_literal(comment)}' for view, column, comment in rows]
    con.execute(";\n".join(listed))


def _read(path: Path) -> list[View]:
    lines = path.read_text(encoding="utf-8").splitlines()
    header = list(takewhile(lambda line: line.startswith("--"), lines))
    head, sql = "\n".join(header), "\n".join(lines[len(header) :]).strip()
    said = {match["key"]: match["text"] for match in _HEADER.finditer(head)}
    if not sql or not {"View", "Grain"} <= said.keys():
        raise ViewFileError(f"{path.name}: found {sorted(said)}; expected the lines '-- View: …' and '-- Grain: …'")
    own = {key: comment for key, comment in said.items() if key not in {"View", "Grain"}}
    grain = said["Grain"].removesuffix(".")
    view = View(name=path.stem, comment=said["View"], grain=grain, columns=own, sql=sql, reads=_reads(sql))
    return [view, _latest_of(view)] if view.name.endswith("_daily") else [view]


def _reads(sql: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_READS.findall(sql)))


def _latest_of(view: View) -> View:
    """The view of the latest snapshot of each category: the same columns, and one date of each."""
    return View(
        name=view.name.removesuffix("_daily") + "_latest",
        comment=f"{view.name} of each category's latest snapshot: its last complete one, its last where none is.",
        grain=view.grain.replace(" x observed_on", ""),
        columns=view.columns,
        sql=_LATEST.format(daily=view.name),
        reads=(view.name, "v_snapshot"),
    )


def _about(view: View) -> str:
    return f"{view.comment} One row: {view.grain}."


def _write_dictionary(con: DuckDBPyConnection, views: tuple[View, ...]) -> None:
    """Every column of tables and views: type, unit, comment. A view's column without one of its own has its table's."""
    rows = con.execute(
        "SELECT table_name, column_index + 1, column_name, data_type, comment FROM duckdb_columns() "
        "WHERE database_name = current_database() AND schema_name = 'main' ORDER BY table_name, column_index"
    ).fetchall()
    known = {(table, column): comment for table, _, column, _, comment in rows}
    named = {view.name: view for view in views}
    for view in views:
        for column in [column for table, column in known if table == view.name]:
            known[view.name, column] = view.columns.get(column) or _inherited(known, view, column)
    values = ",\n".join(
        f"({_literal(table)}, {_literal('view' if table in named else 'table')}, {number}, {_literal(column)}, "
        f"{_literal(kind)}, {_literal(unit_of(column, kind, known[table, column]))}, {_literal(known[table, column])})"
        for table, number, column, kind, _ in rows
    )
    con.execute(f"DELETE FROM dictionary; INSERT INTO dictionary VALUES {values}")


def _inherited(known: dict[tuple[str, str], str | None], view: View, column: str) -> str | None:
    return next((comment for table in view.reads if (comment := known.get((table, column)))), None)


def _literal(text: str | None) -> str:
    return "NULL" if text is None else "'" + text.replace("'", "''") + "'"
