"""Which figures a board leads with, and what they say. Pure: rows in, choices out; no SQL, no words, no HTML."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

Row = Mapping[str, Any]
Trend = Literal["rising", "falling", "steady"]

MEASURES = ("units_30d", "units_shown", "gmv_30d", "listings")
MOVES = ("entered", "dropped", "climbed", "fell", "sold_out", "cheaper", "dearer")
HHI_MODERATE = 1000
HHI_HIGH = 1800
HHI_TOP = 10_000
TREND_POINTS = 50


@dataclass(frozen=True, slots=True)
class Lead:
    """What a board leads with: the measure, and the kind of sales figure and currency it is of."""

    measure: str
    basis: str | None
    window_days: int | None
    currency: str | None

    def leads(self, row: Row) -> bool:
        """Whether ``row`` of a mart by measure is of this lead."""
        return self == Lead.of(row)

    @classmethod
    def of(cls, row: Row) -> Lead:
        """The measure, basis, window and currency of a mart's row."""
        return cls(row["measure"], row["units_basis"], row["units_window_days"], row["currency"])


NO_LEAD = Lead("listings", None, None, None)


def choose_lead(rows: Sequence[Row]) -> Lead | None:
    """The measure to lead with, of one snapshot's concentration rows: sales before shelf, best filled basis first.

    A measure counts only where its total is above nothing; None where there is no row at all.
    """
    for measure in MEASURES:
        known = [row for row in rows if row["measure"] == measure and row["hhi"] is not None]
        if known:
            best = max(known, key=lambda row: (row["families_known"], row["units_basis"] or "", row["currency"] or ""))
            return Lead.of(best)
    return None


def lead_row(rows: Sequence[Row], lead: Lead | None) -> Row | None:
    """The row of ``rows`` that the lead names."""
    if lead is None:
        return None
    return next((row for row in rows if lead.leads(row)), None)


def of_basis(rows: Sequence[Row], lead: Lead | None) -> list[Row]:
    """The rows of the lead's basis; those of the first basis where it has none (a lead by shelf has no basis)."""
    if not rows:
        return []
    bases = [row["units_basis"] for row in rows]
    basis = lead.basis if lead is not None and lead.basis in bases else bases[0]
    return [row for row in rows if row["units_basis"] == basis]


def trend(history: Sequence[Row], column: str = "hhi", *, least: float = TREND_POINTS) -> Trend | None:
    """Where ``column`` went since the first of the last eight points; under ``least`` it counts as steady."""
    values = [row[column] for row in history if row[column] is not None][-8:]
    if len(values) < 2:
        return None
    change = values[-1] - values[0]
    if abs(change) < least:
        return "steady"
    return "rising" if change > 0 else "falling"


def market_band(bands: Sequence[Row]) -> Row | None:
    """The band with most units, as the mart marked it."""
    return next((row for row in bands if row["market_band"]), None)


def widest_gap(bands: Sequence[Row], *, least: float = 0.03) -> Row | None:
    """The band whose units share is furthest above its listing share, where by at least ``least`` (a share)."""
    open_bands = [row for row in bands if row["gap"] is not None and row["gap"] >= least]
    return max(open_bands, key=lambda row: row["gap"], default=None)


def own_outside_market_band(bands: Sequence[Row]) -> list[Row]:
    """The bands other than the market band that hold own listings."""
    if market_band(bands) is None:
        return []
    return [row for row in bands if row["own_listings"] and not row["market_band"]]


def moves(rows: Sequence[Row]) -> dict[str, list[Row]]:
    """The movement rows by kind: entered, dropped, climbed, fell, sold_out, cheaper, dearer."""
    kinds: dict[str, list[Row]] = {kind: [] for kind in MOVES}
    for row in rows:
        kinds[row["move"]].append(row)
    return kinds
