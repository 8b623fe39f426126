"""What unit a column of the warehouse is in, told by its name: the same quantity has the same name everywhere.

Knows the naming rules only, neither tables nor figures. A numeric column that no rule knows has no unit, which a test
of the dictionary refuses.
"""

from __future__ import annotations

import re
from typing import Final

NUMERIC: Final = re.compile(r"^(TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT|U\w+INT|DOUBLE|FLOAT|DECIMAL.*)$")
_BY_TYPE: Final = {"TIMESTAMP WITH TIME ZONE": "UTC", "DATE": "date, source's time zone", "BOOLEAN": "yes or no"}
_BY_NAME: Final = tuple(
    (re.compile(pattern), unit)
    for pattern, unit in (
        (r"_days$|^days(_|$)", "days"),
        (r"^year$", "year"),
        (r"^(price_rises|price_cuts|stock_outs|restocks|other_bases)$", "count"),
        (r"^rank_change$", "places"),
        (r"^gap$|^(price_)?(share_change|change_share)$|margin_share$", "share, may be negative"),
        (r"(^|_)share(_|$)|^coverage$|^survival$|^cr\d+$", "share, 0 to 1"),
        (r"hhi", "index, 0 to 10,000"),
        (r"^effective_brands$", "brands of equal size"),
        (r"units_per_day", "units a day"),
        (r"units_30d", "units in 30 days"),
        (r"(gmv|profit|revenue)_30d", "currency, in 30 days"),
        (r"(gmv|profit|revenue)_per_day", "currency, a day"),
        (r"^units|_units(_|$)", "units"),
        (
            r"price|band_(low|high)$|^cost|_cost$|_fees?$|^fees?(_|$)|^margin|_margin$|^gmv|_gmv(_|$)|^profit",
            "currency",
        ),
        (r"^(total|value)_(low|high)$", "of the measure"),
        (r"^(fired|last)_(low|high)$", "of the column unit"),
        (r"rank(_|$)|^position$|band_no$|^page_no$|^row_no$|^column_no$", "place, from 1"),
        (r"_bytes$|^warc_(offset|length)$", "bytes"),
        (r"^http_status$", "code"),
        (r"^lake_version$", "snapshot id"),
        (r"^(beyond|calm|absent)$", "snapshots"),
        (r"^told$", "in the rule's terms"),
        (r"^rating$", "as shown"),
    )
)
_QUOTIENT: Final = re.compile(r" / .* - 1\b")
_COUNTS: Final = re.compile(
    r"^(expected|captured|sponsored|quarantined|organic|entries|escalations|attempts|entrants|dropouts|stayed|left)$"
    r"|(^|_)(listings|families|brands|snapshots|items|rows|pages|known|loaded|count|complete|entrants|stayed)(_|$)"
)


def is_numeric(data_type: str) -> bool:
    """Whether a DuckDB type is a number."""
    return NUMERIC.match(data_type) is not None


def unit_of(column: str, data_type: str, comment: str | None = None) -> str | None:
    """The unit of a column for people; None for text, and for a numeric name that no rule knows.

    A change is in the unit of the figure, unless its comment says that it is a quotient less 1.
    """
    if _QUOTIENT.search(comment or ""):
        return "share, 0.1 is 10 % more"
    if data_type in _BY_TYPE:
        return _BY_TYPE[data_type]
    if not is_numeric(data_type):
        return None
    named = next((unit for pattern, unit in _BY_NAME if pattern.search(column)), None)
    return named or ("count" if _COUNTS.search(column) else None)
