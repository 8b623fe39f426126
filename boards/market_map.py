"""The market map: every product of a list by its price and its proved sales, own and rival ones in colour.

Both axes are logarithmic, because both quantities spread over orders of magnitude. Only what is priced in the list's
commonest currency, and of the basis the board leads with, and above 0 can stand on it; the rest is counted and said.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import floor, log10
from typing import Any

from boards.charts import draw
from boards.figures import Lead, Row
from boards.plot import Tick

LEAST_SPOTS = 5
COLOUR_OF = {None: 7, "rival": 2, "own": 1}  # in the order they are drawn: own ones on top
_ROOM = 1.15
_STEPS = (1, 2, 5)


@dataclass(frozen=True, slots=True)
class _Log:
    low: float
    top: float

    def place(self, value: float) -> float:
        return 100 * (log10(value) - log10(self.low)) / (log10(self.top) - log10(self.low))


@dataclass(frozen=True, slots=True)
class MarketMap:
    """A drawn map. ``hover``: JSON of [row of the ranking, left, bottom] in per cent. ``unplaced``: not on it."""

    svg: str
    across: Sequence[Tick]
    up: Sequence[Tick]
    currency: str | None
    shown: bool
    spots: int
    unplaced: int
    hover: str
    best: Row
    measure: str
    prices: tuple[float, float]

    def across_band(self, low: float, high: float | None) -> tuple[float, float]:
        """Where a price band ``[low, high)`` stands on the map, per cent from the left, cut at its sides."""
        axis = _Log(*self.prices)
        left = axis.place(float(low)) if low else 0.0
        right = 100.0 if high is None else axis.place(float(high))
        return min(max(left, 0.0), 100.0), min(max(right, 0.0), 100.0)


def draw_map(ranking: Sequence[Row], lead: Lead | None) -> MarketMap | None:
    """The map of a ranking; None with fewer than five products to place."""
    column = _column(ranking, lead)
    basis = lead.basis if lead else None
    priced = Counter(row["currency"] for row in ranking if row["price"])
    currency = priced.most_common(1)[0][0] if priced else None
    placed = [
        (number, float(row["price"]), float(row[column]), row)
        for number, row in enumerate(ranking)
        if row["price"] and row["currency"] == currency and row[column] and basis in (None, row["units_basis"])
    ]
    if len(placed) < LEAST_SPOTS:
        return None
    x, y = _axis([price for _, price, _, _ in placed]), _axis([units for _, _, units, _ in placed])
    spots: list[dict[str, Any]] = [
        {"x": price, "y": units, "colour": str(COLOUR_OF[row["ownership"]])}
        for _, price, units, row in sorted(placed, key=lambda spot: list(COLOUR_OF).index(spot[3]["ownership"]))
    ]
    signals = {"x_low": x.low, "x_top": x.top, "y_low": y.low, "y_top": y.top}
    hover = [[number, round(x.place(price), 2), round(y.place(units), 2)] for number, price, units, _ in placed]
    return MarketMap(
        svg=draw("spots", spots, signals),
        across=_ticks(x),
        up=_ticks(y),
        currency=currency,
        shown=column == "units_low",
        spots=len(placed),
        unplaced=len(ranking) - len(placed),
        hover=json.dumps(hover, separators=(",", ":")),
        best=max(placed, key=lambda spot: spot[2])[3],
        measure=column,
        prices=(x.low, x.top),
    )


def _column(ranking: Sequence[Row], lead: Lead | None) -> str:
    """Units of 30 days where any product's are known, else the figures as shown."""
    if lead is not None and lead.measure == "units_shown":
        return "units_low"
    return "units_30d_low" if any(row["units_30d_low"] for row in ranking) else "units_low"


def _axis(values: Sequence[float]) -> _Log:
    return _Log(min(values) / _ROOM, max(values) * _ROOM)


def _ticks(axis: _Log) -> list[Tick]:
    """Round values inside the axis: 1, 2, 5 times a power of ten; powers of ten alone where that would be many."""
    powers = range(floor(log10(axis.low)), floor(log10(axis.top)) + 1)
    values = [step * 10.0**power for power in powers for step in _STEPS if axis.low <= step * 10.0**power <= axis.top]
    if len(values) > 6:
        values = [value for value in values if log10(value).is_integer()]
    return [Tick(value, axis.place(value)) for value in values]
