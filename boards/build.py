"""Builds the boards: an overview, a page a category, a page a watched product and brand, and a data-health page, in
every language, as files that need nothing but a browser.

Entry point of the room. Reads the marts through a connection it is given, and writes into a folder it is given; knows
neither settings, clock nor web server.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import groupby
from pathlib import Path, PurePosixPath
from typing import Any

import duckdb

from boards.campaigns import PHASES, Campaign, read_campaigns
from boards.files import remove_stale, write_text
from boards.health import LATE_AFTER, Freshness, freshness
from boards.pages import LEVELS, SHARES_SHOWN, CategoryView, view_category
from boards.paths import CAMPAIGNS, HEALTH, INDEX
from boards.read import HEALTH_DAYS, HISTORY_DAYS, RANKING_ROWS, HealthRows, read_categories, read_health, watched_most
from boards.render import Press, editions
from boards.thresholds import Threshold
from boards.trace import question
from boards.watched import Watched

Page = tuple[PurePosixPath, str]
ALERTS_SHOWN = 4
ALERTS_MOST = 100


def build_boards(
    con: duckdb.DuckDBPyConnection,
    out_dir: Path,
    *,
    locale: str = "en",
    generated_at: datetime,
    thresholds: Sequence[Threshold] | None = (),
) -> list[Path]:
    """Writes every board page under ``out_dir`` and returns the paths, the overview first.

    The pages in ``locale`` stand at the root, those of every other language in a folder of its own. ``generated_at``
    (aware) is printed on the pages and tells what is late; the figures depend on the warehouse alone. ``thresholds``:
    the levels that alert rules watch; None where the rules can't be read, which the pages say. Each page is replaced
    whole; pages of categories that are gone are removed. Raises ValueError for an unknown ``locale`` (en, zh-CN).
    """
    every = editions(locale)
    views = [view_category(rows, thresholds or ()) for rows in read_categories(con)]
    campaigns = read_campaigns(con)
    site = {
        "generated_at": generated_at,
        "has_campaigns": bool(campaigns),
        "rules_unreadable": thresholds is None,
        "category_titles": {view.rows.key: view.head["category_title"] for view in views},
        "category_pages": {view.rows.key: view.page for view in views},
    }
    presses = [Press(edition, every, site) for edition in every]
    health = read_health(con, generated_at)
    fresh = freshness([view.head for view in views], generated_at)
    docs = _latest_data_docs(out_dir.parent / "data_docs")
    written = [
        write_text(out_dir / press.edition.folder / path, text)
        for press in presses
        for path, text in [*_pages(press, views, health, fresh, docs), *_campaign_pages(press, campaigns, views)]
    ]
    remove_stale(out_dir, written)
    return written


def _pages(
    press: Press,
    views: Sequence[CategoryView],
    health: HealthRows,
    fresh: Sequence[Freshness],
    docs: Sequence[tuple[str, str]],
) -> Iterator[Page]:
    """Every page of one language: where it lives inside its edition, and its text."""
    yield INDEX, _overview(press, views, fresh)
    for view in views:
        yield view.page, _category(press, view, views)
        for one in [*view.brands, *view.items]:
            yield one.page, _watched(press, view, one)
    yield HEALTH, _health(press, views, health, fresh, docs)


def _campaign_pages(press: Press, campaigns: Sequence[Campaign], views: Sequence[CategoryView]) -> Iterator[Page]:
    """The list of campaigns and a page each; nothing where none was ever observed."""
    simulated = {view.head["source"] for view in views if view.head["simulated"]}
    if campaigns:
        any_simulated = any(block.source in simulated for one in campaigns for block in one.blocks)
        yield CAMPAIGNS, press.page("campaigns", CAMPAIGNS, campaigns=campaigns, simulated=any_simulated)
    for one in campaigns:
        marked = any(block.source in simulated for block in one.blocks)
        yield one.page, press.page("campaign", one.page, one=one, phases=PHASES, simulated=marked)


def _overview(press: Press, views: Sequence[CategoryView], fresh: Sequence[Freshness]) -> str:
    by_source = [(source, list(group)) for source, group in groupby(views, key=lambda view: view.head["source"])]
    firing = [(view, row) for view in views for row in view.rows.open_episodes if row["state"] == "firing"]
    firing.sort(key=lambda pair: (pair[1]["severity"] != "immediate", -pair[1]["fired_at"].timestamp()))
    return press.page(
        "index",
        INDEX,
        by_source=by_source,
        views=views,
        alerts=firing[:ALERTS_SHOWN],
        more_alerts=firing[ALERTS_SHOWN:ALERTS_MOST],
        alerts_most=ALERTS_MOST,
        firing=len(firing),
        unhealthy=sum(not view.healthy for view in views),
        late=[one for one in fresh if one.late],
        simulated=any(view.head["simulated"] for view in views),
        latest_at=max((view.head["latest_at"] for view in views), default=None),
        sql=question("overview"),
    )


def _category(press: Press, view: CategoryView, views: Sequence[CategoryView]) -> str:
    siblings = [other for other in views if other.head["source"] == view.head["source"]]
    return press.page("category", view.page, siblings=siblings, watched_most=watched_most(len(views)), **_about(view))


def _watched(press: Press, view: CategoryView, one: Watched) -> str:
    return press.page("watched", one.page, one=one, **_about(view))


def _about(view: CategoryView) -> dict[str, Any]:
    return {
        "view": view,
        "head": view.head,
        "levels": LEVELS,
        "shares_shown": SHARES_SHOWN,
        "ranking_rows": RANKING_ROWS,
        "history_days": HISTORY_DAYS,
        "simulated": view.head["simulated"],
    }


def _health(
    press: Press,
    views: Sequence[CategoryView],
    health: HealthRows,
    fresh: Sequence[Freshness],
    docs: Iterable[tuple[str, str]],
) -> str:
    turned_away: Counter[str] = Counter()
    for row in health.quarantine:
        turned_away[row["source"]] += row["rows_turned_away"]
    return press.page(
        "health",
        HEALTH,
        health=health,
        views=views,
        fresh=fresh,
        late_after=LATE_AFTER,
        turned_away=turned_away,
        health_days=HEALTH_DAYS,
        data_docs=docs,
        simulated=any(view.head["simulated"] for view in views),
        sql={name: question(name) for name in ("captures", "days", "quarantine", "runs", "snoozes")},
    )


def _latest_data_docs(folder: Path) -> list[tuple[str, str]]:
    """The newest Data Docs of each source: its name, and the path from the folder above the boards."""
    newest = {path.parent.parent.name: path for path in sorted(folder.glob("[!.]*/[!.]*/index.html"))}
    return [(source, path.relative_to(folder.parent).as_posix()) for source, path in newest.items()]
