"""What a spec writes, tried and compiled: CSS selectors, patterns, JMESPaths. A mistake raises :class:`Broken`."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import jmespath
from jmespath.exceptions import JMESPathError
from selectolax.lexbor import LexborHTMLParser, SelectolaxError

from extractors.parsers.functions import OPTIONS

Getter = Callable[[Any], Any]

_PLAIN_PATH = re.compile(r"^[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*$")
_PROBE = LexborHTMLParser("<p></p>")


class Broken(Exception):  # noqa: N818 - a message on its way to a Mistake
    """A rule that can't be compiled: the key at fault, what stands there, what was expected."""

    def __init__(self, key: str, found: str, expected: str) -> None:
        super().__init__(expected)
        self.mistake = (key, found, expected)


def path_getter(path: str, key: str) -> Getter:
    """A function for a JMESPath; plain dotted paths need no interpreter. Raises Broken."""
    if _PLAIN_PATH.match(path):
        return _plain_path(tuple(path.split(".")))
    try:
        compiled = jmespath.compile(path)
    except JMESPathError as error:
        raise Broken(key, repr(path), f"a JMESPath ({str(error).splitlines()[0]})") from error

    def search(value: Any) -> Any:
        try:
            return compiled.search(value, options=OPTIONS)
        except JMESPathError:
            return None  # a function met a value of a type that it does not take: nothing stands there

    return search


def _plain_path(names: tuple[str, ...]) -> Getter:
    def walk(value: Any) -> Any:
        for name in names:
            if not isinstance(value, dict):
                return None
            value = value.get(name)
        return value

    return walk


@lru_cache(maxsize=4096)
def checked_css(css: str, key: str) -> str:
    """The selector, tried. Raises Broken, blaming ``key``."""
    try:
        _PROBE.css(css)
    except SelectolaxError as error:
        raise Broken(key, repr(css), "a CSS selector") from error
    return css


def checked_regex(regex: str, key: str) -> re.Pattern[str]:
    """The pattern, compiled. Raises Broken, blaming ``key``."""
    try:
        return re.compile(regex)
    except re.error as error:
        raise Broken(key, repr(regex), f"a regular expression ({error})") from error
