"""Where each figure of a rule lies in the marts: one SELECT a figure, all with the same columns. SQL text only.

Every SELECT is bound to the session variables ``alert_source`` and a span of observation times, so that the lake skips
files by their statistics. Constants of this file go into the statements, never anything from outside. A price of 0 is
no price, and a range is an interval: docs/metrics.md sections 1 and 4.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from alerts.figures import FIGURES, EntityKind, Measure

Span = Literal["now", "before", "previous"]
Among = Literal["all", "wanted", "own"]
COLUMNS = (
    "category_id", "entity_id", "observed_at", "name", "ownership", "watch_group", "shop", "brand_key", "currency",
    "url", "low", "high", "text", "basis", "capture_id", "standing",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class FigureKey:
    """A figure of a kind of entity, in a measure where it needs one."""

    kind: EntityKind
    metric: str
    measure: Measure | None = None


# metric -> (low end, high end, text as shown, what must be alike to be compared) in SQL
_BASIS, _MONEY = "coalesce(units_basis, '')", "coalesce(currency, '')"
_BOTH = f"concat_ws('/', {_BASIS}, {_MONEY})"
_FUNCTIONS = {"coalesce", "nullif", "concat_ws"}
_ITEM: Mapping[str, tuple[str, str, str, str]] = {
    "units_30d": ("units_30d_low", "units_30d_high", "units_text", _BASIS),
    "units_per_day": ("units_per_day_low", "units_per_day_high", "units_text", _BASIS),
    "units_shown": ("units_low", "units_high", "units_text", _BASIS),
    "gmv_30d": ("gmv_30d_low", "gmv_30d_high", "units_text", _BOTH),
    "price": ("nullif(price, 0)", "coalesce(price_high, price)", "NULL", _MONEY),
    "price_from": ("nullif(price, 0)", "price", "NULL", _MONEY),
    "list_price": ("nullif(list_price, 0)", "list_price", "NULL", _MONEY),
    "rank": ("rank", "rank", "NULL", "''"),
    "in_stock": ("in_stock::INTEGER", "in_stock::INTEGER", "NULL", "''"),
    "rating": ("rating", "rating", "NULL", "''"),
    "review_count": ("review_count", "review_count", "NULL", "''"),
}
_BRAND: Mapping[str, tuple[str, str]] = {
    "units_30d": ("value_low", "value_high"),
    "units_per_day": ("value_low / 30", "value_high / 30"),
    "units_shown": ("value_low", "value_high"),
    "gmv_30d": ("value_low", "value_high"),
    "listings": ("value_low", "value_high"),
    "share": ("share_low", "share_high"),
    "rank": ("brand_rank", "brand_rank"),
}
# Figures of the marts beside item_day: (mart, low end, high end, text as shown, what must be alike).
_BESIDE: Mapping[str, tuple[str, str, str, str, str]] = {
    "margin": ("item_margin", "mart.margin", "mart.margin", "NULL", "mart.currency"),
    "margin_share": ("item_margin", "mart.margin_share", "mart.margin_share", "NULL", "mart.currency"),
    "profit_30d": ("item_margin", "mart.profit_30d_low", "mart.profit_30d_high", "item.units_text",
                   "concat_ws('/', mart.units_basis, mart.currency)"),
    "units_share": ("own_position", "mart.units_share_low", "mart.units_share_high", "NULL",
                    "coalesce(mart.units_basis, '')"),
}  # fmt: skip
_MEASURE_OF: Mapping[str, Measure] = {
    "units_30d": "units_30d", "units_per_day": "units_30d", "units_shown": "units_shown", "gmv_30d": "gmv_30d",
    "listings": "listings",
}  # fmt: skip
_CONCENTRATION: Mapping[str, tuple[str, str]] = {
    "hhi": ("hhi_low", "hhi_high"),
    **{
        name: (name, name)
        for name in ("cr1", "cr3", "cr4", "cr5", "cr10", "effective_brands", "brands", "unknown_brand_share")
    },
}
_SIZE: Mapping[str, tuple[str, str]] = {
    "units_30d": ("units_30d_low", "units_30d_high"),
    "gmv_30d": ("gmv_30d_low", "gmv_30d_high"),
    **{name: (name, name) for name in ("median_price", "stock_out_share", "listings", "entrants", "dropouts")},
}

# Of category_verdict: (low end, high end, what must be alike to be compared).
_COUNTED = "concat_ws('/', measure, units_basis)"
_VERDICT: Mapping[str, tuple[str, str]] = {
    "survival": ("survival", "''"),
    "gap": ("gap", "concat_ws('/', units_basis, band_set, band_currency)"),
    "entry_margin": ("entry_margin", "coalesce(band_currency, '')"),
    "entry_margin_share": ("entry_margin_share", "coalesce(band_currency, '')"),
    "own_listings": ("own_listings", "''"),
    "own_rank": ("own_rank", "''"),
    "own_share": ("own_share", _COUNTED),
}

_ITEM_SQL = """
SELECT category_id, item_id AS entity_id, observed_at, title AS name, ownership, watch_group, shop, brand_key,
       currency, url, ({low})::DOUBLE AS low, ({high})::DOUBLE AS high, ({text})::VARCHAR AS text, {basis} AS basis,
       capture_id, rank AS standing
