"""The folded key under which spellings of one brand meet: ``Levi's`` = ``LEVI’S`` = ``levis``.

Loading, the brand aliases and the watchlist all fold with this one function, so that their keys join.
"""

from __future__ import annotations

import unicodedata

# Letters, marks, numbers, and the symbols that tell names apart (+, $); everything else folds away.
_KEPT = ("L", "M", "N", "Sm", "Sc")
# Removed before NFKC, which would turn them into letters or marks: ™ into "TM", ´ into a combining accent.
_DROPPED = dict.fromkeys(map(ord, "™℠´¨¸ʹʻʼʽˈˊˋ"))


def brand_key(text: str | None) -> str | None:
    """``text`` after NFKC, case folding, and removal of punctuation and white space; None where nothing is left."""
    if text is None:
        return None
    plain = unicodedata.normalize("NFKC", text.translate(_DROPPED))
    folded = unicodedata.normalize("NFKC", plain.casefold())
    return "".join(one for one in folded if unicodedata.category(one).startswith(_KEPT)) or None
