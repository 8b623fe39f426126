"""Listings from JSON by JMESPath: an API's answer, or the JSON that a page carries in a script."""

from __future__ import annotations

import json
from typing import Any

from selectolax.lexbor import LexborHTMLParser

from extractors.encoding import decode_body
from extractors.parsers.build import ListingBuilder, ListKey
from extractors.parsers.compile import CompiledSpec
from extractors.parsers.page import PageContext, Parsed, UnreadablePage
from extractors.parsers.whole import finish_page, unreadable
from extractors.units import parse_count

_DECODER = json.JSONDecoder()


def read_json(body: bytes, compiled: CompiledSpec, context: PageContext, builder: ListingBuilder) -> Parsed:
    """The listings of a JSON body, or of the JSON inside a page's script. Raises UnreadablePage."""
    text = decode_body(body, context.content_type, compiled.spec.encoding)[0]
    scripted = compiled.spec.script is not None
    data = _script_json(text, body, compiled, context) if scripted else _loaded(text, body, context)
    items = compiled.items(data) if compiled.items is not None else data
    if isinstance(items, dict):
        items = list(items.values())
    builder.add(items if isinstance(items, list) else [], ListKey(context.category_id))
    declared = compiled.empty is not None and bool(compiled.empty(data))
    parsed = finish_page(builder, body, context, declared_empty=declared)
    total = compiled.total(data) if compiled.total is not None else None
    parsed.total = parse_count(str(total)) if total is not None else None
    return parsed


def _script_json(text: str, body: bytes, compiled: CompiledSpec, context: PageContext) -> Any:
    place = compiled.spec.script
    if compiled.script is not None:
        found = compiled.script.search(text)
        if found is None:
            raise unreadable(body, context)
        start = found.start(1) if compiled.script.groups else found.end()
        data = _loaded(text[start:], body, context, rest=True)
    else:
        node = LexborHTMLParser(text).css_first(place.css if place and place.css else "script")
        if node is None:
            raise unreadable(body, context)
        data = _loaded(node.text(), body, context, rest=True)
    if compiled.inner is not None:
        data = compiled.inner(data)
    if isinstance(data, str):  # JSON inside a JSON string
        data = _loaded(data, body, context)
    return data


def _loaded(text: str, body: bytes, context: PageContext, *, rest: bool = False) -> Any:
    """The JSON value of the text; with ``rest``, the one it begins with."""
    try:
        return _DECODER.raw_decode(text.lstrip("\ufeff \t\r\n"))[0] if rest else json.loads(text.lstrip("\ufeff"))
    except RecursionError:
        raise UnreadablePage(f"{context.spec.site}: JSON nested too deeply", "format") from None
    except ValueError as error:
        if "<html" in text[:2000].lower() or not text.strip():
            raise unreadable(body, context) from error
        raise UnreadablePage(f"{context.spec.site}: broken JSON: {error}", "format") from error
