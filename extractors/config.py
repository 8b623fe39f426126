"""Strict YAML: a file becomes a typed model, or an error that names file, line, key, found and expected.

Every file under ``config/`` and every site spec is read through :func:`read_model`, so a typing mistake dies at load
and all mistakes of a file are told at once. YAML 1.2, safe loading only: no tags, no code.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, TypeVar
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError
from pydantic_core import PydanticCustomError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError

SLUG = r"^[a-z0-9][a-z0-9_-]{0,62}$"


class StrictModel(BaseModel):
    """Base of all configuration: unknown keys are errors, values are never coerced, instances are frozen."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


def _known_zone(value: str) -> str:
    if value not in available_timezones():
        raise ValueError("an IANA time zone such as Asia/Shanghai")
    return value


ZoneName = Annotated[str, AfterValidator(_known_zone)]
Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake in one file. ``line`` counts from 1; ``key`` is the dotted path inside the file."""

    file: str
    line: int | None
    key: str
    found: str
    expected: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        return f"{where}: {self.key or 'file'}: found {self.found}; expected {self.expected}"


class ConfigError(Exception):
    """One or more problems in configuration files, all that could be found."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__("\n".join(str(problem) for problem in problems))


def wrong_value(at: tuple[str, ...], found: str, expected: str) -> PydanticCustomError:
    """What a check of a whole section raises: the key inside it that is wrong, what stands there, what should."""
    return PydanticCustomError("wrong_value", "{expected}", {"at": at, "found": found, "expected": expected})


def read_yaml(path: Path) -> CommentedMap:
    """The mapping in a YAML file, with line marks. Raises ConfigError when it is not one or can't be read."""
    return _mapping(path, _content(path))


def read_model(path: Path, model: type[Model]) -> Model:
    """The file at ``path`` as ``model``; the same instance while its bytes stay. Raises ConfigError with every problem
    of the file."""
    read: Model = _validated(path, _content(path), model)
    return read


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ConfigError([Problem(str(path), None, "", error.strerror or str(error), "a readable file")]) from error


def _mapping(path: Path, content: bytes) -> CommentedMap:
    try:
        data = YAML(typ="rt").load(content.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise ConfigError([Problem(str(path), None, "", f"bytes that are not UTF-8 ({error})", "UTF-8")]) from error
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else None
        found = (error.problem or "broken YAML").removeprefix("found ")
        expected = "spaces in place of tabs" if "'\\t'" in found else "valid YAML 1.2"
        raise ConfigError([Problem(str(path), line, "", found, expected)]) from error
    if not isinstance(data, CommentedMap):
        raise ConfigError([Problem(str(path), 1, "", f"{type(data).__name__}", "a mapping of keys to values")])
    return data


@lru_cache(maxsize=256)
def _validated(path: Path, content: bytes, model: type[BaseModel]) -> Any:
    """Reading all of ``config/`` costs tens of milliseconds, and every step of a run asks for it."""
    data = _mapping(path, content)
    try:
        return model.model_validate(_plain(data))
    except ValidationError as error:
        problems = [_problem(path, data, dict(detail)) for detail in error.errors(include_url=False)]
        raise ConfigError(problems) from error


def line_of(data: Any, keys: tuple[Any, ...]) -> int | None:
    """The line (from 1) of the deepest key of ``keys`` that stands in ``data``."""
    line: int | None = None
    for key in keys:
        if isinstance(data, CommentedMap) and key in data:
            line = data.lc.key(key)[0] + 1
            data = data[key]
        elif isinstance(data, CommentedSeq) and isinstance(key, int) and key < len(data):
            line = data.lc.item(key)[0] + 1
            data = data[key]
    return line


def told_mistake(detail: Mapping[str, Any]) -> tuple[tuple[Any, ...], str, str]:
    """Of one of pydantic's errors: the keys down to the wrong value, what was found there, and what was expected."""
    keys, kind = tuple(detail["loc"]), detail["type"]
    if kind == "missing":
        return keys, "nothing", "this mandatory key"
    if kind == "extra_forbidden":
        colon = "：" in str(keys[-1])
        return (
            keys,
            "an unknown key",
            "a plain colon (:) and a space" if colon else "only the keys of docs/configuration.md",
        )
    if kind == "wrong_value":
        return keys + tuple(detail["ctx"]["at"]), detail["ctx"]["found"], detail["ctx"]["expected"]
    return keys, _told(detail["input"]), _expected(detail)


_WHOLE, _SECTION = "a whole number", "a section of keys and values (a colon and a space between them)"
_EXPECTED = {
    "int_parsing": _WHOLE, "int_type": _WHOLE, "int_from_float": _WHOLE, "model_type": _SECTION, "dict_type": _SECTION,
    "invalid_key": "a key; where a number was meant: one without separators (20000, not 20,000)",
}  # fmt: skip


def _expected(detail: Mapping[str, Any]) -> str:
    """What a value should have been, in words of the file rather than of the program."""
    kind, given = detail["type"], detail["input"]
    if kind == "string_type" and isinstance(given, int | float):
        return f"text, so in quotes: '{given}'"
    if kind == "list_type" and isinstance(given, str | int | float):
        return f"a list, so in brackets: [{_told(given)}]"
    if kind == "string_pattern_mismatch" and detail["ctx"]["pattern"] == SLUG:
        return "a name of small letters, digits and hyphens, such as serum-20k"
    said = str(detail["msg"]).removeprefix("Value error, ").removeprefix("Input should be ")
    return _EXPECTED.get(kind, said)


def _problem(path: Path, data: CommentedMap, detail: dict[str, Any]) -> Problem:
    keys, found, expected = told_mistake(detail)
    return Problem(str(path), line_of(data, keys), ".".join(str(key) for key in keys), found, expected)


def _told(found: Any) -> str:
    """A value as it is quoted in an error; of a whole section, its keys."""
    if isinstance(found, dict):
        return f"a section with {', '.join(map(str, found)) or 'nothing in it'}"[:120]
    return repr(found)[:120]


def _plain(node: Any) -> Any:
    """Ruamel's annotated containers and scalars as plain Python values."""
    if isinstance(node, CommentedMap):
        return {_plain(key): _plain(value) for key, value in node.items()}
    if isinstance(node, CommentedSeq):
        return [_plain(value) for value in node]
    if isinstance(node, bool) or node is None:
        return node
    for plain in (int, float, str):
        if isinstance(node, plain):
            return plain(node)
    return node
