"""Evidence bundles: the archived pages behind an item's rows, in a folder that others can check without us.

A bundle proves integrity since capture, not the truth of what was captured; its ``READ-ME.txt`` says so.
"""

from __future__ import annotations

import gzip
import json
import shutil
import zlib
from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from extractors.archive import Archive, ArchivedPage
from extractors.capture import Capture
from extractors.counted import counted
from extractors.staged import STAGED_COLUMNS
from shelfradar.bundle import CHUNK, check_files, check_records, check_rows, check_seal, file_facts, seal
from shelfradar.configuration import read_one_source
from shelfradar.errors import RefusedError
from shelfradar.output import plain
from shelfradar.schedule import observation_at
from shelfradar.settings import Settings

WARC, CAPTURES, LISTINGS, MANIFEST, SEAL, README = (
    "evidence.warc.gz", "captures.json", "listings.json", "manifest.json", "manifest.sha256", "READ-ME.txt",
)  # fmt: skip
TEXT = """Evidence of what {source} showed of item {item} on {when}
{simulated}
evidence.warc.gz  the archived answers (ISO 28500 WARC): status, headers, body, and the requests that were sent
captures.json     for each answer: address, time of capture (UTC), SHA-256 of its payload, place in the WARC file
listings.json     the rows that Shelfradar read from them, and the version of the reader ("parser_version")
manifest.json     SHA-256 of these files, whole and in pieces of {chunk} bytes
manifest.sha256   SHA-256 of the manifest and of every file

Check it with Shelfradar, which also says which bytes were altered:

    shelfradar evidence verify THIS-FOLDER

or without, with the tools of any Linux or macOS (sha256sum is shasum -a 256 there):

    sha256sum -c manifest.sha256
    warcio check evidence.warc.gz          (pip install warcio; any other WARC reader shows the pages, too)
{pages}
What this proves: that no file was altered since this bundle was made, and that each page still has the SHA-256 that was
recorded when it was captured. The SHA-256 of the manifest was told when the bundle was made: compare it, since whoever
can replace all files can make their sums anew. A key that a request needed is masked as ***.
What it does not prove: that the far side really sent these bytes (nobody but the collector was a witness), that it
showed everybody the same, or that what it showed was true; nor that the rows are a right reading of the page: look at
the page itself.
"""
PAGE = """
    # {url} at {at}: status {status}
    tail -c +{first} evidence.warc.gz | head -c {length} | gzip -dc | tail -c +{start} | head -c {size} | sha256sum
    # expected: {sha256}
    # the page itself: the same{decode} with "> page" instead of "| sha256sum"
"""
_RECORD_END = b"\r\n\r\n"
DECODERS = {"gzip": " and | gzip -dc", "br": " and | brotli -dc", "zstd": " and | zstd -dc"}


