"""Finders: the first node under an entry that a CSS selector selects, searched at most once an entry."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, NamedTuple

_COMPOUND = re.compile(  # "a.title.main", "link[itemprop=availability]", "img"
    r"(?P<tag>[a-z][a-z0-9]*)(?P<classes>(?:\.[a-z_][\w-]*)*)(?P<attributes>(?:\[[a-z][\w-]*=(?:[\w-]+|\"[^\"]*\")\])*)",
    re.ASCII | re.IGNORECASE,
)
_STRING = re.compile(r"\"[^\"\\]*\"|'[^'\\]*'")
_ATTRIBUTE = re.compile(r"\[([a-z][\w-]*)=", re.ASCII | re.IGNORECASE)


class Compound(NamedTuple):
    """A selector of elements whose ``tag``, and the values of whose attributes ``reads``, decide whether it matches.

    ``tag`` and the names of its ``classes`` are in lower case.
    """

    tag: str
    classes: tuple[str, ...]
    reads: tuple[str, ...]


class Finder:
    """Called with a node, gives the first node under it (itself included) that ``css`` selects, or None.

    Fields that share a selector (a link's text and address) share a finder, which searches once. What it would find can
    be told by somebody who knows. ``found`` is what stands under ``last``, the node it was asked of or told last.
    ``compounds``: the selector's alternatives, where all of them are compounds. ``closed``: whether it ends where its
    text ends; Lexbor takes ``a[href="/x`` too, which would swallow what is written behind it.
    """

    __slots__ = ("closed", "compounds", "css", "found", "last")

    def __init__(self, css: str) -> None:
        self.css = css
        self.compounds = _compounds(css)
        self.closed = _is_closed(css)
        self.last: Any = None
        self.found: Any = None

    def __call__(self, node: Any) -> Any:
        if node is not self.last:
            self.found = node.css_first(self.css)
            self.last = node
        return self.found

    def tell(self, node: Any, found: Any) -> None:
        """What a search under ``node`` would find."""
        self.last = node
        self.found = found

    def was_asked(self, node: Any) -> bool:
        """Whether ``node`` is what was searched last."""
        return self.last is node


@lru_cache(maxsize=1024)
def finder_of(css: str) -> Finder:
    """The one finder of ``css``."""
    return Finder(css)


def _is_closed(css: str) -> bool:
    rest = _STRING.sub("", css)
    open_ended = any(sign in rest for sign in ('"', "'", "\\", "/*"))
    return not open_ended and rest.count("(") == rest.count(")") and rest.count("[") == rest.count("]")


def _compounds(css: str) -> tuple[Compound, ...]:
    parts = [_COMPOUND.fullmatch(part.strip()) for part in css.split(",")]
    return tuple(map(_compound, filter(None, parts))) if all(parts) else ()


def _compound(part: re.Match[str]) -> Compound:
    classes = tuple(part["classes"].lower().split(".")[1:])
    reads = [name.lower() for name in _ATTRIBUTE.findall(part["attributes"])]
    return Compound(part["tag"].lower(), classes, tuple([*reads, "class"] if classes else reads))