FROM item_day {among}
WHERE source = getvariable('alert_source') AND {span} AND ({low}) IS NOT NULL
"""
# What is read of, before anything is sorted: the entities of the temporary table alert_wanted, or our own ones beside
# them.
_IN_WANTED = "SEMI JOIN alert_wanted ON item_day.category_id = alert_wanted.category_id"
_AMONG: Mapping[Among, tuple[str, str]] = {
    "all": ("", ""),
    "wanted": (f"{_IN_WANTED} AND item_day.item_id = alert_wanted.entity_id", ""),
    "own": (_IN_WANTED, "AND ownership = 'own'"),
}
_ITEM_ONCE = "PARTITION BY category_id, entity_id, observed_at ORDER BY standing NULLS LAST, capture_id, low"

_BESIDE_SQL = """
SELECT mart.category_id, mart.item_id AS entity_id, mart.observed_at, mart.title AS name, item.ownership,
       item.watch_group, item.shop, mart.brand_key, mart.currency, item.url, ({low})::DOUBLE AS low,
       ({high})::DOUBLE AS high, ({text})::VARCHAR AS text, {basis} AS basis, item.capture_id, item.rank AS standing
FROM {mart} AS mart
INNER JOIN item_day AS item
    ON mart.source = item.source AND mart.category_id = item.category_id AND mart.observed_at = item.observed_at
    AND mart.item_id = item.item_id
WHERE mart.source = getvariable('alert_source') AND mart.{span} AND item.{span} AND ({low}) IS NOT NULL
"""

_BRAND_SQL = """
SELECT category_id, brand_key AS entity_id, observed_at, coalesce(brand, brand_key) AS name, ownership,
       NULL::VARCHAR AS watch_group, NULL::VARCHAR AS shop, brand_key, currency, NULL::VARCHAR AS url,
       ({low})::DOUBLE AS low, ({high})::DOUBLE AS high, NULL::VARCHAR AS text,
       concat_ws('/', units_basis, units_window_days, currency) AS basis, NULL::VARCHAR AS capture_id,
       brand_rank AS standing
FROM brand_share
WHERE source = getvariable('alert_source') AND {span} AND measure = '{measure}' AND brand_key IS NOT NULL
  AND ({low}) IS NOT NULL
QUALIFY row_number() OVER (
    PARTITION BY category_id, brand_key, observed_at
    ORDER BY families DESC, units_basis NULLS LAST, units_window_days NULLS LAST, currency NULLS LAST) = 1
"""

_BEST_RANK_SQL = """
SELECT category_id, brand_key AS entity_id, observed_at, min(coalesce(brand, brand_key)) AS name,
       CASE WHEN count(ownership) = count(*) AND min(ownership) = max(ownership) THEN min(ownership) END AS ownership,
       NULL::VARCHAR AS watch_group, NULL::VARCHAR AS shop, brand_key, NULL::VARCHAR AS currency,
       NULL::VARCHAR AS url, min(rank)::DOUBLE AS low, min(rank)::DOUBLE AS high,
       NULL::VARCHAR AS text, '' AS basis, arg_min(capture_id, rank) AS capture_id, min(rank)::INTEGER AS standing
FROM item_day
WHERE source = getvariable('alert_source') AND {span} AND brand_key IS NOT NULL AND rank IS NOT NULL
GROUP BY category_id, brand_key, observed_at
"""

_CATEGORY_SQL = """
SELECT category_id, '' AS entity_id, observed_at, category_id AS name, NULL::VARCHAR AS ownership,
       NULL::VARCHAR AS watch_group, NULL::VARCHAR AS shop, NULL::VARCHAR AS brand_key, currency, NULL::VARCHAR AS url,
       ({low})::DOUBLE AS low, ({high})::DOUBLE AS high, NULL::VARCHAR AS text,
       concat_ws('/', units_basis, currency) AS basis, NULL::VARCHAR AS capture_id, NULL::INTEGER AS standing