def export(settings: Settings, source: str, item: str, at: str | None, target: Path) -> Iterator[str]:
    """Write the bundle of ``item`` at an observation (default: its last) to the new folder ``target``.

    Yields what was done. Raises RefusedError where the item was not seen, ArchiveDamaged where its page can't be read.
    """
    from warehouse.captures import select_captures
    from warehouse.lake import Lake

    if target.exists():
        raise RefusedError(f"{target} exists; name a new folder")
    chosen = read_one_source(settings.config, source)
    moment = observation_at(chosen, at, datetime.now(UTC)) if at else None
    with Lake(settings.lake).reader() as con:
        rows = _rows(con, source, item, moment)
        read_from = {"at": rows[0]["observed_at"], "ids": sorted({row["capture_id"] for row in rows})}
        condition = "source = $source AND observed_at = $at AND list_contains($ids, capture_id)"
        captures = select_captures(con, condition, {"source": source, **read_from})
    partial = target.with_name(f".{target.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    pages = _write_warc(Archive(settings.home), captures, partial)
    _write_json(partial / LISTINGS, rows)
    simulated = "\nSIMULATED DATA: this source is not a real shop.\n" if chosen.simulated else ""
    when = rows[0]["observed_at"].isoformat()
    text = TEXT.format(source=source, item=item, when=when, chunk=CHUNK, simulated=simulated, pages=pages)
    (partial / README).write_text(text, encoding="utf-8")
    facts = [file_facts(partial / name) for name in (WARC, CAPTURES, LISTINGS, README)]
    _write_json(partial / MANIFEST, {"source": source, "item_id": item, "chunk_bytes": CHUNK, "files": facts})
    manifest = seal(partial / MANIFEST, partial / SEAL)
    partial.rename(target)
    yield f"wrote {target}: {counted(len(captures), 'archived page')}, {counted(len(rows), 'row')}"
    yield f"SHA-256 of its manifest: {manifest}"


def verify(bundle: Path) -> list[dict[str, Any]]:
    """What a check of ``bundle`` alone finds: one finding a file and a record, with the altered byte range if any."""
    path = bundle / MANIFEST
    if not path.is_file():
        raise RefusedError(f"{bundle}: found no {MANIFEST}; expected a bundle made by `shelfradar evidence export`")
    findings = [check_seal(path, bundle / SEAL)]
    try:
        manifest = json.loads(path.read_bytes())
        findings.extend(check_files(bundle, manifest["files"], manifest["chunk_bytes"]))
        if all(finding["ok"] for finding in findings):
            captures = json.loads((bundle / CAPTURES).read_bytes())
            findings.extend(check_records(bundle / WARC, captures))
            findings.extend(check_rows(json.loads((bundle / LISTINGS).read_bytes()), captures))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        if findings[0]["ok"]:
            raise RefusedError(f"{bundle}: not a bundle made by `shelfradar evidence export`: {error!r}") from error
    return findings


def _rows(con: Any, source: str, item: str, moment: datetime | None) -> list[dict[str, Any]]:
    """The item's rows at ``moment``, or at its last observation."""
    latest = "(SELECT max(observed_at) FROM listing WHERE source = $source AND item_id = $item)"
    columns = ", ".join(STAGED_COLUMNS)
    answer = con.execute(
        f"SELECT {columns} FROM listing WHERE source = $source AND item_id = $item"
        f" AND observed_at = {'$at' if moment else latest} ORDER BY position",
        {"source": source, "item": item, **({"at": moment} if moment else {})},
    )
    rows = [dict(zip(STAGED_COLUMNS, row, strict=True)) for row in answer.fetchall()]
    if not rows:
        where = f" at {moment.isoformat()}" if moment else ""
        raise RefusedError(f"{source}: item {item!r} was not seen{where}")
    return rows


def _write_warc(archive: Archive, captures: list[Capture], folder: Path) -> str:
    """The records of ``captures`` and their requests in one WARC file; captures.json tells their new places.

    Returns how each page is got out of it and checked by hand.
    """
    moved, told, offset = [], [], 0
    with (folder / WARC).open("wb") as file:
        for capture in captures:
            page = archive.read(capture)
            member = archive.record_bytes(capture)
            moved.append(replace(capture, warc_file=WARC, warc_offset=offset))
            told.append(_by_hand(capture, page, member, offset))
            offset += file.write(member) + file.write(_next_member(archive, capture))
    _write_json(folder / CAPTURES, [asdict(capture) for capture in moved])
    return "".join(told)


def _by_hand(capture: Capture, page: ArchivedPage, member: bytes, offset: int) -> str:
    record = gzip.decompress(member)
    size = len(page.payload)
    return PAGE.format(
        url=page.url,
        at=capture.fetched_at or capture.observed_at,
        status=capture.http_status or "none, an imported file",
        first=offset + 1,
        length=len(member),
        start=len(record) - len(_RECORD_END) - size + 1,
        size=size,
        sha256=capture.sha256,
        decode=DECODERS.get(page.encoding.strip().lower(), ""),
    )


def _next_member(archive: Archive, capture: Capture) -> bytes:
    """The gzip member after the record of ``capture``: the request that it answers; empty for an imported file."""
    if capture.http_status is None or capture.warc_offset is None or capture.warc_length is None:
        return b""
    with archive.path_of(capture).open("rb") as file:
        file.seek(capture.warc_offset + capture.warc_length)
        rest = file.read(1024 * 1024)
    inflate = zlib.decompressobj(zlib.MAX_WBITS | 16)
    inflate.decompress(rest)
    return rest[: len(rest) - len(inflate.unused_data)] if inflate.eof else b""


def _write_json(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1, default=_plain) + "\n", encoding="utf-8")


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime | date) else plain(value)
