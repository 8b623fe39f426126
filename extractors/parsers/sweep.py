"""Many searches of an entry in few: what its finders would find is told them, at less cost than their searching.

A search costs 2 µs before it begins (Lexbor reads the selector and makes room, each time): most of what reading an
entry costs. The first entries of a page are read plainly; what was asked of them decides how the rest is read:

- what none of them had is looked for together, by one selector. Nothing found: each of them would find nothing.
- what an element's tag and a few attributes decide is found in one walk, which ends when all is found, or where it
  mostly is.

Nothing here decides by itself what a selector matches: Lexbor is asked, once for each kind of element. What is not told
is searched as ever.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from extractors.parsers.finder import Finder

LEARNED_FROM = 2  # entries of a page that are read plainly
FEWEST = 4  # finders that a walk is tried for
PASSED, LOOKED_AT = 25, 5  # how many elements a walk passes, or looks at, in the time of a search
LENT = 3  # searches a finder that a page's walks may cost more than they spared, to learn the kinds of elements


class Sweep:
    """The finders of a spec's entries, for one page."""

    def __init__(self, finders: Iterable[Finder]) -> None:
        self._finders = tuple(finders)
        self._found: dict[Finder, bool] = {}
        self._entries = 0
        self._absent: tuple[Finder, ...] = ()
        self._any_absent = ""
        self._walk: Walk | None = None

    def over(self, entries: Iterable[Any]) -> Iterator[Any]:
        """The entries one by one, each to be read before the next is taken."""
        for entry in entries:
            self._entries += 1
            if self._entries > LEARNED_FROM:
                self._tell(entry)
                yield entry
            else:
                yield entry
                self._learn(entry)

    def _learn(self, entry: Any) -> None:
        for finder in self._finders:
            if finder.was_asked(entry):
                self._found[finder] = self._found.get(finder, False) or finder(entry) is not None
        if self._entries == LEARNED_FROM:
            self._miss(finder for finder, found in self._found.items() if not found and finder.closed)
            told = tuple(finder for finder, found in self._found.items() if found and finder.compounds)
            self._walk = Walk(told) if len(told) >= FEWEST else None

    def _tell(self, entry: Any) -> None:
        if len(self._absent) > 1:
            self._tell_absent(entry)
        if self._walk is not None and not self._walk.over(entry):
            self._walk = None

    def _tell_absent(self, entry: Any) -> None:
        if entry.css_first(self._any_absent) is None:
            for finder in self._absent:
                finder.tell(entry, None)
        else:
            self._miss([finder for finder in self._absent if finder(entry) is None])

    def _miss(self, finders: Iterable[Finder]) -> None:
        self._absent = tuple(finders)
        self._any_absent = ",".join([finder.css for finder in self._absent])


class Walk:
    """Finds the first node of each of several finders in one walk of an entry, as long as that spares searches."""

    def __init__(self, finders: tuple[Finder, ...]) -> None:
        self._finders = finders
        self._tags: dict[int, _Tag | None] = {}
        self._most = PASSED * len(finders)
        self._tried = False
        self._left = float(LENT * len(finders))

    def over(self, entry: Any) -> bool:
        """Tell the finders what is found in ``entry``; whether another walk may be worth it."""
        tags, finders = self._tags, self._finders
        found: dict[int, Any] = {}
        number = looked = furthest = 0
        for number, node in enumerate(islice(entry.traverse(), self._most), start=1):
            try:
                tag = tags[node.tag_id]
            except KeyError:
                tag = self._new_tag(node)
            if tag is None:
                continue
            looked += 1
            attributes = node.attrs
            kind = attributes.get(tag.only) if tag.only else tuple(map(attributes.get, tag.reads))
            wanted = tag.kinds.get(kind)
            for at in self._new_kind(tag, kind, node) if wanted is None else wanted:
                if at not in found:
                    found[at], furthest = node, number
            if len(found) == len(finders):
                break
        for at, node in found.items():
            finders[at].tell(entry, node)
        if not self._tried:
            self._tried, self._most = True, 2 * furthest
        self._left += len(found) - number / PASSED - looked / LOOKED_AT
        return self._left > 0

    def _new_tag(self, node: Any) -> _Tag | None:
        name = (node.tag or "").lower()
        wanted = [
            (at, one.reads) for at, finder in enumerate(self._finders) for one in finder.compounds if one.tag == name
        ]
        reads = tuple(dict.fromkeys(read for _, names in wanted for read in names))
        tag = (
            _Tag(name, reads, tuple(dict.fromkeys(at for at, _ in wanted))) if wanted and node.is_element_node else None
        )
        self._tags[node.tag_id] = tag
        return tag

    def _new_kind(self, tag: _Tag, kind: object, node: Any) -> tuple[int, ...]:
        """The finders that want this node, as Lexbor sees it, and every other one of its kind."""
        classes = (node.attrs.get("class") or "").lower()
        asked = [at for at in tag.finders if _may_select(self._finders[at], tag.name, classes)]
        self._left -= len(asked)
        tag.kinds[kind] = tuple(at for at in asked if _selects(self._finders[at], node))
        return tag.kinds[kind]


@dataclass(slots=True)
class _Tag:
    """The ``finders`` that can want an element of one tag, and the attributes that decide it; what they decided."""

    name: str
    reads: tuple[str, ...]
    finders: tuple[int, ...]
    kinds: dict[object, tuple[int, ...]] = field(default_factory=dict)
    only: str | None = None

    def __post_init__(self) -> None:
        self.only = self.reads[0] if len(self.reads) == 1 else None


def _may_select(finder: Finder, tag: str, classes: str) -> bool:
    """Whether an element of this tag and these ``classes``, in lower case, can be one: only then Lexbor is asked."""
    return any(one.tag == tag and all(name in classes for name in one.classes) for one in finder.compounds)


def _selects(finder: Finder, node: Any) -> bool:
    first = node.css_first(finder.css)
    return first is not None and first.mem_id == node.mem_id
