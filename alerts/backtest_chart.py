"""A backtest as a picture: a sparkline for the terminal, and an SVG of every episode on a line of time. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from alerts.backtest import Backtest, Tried
from alerts.wording import clean, shorten

_BARS = "▁▂▃▄▅▆▇█"
_WIDTH, _NAMES, _ROW, _HEAD = 900, 240, 18, 42
_COLOURS = ("#2563eb", "#d97706")
LINES = 200


def sparkline(counts: Sequence[int], width: int = 60) -> str:
    """The counts of days as bars, the most of each stretch of days where they are more than ``width``; blank for 0."""
    if not counts:
        return ""
    step = -(-len(counts) // width)
    most = [max(counts[place : place + step]) for place in range(0, len(counts), step)]
    top = max(*most, 1)
    return "".join(" " if one == 0 else _BARS[-(-one * len(_BARS) // top) - 1] for one in most)


def timeline_svg(title: str, found: Backtest, against: Backtest | None = None) -> str:
    """The episodes, one line an entity, this version's over the other's. Names come from pages and are escaped."""
    versions = [found] if against is None else [found, against]
    names: dict[tuple[str, str, str], str] = {}
    for version in versions:
        for one in version.tried:
            names.setdefault(one.identity[:3], one.name)
    lines = list(names)[:LINES]
    height = _HEAD + _ROW * len(lines) + 30
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img">',
        f'<title>{escape(title)}</title><rect width="100%" height="100%" fill="#fff"/>',
        '<g font-family="sans-serif" font-size="12">',
        f'<text x="8" y="18" font-weight="bold">{escape(title)}</text>',
        f'<text x="{_NAMES}" y="34" fill="#555">{found.start:%Y-%m-%d}</text>',
        f'<text x="{_WIDTH - 8}" y="34" fill="#555" text-anchor="end">{found.end:%Y-%m-%d}</text>',
    ]
    for row, key in enumerate(lines):
        top = _HEAD + row * _ROW
        parts.append(f'<text x="8" y="{top + 12}">{escape(shorten(clean(names[key]), 34))}</text>')
        for number, version in enumerate(versions):
            mine = [one for one in version.tried if one.identity[:3] == key]
            parts += [_bar(one, found, top + 2 + number * 7, number) for one in mine]
    if len(names) > LINES:
        parts.append(f'<text x="8" y="{height - 10}" fill="#555">and {len(names) - LINES} more</text>')
    return "\n".join([*parts, "</g></svg>\n"])


def _bar(one: Tried, found: Backtest, top: int, number: int) -> str:
    whole = max((found.end - found.start).total_seconds(), 1.0)
    scale = (_WIDTH - _NAMES - 8) / whole
    x = _NAMES + (one.fired_at - found.start).total_seconds() * scale
    width = max(((one.ended_at or found.end) - one.fired_at).total_seconds() * scale, 2.0)
    until = f"{one.ended_at:%Y-%m-%d}" if one.ended_at else "open"
    label = escape(f"{clean(one.name)}: {one.fired_at:%Y-%m-%d} to {until}")
    return (
        f'<rect x="{x:.1f}" y="{top}" width="{width:.1f}" height="6" rx="1" fill="{_COLOURS[number]}">'
        f"<title>{label}</title></rect>"
    )
