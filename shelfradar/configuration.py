"""Everything under ``config/``, read together, so that all mistakes are told at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from alerts.rules import Rules, read_rules
from extractors.config import ConfigError, Problem
from extractors.source import Source, read_source, read_sources
from extractors.spec import read_spec
from transforms.contradictions import check_reference
from transforms.reference import Reference, read_reference

Read = TypeVar("Read")


@dataclass(frozen=True, slots=True)
class Configuration:
    """What the operators wrote: sources by name, reference data, alert rules."""

    sources: dict[str, Source]
    reference: Reference
    rules: Rules

    def source(self, name: str) -> Source:
        """The source of that name. Raises ConfigError that lists the known ones."""
        try:
            return self.sources[name]
        except KeyError:
            known = ", ".join(sorted(self.sources)) or "none"
            raise ConfigError([Problem("config/sources", None, "--source", repr(name), f"one of: {known}")]) from None


def read_configuration(folder: Path) -> Configuration:
    """All of ``folder``. Raises one ConfigError with every problem of every file, and between files."""
    problems: list[Problem] = []

    def attempt(read: Callable[[], Read]) -> Read | None:
        try:
            return read()
        except ConfigError as error:
            problems.extend(error.problems)
            return None

    sources = attempt(lambda: read_sources(_existing(folder / "sources")))
    reference = attempt(lambda: read_reference(folder))
    groups = None if reference is None else list(reference.watchlist.groups)
    rules = attempt(lambda: read_rules(folder / "alerts.yaml", sources, groups))
    for source in (sources or {}).values():
        attempt(lambda name=source.site: read_spec(name))  # type: ignore[misc]
    if sources is not None and reference is not None:
        problems.extend(check_reference(reference, sources))
    if problems or sources is None or reference is None or rules is None:
        raise ConfigError(list(dict.fromkeys(problems)))
    return Configuration(sources, reference, rules)


def read_one_source(folder: Path, name: str) -> Source:
    """The source ``name`` alone, for a step that needs no more. Raises ConfigError."""
    path = folder / "sources" / f"{name}.yaml"
    if not path.is_file():
        known: Any = ", ".join(sorted(one.stem for one in (folder / "sources").glob("*.yaml"))) or "none"
        raise ConfigError([Problem(str(path), None, "source", repr(name), f"one of: {known}")])
    return read_source(path)


def _existing(folder: Path) -> Path:
    if not folder.is_dir():
        raise ConfigError(
            [Problem(str(folder), None, "", "no such folder", "a folder of source files (SHELFRADAR_CONFIG)")]
        )
    return folder
