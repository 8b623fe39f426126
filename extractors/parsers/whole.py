"""The end of every reader: a page from which nothing was read is refused, with a hint at what it looks like."""

from __future__ import annotations

import re

from extractors.encoding import decode_body
from extractors.parsers.build import ListingBuilder
from extractors.parsers.page import PageContext, Parsed, UnreadableKind, UnreadablePage
from extractors.parsers.product import says_product

_BLOCKED = re.compile(
    r"robot or human|captcha|are you a robot|not a robot|verify (?:that )?you are (?:a )?human|access denied|"
    r"unusual traffic|automated access|enable cookies|attention required|cf-challenge|px-captcha|滑块|安全验证|验证码|"
    r"ロボットではありません|请登录|sec\.taobao\.com|punish",
    re.IGNORECASE,
)
_SILENT = re.compile(r"<(script|style|noscript|template)\b", re.IGNORECASE)
_TITLE = re.compile(r"<title[^>]*>([^<]{0,200})", re.IGNORECASE)
_BEGINS = re.compile(rb"<(?:!doctype\s+html|html)[\s>]", re.IGNORECASE)
_ENDS = re.compile(rb"</(?:html|body)\s*>", re.IGNORECASE)
BEGINNING = 4096  # bytes of a page in which its beginning is found
ENDINGS = (1024, 64 * 1024)  # bytes of a page in which, mostly, its end is found
LOOKED_AT = 2 * 1024 * 1024  # characters of a refused page that are looked at for the hint
WALL_WORDS = 1000  # a wall has fewer words than this
SHELL_WORDS = 60  # fewer words than this in the visible text, beside scripts: a page drawn by its scripts


def finish_page(builder: ListingBuilder, body: bytes, context: PageContext, *, declared_empty: bool = False) -> Parsed:
    """What the builder read. Raises UnreadablePage where it is nothing and the page does not say it is empty."""
    parsed = builder.finish()
    if parsed.listings or (declared_empty and not builder.entries):
        return parsed
    raise unreadable(body, context, builder)


def refuse_cut(body: bytes, context: PageContext) -> None:
    """Raise UnreadablePage for a UTF-8 page that begins and never ends: its list may be a part. Fragments do neither.

    Of 150 real pages one has no ``</html>``, and none has neither that nor ``</body>``.
    """
    if _BEGINS.search(body[:BEGINNING]) and not any(_ENDS.search(body[-size:]) for size in (*ENDINGS, len(body))):
        told = f"the page is cut off: {len(body)} bytes, which end without </html>: fetch it again"
        raise UnreadablePage(f"{context.spec.site}: {told}", "format")


def product_page(context: PageContext, address: str | None) -> UnreadablePage:
    """The refusal of a page that belongs to one product: what else it shows is no list of the category's."""
    told = f"this is a product page ({(address or '')[:200]}), not a list: give the address of the category or search"
    return UnreadablePage(f"{context.spec.site}: nothing was read: {told}", "product")


def unreadable(body: bytes, context: PageContext, builder: ListingBuilder | None = None) -> UnreadablePage:
    """The refusal of this page, with a hint."""
    kind, hint = _looks_like(body, context)
    if builder is not None and builder.entries and builder.parsed.problems:
        first = builder.parsed.problems[0]
        kind = "layout"
        hint = f"{builder.entries} entries, and none could be read: {first.field}: {first.message}; layout changed?"
    extra = f" ({context.spec.empty_hint})" if context.spec.empty_hint else ""
    return UnreadablePage(f"{context.spec.site}: nothing was read: {hint}{extra}", kind)


def _looks_like(body: bytes, context: PageContext) -> tuple[UnreadableKind, str]:
    if not body.strip():
        return "format", "the body is empty"
    text = decode_body(body, context.content_type, context.spec.encoding)[0][:LOOKED_AT]
    title = _TITLE.search(text)
    called = f", titled {' '.join(title[1].split())!r}" if title else ""
    from extractors.blocked import blocked_by_body  # brings the HTTP library along: only for a refused page

    wall = blocked_by_body(body, tuple(context.source.fetch.blocked_marks))
    visible = _visible(text)
    words = len(visible.split())
    # what a visitor reads; in a page without text also what its scripts say. A shop's own scripts name walls too
    found = _BLOCKED.search(text if words < SHELL_WORDS else visible) if words < WALL_WORDS else None
    if wall or found:
        return "blocked", f"blocked? {wall or 'the page says ' + repr(found[0] if found else '')}{called}"
    if words < SHELL_WORDS and "<script" in text.lower():
        return "shell", f"an empty shell that its scripts fill ({words} words of text){called}: read its JSON instead"
    if says_product(text):
        told = "this is a product page, by what it says of itself: give the address of the category or search"
        return "product", f"{told}{called}"
    place = " nor ".join(map(repr, context.spec.items or [context.spec.reader]))
    return "layout", f"layout changed? {place} found nothing in {len(body)} bytes{called}"


def _visible(text: str) -> str:
    """The text between the tags, without scripts and styles. One pass: a hostile page must not make it slow."""
    pieces: list[str] = []
    at = 0
    while (start := text.find("<", at)) >= 0:
        pieces.append(text[at:start])
        silent = _SILENT.match(text, start)
        end = text.find("</" + silent[1], start) if silent else text.find(">", start) + 1
        if end <= 0:
            return " ".join(pieces)
        at = end
    return " ".join([*pieces, text[at:]])
