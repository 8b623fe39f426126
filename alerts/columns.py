"""Text for a terminal: display width, wrapping that knows Chinese, columns, and a line of blocks for a chart. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

WIDTH = 78
_BLOCKS = "▁▂▃▄▅▆▇█"


def width(text: str) -> int:
    """Columns that ``text`` takes in a terminal: two for a wide character, none for a combining one."""
    return sum(_columns(one) for one in text)


def _columns(one: str) -> int:
    if unicodedata.combining(one):
        return 0
    return 2 if unicodedata.east_asian_width(one) in "WF" else 1


def wrapped(text: str, hang: int = 0, first: int | None = None) -> str:
    """``text`` in lines of at most ``WIDTH`` columns, the second and later ones indented by ``hang`` spaces.

    ``first``: columns that are taken already on the first line (default: none). Breaks at spaces and beside wide
    characters; what has neither, such as an address or a hash, stays whole to be copied.
    """
    lines, line, used = [], "", first or 0
    for piece in _pieces(text):
        needed = width(piece.rstrip())
        if line.strip() and used + needed > WIDTH:
            lines.append(line.rstrip())
            line, used, piece = " " * hang, hang, piece.lstrip()  # noqa: PLW2901 (a line begins with no space)
        line, used = line + piece, used + width(piece)
    return "\n".join([*lines, line.rstrip()])


def _pieces(text: str) -> list[str]:
    """Where a line may break: words with the space after them, and single wide characters."""
    found: list[str] = []
    for word in re.findall(r"\S+\s*|\s+", text):
        if word.startswith(("http://", "https://")) or width(word) == len(word):
            found.append(word)
        else:
            found.extend(re.findall(r"[\u2e80-\uffef][，。、；：！？）”》]*\s*|[^\u2e80-\uffef]+", word))
    return found


def column_of(labels: Sequence[str], least: int = 12, most: int = 26) -> int:
    """Where the texts beside ``labels`` begin, so that they stand under each other; longer labels stand apart."""
    return max([least, *(width(one) + 2 for one in labels if width(one) + 2 <= most)])


def row(label: str, text: str, indent: int = 4, column: int = 12) -> str:
    """A label and its text in two columns, the text wrapped under itself."""
    start = indent + max(column, width(label) + 2)
    head = " " * indent + label + " " * (start - indent - width(label))
    return head + wrapped(text, start, start)


def sparkline(values: Sequence[float]) -> str:
    """The values as blocks of eight heights, the least and the greatest at the ends; empty under two values."""
    if len(values) < 2:
        return ""
    low, high = min(values), max(values)
    step = (high - low) / (len(_BLOCKS) - 1)
    return "".join(_BLOCKS[round((value - low) / step) if step else 0] for value in values)
