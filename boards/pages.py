"""From a category's rows to what its page says: charts, headline, sentences, and where each page lives.

Pure but for the drawing; no SQL and no files. Templates only lay out what is decided here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import PurePosixPath
from typing import Any

from boards.charts import COLOURS, draw_lines, draw_spark
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
from boards.market_map import MarketMap, draw_map
from boards.paths import page_path
from boards.plot import Chart, Line, Point
from boards.read import CategoryRows, Row
from boards.thresholds import Threshold
from boards.trace import QUESTIONS, question
from boards.watched import Watched, watch

SHARES_SHOWN = 12
TAGS = ("own", "rival", "new", "out", "cheaper", "band")
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
    map: MarketMap | None
    sparks: Mapping[str, str]
    items: list[Watched]
    brands: list[Watched]
    watched: Mapping[tuple[str, str], Watched]
    verdict: Row | None
    pages_of_captures: Mapping[str, int]
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
    def tags(self) -> dict[str, int]:
        """What the ranking can be filtered by, and how many rows each leaves."""
        counted = Counter(tag for row in self.rows.ranking for tag in self.tags_of(row))
        return {tag: counted[tag] for tag in TAGS}

    def tags_of(self, row: Row) -> list[str]:
        """The filters that a row of the ranking passes."""
        change = row["price_change_share"]
        holds = (
            row["ownership"] == "own",
            row["ownership"] == "rival",
            bool(row["entered"]),
            row["in_stock"] is False,
            change is not None and change < 0,
            self.market_band is not None and row["band_no"] == self.market_band["band_no"],
        )
        return [tag for tag, held in zip(TAGS, holds, strict=True) if held]

    def rank_of(self, item_id: str) -> int | None:
        """Where a product stands in the ranking that the page shows; None where it does not."""
        return next((row["rank"] for row in self.rows.ranking if row["item_id"] == item_id), None)

    def pageless(self, ownership: str) -> list[Row]:
        """The watched products in the ranking, ``own`` or ``rival``, that have no page of their own, by rank."""
        return [
            row
            for row in self.rows.ranking
            if row["ownership"] == ownership
            and row["rank"] is not None
            and ("item", row["item_id"]) not in self.watched
        ]

    @property
    def healthy(self) -> bool:
        """Whether the latest snapshot is complete."""
        return bool(self.head["latest_complete"])


def view_category(rows: CategoryRows, thresholds: Iterable[Threshold] = ()) -> CategoryView:
    """The view of one category, in no language. ``thresholds``: the levels that alert rules watch."""
    bands = of_basis(rows.bands, rows.lead)
    colours = _colours(rows)
    items, brands = watch(rows, thresholds)
    largest = max([row["share"] or 0.0 for row in rows.shares[:SHARES_SHOWN]], default=0.0)
    return CategoryView(
        rows=rows,
        page=page_path(rows.head["source"], rows.head["category_id"]),
        market=rows.market[0] if rows.market else None,
        concentration=lead_row(rows.concentration, rows.lead),
        trend=_trend(rows),
        spark=draw_spark([row["hhi"] for row in rows.concentration_history if row["hhi"] is not None]),
        bands=bands,
        market_band=market_band(bands),
        gap_band=widest_gap(bands),
        own_outside=own_outside_market_band(bands),
        moves=moves(rows.movement),
        colours=colours,
        share_scale=min(largest * SHARE_ROOM, 1.0) or 1.0,
        share_chart=_share_chart(rows, colours),
        hhi_chart=_hhi_chart(rows),
        map=draw_map(rows.ranking, rows.lead),
        sparks={row["item_id"]: draw_spark(row["ups"]) or "" for row in rows.sparks},
        items=items,
        brands=brands,
        verdict=rows.verdict[0] if rows.verdict else None,
        watched={(one.kind, one.id): one for one in [*brands, *items]},
        pages_of_captures={row["capture_id"]: number for number, row in enumerate(rows.captures, start=1)},
        sql=_questions(rows),
        firing=sum(1 for episode in rows.episodes if episode["state"] == "firing"),
    )


def _trend(rows: CategoryRows) -> Trend | None:
    """Where the HHI went: as the verdict has it (against a month before) where it speaks of the same measure, so that a
    page says one thing; else over the last eight snapshots."""
    lead = rows.lead or NO_LEAD
    for verdict in rows.verdict:
        if verdict["hhi_trend"] and (verdict["measure"], verdict["units_basis"]) == (lead.measure, lead.basis):
            told: Trend = verdict["hhi_trend"]
            return told
    return trend(rows.concentration_history)


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


def _share_chart(rows: CategoryRows, colours: Mapping[str, int]) -> Chart | None:
    names = {row["brand_key"]: row for row in rows.shares}
    lines = []
    for key, colour in colours.items():
        history = [row for row in rows.share_history if row["brand_key"] == key]
        own = names[key]["ownership"] == "own"
        lines.append(Line(str(names[key]["brand"] or key), colour, _points(history, "share"), own))
    return draw_lines(lines)


def _hhi_chart(rows: CategoryRows) -> Chart | None:
    bounded: list[Row] = [
        {
            **row,
            "hhi_high": None if row["hhi_high"] is None or row["hhi_high"] >= HHI_TOP * NO_BOUND else row["hhi_high"],
        }
        for row in rows.concentration_history
    ]
    line = Line("HHI", 1, _points(bounded, "hhi", "hhi_low", "hhi_high"))
    return draw_lines([line], least_top=HHI_HIGH * 1.1)


def _questions(rows: CategoryRows) -> dict[str, str]:
    values: dict[str, Any] = {key: rows.head[key] for key in ("source", "category_id", "observed_at")}
    values |= asdict(rows.lead or NO_LEAD)
    about = [name for name, text in QUESTIONS.items() if "{source}" in text and name not in _OF_OTHERS]
    return {name: question(name, values) for name in about}


_OF_OTHERS = {"item", "brand", "campaign", "campaign_brands", "campaign_items"}
LEVELS = (HHI_MODERATE, HHI_HIGH)
