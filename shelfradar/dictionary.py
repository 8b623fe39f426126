"""``docs/warehouse.md`` made from the warehouse itself: views, tables, columns, units, the picture, example questions.

``python -m shelfradar.dictionary`` writes the page, ``--check`` fails where it is stale. Reads a new, empty lake.
"""

from __future__ import annotations

import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from duckdb import DuckDBPyConnection

from shelfradar.er_picture import Column, er_diagram
from transforms.models import ordered_models
from warehouse.lake import Lake, LakeConfig
from warehouse.views import read_views

ROOT: Final = Path(__file__).resolve().parent.parent
PAGE: Final = ROOT / "docs" / "warehouse.md"
QUESTIONS: Final = ROOT / "warehouse" / "questions"
_HEADER: Final = re.compile(r"^-- (Question|Note|Grain): (.+)$", re.MULTILINE)
GRAINS: Final = {
    "capture": "source x category_id x observed_at x page_no",
    "snapshot": "source x category_id x observed_at",
    "listing": "source x category_id x observed_at x position",
    "quarantine": "source x category_id x observed_at x row_no x expectation",
    "run": "run_id",
    "brand_alias": "brand_key",
    "price_band_edge": "source x category_id x band_set x band_no",
    "watch": "watch_group x kind x source x value",
    "alert_episode": "source x category_id x rule_id x rule_version x entity_kind x entity_id x started_at",
    "alert_outbox": "outbox_key",
    "alert_snooze": "one silence",
    "dictionary": "table_name x column_no",
    "sourcing_cost": "source x category_id x item_id x valid_from",
    "campaign_edition": "campaign x source x year",
    "item_margin": "source x category_id x observed_at x item_id",
    "entrant": "source x category_id x observed_at x item_id",
    "entrant_survival": "source x category_id x observed_at",
    "category_verdict": "source x category_id x observed_at",
    "own_position": "source x category_id x observed_at x item_id",
    "campaign_category": "source x category_id x campaign x year x phase x units_basis x currency",
    "campaign_brand": "source x category_id x campaign x year x phase x units_basis x currency x brand_key",
    "campaign_item": "source x category_id x campaign x year x phase x units_basis x currency x item_id",
}
OURS: Final = frozenset({"schema_version", "mart_version", "alert_state", "alert_checkpoint", "alert_checkpoint_rule"})


@dataclass(frozen=True, slots=True)
class Question:
    """An example question in words, and its SQL."""

    name: str
    text: str
    notes: tuple[str, ...]
    sql: str


HEAD: Final = """<!-- Made by `make dictionary` from the comments in the schema; not edited by hand. -->
# The warehouse

Two layers. The **views** (`v_…`) are for people and tools: their names and columns stay, whatever becomes of the tables
below. The **tables** are how it is done today; they may change with a release. How to connect, from `shelfradar sql` to
Metabase, Superset, DBeaver or a notebook: [analysts.md](analysts.md). What each number means: [metrics.md](metrics.md).

- A `v_X_daily` view has one snapshot a date: the last complete one of the date, the last one where none is complete.
  `v_X_latest` has the same columns, and of each category the last complete snapshot (its last where none is complete).
- Figures are of the observed top N. Ends in `_low`: what the pages prove. Ends in `_high`: its upper end, NULL where no
  upper bound is known; `lower_bound` says so, and `lower_bound_share` how much of a sum is like that.
- `units_basis` says what a sales figure counts. Figures of different basis, window or currency are never added.
- `coverage` and `complete` say how much of the list was seen; filter on `complete` before comparing dates.
- `simulated` marks what is made up for demonstration.
- The same is in the database: `SELECT * FROM dictionary WHERE table_name = 'v_item_latest'`.
"""
QUESTIONS_HEAD: Final = """Each is run by a test (`warehouse/questions`). Put your own source and category in.
"""
PICTURE_HEAD: Final = """Keys only. Lines are columns that two tables share; there are no constraints
([why](decisions/0003-no-primary-keys.md)).
"""
COLUMNS_HEAD: Final = """These names stay. A change of meaning is a new name.
"""
TABLES_HEAD: Final = """For the curious, and for those who change Shelfradar.
"""


