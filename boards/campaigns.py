"""What a campaign's page shows: each category, its brands and its products before, during and after the campaign and at
the same campaign a year earlier. Reads the campaign marts, which hold a row a phase; no words, no HTML."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

import duckdb

from boards.figures import Row
from boards.paths import campaign_path
from boards.read import fetch_rows
from boards.trace import question

PHASES = ("before", "during", "after", "last_year")
CAMPAIGNS_MOST = 6
ROWS_MOST = 8
Phases = Mapping[str, Row]


@dataclass(slots=True)
class Line:
    """A brand or product of a campaign: what it is, and its row in each phase."""

    facts: Row
    phases: Phases

    @property
    def most(self) -> float:
        """The greatest proved units of any phase, to draw bars by."""
        return max((row["units_30d_low"] or 0.0 for row in self.phases.values()), default=0.0)


@dataclass(slots=True)
class Block:
    """A category in a campaign, in one basis and currency."""

    source: str
    category_id: str
    basis: str | None
    currency: str | None
    phases: Phases
    sql: Mapping[str, str]
    brands: list[Line] = field(default_factory=list)
    items: list[Line] = field(default_factory=list)

    @property
    def top(self) -> float:
        """The greatest mean of units of any phase, to draw bars by."""
        return max((row["units_30d_low"] or 0.0 for row in self.phases.values()), default=0.0) or 1.0

    @property
    def gainer(self) -> Line | None:
        """Of the brands listed, the one whose share of units rose most since the days before; None where none rose."""
        rises = [line for line in self.brands if (line.phases.get("during") or {}).get("share_change")]
        best = max(rises, key=lambda line: line.phases["during"]["share_change"], default=None)
        return best if best and best.phases["during"]["share_change"] > 0 else None

    @property
    def riser(self) -> Line | None:
        """Of the products listed, the one whose proved units rose most; None where none rose."""
        rises = [line for line in self.items if _has_change(line.phases) and _change(line.phases) > 0]
        return max(rises, key=lambda line: _change(line.phases), default=None)


@dataclass(slots=True)
class Campaign:
    """One edition of a campaign, of every source that observed some of it."""

    campaign: str
    year: int
    titles: Mapping[str, str]
    starts_on: Any
    ends_on: Any
    page: PurePosixPath
    blocks: list[Block]

    @property
    def by_change(self) -> list[Block]:
        """The categories by the change of their units during it, the greatest rise first; those without one last."""
        return sorted(self.blocks, key=lambda block: -(_change(block.phases) if _has_change(block.phases) else -1e9))


def _has_change(phases: Phases) -> bool:
    return "during" in phases and phases["during"]["units_change"] is not None


def _change(phases: Phases) -> float:
    return float(phases["during"]["units_change"])


def read_campaigns(con: duckdb.DuckDBPyConnection) -> list[Campaign]:
    """The latest editions, the newest first."""
    rows = fetch_rows(con, "campaigns", {"campaigns_most": CAMPAIGNS_MOST})
    if not rows:
        return []
    asked = sorted({(row["source"], row["campaign"], row["year"]) for row in rows})
    scope = {
        "campaign_sources": [source for source, _, _ in asked],
        "campaigns": [campaign for _, campaign, _ in asked],
        "years": [year for _, _, year in asked],
        "campaign_rows": ROWS_MOST,
    }
    lines = fetch_rows(con, "campaign_lines", scope)
    brands, items = (_lines(row for row in lines if row["kind"] == kind) for kind in ("brand", "item"))
    blocks = _blocks(rows, brands, items)
    return sorted(_campaigns(rows, blocks), key=lambda one: (one.starts_on, one.campaign), reverse=True)


def _key(row: Row) -> tuple[Any, ...]:
    return tuple(row[name] for name in ("source", "category_id", "campaign", "year", "units_basis", "currency"))


def _lines(rows: Iterable[Row]) -> dict[tuple[Any, ...], list[Line]]:
    """By category and edition, in the order of the rows."""
    phases: dict[tuple[Any, ...], dict[str, Row]] = defaultdict(dict)
    for row in rows:
        phases[(*_key(row), row["entity"])][row["phase"]] = row
    lines: dict[tuple[Any, ...], list[Line]] = defaultdict(list)
    for key, found in phases.items():
        lines[key[:-1]].append(Line(next(iter(found.values())), found))
    return lines


def _blocks(
    rows: Sequence[Row], brands: Mapping[tuple[Any, ...], list[Line]], items: Mapping[tuple[Any, ...], list[Line]]
) -> dict[tuple[str, int], list[Block]]:
    phases: dict[tuple[Any, ...], dict[str, Row]] = defaultdict(dict)
    for row in rows:
        phases[_key(row)][row["phase"]] = row
    blocks: dict[tuple[str, int], list[Block]] = defaultdict(list)
    for key, found in phases.items():
        source, category_id, campaign, year, basis, currency = key
        values = {"source": source, "category_id": category_id, "campaign": campaign, "year": year}
        asked = {name: question(name, values) for name in ("campaign", "campaign_brands", "campaign_items")}
        block = Block(source, category_id, basis, currency, found, asked)
        block.brands, block.items = brands.get(key, []), items.get(key, [])
        blocks[campaign, year].append(block)
    return blocks


def _campaigns(rows: Sequence[Row], blocks: Mapping[tuple[str, int], list[Block]]) -> Iterable[Campaign]:
    first = {(row["campaign"], row["year"]): row for row in reversed(rows)}
    for (campaign, year), mine in blocks.items():
        row = first[campaign, year]
        titles = {"en": row["title_en"] or campaign, "zh-CN": row["title_zh"] or campaign}
        page = campaign_path(f"{campaign}-{year}")
        yield Campaign(campaign, year, titles, row["starts_on"], row["ends_on"], page, mine)
