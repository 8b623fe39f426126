"""The folded key under which spellings of one brand meet: ``Levi's`` = ``LEVI’S`` = ``levis``.

Loading, the brand aliases and the watchlist all fold with this one function, so that their keys join.
"""

from __future__ import annotations

import unicodedata

_KEPT = ("L", "M", "N", "S")  # letters, marks, numbers, symbols; punctuation, white space and controls fold away


def brand_key(text: str | None) -> str | None:
    """``text`` after NFKC, case folding, and removal of punctuation and white space; None where nothing is left."""
    if text is None:
        return None
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return "".join(one for one in folded if unicodedata.category(one).startswith(_KEPT)) or None