def read_questions(folder: Path = QUESTIONS) -> tuple[Question, ...]:
    """The example questions, in the order of their files. Raises ValueError for a file without one."""
    return tuple(_question(path) for path in sorted(folder.glob("*.sql")))


def table_grains() -> dict[str, str]:
    """What one row of each table is: the facts' here, the marts' from the headers of their models."""
    marts = {}
    for model in ordered_models():
        said = dict(_HEADER.findall(model.sql))
        if model.kind == "mart" and "Grain" in said:
            marts[model.name] = said["Grain"].rstrip(".").replace("category x", "category_id x")
    return marts | GRAINS


def read_columns(con: DuckDBPyConnection) -> dict[str, list[Column]]:
    """The columns of every table and view."""
    found: defaultdict[str, list[Column]] = defaultdict(list)
    rows = con.execute(
        "SELECT table_name, column_name, data_type, unit, comment FROM dictionary ORDER BY table_name, column_no"
    ).fetchall()
    for table, name, data_type, unit, comment in rows:
        if table not in OURS:
            found[table].append(Column(name, data_type, unit, comment))
    return dict(found)


def render(con: DuckDBPyConnection) -> str:
    """The page, from an open lake."""
    columns = read_columns(con)
    comments = dict(con.execute("SELECT table_name, comment FROM duckdb_tables()").fetchall())
    views = sorted(read_views(), key=lambda view: view.name)
    tables = sorted(columns.keys() - {view.name for view in views})
    grains = table_grains()
    parts = [HEAD, "## The views\n", "| view | what it is |\n|---|---|"]
    parts += [f"| [{view.name}](#{view.name}) | {_cell(view.comment)} |" for view in views]
    parts += ["\n## Ten questions\n", QUESTIONS_HEAD, *(_question_text(one) for one in read_questions())]
    parts += ["\n## The picture\n", PICTURE_HEAD, er_diagram(columns, tables)]
    parts += ["\n## Columns of the views\n", COLUMNS_HEAD]
    for view in views:
        parts += [_title(view.name, view.comment, view.grain)]
        base = f"{view.name.removesuffix('_latest')}_daily"
        if view.name.endswith("_latest"):
            parts += [f"The columns of [{base}](#{base})."]
        else:
            parts += list(_column_rows(columns[view.name]))
    parts += ["\n## Columns of the tables\n", TABLES_HEAD]
    for table in tables:
        parts += [_title(table, comments[table], grains[table]), *_column_rows(columns[table])]
    return "\n".join(parts) + "\n"


def main(arguments: list[str]) -> int:
    """Write the page; with ``--check`` only say whether it is stale (exit code 1)."""
    with TemporaryDirectory() as folder:
        home = Path(folder)
        config = LakeConfig(catalog=str(home / "catalog.sqlite"), data_path=str(home / "files"), temp_dir=home / "tmp")
        lake = Lake(config)
        lake.migrate()
        with lake.reader() as con:
            text = render(con)
    if "--check" not in arguments:
        PAGE.write_text(text, encoding="utf-8")
        return 0
    if PAGE.is_file() and PAGE.read_text(encoding="utf-8") == text:
        return 0
    sys.stderr.write("docs/warehouse.md is stale; `make dictionary` writes it again\n")
    return 1


def _question(path: Path) -> Question:
    text = path.read_text(encoding="utf-8")
    said = _HEADER.findall(text)
    if not said or said[0][0] != "Question":
        raise ValueError(f"{path.name}: found {text[:40]!r}; expected a first line '-- Question: …'")
    sql = "\n".join(line for line in text.splitlines() if not line.startswith("-- "))
    return Question(path.stem, said[0][1], tuple(text for key, text in said if key == "Note"), sql.strip())


def _question_text(question: Question) -> str:
    notes = "".join(f"{note}\n" for note in question.notes)
    return f"### {question.text}\n\n{notes}{chr(10) if notes else ''}```sql\n{question.sql}\n```\n"


def _title(name: str, comment: str, grain: str) -> str:
    return f"\n### {name}\n\n{comment}\n\nOne row: {grain}.\n"


def _column_rows(columns: list[Column]) -> Iterator[str]:
    yield "| column | type | unit | meaning |\n|---|---|---|---|"
    for column in columns:
        yield f"| {column.name} | {column.data_type} | {column.unit or ''} | {_cell(column.comment)} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;").replace("\n", " ")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
