"""Builds the boards: an overview, a page a category and a data-health page, as files that need nothing but a browser.

Entry point of the room. Reads the marts through a connection it is given, and writes into a folder it is given; knows
neither settings, clock nor web server.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from pathlib import Path

import duckdb

from boards.files import remove_stale, write_text
from boards.pages import LEVELS, SHARES_SHOWN, CategoryView, view_category
from boards.read import HEALTH_DAYS, HISTORY_DAYS, RANKING_ROWS, read_categories, read_health
from boards.render import Press
from boards.trace import question
from boards.wording import Wording


def build_boards(
    con: duckdb.DuckDBPyConnection, out_dir: Path, *, locale: str = "en", generated_at: datetime
) -> list[Path]:
    """Writes every board page under ``out_dir`` and returns the paths, the overview first.

    ``generated_at`` (aware) is printed on the pages; the figures depend on the warehouse alone. Each page is replaced
    whole; pages of categories that are gone are removed. Raises ValueError for an unknown ``locale`` (en, zh-CN).
    """
    wording = Wording(locale)
    press = Press(wording, generated_at)
    views = [view_category(rows, wording) for rows in read_categories(con)]
    written = [write_text(out_dir / "index.html", _overview(press, views))]
    written += [write_text(out_dir / view.page, _category(press, view, views)) for view in views]
    written.append(write_text(out_dir / "health.html", _health(press, con, views, out_dir)))
    remove_stale(out_dir, written)
    return written


def _overview(press: Press, views: Sequence[CategoryView]) -> str:
    by_source = [(source, list(group)) for source, group in groupby(views, key=lambda view: view.head["source"])]
    return press.page(
        "index",
        root="",
        by_source=by_source,
        views=views,
        firing=sum(view.firing for view in views),
        unhealthy=sum(not view.healthy for view in views),
        simulated=any(view.head["simulated"] for view in views),
        latest_at=max((view.head["latest_at"] for view in views), default=None),
        sql=question("overview"),
    )


def _category(press: Press, view: CategoryView, views: Sequence[CategoryView]) -> str:
    siblings = [other for other in views if other.head["source"] == view.head["source"]]
    return press.page(
        "category",
        root="../",
        view=view,
        head=view.head,
        siblings=siblings,
        levels=LEVELS,
        shares_shown=SHARES_SHOWN,
        ranking_rows=RANKING_ROWS,
        history_days=HISTORY_DAYS,
        simulated=view.head["simulated"],
    )


def _health(press: Press, con: duckdb.DuckDBPyConnection, views: Sequence[CategoryView], out_dir: Path) -> str:
    health = read_health(con)
    turned_away: Counter[str] = Counter()
    for row in health.quarantine:
        turned_away[row["source"]] += row["rows_turned_away"]
    return press.page(
        "health",
        root="",
        health=health,
        views=views,
        turned_away=turned_away,
        health_days=HEALTH_DAYS,
        data_docs=_latest_data_docs(out_dir.parent / "data_docs"),
        simulated=any(view.head["simulated"] for view in views),
        sql={name: question(name) for name in ("captures", "days", "quarantine", "runs")},
    )


def _latest_data_docs(folder: Path) -> list[tuple[str, str]]:
    """The newest Data Docs of each source: its name, and the link from the data-health page."""
    newest = {path.parent.parent.name: path for path in sorted(folder.glob("[!.]*/[!.]*/index.html"))}
    return [(source, f"../{path.relative_to(folder.parent).as_posix()}") for source, path in newest.items()]
