"""Evidence: every answer as WARC records (ISO 28500), append only, one gzip member a record, found again by offset.

The payload is kept as it was sent, Content-Encoding and all: nothing is cleaned, nothing is compressed twice. The
``sha256`` of a capture is the digest of that payload and equals ``WARC-Payload-Digest``; :meth:`Archive.read` checks
it, then undoes the encoding, so what a reader parses is what was proved. Knows no network and no parser; what is secret
is masked before it comes here.
"""

from __future__ import annotations

import hashlib
import os
import uuid
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed

from extractors.capture import Capture, new_capture_id
from extractors.decode import BrokenEncoding, TooLarge, undo_encoding
from extractors.stagedir import stamp

Headers = list[tuple[str, str]]
_STORED, _FAST = 0, 1
_DROPPED = frozenset({"transfer-encoding"})
_LARGEST_BODY = 512 * 1024 * 1024


class ArchiveDamaged(Exception):  # noqa: N818
    """A record that is not where a capture says, or not what its digest says."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a record stands: identity, file under the archive folder, offset and length in bytes, payload, UTC time."""

    capture_id: str
    warc_file: str
    warc_offset: int
    warc_length: int
    sha256: str
    payload_bytes: int
    stored_at: datetime


@dataclass(frozen=True, slots=True)
class ArchivedPage:
    """A page read back. ``payload`` is as sent and as hashed; ``status`` is None for a file."""

    url: str
    status: int | None
    headers: Headers
    content_type: str | None
    encoding: str
    payload: bytes
    body_bytes: int

    @property
    def body(self) -> bytes:
        """The decoded payload. Raises ArchiveDamaged where it is not what the capture said."""
        try:
            return undo_encoding(self.payload, self.encoding, self.body_bytes)
        except (BrokenEncoding, TooLarge) as error:
            raise ArchiveDamaged(f"{self.url}: {error}") from error


@dataclass(frozen=True, slots=True)
class Sent:
    """A request fit to be kept: address and headers masked."""

    method: str
    target: str
    headers: Headers
    content: bytes = b""


@dataclass(frozen=True, slots=True)
class Received:
    """A response to keep: masked headers, the payload as it was sent."""

    status_line: str
    http_version: str
    headers: Headers
    payload: bytes
    received_at: datetime


class ArchiveWriter:
    """Appends records to one new file. Use as a context manager; a file that got no record is not left behind."""

    def __init__(self, folder: Path, name: str) -> None:
        self._folder = folder
        self._name = name
        self._file: BinaryIO | None = None
        self._offset = 0

    def __enter__(self) -> ArchiveWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            os.fsync(self._file.fileno())
            self._file.close()
            self._file = None

    def store_exchange(self, url: str, sent: Sent, received: Received) -> Place:
        """A response record and its request record; the place is the response's. ``url`` is masked already."""
        capture_id = new_capture_id()
        digest = hashlib.sha256(received.payload).hexdigest()
        date = _warc_date(received.received_at)
        headers = _kept(received.headers, len(received.payload))
        head = _http_head(f"{received.http_version} {received.status_line}", headers)
        marks = {
            "WARC-Type": "response",
            "WARC-Record-ID": capture_id,
            "WARC-Target-URI": url,
            "WARC-Date": date,
            "WARC-Payload-Digest": f"sha256:{digest}",
            "Content-Type": "application/http; msgtype=response",
        }
        encoded = any(name.lower() == "content-encoding" for name, _ in headers)
        offset, length = self._append(marks, head + received.payload, _STORED if encoded else _FAST)
        marks = {
            "WARC-Type": "request",
            "WARC-Record-ID": new_capture_id(),
            "WARC-Target-URI": url,
            "WARC-Date": date,
            "WARC-Concurrent-To": capture_id,
            "Content-Type": "application/http; msgtype=request",
        }
        self._append(marks, _http_head(f"{sent.method} {sent.target} HTTP/1.1", sent.headers) + sent.content, _FAST)
        return Place(capture_id, self._name, offset, length, digest, len(received.payload), received.received_at)

    def store_file(self, url: str, payload: bytes, content_type: str, at: datetime) -> Place:
        """A resource record: an imported file is its own capture."""
        capture_id = new_capture_id()
        digest = hashlib.sha256(payload).hexdigest()
        marks = {
            "WARC-Type": "resource",
            "WARC-Record-ID": capture_id,
            "WARC-Target-URI": url,
            "WARC-Date": _warc_date(at),
            "WARC-Payload-Digest": f"sha256:{digest}",
            "Content-Type": content_type,
        }
        offset, length = self._append(marks, payload, _FAST)
        return Place(capture_id, self._name, offset, length, digest, len(payload), at)

    def _append(self, marks: dict[str, str], block: bytes, level: int) -> tuple[int, int]:
        if self._file is None:
            self._open()
        return self._write(_member(marks, block, level))

    def _write(self, member: bytes) -> tuple[int, int]:
        if self._file is None:
            raise ValueError("the archive file is not open")
        offset = self._offset
        try:
            _write_all(self._file, member)
        except OSError:
            self._file.truncate(offset)  # half a record would hide those after it from other readers
            self._file.seek(offset)
            raise
        self._offset += len(member)
        return offset, len(member)

    def _open(self) -> None:
        path = self._folder / self._name
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("xb", buffering=0)
        facts = "software: Shelfradar\r\nformat: WARC File Format 1.1\r\nrobots: obey\r\n"
        marks = {
            "WARC-Type": "warcinfo",
            "WARC-Record-ID": new_capture_id(),
            "WARC-Filename": path.name,
            "WARC-Date": _warc_date(datetime.now(UTC)),
            "Content-Type": "application/warc-fields",
        }
        self._write(_member(marks, facts.encode(), _FAST))


