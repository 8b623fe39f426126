"""From a category's rows to what its page says: charts, headline, sentences, and where each page lives.

Pure but for the drawing; no SQL and no files. Templates only lay out what is decided here.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import PurePosixPath
from typing import Any

from boards.charts import COLOURS, Chart, Line, Point, draw_lines, draw_spark
from boards.figures import (
    HHI_HIGH,
    HHI_MODERATE,
    HHI_TOP,
    NO_LEAD,
    Trend,
    lead_row,
    market_band,
    moves,
    of_basis,
    own_outside_market_band,
    trend,
    widest_gap,
)
from boards.read import CategoryRows, Row
from boards.trace import QUESTIONS, question
from boards.wording import Wording

_SLUG = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
SHARES_SHOWN = 12
SHARE_ROOM = 1.3
NO_BOUND = 0.995


@dataclass(frozen=True, slots=True)
class CategoryView:
    """Everything the category page and the overview tile lay out."""

    rows: CategoryRows
    page: PurePosixPath
    market: Row | None
    concentration: Row | None
    trend: Trend | None
    spark: str | None
    bands: list[Row]
    market_band: Row | None
    gap_band: Row | None
    own_outside: list[Row]
    moves: dict[str, list[Row]]
    colours: Mapping[str, int]
    share_scale: float
    share_chart: Chart | None
    hhi_chart: Chart | None
    sql: Mapping[str, str]
    firing: int

    @property
    def head(self) -> Row:
        """The snapshot shown and the latest one."""
        return self.rows.head

    @property
    def unbounded_shares(self) -> bool:
        """Whether what the pages show leaves some share without a useful upper bound."""
        return any(row["share_high"] is not None and row["share_high"] >= NO_BOUND for row in self.rows.shares)

    @property
    def exact_hhi(self) -> bool:
        """Whether the pages prove the HHI to the last digit shown."""
        row = self.concentration
        return row is not None and row["hhi_high"] is not None and bool(round(row["hhi_low"]) == round(row["hhi_high"]))

    @property
    def unbounded_hhi(self) -> bool:
        """Whether what the pages show leaves the HHI without a useful upper bound."""
        row = self.concentration
        return row is None or row["hhi_high"] is None or row["hhi_high"] >= HHI_TOP * NO_BOUND

    @property
    def overtaken(self) -> bool:
        """Whether a newer snapshot than the one shown is there, and incomplete."""
        return bool(self.head["latest_at"] > self.head["observed_at"])

    @property
    def healthy(self) -> bool:
        """Whether the latest snapshot is complete."""
        return bool(self.head["latest_complete"])


def page_path(source: str, category_id: str) -> PurePosixPath:
    """Where a category's page lives under the boards' folder. Odd names are hashed, never used as a path."""
    return PurePosixPath(_slug(source)) / f"{_slug(category_id)}.html"


def brand_name(row: Row, wording: Wording) -> str:
    """The brand as people know it; its folded text where config/brands.yaml does not list it."""
    name = row["brand"] or row["brand_key"]
    return str(name) if name else wording.say("brand.unknown")


def view_category(rows: CategoryRows, wording: Wording) -> CategoryView:
    """The view of one category."""
    bands = of_basis(rows.bands, rows.lead)
    colours = _colours(rows)
    largest = max([row["share"] or 0.0 for row in rows.shares[:SHARES_SHOWN]], default=0.0)
    return CategoryView(
        rows=rows,
        page=page_path(rows.head["source"], rows.head["category_id"]),
        market=rows.market[0] if rows.market else None,
        concentration=lead_row(rows.concentration, rows.lead),
        trend=trend(rows.concentration_history),
        spark=draw_spark(_points(rows.concentration_history, "hhi")),
        bands=bands,
        market_band=market_band(bands),
        gap_band=widest_gap(bands),
        own_outside=own_outside_market_band(bands),
        moves=moves(rows.movement),
        colours=colours,
        share_scale=min(largest * SHARE_ROOM, 1.0) or 1.0,
        share_chart=_share_chart(rows, colours, wording),
        hhi_chart=_hhi_chart(rows),
        sql=_questions(rows),
        firing=sum(1 for episode in rows.episodes if episode["state"] == "firing"),
    )


def _slug(name: str) -> str:
    return name if _SLUG.fullmatch(name) else f"x-{hashlib.sha256(name.encode()).hexdigest()[:16]}"


def _points(history: list[Row], column: str, low: str | None = None, high: str | None = None) -> list[Point]:
    return [
        Point(
            row["observed_at"], row["observed_on"], row[column], row[low] if low else None, row[high] if high else None
        )
        for row in history
        if row[column] is not None
    ]


def _colours(rows: CategoryRows) -> dict[str, int]:
    """The brands drawn over time -> their colour, in the order of their share now."""
    drawn = {row["brand_key"] for row in rows.share_history}
    ordered = [row["brand_key"] for row in rows.shares if row["brand_key"] in drawn]
    return {key: number for number, key in enumerate(ordered[:COLOURS], start=1)}


def _share_chart(rows: CategoryRows, colours: Mapping[str, int], wording: Wording) -> Chart | None:
    names = {row["brand_key"]: row for row in rows.shares}
    lines = []
    for key, colour in colours.items():
        history = [row for row in rows.share_history if row["brand_key"] == key]
        own = names[key]["ownership"] == "own"
        lines.append(Line(brand_name(names[key], wording), colour, _points(history, "share"), own))
    return draw_lines(lines)


def _hhi_chart(rows: CategoryRows) -> Chart | None:
    line = Line("HHI", 1, _points(rows.concentration_history, "hhi", "hhi_low", "hhi_high"))
    return draw_lines([line], least_top=HHI_HIGH * 1.1)


def _questions(rows: CategoryRows) -> dict[str, str]:
    values: dict[str, Any] = {key: rows.head[key] for key in ("source", "category_id", "observed_at")}
    values |= asdict(rows.lead or NO_LEAD)
    about = [name for name, text in QUESTIONS.items() if "{source}" in text]
    return {name: question(name, values) for name in about}


LEVELS = (HHI_MODERATE, HHI_HIGH)
