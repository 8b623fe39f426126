"""How many of what, in English: "1 row", "2,000 rows", "3 categories". For sentences of commands, logs and reasons."""

from __future__ import annotations

_IRREGULAR = {"category": "categories", "entry": "entries", "try": "tries"}


def counted(count: int, noun: str) -> str:
    """``count`` with thousands apart and the noun, whose last word is in the singular, in the number it asks for."""
    if count == 1:
        return f"1 {noun}"
    first, _, last = noun.rpartition(" ")
    several = _IRREGULAR.get(last, f"{last}s")
    return f"{count:,} {first} {several}" if first else f"{count:,} {several}"
