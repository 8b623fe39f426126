"""One page to listings: the door to the readers. Pure: no network, no clock, no warehouse.

Hostile pages can make a parser slow; whoever reads pages of strangers calls this in a worker process
(``extractors/worker.py``), never in the process that must live on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from extractors.parsers.build import ListingBuilder
from extractors.parsers.compile import CompiledSpec, compile_spec
from extractors.parsers.explain import Explained, ExplainedEntry, ExplainingBuilder, FieldReading
from extractors.parsers.html import read_html
from extractors.parsers.json import read_json
from extractors.parsers.jsonld import read_jsonld
from extractors.parsers.page import PageContext, Parsed, ReadProblem, UnreadableKind, UnreadablePage
from extractors.parsers.table import read_table
from extractors.spec import read_spec

__all__ = [
    "Explained", "ExplainedEntry", "FieldReading", "PageContext", "Parsed", "ReadProblem", "UnreadableKind",
    "UnreadablePage", "explain_page", "parse_page",
]  # fmt: skip

_READERS: dict[str, Callable[[bytes, CompiledSpec, PageContext, ListingBuilder], Parsed]] = {
    "html": read_html, "json": read_json, "jsonld": read_jsonld, "table": read_table,
}  # fmt: skip


def parse_page(body: bytes, context: PageContext) -> Parsed:
    """The listings of one page (or file), in its order, and the problems of what could not be read.

    Raises UnreadablePage where nothing was read and the page does not say that its list is empty, and ConfigError
    where the spec can't be compiled (a spec from ``read_spec`` always can).
    """
    try:
        return _read(body, context)
    except UnreadablePage as first:
        refusal = first
        for name in context.spec.otherwise:  # even where it looks like a wall: a page that holds a list is none
            try:
                return _read(body, replace(context, spec=read_spec(name)))
            except UnreadablePage as other:
                refusal = other if other.kind == "product" else refusal
        raise refusal from None


def _read(body: bytes, context: PageContext) -> Parsed:
    compiled = compile_spec(context.spec)
    return _READERS[context.spec.reader](body, compiled, context, ListingBuilder(compiled, context))


def explain_page(body: bytes, context: PageContext, limit: int = 20) -> Explained:
    """As :func:`parse_page`, and for the first ``limit`` entries what stood where: every field with the rule that
    found it, the raw text and the columns made of it. A page that can't be read is explained by its hint."""
    explained = _explain(body, context, limit)
    for name in context.spec.otherwise if explained.refusal else ():
        other = _explain(body, replace(context, spec=read_spec(name)), limit)
        if other.refusal is None:
            return other
        explained = other if other.refusal.kind == "product" else explained
    return explained


def _explain(body: bytes, context: PageContext, limit: int) -> Explained:
    compiled = compile_spec(context.spec)
    builder = ExplainingBuilder(compiled, context, limit)
    try:
        parsed = _READERS[context.spec.reader](body, compiled, context, builder)
    except UnreadablePage as refusal:
        return Explained(builder.explained, builder.parsed, refusal)
    return Explained(builder.explained, parsed, None)
