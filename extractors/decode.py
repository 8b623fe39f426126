"""Content-Encoding undone with a cap, in bounded pieces, so that a bomb costs no more memory than the cap.

Used where a page is fetched and where it is read back from the archive: both see the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterator

import httpx2

_SLICE = 64 * 1024


class TooLarge(Exception):  # noqa: N818 (an outcome, not a fault)
    """More bytes than the cap allows."""


class BrokenEncoding(Exception):  # noqa: N818
    """Bytes that are not what Content-Encoding says, or end too early."""


def undo_encoding(payload: bytes, encoding: str, limit: int, *, truncate: bool = False) -> bytes:
    """``payload`` with Content-Encoding ``encoding`` undone. Raises TooLarge above ``limit`` bytes, BrokenEncoding.

    ``truncate`` cuts at the limit instead of raising.
    """
    if encoding.strip().lower() in {"", "identity"}:
        if len(payload) > limit and not truncate:
            raise TooLarge(f"more than {limit} bytes")
        return payload[:limit]
    response = httpx2.Response(200, headers={"content-encoding": encoding}, content=_slices(payload))
    pieces: list[bytes] = []
    total = 0
    try:
        for piece in response.iter_bytes():
            total += len(piece)
            if total > limit and truncate:
                return b"".join([*pieces, piece])[:limit]
            if total > limit:
                raise TooLarge(f"more than {limit} bytes after decompression of {len(payload)}")
            pieces.append(piece)
    except httpx2.DecodingError as error:
        raise BrokenEncoding(f"Content-Encoding {encoding[:40]!r}: {error}") from error
    return b"".join(pieces)


def is_cut(payload: bytes, encoding: str, body: bytes) -> bool:
    """Whether a gzip payload ends before its end: its last four bytes are not the decoded length (RFC 1952, ISIZE)."""
    if encoding.strip().lower() not in {"gzip", "x-gzip"}:
        return False
    return int.from_bytes(payload[-4:], "little") != len(body) & 0xFFFFFFFF


def _slices(payload: bytes) -> Iterator[bytes]:
    view = memoryview(payload)
    for start in range(0, len(view), _SLICE):
        yield bytes(view[start : start + _SLICE])
