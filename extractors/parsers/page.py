"""What goes into a reader and what comes out: the page's context, the listings, the problems, the refusal.

Knows nothing of selectors or formats; every reader and everyone who calls one shares these types. All of them can be
pickled, because pages are read in a worker process.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal

from extractors.currencies import home_currency
from extractors.listing import Listing
from extractors.source import Source
from extractors.spec import SiteSpec

UnreadableKind = Literal["blocked", "shell", "layout", "format", "error", "product"]


_LOCALE = re.compile(r"\s*([A-Za-z]{2,3})[-_](?:[A-Za-z]{4}[-_])?([A-Za-z]{2})\b")


def locale_in(text: str) -> str | None:
    """The locale that a tag such as "de-de", "pt_BR" or "zh-Hant-TW" names; None without a country."""
    found = _LOCALE.match(text)
    return f"{found[1].lower()}_{found[2].upper()}" if found else None


@dataclass(frozen=True, slots=True, kw_only=True)
class PageContext:
    """Where a body came from. ``first_position`` and ``first_rank`` continue the count of earlier pages of a list."""

    spec: SiteSpec
    source: Source
    category_id: str
    page_no: int = 1
    url: str | None = None
    content_type: str | None = None
    first_position: int = 1
    first_rank: int = 1
    said_locale: str | None = None
    said_url: str | None = None

    @property
    def locale(self) -> str | None:
        """The locale numbers are written in: the page's own (``page_locale``), else the source's, else the spec's."""
        return self.said_locale or self.source.locale or self.spec.locale

    @property
    def address(self) -> str:
        """What relative addresses are relative to: the page's own address, else its category's; "" for neither."""
        declared = (one.url for one in self.source.categories if one.id == self.category_id)
        return self.url or self.said_url or next(declared, None) or ""

    @property
    def currency(self) -> str | None:
        """The currency (ISO 4217) that an ambiguous or absent symbol means: that of the country whose locale the page
        says, else the source's, else the spec's."""
        return home_currency(self.said_locale) or self.source.currency or self.spec.currency


@dataclass(frozen=True, slots=True)
class ReadProblem:
    """Something on the page that could not be read. ``position``: the entry's place on this page, from 1.

    In a file it is the row, from 1 below the header. A problem in ``item_id`` or ``title`` (or in the date or category
    of a table's row) costs the row; any other costs only its field.
    """

    position: int
    field: str
    found: str
    message: str


@dataclass(slots=True)
class Parsed:
    """What a page said. ``total``: how many items the list has, where the page says so."""

    listings: list[Listing] = field(default_factory=list)
    problems: list[ReadProblem] = field(default_factory=list)
    next_position: int = 1
    next_rank: int = 1
    total: int | None = None


class UnreadablePage(Exception):  # noqa: N818 - a word of the contract
    """Nothing was read; ``hint`` says in words what the page looks like and what to do, ``kind`` in one word."""

    def __init__(self, hint: str, kind: UnreadableKind = "layout") -> None:
        super().__init__(hint, kind)
        self.hint = hint
        self.kind: UnreadableKind = kind

    def __str__(self) -> str:
        return self.hint
