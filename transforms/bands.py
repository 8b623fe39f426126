"""Proposes price band edges from the prices that were seen, as YAML for ``config/price_bands.yaml``; changes nothing.

Three methods: ``quantile`` (equal numbers of listings), ``jenks`` (natural breaks: least variance inside the bands;
Jenks 1967, by jenkspy) and ``head-tail`` (split at the mean while the head stays a minority; Jiang 2013), which finds
the number of bands itself and suits prices with a long tail.
"""

from __future__ import annotations

import io
import math
import statistics
from collections.abc import Sequence
from typing import Literal, get_args

import jenkspy
from duckdb import DuckDBPyConnection
from ruamel.yaml import YAML

Method = Literal["quantile", "jenks", "head-tail"]
HEAD_MOST = 0.4
MOST_PRICES = 2_000


class NoBandsError(LookupError):
    """No edges can be proposed; the message says why."""


def suggest(con: DuckDBPyConnection, source: str, category: str, *, method: str = "quantile", bands: int = 6) -> str:
    """YAML of proposed edges for a category, from the organic prices of its last complete snapshot.

    ``bands`` is the number wanted (head-tail finds its own, up to that). Raises NoBandsError where prices are too few.
    """
    if method not in get_args(Method):
        raise NoBandsError(f"method: found {method!r}; expected one of {', '.join(get_args(Method))}")
    if bands < 2:
        raise NoBandsError(f"bands: found {bands}; expected 2 or more")
    currency, observed_on, prices = _prices(con, source, category)
    if len(set(prices)) < bands:
        raise NoBandsError(f"{source}/{category}: found {len(set(prices))} different prices; expected {bands} or more")
    edges = tidy_edges(propose_edges(prices, method, bands))
    version = {"band_set": f"{category}-{observed_on}-{method}", "edges": [int(e) if e == int(e) else e for e in edges]}
    entry = {"source": source, "category": category, "currency": currency, "versions": [version]}
    text = io.StringIO()
    writer = YAML()
    writer.indent(mapping=2, sequence=4, offset=2)
    writer.dump({"price_bands": [entry]}, text)
    head = f"# Proposed from {len(prices)} prices of {observed_on} by {method}. Check, then add the entry yourself.\n"
    return head + text.getvalue()


def propose_edges(prices: Sequence[float], method: str, bands: int) -> list[float]:
    """Lower edges of up to ``bands`` bands over ``prices``, rising, the first 0, in the prices' currency."""
    if method == "quantile":
        inner = statistics.quantiles(prices, n=bands, method="inclusive")
    elif method == "jenks":
        inner = [_after(prices, float(one)) for one in jenkspy.jenks_breaks(_sample(prices), n_classes=bands)[1:-1]]
    else:
        inner = _head_tail(prices)[: bands - 1]
    return [0.0, *sorted(set(inner))]


def tidy_edges(edges: Sequence[float]) -> list[float]:
    """``edges`` rounded to two leading digits where they stay apart, else to cents; rising, without doubles."""
    tidy = sorted({_two_digits(edge) for edge in edges})
    return tidy if len(tidy) == len(set(edges)) else sorted({round(edge, 2) for edge in edges})


def _prices(con: DuckDBPyConnection, source: str, category: str) -> tuple[str, str, list[float]]:
    rows = con.execute(
        """
        WITH latest AS (
            SELECT max(observed_at) AS observed_at FROM snapshot
            WHERE source = $source AND category_id = $category AND complete
        )
        SELECT currency, observed_on::VARCHAR, list(price::DOUBLE ORDER BY price)
        FROM item_day SEMI JOIN latest USING (observed_at)
        WHERE
            source = $source AND category_id = $category AND NOT sponsored
            AND price IS NOT NULL AND currency IS NOT NULL
        GROUP BY currency, observed_on
        ORDER BY count(*) DESC, currency
        LIMIT 1
        """,
        {"source": source, "category": category},
    ).fetchone()
    if rows is None:
        raise NoBandsError(f"{source}/{category}: found no prices; expected a complete snapshot that shows some")
    return str(rows[0]), str(rows[1]), list(rows[2])


def _sample(prices: Sequence[float]) -> list[float]:
    """At most MOST_PRICES evenly spaced ones of the sorted prices: natural breaks take quadratic time."""
    ordered = sorted(prices)
    step = max(1, math.ceil(len(ordered) / MOST_PRICES))
    return [*ordered[::step], ordered[-1]] if step > 1 else ordered


def _after(prices: Sequence[float], last: float) -> float:
    """The lowest price above ``last``: a break names the last price of its class, an edge the first of the next."""
    return min((price for price in prices if price > last), default=last)


def _head_tail(prices: Sequence[float]) -> list[float]:
    breaks: list[float] = []
    head = list(prices)
    while len(head) > 1:
        mean = statistics.fmean(head)
        above = [price for price in head if price > mean]
        if not above or (breaks and len(above) / len(head) > HEAD_MOST):
            break
        breaks.append(mean)
        head = above
    return breaks


def _two_digits(edge: float) -> float:
    if edge <= 0:
        return 0.0
    digits = 1 - math.floor(math.log10(edge))
    return round(edge, digits)
