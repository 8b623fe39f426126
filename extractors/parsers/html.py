"""Listings from HTML by CSS selectors (selectolax, Lexbor)."""

from __future__ import annotations

import re

from selectolax.lexbor import LexborHTMLParser, LexborNode

from extractors.encoding import utf8_body
from extractors.parsers.build import ListingBuilder, ListKey, slug_of
from extractors.parsers.compile import CompiledSpec
from extractors.parsers.page import PageContext, Parsed, locale_in
from extractors.parsers.places import first_of, html_getter, nodes_of
from extractors.parsers.product import is_product_address
from extractors.parsers.sweep import Sweep
from extractors.parsers.whole import finish_page, product_page, refuse_cut
from extractors.spec import SiteSpec
from extractors.units import parse_count

_ADDRESSES = {"base[href]": "href", "link[rel=canonical]": "href", 'meta[property="og:url"]': "content"}
_ADDRESS = first_of(tuple(html_getter(css, attr) for css, attr in _ADDRESSES.items()))
_ANY_ADDRESS = ",".join(_ADDRESSES)  # most pages have none, and looking for each costs three walks of the whole page
_HOST = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+", re.IGNORECASE)


def read_html(body: bytes, compiled: CompiledSpec, context: PageContext, builder: ListingBuilder) -> Parsed:
    """The listings of an HTML page. Raises UnreadablePage."""
    spec = compiled.spec
    plain = utf8_body(body, context.content_type, spec.encoding)
    document = LexborHTMLParser(plain)
    root = document.root
    if root is not None:
        locale = locale_in(str(compiled.page_locale(root) or "")) if compiled.page_locale is not None else None
        own = _own_address(root, compiled)
        if is_product_address(own) or is_product_address(context.url):
            raise product_page(context, own if is_product_address(own) else context.url)
        builder.page_says(locale, own if context.url is None else None)
    if spec.groups is None:
        builder.add(Sweep(compiled.finders).over(_entries(document, spec)), ListKey(context.category_id))
    else:
        _read_groups(document, compiled, builder, context)
    if builder.entries:
        refuse_cut(plain, context)
    declared_empty = compiled.empty is not None and root is not None and compiled.empty(root) is not None
    parsed = finish_page(builder, body, context, declared_empty=declared_empty)
    if compiled.total is not None and root is not None:
        total = compiled.total(root)
        parsed.total = parse_count(str(total)) if total is not None else None
    return parsed


def _read_groups(
    document: LexborHTMLParser, compiled: CompiledSpec, builder: ListingBuilder, context: PageContext
) -> None:
    """Each group is a list of its own; a page without groups is one list, the category it was fetched for."""
    spec, sweep = compiled.spec, Sweep(compiled.finders)
    groups = document.css(spec.groups or "")
    for group in groups:
        category = compiled.category(group) if compiled.category is not None else None
        key = ListKey(slug_of(str(category)) if category else context.category_id)
        builder.add(sweep.over(_entries(group, spec)), key)
    if not groups:
        builder.add(sweep.over(_entries(document, spec)), ListKey(context.category_id))


def _own_address(root: LexborNode, compiled: CompiledSpec) -> str | None:
    """Where a page without an address says that it stands; None where it does not."""
    own = _ADDRESS(root) if root.css_first(_ANY_ADDRESS) is not None else None
    own = own or (compiled.page_url(root) if compiled.page_url is not None else None)
    if own is None:
        return None
    text = str(own)
    if text.startswith(("https://", "http://")):
        return text
    return f"https://www.{text.removeprefix('www.')}/" if _HOST.fullmatch(text) else None


def _entries(place: LexborHTMLParser | LexborNode, spec: SiteSpec) -> list[LexborNode]:
    """The nodes of the first selector of ``items`` that finds any: a site's layouts, the surest first."""
    for css in spec.items or ():
        found = nodes_of(place, css)
        if found:
            return found
    return []
