"""Listings from JSON by JMESPath: an API's answer, or the JSON that a page carries in a script."""

from __future__ import annotations

from typing import Any

from extractors.encoding import decode_body
from extractors.parsers.build import ListingBuilder, ListKey
from extractors.parsers.compile import CompiledSpec
from extractors.parsers.embedded import is_bare, json_in_string, places, read_beginning, read_text
from extractors.parsers.page import PageContext, Parsed, UnreadablePage
from extractors.parsers.whole import finish_page, unreadable
from extractors.units import parse_count

ERROR_LENGTH = 200  # how much of an answer's own error message a refusal quotes


def read_json(body: bytes, compiled: CompiledSpec, context: PageContext, builder: ListingBuilder) -> Parsed:
    """The listings of a JSON body, or of the JSON inside a page's script. Raises UnreadablePage."""
    text = decode_body(body, context.content_type, compiled.spec.encoding)[0]
    scripted = bool(compiled.scripts) and not is_bare(text)
    data, items = _script_json(text, body, compiled, context) if scripted else _bare_json(text, body, compiled, context)
    builder.add(items, ListKey(context.category_id))
    declared = compiled.empty is not None and bool(compiled.empty(data))
    told = compiled.error(data) if compiled.error is not None and not (items or declared) else None
    if told is not None:
        raise UnreadablePage(f"{context.spec.site}: no list but an error: {str(told)[:ERROR_LENGTH]!r}", "error")
    parsed = finish_page(builder, body, context, declared_empty=declared)
    total = compiled.total(data) if compiled.total is not None else None
    parsed.total = parse_count(str(total)) if total is not None else None
    return parsed


def _bare_json(text: str, body: bytes, compiled: CompiledSpec, context: PageContext) -> tuple[Any, list[Any]]:
    """The body's own JSON, and its entries."""
    try:
        data = read_text(text)
    except RecursionError:
        raise UnreadablePage(f"{context.spec.site}: JSON nested too deeply", "format") from None
    except ValueError as error:
        raise _broken(text, body, context, error) from error
    return data, _items(data, compiled)


def _script_json(text: str, body: bytes, compiled: CompiledSpec, context: PageContext) -> tuple[Any, list[Any]]:
    """The JSON in the first place of the page that has entries, with them; else the first that is JSON."""
    first: tuple[Any, list[Any]] | None = None
    broken: ValueError | None = None
    for rule, pattern, inner in compiled.scripts:
        for place in places(text, rule, pattern):
            try:
                data = read_beginning(place)
            except RecursionError:
                raise UnreadablePage(f"{context.spec.site}: JSON nested too deeply", "format") from None
            except ValueError as error:
                broken = broken or error
                continue
            if inner is not None:
                data = json_in_string(inner(data))
            items = _items(data, compiled)
            first = first or (data, items)
            if items:
                return data, items
    if first is not None:
        return first
    if broken is not None:
        raise _broken("", body, context, broken) from broken
    raise unreadable(body, context)


def _items(data: Any, compiled: CompiledSpec) -> list[Any]:
    items = compiled.items(data) if compiled.items is not None else data
    if isinstance(items, dict):
        items = list(items.values())
    return items if isinstance(items, list) else []


def _broken(text: str, body: bytes, context: PageContext, error: ValueError) -> UnreadablePage:
    """A page where JSON was expected is told by its looks, broken JSON by its error."""
    if "<html" in text[:2000].lower() or not (text or body).strip():
        return unreadable(body, context)
    return UnreadablePage(f"{context.spec.site}: broken JSON: {error}", "format")
