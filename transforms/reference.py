"""Reference data that people edit: brands, price bands and the watchlist, as strict models and as warehouse tables.

``config/brands.yaml`` names brands and their spellings, ``config/price_bands.yaml`` the edges of each category's price
bands, ``config/watchlist.yaml`` who is own and who is a rival; ``campaigns.yaml`` and ``costs.csv`` have modules of
their own (:mod:`transforms.promotions`, :mod:`transforms.costs`). This module reads them and mirrors them into tables;
:mod:`transforms.contradictions` checks them. It must not know where the files lie, nor when a load happens.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from duckdb import DuckDBPyConnection
from pydantic import Field, model_validator

from extractors.brandkey import brand_key
from extractors.config import ConfigError, Problem, StrictModel, read_model
from extractors.source import Currency, Slug
from transforms import costs as sourcing
from transforms import promotions
from transforms.costs import Cost
from transforms.models import models_digest
from transforms.promotions import Campaigns

Name = Annotated[str, Field(min_length=1)]
Row = tuple[Any, ...]


class Brands(StrictModel):
    """``brands.yaml``: canonical brand -> other spellings. The canonical spelling needs no repeating."""

    brands: dict[Name, list[Name]] = Field(default_factory=dict)


class BandVersion(StrictModel):
    """One version of a category's edges. ``edges`` are lower ends in rising order; the last band is open."""

    band_set: Name
    valid_from: date | None = Field(default=None, description="first observed_on it holds for; None: from the start")
    edges: list[Annotated[Decimal, Field(ge=0)]] = Field(min_length=1, max_length=50)

    @model_validator(mode="after")
    def _rising(self) -> Self:
        if any(high <= low for low, high in pairwise(self.edges)):
            raise ValueError("edges in strictly rising order")
        return self


class CategoryBands(StrictModel):
    """The price bands of one category, in the currency of its prices, oldest version first."""

    source: Slug
    category: Slug
    currency: Currency
    versions: list[BandVersion] = Field(min_length=1)

    @model_validator(mode="after")
    def _versions_follow(self) -> Self:
        names = [version.band_set for version in self.versions]
        if len(set(names)) < len(names):
            raise ValueError("distinct band_set names in a category")
        starts = [version.valid_from for version in self.versions]
        if any(start is None for start in starts[1:]):
            raise ValueError("a valid_from in every version after the first")
        dated = [start for start in starts if start is not None]
        if any(later <= earlier for earlier, later in pairwise(dated)):
            raise ValueError("versions in rising order of valid_from")
        return self


class PriceBands(StrictModel):
    """``price_bands.yaml``."""

    price_bands: list[CategoryBands] = Field(default_factory=list)


class WatchGroup(StrictModel):
    """A named group of the watchlist. Brands hold in every source; shops and items belong to one."""

    ownership: Literal["own", "rival"]
    brands: list[Name] = Field(default_factory=list)
    shops: dict[Slug, list[Name]] = Field(default_factory=dict)
    items: dict[Slug, list[Name]] = Field(default_factory=dict)


class Watchlist(StrictModel):
    """``watchlist.yaml``: group name -> group."""

    groups: dict[Slug, WatchGroup] = Field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reference:
    """The files together. Read with :func:`read_reference`."""

    brands: Brands
    price_bands: PriceBands
    watchlist: Watchlist
    folder: Path | None = None
    campaigns: Campaigns = field(default_factory=Campaigns)
    costs: tuple[Cost, ...] = ()

    def canonical_key(self, brand: str) -> str:
        """The folded key of the canonical brand that ``brand`` spells; of ``brand`` itself where none is known."""
        folded = fold_brand(brand)
        for canonical, aliases in self.brands.brands.items():
            if folded in {fold_brand(one) for one in (canonical, *aliases)}:
                return fold_brand(canonical)
        return folded


FILES: dict[str, type[Brands] | type[PriceBands] | type[Watchlist] | type[Campaigns]] = {
    "brands.yaml": Brands,
    "price_bands.yaml": PriceBands,
    "watchlist.yaml": Watchlist,
    promotions.FILE: Campaigns,
}


