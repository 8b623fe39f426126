"""The levels that alert rules watch, as the boards draw them.

Handed over by whoever reads config/alerts.yaml; this room knows their shape alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from boards.figures import Row

Names = frozenset[str] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """A rule's fixed level. ``fire`` and ``recover`` are in the metric's own unit; a None in a match holds anything."""

    rule_id: str
    title: str
    source: str | None
    of: Literal["item", "brand", "category"]
    metric: str
    measure: str | None
    direction: Literal["above", "below"]
    fire: float
    recover: float | None
    categories: Names = None
    watch_groups: Names = None
    brand_keys: Names = None
    shops: Names = None
    items: Names = None

    def watches_item(self, source: str, category_id: str, item_id: str, facts: Row) -> bool:
        """Whether the rule looks at this product, of whose last day ``facts`` are."""
        return (
            self._watches(source, category_id, "item")
            and _holds(self.watch_groups, facts["watch_group"])
            and _holds(self.brand_keys, facts["brand_key"])
            and _holds(self.shops, facts["shop"])
            and _holds(self.items, item_id)
        )

    def watches_brand(self, source: str, category_id: str, brand_key: str, watch_groups: Iterable[str]) -> bool:
        """Whether the rule looks at this brand, whose products are of these groups."""
        return (
            self._watches(source, category_id, "brand")
            and (self.watch_groups is None or not self.watch_groups.isdisjoint(watch_groups))
            and _holds(self.brand_keys, brand_key)
        )

    def _watches(self, source: str, category_id: str, kind: str) -> bool:
        return self.of == kind and self.source in {None, source} and _holds(self.categories, category_id)


def _holds(wanted: Names, value: str | None) -> bool:
    return wanted is None or value in wanted
