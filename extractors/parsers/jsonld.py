"""Listings from a page's JSON-LD (schema.org ItemList and Product): what shops publish for search engines."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from selectolax.lexbor import LexborHTMLParser

from extractors.encoding import utf8_body
from extractors.parsers.build import ListingBuilder, ListKey
from extractors.parsers.compile import CompiledSpec
from extractors.parsers.page import PageContext, Parsed
from extractors.parsers.whole import finish_page, refuse_cut

_PRODUCTS = frozenset(("Product", "ProductGroup", "IndividualProduct", "ProductModel", "Book", "Vehicle"))
DEPTH = 12  # deeper than any list of products stands in a page's JSON-LD


def read_jsonld(body: bytes, compiled: CompiledSpec, context: PageContext, builder: ListingBuilder) -> Parsed:
    """The products of a page's JSON-LD: of ``items`` (JMESPath over the list of blocks) where given, else of its
    ItemList, else every Product. Raises UnreadablePage."""
    plain = utf8_body(body, context.content_type, compiled.spec.encoding)
    document = LexborHTMLParser(plain)
    blocks = list(_blocks(document))
    if compiled.items is not None:
        found = compiled.items(blocks)
        items = found if isinstance(found, list) else []
    else:
        items = list(_listed(blocks)) or [one for one in _nodes(blocks, 0) if _types(one) & _PRODUCTS]
    builder.add(items, ListKey(context.category_id))
    if builder.entries:
        refuse_cut(plain, context)
    return finish_page(builder, body, context)


def _blocks(document: LexborHTMLParser) -> Iterator[Any]:
    for script in document.css('script[type="application/ld+json"]'):
        try:
            yield json.loads(script.text(), strict=False)
        except (ValueError, RecursionError):
            continue  # one broken block among several is usual; nothing read at all is an error of its own


def _nodes(value: Any, depth: int) -> Iterator[dict[str, Any]]:
    """Every object in the blocks, in document order."""
    if depth > DEPTH:
        return
    if isinstance(value, list):
        for one in value:
            yield from _nodes(one, depth + 1)
    elif isinstance(value, dict):
        yield value
        if not _types(value) & _PRODUCTS:
            for name, one in value.items():
                if name != "itemReviewed":  # what a review is about, not what the page lists
                    yield from _nodes(one, depth + 1)


def _listed(blocks: list[Any]) -> Iterator[dict[str, Any]]:
    """The entries of every ItemList: the item with what the ListItem around it adds (url, name, position)."""
    for node in _nodes(blocks, 0):
        if "ItemList" not in _types(node):
            continue
        elements = node.get("itemListElement")
        for element in elements if isinstance(elements, list) else [elements]:
            if isinstance(element, dict):
                item = element.get("item")
                yield {**element, **item} if isinstance(item, dict) else element


def _types(node: dict[str, Any]) -> set[str]:
    kind = node.get("@type")
    kinds = kind if isinstance(kind, list) else [kind]
    return {str(one).rpartition("/")[2] for one in kinds if one}
