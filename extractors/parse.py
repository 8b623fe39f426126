"""One page to listings: the door to the readers. Pure: no network, no clock, no warehouse.

Hostile pages can make a parser slow; whoever reads pages of strangers calls this in a worker process
(``extractors/worker.py``), never in the process that must live on.
"""

from __future__ import annotations

from collections.abc import Callable

from extractors.parsers.compile import CompiledSpec, compile_spec
from extractors.parsers.html import read_html
from extractors.parsers.json import read_json
from extractors.parsers.jsonld import read_jsonld
from extractors.parsers.page import PageContext, Parsed, ReadProblem, UnreadableKind, UnreadablePage
from extractors.parsers.table import read_table

__all__ = ["PageContext", "Parsed", "ReadProblem", "UnreadableKind", "UnreadablePage", "parse_page"]

_READERS: dict[str, Callable[[bytes, CompiledSpec, PageContext], Parsed]] = {
    "html": read_html, "json": read_json, "jsonld": read_jsonld, "table": read_table,
}  # fmt: skip


def parse_page(body: bytes, context: PageContext) -> Parsed:
    """The listings of one page (or file), in its order, and the problems of what could not be read.

    Raises UnreadablePage where nothing was read and the page does not say that its list is empty, and ConfigError
    where the spec can't be compiled (a spec from ``read_spec`` always can).
    """
    return _READERS[context.spec.reader](body, compile_spec(context.spec), context)
