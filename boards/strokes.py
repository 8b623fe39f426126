"""SVG paths of lines over time, written directly: for the many small charts of watched products and of the ranking.

The categories' own charts are Altair's (boards/charts.py); a page a product makes thousands of lines, and 16 ms each
would be minutes (docs/decisions/0020-board-charts.md). Pure: numbers in, text out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

WIDTH, HEIGHT = 300, 100


@dataclass(frozen=True, slots=True)
class Axis:
    """A linear axis from ``bottom`` to ``top``; a rank's top is 1 and its bottom is a greater number."""

    bottom: float
    top: float
    ticks: tuple[float, ...]

    def place(self, value: float) -> float:
        """How high ``value`` stands, per cent from the bottom; not clipped."""
        return 100 * (value - self.bottom) / (self.top - self.bottom)


def step_of(width: float, most: int = 4) -> float:
    """A step of 1, 2 or 5 times a power of ten that divides ``width`` into at most about ``most`` parts."""
    raw = width / most
    power = 10.0 ** floor(log10(raw))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= raw * (1 - 1e-9))


def amount_axis(greatest: float, most: int = 4) -> Axis:
    """From 0 to a round number that reaches at least ``greatest``."""
    if greatest <= 0:
        return Axis(0.0, 1.0, (0.0, 1.0))
    step = step_of(greatest, most)
    ticks = tuple(index * step for index in range(ceil(greatest / step - 1e-9) + 1))
    return Axis(0.0, ticks[-1], ticks)


def level_axis(least: float, greatest: float) -> Axis:
    """Around ``least`` … ``greatest``, round, not from 0: for prices, where a small change matters. Never below 0."""
    width = (greatest - least) or max(abs(greatest) * 0.2, 1.0)
    step = step_of(width, 3)
    first = max(floor((least - width * 0.15) / step), 0)
    last = max(ceil((greatest + width * 0.15) / step), first + 1)
    ticks = tuple(index * step for index in range(first, last + 1))
    return Axis(ticks[0], ticks[-1], ticks)


def rank_axis(worst: int) -> Axis:
    """Rank 1 on top; below it round ranks to at least ``worst``."""
    step = max(round(step_of(max(worst, 4), 3)), 1)
    last = max(ceil(worst / step) * step, 2)
    ticks = (1.0, *(float(rank) for rank in range(step, last + 1, step) if rank > 1))
    return Axis(float(last), 1.0, ticks)


def _at(x: float, y: float) -> str:
    return f"{x:.1f} {y:.1f}"


def line_path(places: Sequence[tuple[float, float | None]]) -> str:
    """The ``d`` of a line through (x, y) in per cent from left and bottom; None is a gap, a lone point a dot."""
    parts: list[str] = []
    pen_down = False
    for index, (x, y) in enumerate(places):
        if y is None:
            pen_down = False
            continue
        alone = not pen_down and (index + 1 == len(places) or places[index + 1][1] is None)
        spot = _at(x * WIDTH / 100, HEIGHT - y)
        parts.append(f"M{spot}h.1" if alone else f"{'L' if pen_down else 'M'}{spot}")
        pen_down = True
    return "".join(parts)


def area_path(places: Sequence[tuple[float, float | None, float | None]]) -> str:
    """The ``d`` of the bands between (x, low, high), a closed shape for each stretch in which both are known."""
    shapes: list[str] = []
    stretch: list[tuple[float, float, float]] = []
    for x, low, high in [*places, (0.0, None, None)]:
        if low is not None and high is not None:
            stretch.append((x, low, high))
            continue
        if len(stretch) > 1:
            there = "L".join(_at(x * WIDTH / 100, HEIGHT - high) for x, _, high in stretch)
            back = "L".join(_at(x * WIDTH / 100, HEIGHT - low) for x, low, _ in reversed(stretch))
            shapes.append(f"M{there}L{back}Z")
        stretch = []
    return "".join(shapes)


def svg(shapes: Sequence[str]) -> str:
    """The drawing: stretched to its box, without words, hidden from readers (the figure around it tells)."""
    opening = f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" preserveAspectRatio="none" aria-hidden="true" focusable="false">'
    return f"{opening}{''.join(shapes)}</svg>"


def line_shape(d: str, colour: int, *, dashed: bool = False) -> str:
    """A line in the theme's colour of that number."""
    dash = ' stroke-dasharray="5 4"' if dashed else ""
    style = 'fill="none" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"'
    return f'<path d="{d}" stroke="var(--c{colour})" {style}{dash}/>'


def area_shape(d: str, colour: int) -> str:
    """A band in the theme's colour of that number, faint."""
    return f'<path d="{d}" fill="var(--c{colour})" opacity=".16"/>'