FROM {mart}
WHERE source = getvariable('alert_source') AND {span} AND {measured} AND ({low}) IS NOT NULL
QUALIFY row_number() OVER (
    PARTITION BY category_id, observed_at
    ORDER BY families_known DESC, units_basis NULLS LAST, currency NULLS LAST) = 1
"""


_VERDICT_SQL = """
SELECT category_id, '' AS entity_id, observed_at, category_id AS name, NULL::VARCHAR AS ownership,
       NULL::VARCHAR AS watch_group, NULL::VARCHAR AS shop, NULL::VARCHAR AS brand_key, band_currency AS currency,
       NULL::VARCHAR AS url, ({figure})::DOUBLE AS low, ({figure})::DOUBLE AS high, NULL::VARCHAR AS text,
       {basis} AS basis, NULL::VARCHAR AS capture_id, NULL::INTEGER AS standing
FROM category_verdict
WHERE source = getvariable('alert_source') AND {span} AND ({figure}) IS NOT NULL
"""


def figure_sql(key: FigureKey, span: Span, *, once: Among | None = None) -> str:
    """A SELECT of :data:`COLUMNS` of every entity with that figure, between ``alert_SPAN_from`` and ``alert_SPAN_to``.

    ``once``: also where a mart had an item twice in a snapshot, its organic entry alone. That costs a sort, so it is
    asked for among the items of ``alert_wanted``, or our own ones in their categories; other kinds come all.
    """
    between = f"observed_at BETWEEN getvariable('alert_{span}_from') AND getvariable('alert_{span}_to')"
    if key.kind == "item" and key.metric in _BESIDE:
        mart, low, high, text, basis = _BESIDE[key.metric]
        sql = _BESIDE_SQL.format(mart=mart, low=low, high=high, text=text, basis=basis, span=between)
        return f"SELECT * FROM ({sql}) QUALIFY row_number() OVER ({_ITEM_ONCE}) = 1\n" if once else sql
    if key.kind == "item":
        low, high, text, basis = _ITEM[key.metric]
        among, only = _AMONG[once or "all"]
        sql = _ITEM_SQL.format(low=low, high=high, text=text, basis=basis, span=between, among=among)
        return f"{sql}{only}\nQUALIFY row_number() OVER ({_ITEM_ONCE}) = 1\n" if once else sql
    if key.kind == "brand":
        if key.metric == "best_rank":
            return _BEST_RANK_SQL.format(span=between)
        low, high = _BRAND[key.metric]
        return _BRAND_SQL.format(low=low, high=high, span=between, measure=key.measure or _MEASURE_OF[key.metric])
    if key.metric in _VERDICT:
        figure, basis = _VERDICT[key.metric]
        return _VERDICT_SQL.format(figure=figure, basis=basis, span=between)
    concentration = FIGURES["category"][key.metric].measured
    low, high = (_CONCENTRATION if concentration else _SIZE)[key.metric]
    mart, measured = ("brand_concentration", f"measure = '{key.measure}'") if concentration else ("market_size", "TRUE")
    return _CATEGORY_SQL.format(low=low, high=high, mart=mart, measured=measured, span=between)


def item_columns(key: FigureKey) -> list[str] | None:
    """The columns of ``item_day`` that the figure itself is made of; None where it comes from another mart."""
    if key.kind != "item" or key.metric not in _ITEM:
        return ["rank"] if key == FigureKey("brand", "best_rank") else None
    return sorted(set(re.findall(r"[a-z_][a-z0-9_]+", " ".join(_ITEM[key.metric]))) - _FUNCTIONS)


def marts_of(keys: set[FigureKey]) -> set[str]:
    """The marts these figures are read from, and the own figures beside them."""
    found: set[str] = set()
    for key in keys:
        if key.kind == "item" or key.metric == "best_rank":
            found |= {"item_day", *([_BESIDE[key.metric][0]] if key.metric in _BESIDE else [])}
        elif key.kind == "brand":
            found.add("brand_share")
        elif key.metric in _VERDICT:
            found.add("category_verdict")
        else:
            found.add("brand_concentration" if FIGURES["category"][key.metric].measured else "market_size")
    return found
