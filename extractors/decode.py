"""Content-Encoding undone with a cap, in bounded pieces, so that a bomb costs no more memory than the cap.

Used where a page is fetched and where it is read back from the archive: both see the same bytes. A stream that ends
before its end is broken, however well its length fits: half a page is never taken for a page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress

import brotli
from backports import zstd
from zlib_ng import zlib_ng as zlib

_SLICE = 64 * 1024
_PIECE = 128 * 1024
_MOST_CODINGS = 3
_WINDOW_LOG = 23  # 8 MiB, the most that RFC 9659 allows for zstd over HTTP; the library would take 128 MiB
_WIDE_BROTLI = 6  # 17 + 6: windows of 8 and 16 MiB
_GZIP_MAGIC = b"\x1f\x8b"
_INFLATE_ERROR: type[Exception] = zlib.error  # type: ignore[assignment]  # its stub names an instance

Pieces = Iterator[bytes]


class TooLarge(Exception):  # noqa: N818 (an outcome, not a fault)
    """More bytes than the cap allows."""


class BrokenEncoding(Exception):  # noqa: N818
    """Bytes that are not what Content-Encoding says, or end too early."""


class EndsEarly(BrokenEncoding):
    """A compressed stream without its end."""


def undo_encoding(payload: bytes, encoding: str, limit: int, *, truncate: bool = False) -> bytes:
    """``payload`` with Content-Encoding ``encoding`` undone. Raises TooLarge above ``limit`` bytes, BrokenEncoding.

    Several gzip members or zstd frames are one body. Codings that nobody knows are left alone, as browsers do: servers
    say ``utf-8`` there. ``truncate`` cuts at the limit instead of raising, and takes a stream that ends early.
    """
    codings = [name for name in (one.strip().lower() for one in encoding.split(",")) if name in _DECODERS]
    if len(codings) > _MOST_CODINGS:
        raise BrokenEncoding(f"{len(codings)} content encodings on top of each other; at most {_MOST_CODINGS}")
    if not codings:
        if len(payload) > limit and not truncate:
            raise TooLarge(f"more than {limit} bytes")
        return payload[:limit]

    def decoded() -> Pieces:
        pieces = _slices(payload)
        for name in reversed(codings):
            pieces = _DECODERS[name](pieces)
        return pieces

    try:
        if truncate:
            return _beginning(decoded(), limit)
        if _has_wide_window(codings, payload):
            for _ in _capped(decoded(), limit, len(payload)):
                pass  # counted before anything is kept: window and body together would be too much for a bomb
        return b"".join(_capped(decoded(), limit, len(payload)))
    except (BrokenEncoding, _INFLATE_ERROR, brotli.error, zstd.ZstdError) as error:
        raise BrokenEncoding(f"Content-Encoding {encoding[:40]!r}: {error}") from error


def _has_wide_window(codings: list[str], payload: bytes) -> bool:
    """Whether a brotli decoder may want 16 MiB for its window (RFC 7932, section 9.1: WBITS in the first byte)."""
    if "br" not in codings or not payload:
        return False
    width = (payload[0] >> 1) & 7 if payload[0] & 1 else 0
    return len(codings) > 1 or width >= _WIDE_BROTLI


def _capped(pieces: Pieces, limit: int, sent: int) -> Pieces:
    total = 0
    for piece in pieces:
        total += len(piece)
        if total > limit:
            raise TooLarge(f"more than {limit} bytes after decompression of {sent}")
        yield piece


def _beginning(pieces: Pieces, limit: int) -> bytes:
    kept: list[bytes] = []
    total = 0
    with suppress(EndsEarly):
        for piece in pieces:
            kept.append(piece)
            total += len(piece)
            if total >= limit:
                break
    return b"".join(kept)[:limit]


def _gunzip(pieces: Pieces) -> Pieces:
    inflate, rest = zlib.decompressobj(zlib.MAX_WBITS | 16), b""
    for piece in pieces:
        rest += piece
        while rest:
            if inflate.eof:
                if len(rest) < len(_GZIP_MAGIC):
                    break
                if not rest.startswith(_GZIP_MAGIC):
                    return  # padding after the last member
                inflate = zlib.decompressobj(zlib.MAX_WBITS | 16)
            yield from _inflated(inflate, rest)
            rest = inflate.unused_data
    if not inflate.eof:
        raise EndsEarly("the gzip stream ends before its end")


def _inflate(pieces: Pieces) -> Pieces:
    """Deflate: with the zlib wrapper that the standard wants, or raw, which some servers send."""
    inflate: zlib._Decompress | None = None
    for piece in pieces:
        if inflate is None:
            wrapped = piece[0] & 0x0F == zlib.DEFLATED and int.from_bytes(piece[:2], "big") % 31 == 0
            inflate = zlib.decompressobj(zlib.MAX_WBITS if wrapped else -zlib.MAX_WBITS)
        yield from _inflated(inflate, piece)
    if inflate is None or not inflate.eof:
        raise EndsEarly("the deflate stream ends before its end")


def _inflated(inflate: zlib._Decompress, data: bytes) -> Pieces:
    while not inflate.eof:
        piece = inflate.decompress(data, _PIECE)
        data = inflate.unconsumed_tail
        if not piece:
            return
        yield piece


def _unbrotli(pieces: Pieces) -> Pieces:
    decoder = brotli.Decompressor()
    for data in pieces:
        found = decoder.process(data, output_buffer_limit=_PIECE)
        while found:
            yield found
            found = decoder.process(b"", output_buffer_limit=_PIECE)
    if not decoder.is_finished():
        raise EndsEarly("the brotli stream ends before its end")


def _unzstd(pieces: Pieces) -> Pieces:
    decoder = _zstd_decoder()
    for piece in pieces:
        data = piece
        while data:
            if decoder.eof:
                decoder = _zstd_decoder()
            yield from _decompressed(decoder, data)
            data = decoder.unused_data
    if not decoder.eof:
        raise EndsEarly("the zstd stream ends before its end")


def _decompressed(decoder: zstd.ZstdDecompressor, data: bytes) -> Pieces:
    while not decoder.eof:
        piece = decoder.decompress(data, _PIECE)
        data = b""
        if piece:
            yield piece
        if decoder.needs_input:
            return


def _zstd_decoder() -> zstd.ZstdDecompressor:
    return zstd.ZstdDecompressor(options={zstd.DecompressionParameter.window_log_max: _WINDOW_LOG})


def _slices(payload: bytes) -> Pieces:
    view = memoryview(payload)
    for start in range(0, len(view), _SLICE):
        yield bytes(view[start : start + _SLICE])


_DECODERS: dict[str, Callable[[Pieces], Pieces]] = {
    "gzip": _gunzip, "x-gzip": _gunzip, "deflate": _inflate, "br": _unbrotli, "zstd": _unzstd,
}  # fmt: skip
