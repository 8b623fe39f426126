"""Where each page lives under the boards' folder. Pure: names in, relative paths out.

The language of the settings stands at the root, every other one in a folder of its own with the same paths inside, so
that a page links its own translation (docs/decisions/0022-board-languages.md). Odd names are hashed, never used as a
path, and so is a source that is called like a language's folder.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import PurePosixPath

from boards.wording import LOCALES

_SLUG = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
_RESERVED = frozenset(tag.lower() for tag in LOCALES) | {"campaigns"}

INDEX = PurePosixPath("index.html")
HEALTH = PurePosixPath("health.html")
CAMPAIGNS = PurePosixPath("campaigns.html")


def slug(name: str) -> str:
    """``name`` where it is safe as a file name on any system, else a hash of it."""
    if _SLUG.fullmatch(name) and name not in _RESERVED:
        return name
    return f"x-{hashlib.sha256(name.encode()).hexdigest()[:16]}"


def page_path(source: str, category_id: str) -> PurePosixPath:
    """The page of a category."""
    return PurePosixPath(slug(source)) / f"{slug(category_id)}.html"


def item_path(source: str, category_id: str, item_id: str) -> PurePosixPath:
    """The page of a watched product in a category."""
    return PurePosixPath(slug(source)) / slug(category_id) / f"item-{slug(item_id)}.html"


def brand_path(source: str, category_id: str, brand_key: str) -> PurePosixPath:
    """The page of a watched brand in a category."""
    return PurePosixPath(slug(source)) / slug(category_id) / f"brand-{slug(brand_key)}.html"


def campaign_path(campaign: str) -> PurePosixPath:
    """The page of a campaign."""
    return PurePosixPath("campaigns") / f"{slug(campaign)}.html"


def way_up(path: PurePosixPath) -> str:
    """The relative link from the page ``path`` to the folder its edition lives in: ``../`` a level."""
    return "../" * (len(path.parts) - 1)
