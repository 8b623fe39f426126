"""What the files that people edit get wrong together: contradictions, unknown sources and categories, by file and line.

Each file's own shape is checked as it is read (:mod:`transforms.reference`). It must not know tables.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from extractors.config import Problem, line_of, read_yaml
from extractors.source import Source
from transforms import costs as sourcing
from transforms import promotions
from transforms.reference import Reference, fold_brand


def check_reference(reference: Reference, sources: Mapping[str, Source]) -> list[Problem]:
    """What contradicts itself or names an unknown source or category: problems with file, line and key."""
    return [
        *_brand_problems(reference),
        *_band_problems(reference, sources),
        *_watch_problems(reference, sources),
        *(
            _problem(reference, promotions.FILE, keys, found, expected)
            for keys, found, expected in promotions.check_campaigns(reference.campaigns, sources)
        ),
        *sourcing.check_costs((reference.folder or Path()) / sourcing.FILE, reference.costs, sources),
    ]


def _problem(reference: Reference, file: str, keys: tuple[Any, ...], found: str, expected: str) -> Problem:
    path = (reference.folder / file) if reference.folder else None
    line = line_of(read_yaml(path), keys) if path is not None and path.exists() else None
    return Problem(str(path or file), line, ".".join(map(str, keys)), found, expected)


def _brand_problems(reference: Reference) -> list[Problem]:
    problems: list[Problem] = []
    owner: dict[str, str] = {}
    for canonical, aliases in reference.brands.brands.items():
        for spelling in (canonical, *aliases):
            folded = fold_brand(spelling)
            keys = ("brands", canonical)
            if not folded:
                expected = "a name with a letter or a digit in it"
                problems.append(_problem(reference, "brands.yaml", keys, repr(spelling), expected))
            elif owner.setdefault(folded, canonical) != canonical:
                found = f"{spelling!r}, which {owner[folded]!r} has too"
                problems.append(_problem(reference, "brands.yaml", keys, found, "a spelling under one brand only"))
    return problems


def _band_problems(reference: Reference, sources: Mapping[str, Source]) -> list[Problem]:
    problems: list[Problem] = []
    seen: set[tuple[str, str]] = set()
    for number, bands in enumerate(reference.price_bands.price_bands):
        keys: tuple[Any, ...] = ("price_bands", number, "source")
        pair = (bands.source, bands.category)
        source = sources.get(bands.source)
        if pair in seen:
            found, expected = f"{bands.source}/{bands.category} again", "one entry a category"
            problems.append(_problem(reference, "price_bands.yaml", keys, found, expected))
        seen.add(pair)
        if source is None:
            expected = _one_of("source", sources)
            problems.append(_problem(reference, "price_bands.yaml", keys, repr(bands.source), expected))
        elif bands.category not in {category.id for category in source.categories}:
            expected = _one_of(f"category of {source.source}", [category.id for category in source.categories])
            keys = (*keys[:2], "category")
            problems.append(_problem(reference, "price_bands.yaml", keys, repr(bands.category), expected))
    return problems


def _watch_problems(reference: Reference, sources: Mapping[str, Source]) -> list[Problem]:
    problems: list[Problem] = []
    for name, group in reference.watchlist.groups.items():
        for kind, listed in (("shops", group.shops), ("items", group.items)):
            unknown = [source for source in listed if source not in sources]
            for source in unknown:
                keys = ("groups", name, kind, source)
                problems.append(_problem(reference, "watchlist.yaml", keys, repr(source), _one_of("source", sources)))
    return problems


def _one_of(what: str, names: Any) -> str:
    return f"a known {what}: {', '.join(sorted(names)) or 'there is none'}"
