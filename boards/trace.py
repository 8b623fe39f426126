"""The SQL shown beside a figure: the exact question to paste into ``shelfradar sql`` to see the rows behind it.

Only text is made here; nothing is run. Literals are written by sqlglot, so a name can't end its quotes.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from sqlglot import exp

_OF_SNAPSHOT = "source = {source}\n  AND category_id = {category_id}\n  AND observed_at = {observed_at}"
_OF_HISTORY = "source = {source}\n  AND category_id = {category_id}\n  AND observed_at <= {observed_at}"
_LEAD = (
    "\n  AND measure = {measure}\n  AND units_basis IS NOT DISTINCT FROM {basis}"
    "\n  AND units_window_days IS NOT DISTINCT FROM {window_days}\n  AND currency IS NOT DISTINCT FROM {currency}"
)

_OF_EDITION = (
    "\nWHERE source = {source}\n  AND category_id = {category_id}\n  AND campaign = {campaign}\n  AND year = {year}"
)
QUESTIONS: dict[str, str] = {
    "headline": f"SELECT *\nFROM market_size\nWHERE {_OF_SNAPSHOT}\nORDER BY families_known DESC",
    "shares": (
        "SELECT brand, brand_key, ownership, value_low, value_high, share, share_low, share_high, families,"
        f"\n  own_families, listings\nFROM brand_share\nWHERE {_OF_SNAPSHOT}{_LEAD}"
        "\nORDER BY share DESC NULLS LAST, brand_rank NULLS LAST"
    ),
    "share_history": (
        "SELECT observed_on, observed_at, coalesce(brand, brand_key) AS brand, share"
        f"\nFROM brand_share\nWHERE {_OF_HISTORY}{_LEAD}\nORDER BY observed_at, share DESC NULLS LAST"
    ),
    "concentration": f"SELECT *\nFROM brand_concentration\nWHERE {_OF_SNAPSHOT}\nORDER BY measure, units_basis",
    "concentration_history": (
        "SELECT observed_on, observed_at, hhi, hhi_low, hhi_high, level, cr3, coverage"
        f"\nFROM brand_concentration\nWHERE {_OF_HISTORY}{_LEAD}\n  AND complete\nORDER BY observed_at"
    ),
    "bands": f"SELECT *\nFROM price_band\nWHERE {_OF_SNAPSHOT}\nORDER BY units_basis, band_no",
    "movement": (
        "SELECT item_id, title, brand, previous_rank, rank, previous_price, price, entered, dropped"
        f"\nFROM rank_movement\nWHERE {_OF_SNAPSHOT}\n  AND (entered OR dropped OR rank <> previous_rank)"
        "\nORDER BY abs(previous_rank - rank) DESC NULLS LAST"
    ),
    "ranking": (
        "SELECT rank, item_id, title, brand, price, currency, units_text, units_low, units_high, units_basis,"
        "\n  units_30d_low, units_30d_high, capture_id"
        f"\nFROM item_day\nWHERE {_OF_SNAPSHOT}\n  AND NOT sponsored"
        "\nORDER BY rank NULLS LAST, coalesce(units_30d_low, units_low) DESC NULLS LAST, item_id"
    ),
    "evidence": (
        "SELECT page_no, capture_id, outcome, http_status, final_url, fetched_at, sha256, warc_file, warc_offset"
        f"\nFROM capture\nWHERE {_OF_SNAPSHOT}\nORDER BY page_no"
    ),
    "verdict": f"SELECT *\nFROM category_verdict\nWHERE {_OF_SNAPSHOT}",
    "margin": (
        "SELECT item_id, title, price, currency, cost, cost_origin, fees, margin, margin_share, units_30d_low,"
        "\n  units_30d_high, profit_30d_low, profit_30d_high, counted, missing"
        f"\nFROM item_margin\nWHERE {_OF_SNAPSHOT}\nORDER BY profit_30d_low DESC NULLS LAST"
    ),
    "campaign": (
        "SELECT phase, from_on, to_on, days_observed, units_basis, units_30d_low, units_30d_high, units_change,"
        "\n  units_change_low, units_change_high, gmv_30d_low, gmv_30d_high, median_price, hhi, cr3, coverage"
        f"\nFROM campaign_category{_OF_EDITION}\nORDER BY units_basis, currency, from_on"
    ),
    "campaign_brands": (
        "SELECT brand, ownership, phase, units_basis, units_30d_low, units_30d_high, units_share, units_change,"
        "\n  units_change_low, units_change_high, price, price_change, figure_share"
        f"\nFROM campaign_brand{_OF_EDITION}\nORDER BY brand, units_basis, from_on"
    ),
    "campaign_items": (
        "SELECT item_id, title, brand, ownership, phase, units_basis, units_30d_low, units_30d_high, units_change,"
        "\n  units_change_low, units_change_high, price, price_change, figure_share"
        f"\nFROM campaign_item{_OF_EDITION}\nORDER BY item_id, from_on"
    ),
    "item": (
        "SELECT observed_on, observed_at, rank, price, currency, units_text, units_basis, units_30d_low,"
        "\n  units_30d_high, in_stock, capture_id"
        "\nFROM item_day\nWHERE source = {source}\n  AND category_id = {category_id}\n  AND item_id = {item_id}"
        "\nORDER BY observed_at DESC"
    ),
    "brand": (
        "SELECT observed_on, observed_at, brand_rank, share, share_low, share_high, value_low, value_high, families,"
        "\n  listings\nFROM brand_share\nWHERE source = {source}\n  AND category_id = {category_id}"
        f"\n  AND brand_key = {{brand_key}}{_LEAD}\nORDER BY observed_at DESC"
    ),
    "alerts": (
        "SELECT rule_title, entity_name, metric, condition, unit, state, started_on, last_low, last_high, last_text"
        "\nFROM alert_episode\nWHERE source = {source}\n  AND category_id = {category_id}\n  AND ended_at IS NULL"
        "\nORDER BY fired_at DESC"
    ),
    "quality": (
        "SELECT observed_at, status, status_reason, expected, captured, quarantined, coverage, complete"
        "\nFROM snapshot\nWHERE source = {source}\n  AND category_id = {category_id}"
        "\nORDER BY observed_at DESC\nLIMIT 30"
    ),
    "overview": (
        "SELECT source, category_id, category_title, observed_on, expected, captured, coverage, complete, status"
        "\nFROM snapshot\nQUALIFY row_number() OVER (PARTITION BY source, category_id ORDER BY observed_at DESC) = 1"
        "\nORDER BY source, category_title"
    ),
    "captures": (
        "SELECT source, observed_on, outcome, count(*) AS pages\nFROM capture\nGROUP BY ALL"
        "\nORDER BY observed_on DESC, source, outcome\nLIMIT 200"
    ),
    "days": (
        "SELECT source, observed_on, count(*) AS categories, count(*) FILTER (WHERE complete) AS complete,"
        "\n  sum(captured) AS captured, sum(expected) AS expected, sum(quarantined) AS quarantined"
        "\nFROM snapshot\nGROUP BY ALL\nORDER BY observed_on DESC, source\nLIMIT 200"
    ),
    "quarantine": (
        "SELECT source, category_id, observed_on, expectation, column_name, found, item_id, capture_id"
        "\nFROM quarantine\nORDER BY observed_at DESC, source, category_id, row_no\nLIMIT 200"
    ),
    "snoozes": "SELECT rule_id, entity_id, until, why, snoozed_at\nFROM alert_snooze\nORDER BY until DESC\nLIMIT 200",
    "runs": "SELECT *\nFROM run\nORDER BY started_at DESC\nLIMIT 20",
}


def literal(value: object) -> str:
    """``value`` as a DuckDB literal. Raises TypeError for a kind of value no question holds."""
    if value is None:
        return "NULL"
    if isinstance(value, int):
        return str(int(value))
    if isinstance(value, datetime):
        return f"TIMESTAMPTZ '{value.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f+00}'".replace(".000000+", "+")
    if isinstance(value, date):
        return f"DATE '{value.isoformat()}'"
    if isinstance(value, str):
        return str(exp.Literal.string(value).sql(dialect="duckdb"))
    raise TypeError(f"no SQL literal for {type(value).__name__}")


def question(name: str, values: Mapping[str, Any] | None = None) -> str:
    """The SQL of the section ``name`` with the literals it names. Raises KeyError for an unknown section."""
    literals = {key: literal(value) for key, value in (values or {}).items()}
    return QUESTIONS[name].format_map(literals)
