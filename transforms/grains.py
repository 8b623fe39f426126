"""The grain of every mart: the columns that, beside ``source``, tell its rows apart. What compares two states of a mart
matches rows by these. Must not know what a mart means, or connections.
"""

from __future__ import annotations

_SNAPSHOT = ("category_id", "observed_at")
_CAMPAIGN = ("category_id", "campaign", "year", "phase")
_MEASURE = (*_SNAPSHOT, "measure", "units_basis", "units_window_days", "currency")

GRAINS: dict[str, tuple[str, ...]] = {
    "item_day": (*_SNAPSHOT, "item_id"),
    "family_day": (*_SNAPSHOT, "family_id"),
    "item_margin": (*_SNAPSHOT, "item_id"),
    "rank_movement": (*_SNAPSHOT, "item_id"),
    "price_band": (*_SNAPSHOT, "units_basis", "band_set", "band_no"),
    "entrant": (*_SNAPSHOT, "item_id"),
    "market_size": (*_SNAPSHOT, "units_basis", "currency"),
    "brand_concentration": _MEASURE,
    "brand_share": (*_MEASURE, "brand_key"),
    "own_position": (*_SNAPSHOT, "item_id"),
    "entrant_survival": _SNAPSHOT,
    "category_verdict": _SNAPSHOT,
    "campaign_item": (*_CAMPAIGN, "item_id"),
    "campaign_category": (*_CAMPAIGN, "units_basis", "currency"),
    "campaign_brand": (*_CAMPAIGN, "brand_key", "units_basis", "currency"),
}
"""Marts by name. Those of campaigns have no date of their own: an edition is made whole."""
