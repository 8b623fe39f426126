"""parsel behind the few methods of a node that site specs are read with: the same specs, the same values, other trees.

Stands in for ``LexborHTMLParser`` where recorded pages are compared. Each method is the call of parsel that a person
would write; what it costs around that is under a hundredth of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from parsel import Selector


class ParselNode:
    """One element."""

    __slots__ = ("_selector",)

    def __init__(self, selector: Selector) -> None:
        self._selector = selector

    def css(self, css: str) -> list[ParselNode]:
        """All elements that ``css`` selects, in order."""
        return [ParselNode(one) for one in self._selector.css(css)]

    def css_first(self, css: str) -> ParselNode | None:
        """The first of them."""
        found = self._selector.css(css)
        return ParselNode(found[0]) if found else None

    def text(self, *, deep: bool = True) -> str:
        """The text below the element, or its own."""
        if deep:
            return str(self._selector.root.xpath("string()"))
        return "".join(self._selector.root.xpath("text()"))

    @property
    def attrs(self) -> Mapping[str, str]:
        """The attributes."""
        found: Mapping[str, str] = self._selector.root.attrib
        return found

    @property
    def mem_id(self) -> int:
        """What tells one element from another."""
        return id(self._selector.root)

    @property
    def parent(self) -> Any:
        """What siblings have in common."""
        return self._selector.root.getparent()


class ParselDocument(ParselNode):
    """A page, UTF-8."""

    __slots__ = ()

    def __init__(self, body: bytes) -> None:
        super().__init__(Selector(body=body, encoding="utf-8"))

    @property
    def root(self) -> ParselNode:
        """The page's element."""
        return self
