"""From entries to listings: the same for every reader. Counts positions and ranks, keeps what could not be read."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from extractors.listing import Listing
from extractors.money import is_several
from extractors.parsers.checked import Getter
from extractors.parsers.compile import CompiledSpec
from extractors.parsers.page import PageContext, Parsed, ReadProblem
from extractors.parsers.values import Store, is_text, store_of, why_refused

PRICES = frozenset(("price", "list_price", "coupon_price", "member_price"))
FOUND_LENGTH = 200  # how much of an unreadable text a problem quotes


@dataclass(slots=True)
class ListCount:
    """Where one list of the page stands: the next position and the next organic rank."""

    position: int
    rank: int


@dataclass(frozen=True, slots=True)
class ListKey:
    """Which list an entry belongs to: its category and, in a file of many days, its observation."""

    category_id: str
    observed_at: datetime | None = None


class ListingBuilder:
    """Makes listings of entries, in order. One per page."""

    def __init__(self, compiled: CompiledSpec, context: PageContext) -> None:
        self.parsed = Parsed()
        self._context = context
        self._rank_mode = context.spec.rank
        self._skip = tuple(compiled.skip)
        self._sponsored: Getter | None = compiled.sponsored
        self._bid: Getter | None = compiled.bid
        self._getters = dict(compiled.fields)
        self._item_id = self._getters.pop("item_id")
        self._title = self._getters.pop("title")
        self._texts: tuple[tuple[str, Getter], ...] = ()
        self._plan: tuple[tuple[str, Getter, Store], ...] = ()
        self._prepare(context)
        self._counts: dict[ListKey, ListCount] = {}
        self.entries = 0

    def page_says(self, locale: str | None, url: str | None) -> None:
        """Read what follows by the page's own locale and address; None: it says none, and what is declared holds."""
        if locale is not None or url is not None:
            self._context = replace(self._context, said_locale=locale, said_url=url)
            self._prepare(self._context)

    def _prepare(self, context: PageContext) -> None:
        """The order in which fields are read, and how: an explicit currency goes first, because it decides, and a
        price's own mark only fills its absence."""
        rules = {str(name): one for name, one in context.spec.fields.items()}
        ordered = sorted(self._getters, key=lambda name: name != "currency")
        texts = [name for name in ordered if is_text(name, rules.get(name, []))]
        self._texts = tuple((name, self._getters[name]) for name in texts)
        self._plan = tuple(
            (name, self._getters[name], store_of(name, rules.get(name, []), context))
            for name in ordered
            if name not in texts
        )

    def add(self, entries: Iterable[Any], key: ListKey) -> None:
        """Read the entries of one list."""
        count = self._counts.get(key)
        if count is None:
            count = self._counts[key] = ListCount(self._context.first_position, self._context.first_rank)
        for entry in entries:
            self.add_entry(entry, key, count)

    def skip_row(self, field: str, found: str, message: str) -> None:
        """Record an entry whose list can't be told (a table's row without a readable date)."""
        self.entries += 1
        self._problem(field, found, message)

    def finish(self) -> Parsed:
        """The page as read; the counts continue from the longest of its lists."""
        self.parsed.next_position = max(
            (one.position for one in self._counts.values()), default=self._context.first_position
        )
        self.parsed.next_rank = max((one.rank for one in self._counts.values()), default=self._context.first_rank)
        return self.parsed

    def add_entry(self, entry: Any, key: ListKey, count: ListCount) -> None:
        """Read one entry."""
        for skip in self._skip:
            if skip(entry) is not None:
                return
        self.entries += 1
        sponsored = self._sponsored is not None and _is_set(self._sponsored(entry))
        position, rank = count.position, count.rank
        count.position += 1
        if not sponsored:
            count.rank += 1
        item_id, title = self._item_id(entry), self._title(entry)
        if item_id is None or title is None:
            self._missing(item_id, title)
            return
        values: dict[str, Any] = {
            "position": position,
            "item_id": str(item_id),
            "title": str(title),
            "sponsored": sponsored,
            "category_id": key.category_id,
            "observed_at": key.observed_at,
        }
        self._read_fields(entry, values)
        if self._rank_mode == "position" and not sponsored:
            values["rank"], values["rank_source"] = rank, "position"
        elif self._rank_mode == "shown":
            self._shown_rank(values, sponsored=sponsored)
        self.parsed.listings.append(Listing(**values))

    def _read_fields(self, entry: Any, values: dict[str, Any]) -> None:
        for name, getter in self._texts:
            raw = getter(entry)
            if raw is not None:
                values[name] = raw if raw.__class__ is str else str(raw)
        for name, getter, store in self._plan:
            raw = getter(entry)
            if raw is not None and not store(values, raw):
                self._problem(name, str(raw), why_refused(name, str(raw)))
        self._refuse_struck(values)
        bid = self._bid(entry) if self._bid is not None and "price" in values else None
        if bid is not None:  # what somebody offers is not what a visitor pays
            del values["price"]
            values.pop("price_high", None)
            values["price_text"] = f"{values['price_text']} (a bid: {bid})"[:FOUND_LENGTH]
        if "currency" in values and PRICES.isdisjoint(values):
            del values["currency"]  # a currency of nothing

    def _refuse_struck(self, values: dict[str, Any]) -> None:
        """Take a price away that is the struck one: its text shows several amounts, of which the first was read."""
        price, context = values.get("price"), self._context
        if price is None or price != values.get("list_price"):
            return
        text = values["price_text"]
        if is_several(text, locale=context.locale, currency=context.currency):
            del values["price"]
            values.pop("price_high", None)
            self._problem("price", text, "several amounts, of which one is struck through")

    def _shown_rank(self, values: dict[str, Any], *, sponsored: bool) -> None:
        rank = values.pop("rank", None)
        if sponsored:
            return
        if rank is None or rank < 1:
            self._problem("rank", "nothing" if rank is None else str(rank), "an organic entry without a shown rank")
            return
        values["rank"], values["rank_source"] = rank, "shown"

    def _missing(self, item_id: Any, title: Any) -> None:
        field = "item_id" if item_id is None else "title"
        other = title if item_id is None else item_id
        self._problem(field, f"nothing; the entry's other name is {other!r}", f"an entry without {field}: not loaded")

    def _problem(self, field: str, found: str, message: str) -> None:
        self.parsed.problems.append(ReadProblem(self.entries, field, found[:FOUND_LENGTH], message))


def slug_of(text: str) -> str:
    """A category's id made of its text on the page: lower case, digits and letters of ASCII, hyphens between."""
    return re.sub(r"[^a-z0-9_]+", "-", text.casefold()).strip("-_")[:63]


def _is_set(value: Any) -> bool:
    """Whether a flag stands there: anything but nothing, zero, false and their words."""
    return value is not None and value is not False and str(value).strip().casefold() not in ("", "0", "false", "no")
