"""Brands, price bands and the watchlist: strict files, checked against the sources, mirrored into the warehouse."""

from __future__ import annotations

from pathlib import Path

import pytest
from duckdb import DuckDBPyConnection

from extractors.config import ConfigError
from extractors.source import Source
from transforms.contradictions import check_reference
from transforms.reference import Reference, read_reference, sync_reference

BRANDS = "brands:\n  PROYA: [珀莱雅, Pro-Ya]\n  Levi's: []\n"
BANDS = """price_bands:
  - source: shop
    category: serum
    currency: CNY
    versions:
      - {band_set: v1, edges: [0, 50, 99.90]}
      - {band_set: v2, valid_from: 2026-03-01, edges: [0, 80]}
"""
WATCH = """groups:
  ours: {ownership: own, brands: [LEVI’S], items: {shop: ["1"]}}
  rivals: {ownership: rival, brands: [珀莱雅], shops: {shop: [Big Shop]}}
"""


def _folder(tmp_path: Path, brands: str = BRANDS, bands: str = BANDS, watch: str = WATCH) -> Path:
    for name, text in (("brands", brands), ("price_bands", bands), ("watchlist", watch)):
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    return tmp_path


def _sources() -> dict[str, Source]:
    shop = {
        "source": "shop",
        "title": "Shop",
        "site": "shop",
        "timezone": "UTC",
        "categories": [{"id": "serum", "title": "S"}],
    }
    return {"shop": Source.model_validate(shop)}


def test_the_files_become_tables(con: DuckDBPyConnection, tmp_path: Path) -> None:
    reference = read_reference(_folder(tmp_path))
    assert check_reference(reference, _sources()) == []
    assert sync_reference(con, reference) is True
    alias = con.execute("SELECT brand_key, brand, canonical_key FROM brand_alias ORDER BY brand_key").fetchall()
    assert alias == [("levis", "Levi's", "levis"), ("proya", "PROYA", "proya"), ("珀莱雅", "PROYA", "proya")]
    edges = con.execute(
        "SELECT band_set, valid_from::VARCHAR, band_no, band_low::DOUBLE, band_high::DOUBLE "
        "FROM price_band_edge ORDER BY ALL"
    ).fetchall()
    assert edges == [
        ("v1", None, 1, 0, 50), ("v1", None, 2, 50, 99.9), ("v1", None, 3, 99.9, None),
        ("v2", "2026-03-01", 1, 0, 80), ("v2", "2026-03-01", 2, 80, None),
    ]  # fmt: skip
    # A brand is watched under the folded key of its canonical name, however the watchlist spells it.
    watch = con.execute("SELECT watch_group, kind, source, value FROM watch ORDER BY ALL").fetchall()
    assert watch == [
        ("ours", "brand", None, "levis"), ("ours", "item", "shop", "1"),
        ("rivals", "brand", None, "proya"), ("rivals", "shop", "shop", "Big Shop"),
    ]  # fmt: skip


def test_what_did_not_change_is_not_written(con: DuckDBPyConnection, tmp_path: Path) -> None:
    reference = read_reference(_folder(tmp_path))
    sync_reference(con, reference)
    assert sync_reference(con, reference) is False
    assert sync_reference(con, read_reference(_folder(tmp_path, watch="groups: {}\n"))) is True
    assert con.execute("SELECT count(*) FROM watch").fetchone() == (0,)


def test_absent_files_are_empty(tmp_path: Path) -> None:
    reference = read_reference(tmp_path)
    assert isinstance(reference, Reference)
    assert check_reference(reference, {}) == []


@pytest.mark.parametrize(
    ("file", "text", "told"),
    [
        ("bands", BANDS.replace("[0, 50, 99.90]", "[0, 50, 50]"), "rising order"),
        ("bands", BANDS.replace("valid_from: 2026-03-01, ", ""), "a valid_from in every version after the first"),
        ("bands", BANDS.replace("band_set: v2", "band_set: v1"), "distinct band_set"),
        ("bands", BANDS.replace("currency: CNY", "currency: yuan"), "price_bands.0.currency"),
        ("watch", WATCH.replace("own,", "ours,", 1), "watchlist.yaml:2: groups.ours.ownership"),
        ("brands", "brand: {}\n", "brands.yaml:1: brand: found an unknown key"),
    ],
)
def test_a_broken_file_is_refused_with_its_line(tmp_path: Path, file: str, text: str, told: str) -> None:
    with pytest.raises(ConfigError) as refused:
        read_reference(_folder(tmp_path, **{file: text}))
    assert told in str(refused.value)


@pytest.mark.parametrize(
    ("file", "text", "told"),
    [
        (
            "bands",
            BANDS.replace("source: shop", "source: shup"),
            "price_bands.yaml:2: price_bands.0.source: found 'shup'",
        ),
        ("bands", BANDS.replace("serum", "serums"), "price_bands.yaml:3: price_bands.0.category: found 'serums'"),
        ("watch", WATCH.replace("{shop: [Big", "{shep: [Big"), "watchlist.yaml:3: groups.rivals.shops.shep"),
        ("brands", "brands:\n  A: [x]\n  B: [X]\n", "brands.yaml:3: brands.B: found 'X', which 'A' has too"),
        ("brands", "brands:\n  A: ['--']\n", "found '--'; expected a name with a letter"),
    ],
)
def test_what_names_nothing_known_is_told_with_its_line(tmp_path: Path, file: str, text: str, told: str) -> None:
    problems = check_reference(read_reference(_folder(tmp_path, **{file: text})), _sources())
    assert [told in str(problem) for problem in problems] == [True]