def read_reference(folder: Path) -> Reference:
    """The reference files of ``folder``; a file that is absent is empty. Raises one ConfigError with every problem."""
    read: list[Any] = []
    problems: list[Problem] = []
    for name, model in FILES.items():
        try:
            path = folder / name
            read.append(read_model(path, model) if path.exists() else model())
        except ConfigError as error:
            problems.extend(error.problems)
    costs: tuple[Cost, ...] = ()
    try:
        path = folder / sourcing.FILE
        costs = sourcing.read_costs(path) if path.exists() else ()
    except ConfigError as error:
        problems.extend(error.problems)
    if problems:
        raise ConfigError(problems)
    return Reference(
        brands=read[0], price_bands=read[1], watchlist=read[2], campaigns=read[3], costs=costs, folder=folder
    )


def sync_reference(con: DuckDBPyConnection, reference: Reference) -> bool:
    """Make the reference tables what the files say, in the caller's transaction. Returns whether anything changed, the
    SQL models since the marts were made included.

    Marts already made read these tables, so after a change the caller rebuilds (:func:`transforms.run.rebuild`).
    """
    wanted = {
        "brand_alias": _brand_rows(reference),
        "price_band_edge": _band_rows(reference),
        "watch": _watch_rows(reference),
        "campaign_edition": [row for one in reference.campaigns.campaigns for row in one.rows()],
        "sourcing_cost": sourcing.cost_rows(reference.costs),
        "mart_version": [(models_digest(),)],
    }
    changed = False
    for table, rows in wanted.items():
        columns = ", ".join(_COLUMNS[table])
        held = con.execute(f"SELECT {columns} FROM {table}").fetchall()
        if sorted(map(repr, held)) != sorted(map(repr, rows)):
            _replace(con, table, rows, had_rows=bool(held))
            changed = True
    return changed


_COLUMNS = {
    "brand_alias": ("brand_key", "brand", "canonical_key"),
    "price_band_edge": (
        "source", "category_id", "currency", "band_set", "valid_from", "band_no", "band_low", "band_high",
    ),
    "watch": ("watch_group", "ownership", "kind", "source", "value"),
    "mart_version": ("digest",),
    "campaign_edition": (
        "campaign", "title_en", "title_zh", "source", "year", "starts_on", "ends_on", "before_on", "after_on",
    ),
    "sourcing_cost": (
        "source", "category_id", "item_id", "valid_from", "cost", "currency", "fee_share", "fee_fixed", "origin",
        "note",
    ),
}  # fmt: skip


def _replace(con: DuckDBPyConnection, table: str, rows: list[Row], *, had_rows: bool) -> None:
    if had_rows:
        con.execute(f"DELETE FROM {table}")
    if not rows:
        return
    columns = _COLUMNS[table]
    marks = ", ".join(f"({', '.join('?' * len(columns))})" for _ in rows)
    con.execute(f"INSERT INTO {table} ({', '.join(columns)}) VALUES {marks}", [value for row in rows for value in row])


def fold_brand(brand: str) -> str:
    """The key a spelling is compared by; empty where it holds no letter and no digit."""
    return brand_key(brand) or ""


def _brand_rows(reference: Reference) -> list[Row]:
    rows = {
        fold_brand(spelling): (fold_brand(spelling), canonical, fold_brand(canonical))
        for canonical, aliases in reference.brands.brands.items()
        for spelling in (canonical, *aliases)
    }
    return list(rows.values())


def _band_rows(reference: Reference) -> list[Row]:
    cents = Decimal("0.0001")
    rows: list[Row] = []
    for bands in reference.price_bands.price_bands:
        for version in bands.versions:
            lows = [edge.quantize(cents) for edge in version.edges]
            rows.extend(
                (bands.source, bands.category, bands.currency, version.band_set, version.valid_from, number, low, high)
                for number, (low, high) in enumerate(zip(lows, [*lows[1:], None], strict=True), start=1)
            )
    return rows


def _watch_rows(reference: Reference) -> list[Row]:
    rows: dict[Row, None] = {}
    for name, group in reference.watchlist.groups.items():
        for brand in group.brands:
            rows[(name, group.ownership, "brand", None, reference.canonical_key(brand))] = None
        for kind, listed in (("shop", group.shops), ("item", group.items)):
            for source, values in listed.items():
                for value in values:
                    rows[(name, group.ownership, kind, source, value)] = None
    return list(rows)
