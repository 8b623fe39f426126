"""Checking the files of an evidence bundle against their recorded hashes, down to the byte range that was altered."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path
from typing import Any

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed

CHUNK = 4096
Finding = dict[str, Any]


def digest(path: Path) -> str:
    """SHA-256 of a file, hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def chunk_digests(path: Path, chunk_bytes: int) -> Iterator[str]:
    """SHA-256 of each piece of a file, hex."""
    with path.open("rb") as file:
        while piece := file.read(chunk_bytes):
            yield hashlib.sha256(piece).hexdigest()


def file_facts(path: Path) -> dict[str, Any]:
    """What a manifest records of a file: name, size in bytes, SHA-256 of the whole and of its pieces."""
    return {
        "name": path.name,
        "bytes": path.stat().st_size,
        "sha256": digest(path),
        "pieces": list(chunk_digests(path, CHUNK)),
    }


def seal(manifest: Path, target: Path) -> str:
    """Write the SHA-256 of ``manifest`` and of its files to ``target``, as sha256sum does; return the manifest's."""
    found = digest(manifest)
    target.write_text(_sums(manifest, found), encoding="utf-8")
    return found


def _sums(manifest: Path, found: str) -> str:
    """The lines that ``sha256sum -c`` checks: the manifest, then what it says of its files."""
    try:
        listed = [(one["sha256"], Path(one["name"]).name) for one in json.loads(manifest.read_bytes())["files"]]
    except (ValueError, KeyError, TypeError):
        listed = []  # not a manifest: whoever reads it says so
    return "".join(f"{sum_}  {name}\n" for sum_, name in [(found, manifest.name), *listed])


def check_seal(manifest: Path, target: Path) -> Finding:
    """Whether ``manifest`` is what its seal says. Where not, nothing that it records can be trusted."""
    found = digest(manifest)
    if not target.is_file():
        return {"ok": False, "subject": target.name, "text": "missing"}
    if target.read_bytes() == _sums(manifest, found).encode():
        return {"ok": True, "subject": manifest.name, "text": f"SHA-256 {found}; compare it with the one you were told"}
    ranges = f"0-{manifest.stat().st_size - 1}"
    text = f"it or {target.name} was altered (within bytes {ranges}): nothing that it records can be trusted"
    return {"ok": False, "subject": manifest.name, "text": text, "ranges": ranges}


def check_files(bundle: Path, files: list[dict[str, Any]], chunk_bytes: int) -> Iterator[Finding]:
    """One finding a file of the manifest: unaltered, or the byte ranges that differ."""
    for facts in files:
        path = bundle / Path(facts["name"]).name
        if not path.is_file():
            yield {"ok": False, "subject": facts["name"], "text": "missing"}
            continue
        if digest(path) == facts["sha256"]:
            yield {"ok": True, "subject": path.name, "text": f"unaltered, {facts['bytes']:,} bytes"}
            continue
        altered = _altered(path, facts, chunk_bytes)
        sizes = f"{path.stat().st_size:,} bytes, {facts['bytes']:,} recorded"
        yield {"ok": False, "subject": path.name, "text": f"altered within bytes {altered}; {sizes}", "ranges": altered}


def _altered(path: Path, facts: dict[str, Any], chunk_bytes: int) -> str:
    """The altered ranges, such as ``0-4095, 8192-12287``."""
    pairs = enumerate(zip_longest(chunk_digests(path, chunk_bytes), facts["pieces"]))
    differing = [number for number, (found, expected) in pairs if found != expected]
    ranges: list[list[int]] = []
    for number in differing:
        if ranges and ranges[-1][1] == number - 1:
            ranges[-1][1] = number
        else:
            ranges.append([number, number])
    last_byte = max(path.stat().st_size, facts["bytes"]) - 1
    return ", ".join(f"{first * chunk_bytes}-{min((last + 1) * chunk_bytes - 1, last_byte)}" for first, last in ranges)


def check_rows(rows: list[dict[str, Any]], captures: list[dict[str, Any]]) -> Iterator[Finding]:
    """A finding for each row that names a page which is not in the bundle."""
    known = {capture["capture_id"] for capture in captures}
    for row in rows:
        if row["capture_id"] not in known:
            text = f"the row at position {row['position']} names a page that is not here: {row['capture_id']}"
            yield {"ok": False, "subject": "listings.json", "text": text}


def check_records(warc: Path, captures: list[dict[str, Any]]) -> Iterator[Finding]:
    """One finding a capture: its record is in the WARC file and its payload has the recorded SHA-256."""
    found: dict[str, str] = {}
    try:
        with warc.open("rb") as file:
            for record in ArchiveIterator(file):
                payload = record.raw_stream.read()
                found[record.rec_headers.get_header("WARC-Record-ID")] = hashlib.sha256(payload).hexdigest()
    except ArchiveLoadFailed as error:
        yield {"ok": False, "subject": warc.name, "text": f"not a readable WARC file: {error}"}
        return
    for capture in captures:
        ok = found.get(capture["capture_id"]) == capture["sha256"]
        text = f"{capture['final_url'] or capture['requested_url']} at {capture['fetched_at']}"
        yield {
            "ok": ok,
            "subject": capture["capture_id"],
            "text": text if ok else f"payload is not what was captured: {text}",
        }