class Archive:
    """All WARC files under ``home`` (``SHELFRADAR_HOME``)."""

    def __init__(self, home: Path) -> None:
        self.folder = home / "archive"

    def writer(self, source: str, observed_at: datetime, batch: int) -> ArchiveWriter:
        """A writer of one new file: a name is never used twice."""
        day = observed_at.astimezone(UTC).strftime("%Y/%m/%d")
        unique = uuid.uuid4().hex[:12]
        return ArchiveWriter(self.folder, f"{source}/{day}/{source}-{stamp(observed_at)}-{batch:03d}-{unique}.warc.gz")

    def store_file(self, source: str, observed_at: datetime, path: Path, content_type: str) -> Place:
        """The imported file ``path`` as a resource record of its own file."""
        with self.writer(source, observed_at, 0) as writer:
            return writer.store_file(f"file:{path.name}", path.read_bytes(), content_type, datetime.now(UTC))

    def path_of(self, capture: Capture) -> Path:
        """The WARC file of ``capture``. Raises ArchiveDamaged where it has none or names one outside the archive."""
        if capture.warc_file is None:
            raise ArchiveDamaged(f"capture {capture.capture_id} ({capture.outcome}) has no archived page")
        path = (self.folder / capture.warc_file).resolve()
        if not path.is_relative_to(self.folder.resolve()):
            raise ArchiveDamaged(f"capture {capture.capture_id} names a file outside the archive: {capture.warc_file}")
        return path

    def record_bytes(self, capture: Capture) -> bytes:
        """The gzip member of the record of ``capture``, as it stands in its file. Raises ArchiveDamaged."""
        path = self.path_of(capture)
        if capture.warc_offset is None or capture.warc_length is None:
            raise ArchiveDamaged(f"capture {capture.capture_id} has no offset in {capture.warc_file}")
        try:
            with path.open("rb") as file:
                file.seek(capture.warc_offset)
                member = file.read(capture.warc_length)
        except OSError as error:
            raise ArchiveDamaged(f"{capture.warc_file}: {error.strerror or error}") from error
        if len(member) != capture.warc_length:
            raise ArchiveDamaged(f"{capture.warc_file} ends before the record of {capture.capture_id}")
        return member

    def read(self, capture: Capture) -> ArchivedPage:
        """The page of ``capture``, its digest checked. Raises ArchiveDamaged."""
        where = f"{capture.warc_file} at {capture.warc_offset}"
        try:
            page, record_id = _page(self.record_bytes(capture), capture.body_bytes)
        except (ArchiveLoadFailed, StopIteration, zlib.error) as error:
            raise ArchiveDamaged(f"{where}: not a readable record: {error}") from error
        if record_id != capture.capture_id:
            raise ArchiveDamaged(f"{where}: record {record_id}; expected {capture.capture_id}")
        digest = hashlib.sha256(page.payload).hexdigest()
        if digest != capture.sha256:
            raise ArchiveDamaged(f"{where}: payload digest {digest}; expected {capture.sha256}")
        return page


def _write_all(file: BinaryIO, content: bytes) -> None:
    """An unbuffered file may take less than it is given, on a full disk above all."""
    left = memoryview(content)
    while left:
        left = left[file.write(left) :]


def _member(marks: dict[str, str], block: bytes, level: int) -> bytes:
    """One record as one gzip member (ISO 28500, annex D). warcio reads these; its own writer costs half a millisecond a
    page, a seventh of the whole fetch."""
    marks = {**marks, "WARC-Block-Digest": f"sha256:{hashlib.sha256(block).hexdigest()}"}
    lines = [f"{name}: {_one_line(value)}\r\n" for name, value in marks.items()]
    head = "".join(["WARC/1.1\r\n", *lines, f"Content-Length: {len(block)}\r\n\r\n"])
    return zlib.compress(b"".join([head.encode(), block, b"\r\n\r\n"]), level, zlib.MAX_WBITS | 16)


def _http_head(first_line: str, headers: Headers) -> bytes:
    lines = [_one_line(first_line), *(f"{name}: {_one_line(value)}" for name, value in headers)]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("utf-8", errors="replace")


def _one_line(text: str) -> str:
    """``text`` without the line breaks that would let a far side write headers of its own into the record."""
    return text if text.isprintable() else " ".join(text.replace("\0", " ").split())


def _page(member: bytes, body_bytes: int | None) -> tuple[ArchivedPage, str | None]:
    record = next(iter(ArchiveIterator(BytesIO(member))))
    payload = record.raw_stream.read()
    http = record.http_headers
    encoding = (http.get_header("Content-Encoding") or "") if http else ""
    page = ArchivedPage(
        url=record.rec_headers.get_header("WARC-Target-URI"),
        status=int(http.get_statuscode()) if http else None,
        headers=list(http.headers) if http else [],
        content_type=http.get_header("Content-Type") if http else record.content_type,
        encoding=encoding,
        payload=payload,
        body_bytes=_LARGEST_BODY if body_bytes is None else body_bytes,
    )
    return page, record.rec_headers.get_header("WARC-Record-ID")


def _kept(headers: Headers, payload_bytes: int) -> Headers:
    """Headers that are true of the stored payload: chunks are joined, so the length is told instead."""
    kept = [(name, value) for name, value in headers if name.lower() not in _DROPPED]
    return kept if len(kept) == len(headers) else [*kept, ("Content-Length", str(payload_bytes))]


def _warc_date(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
