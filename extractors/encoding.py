"""From bytes to text: which encoding a body really is in, whatever its header and its meta tag claim.

Knows nothing of HTML beyond the place where it declares a charset. Never raises for an unknown encoding: a page with
a few broken bytes is still evidence, and reads with U+FFFD in their place.
"""

from __future__ import annotations

import codecs
import re

_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_UNDEFINED = frozenset(map(chr, range(0x80, 0xA0)))  # C1 controls stand for their own bytes
_PARTS = re.compile(r"[\x80-\x9f]+|[^\x80-\x9f]+")
_META = re.compile(
    rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_.:-]{2,40})|"
    rb"<\?xml[^>]{0,100}?encoding=[\"']([A-Za-z0-9_.:-]{2,40})",
    re.IGNORECASE,
)
_HEADER = re.compile(r"charset\s*=\s*[\"']?([A-Za-z0-9_.:-]{2,40})", re.IGNORECASE)
_WIDER = {  # what browsers read these labels as: the superset that pages really use
    "iso8859-1": "cp1252", "ascii": "cp1252", "gb2312": "gb18030", "gbk": "gb18030", "shift_jis": "cp932",
    "euc_kr": "cp949", "big5": "big5hkscs", "iso8859-9": "cp1254",
}  # fmt: skip
_ANYTHING = {"cp1252", "cp1254", "latin-1"}  # decode nearly any bytes, so prove nothing
_TWICE = re.compile(  # a UTF-8 sequence read as cp1252 and written as UTF-8 again: the beginning of "â‚¹", "Ã©"
    rb"\xc3[\x82-\xb4](?:\xc2[\x80-\xbf]|\xe2\x80[\x90-\xba]|\xe2\x82\xac|\xe2\x84\xa2|\xc5[\x92-\xbe]|\xc6\x92|\xcb[\x86\x9c])"
)
META_WINDOW = 4096
PROOF_WINDOW = 16 * 1024
FEW_BROKEN = 0.001  # share of U+FFFD up to which a declared encoding is still believed


def decode_body(body: bytes, content_type: str | None = None, encoding: str = "auto") -> tuple[str, str]:
    """The text of ``body`` and the name of the encoding it was read in.

    ``encoding`` other than "auto" is taken at its word. Order otherwise: byte-order mark; the pattern of UTF-16; valid
    UTF-8 beyond ASCII; the header's and the meta tag's charset where the bytes agree; a guess from the bytes.
    """
    if encoding != "auto":
        return _strip_bom(body.decode(_known(encoding) or "utf-8", errors="replace")), encoding
    for mark, name in _BOMS:
        if body.startswith(mark):
            return body[len(mark) :].decode(name, errors="replace"), name
    wide = _unmarked_utf16(body)
    if wide:
        return body.decode(wide, errors="replace"), wide
    declared = _declared(body, content_type)
    strict = _strict_utf8(body)
    if strict is not None and not (strict.isascii() and "\x1b" in strict):
        return (_read_once(strict) if _TWICE.search(body) else None) or strict, "utf-8"
    return _by_declaration(body, declared) or _by_guess(body, declared)


def utf8_body(body: bytes, content_type: str | None = None, encoding: str = "auto") -> bytes:
    """The body as UTF-8: itself where it is that already (no copy), else decoded by :func:`decode_body`."""
    unmarked = encoding in ("auto", "utf-8") and not body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    if unmarked and b"\x1b" not in body and b"\x00" not in body[:META_WINDOW] and _is_utf8(body, content_type):
        plain = body.isascii() or b"\xc3" not in body or not _TWICE.search(body)  # the byte alone is found much faster
        return body if plain else decode_body(body)[0].encode("utf-8", "replace")
    return decode_body(body, content_type, encoding)[0].encode("utf-8", errors="replace")


def _is_utf8(body: bytes, content_type: str | None) -> bool:
    """Whether the body is UTF-8. Where it says so and the first window that is not plain ASCII proves it, the rest is
    believed: broken bytes further on become U+FFFD, as they would anyway."""
    if body.isascii():
        return True
    if not _says_utf8(body, content_type):
        return _strict_utf8(body) is not None
    windows = (body[start : start + PROOF_WINDOW] for start in range(0, len(body), PROOF_WINDOW))
    return _strict_utf8(next(window for window in windows if not window.isascii())) is not None


def _says_utf8(body: bytes, content_type: str | None) -> bool:
    return "utf-8" in (content_type or "").lower() or "utf-8" in _declared(body, content_type)


def known_encoding(name: str) -> bool:
    """Whether ``name`` is "auto" or a text encoding Python knows."""
    return name == "auto" or _known(name) is not None


def _known(label: str | None) -> str | None:
    """Python's name of the encoding that pages mean by this label; None where it is unknown or no text encoding."""
    if not label:
        return None
    try:
        name = codecs.lookup(label.strip()).name
        b"a".decode(name)
    except (LookupError, UnicodeError, ValueError):
        return None
    return _WIDER.get(name, name)


def _strip_bom(text: str) -> str:
    return text.removeprefix("\ufeff")


def _declared(body: bytes, content_type: str | None) -> list[str]:
    """The encodings that header and meta tag name, the more telling first."""
    header = _HEADER.search(content_type or "")
    meta = _META.search(body[:META_WINDOW])
    labels = [header[1] if header else None, (meta[1] or meta[2]).decode("ascii") if meta else None]
    names = [name for name in map(_known, labels) if name and not name.startswith("utf-16")]
    return sorted(dict.fromkeys(names), key=lambda name: name in _ANYTHING)


def _unmarked_utf16(body: bytes) -> str | None:
    head = body[:1024]
    if len(head) < 4 or b"\x00" not in head:
        return None
    odd, even = head[1::2].count(0), head[0::2].count(0)
    most = len(head) * 0.3
    if odd > most and odd > 4 * even:
        return "utf-16-le"
    return "utf-16-be" if even > most and even > 4 * odd else None


def _strict_utf8(body: bytes) -> str | None:
    """The text, where the body is UTF-8 to the last byte but for a character cut off at its end."""
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.reason == "unexpected end of data" and error.start >= len(body) - 3 and error.start > 0:
            return body[: error.start].decode("utf-8") + "\ufffd"
        return None


def _read_once(text: str) -> str | None:
    """The text whose UTF-8 was taken for cp1252 and encoded once more; None where not all of it was. Such a page is
    read wrong, not only ugly: "â‚¹2,219" ends in the digits of 12,219."""
    try:
        twice = b"".join(
            part.encode("latin-1") if part[0] in _UNDEFINED else part.encode("cp1252") for part in _PARTS.findall(text)
        )
        once = twice.decode("utf-8")
    except UnicodeError:
        return None
    return once


def _by_declaration(body: bytes, declared: list[str]) -> tuple[str, str] | None:
    for name in declared:
        text = body.decode(name, errors="replace")
        if text.count("\ufffd") <= len(text) * FEW_BROKEN + 1:
            return text, name
    return None


def _by_guess(body: bytes, declared: list[str]) -> tuple[str, str]:
    from charset_normalizer import from_bytes  # slow to import, and rarely needed

    best = from_bytes(body[: 256 * 1024]).best()
    if best is not None and not declared:
        return body.decode(best.encoding, errors="replace"), best.encoding
    for name in (*([best.encoding] if best is not None else []), *declared, "utf-8"):
        text = body.decode(name, errors="replace")
        if text.count("\ufffd") <= len(text) * 0.05:
            return text, name
    return body.decode("cp1252", errors="replace"), "cp1252"
