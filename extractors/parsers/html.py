"""Listings from HTML by CSS selectors (selectolax, Lexbor)."""

from __future__ import annotations

from selectolax.lexbor import LexborHTMLParser

from extractors.encoding import utf8_body
from extractors.parsers.build import ListingBuilder, ListKey, slug_of
from extractors.parsers.compile import CompiledSpec
from extractors.parsers.page import PageContext, Parsed
from extractors.parsers.whole import finish_page
from extractors.units import parse_count


def read_html(body: bytes, compiled: CompiledSpec, context: PageContext, builder: ListingBuilder) -> Parsed:
    """The listings of an HTML page. Raises UnreadablePage."""
    spec = compiled.spec
    document = LexborHTMLParser(utf8_body(body, context.content_type, spec.encoding))
    items = spec.items or ""
    if spec.groups is None:
        builder.add(document.css(items), ListKey(context.category_id))
    else:
        _read_groups(document, items, compiled, builder, context)
    root = document.root
    declared_empty = compiled.empty is not None and root is not None and compiled.empty(root) is not None
    parsed = finish_page(builder, body, context, declared_empty=declared_empty)
    if compiled.total is not None and root is not None:
        total = compiled.total(root)
        parsed.total = parse_count(str(total)) if total is not None else None
    return parsed


def _read_groups(
    document: LexborHTMLParser, items: str, compiled: CompiledSpec, builder: ListingBuilder, context: PageContext
) -> None:
    """Each group is a list of its own; a page without groups is one list, the category it was fetched for."""
    groups = document.css(compiled.spec.groups or "")
    for group in groups:
        category = compiled.category(group) if compiled.category is not None else None
        builder.add(group.css(items), ListKey(slug_of(str(category)) if category else context.category_id))
    if not groups:
        builder.add(document.css(items), ListKey(context.category_id))
