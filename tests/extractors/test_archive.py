"""The archive: standard tools accept it, a capture leads back to its page, and no change goes unnoticed."""

from __future__ import annotations

import gzip
import hashlib
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from warcio.archiveiterator import ArchiveIterator

from extractors.archive import Archive, ArchiveDamaged, Received, Sent
from extractors.capture import Capture, read_captures, write_captures

AT = datetime(2026, 11, 21, 22, tzinfo=UTC)
SENT = Sent("GET", "/list", [("Host", "shop.test"), ("User-Agent", "Shelfradar")])
BODY = "<html>书</html>".encode() * 50


def _received(payload: bytes = BODY, **headers: str) -> Received:
    pairs = [("Content-Type", "text/html"), *((name.replace("_", "-"), value) for name, value in headers.items())]
    return Received("200 OK", "HTTP/1.1", pairs, payload, AT)


def _capture(place, body: bytes = BODY) -> Capture:
    return Capture(
        capture_id=place.capture_id, source="shop", category_id="c", page_no=1, observed_at=AT,
        observed_on=date(2026, 11, 22), outcome="ok", body_bytes=len(body), sha256=place.sha256,
        warc_file=place.warc_file, warc_offset=place.warc_offset, warc_length=place.warc_length,
    )  # fmt: skip


@pytest.fixture
def stored(archive: Archive) -> list[Capture]:
    """Three pages in one file: plain, gzip, and one that came in chunks."""
    packed = gzip.compress(BODY)
    with archive.writer("shop", AT, 7) as writer:
        return [
            _capture(writer.store_exchange("http://shop.test/1", SENT, _received())),
            _capture(writer.store_exchange("http://shop.test/2", SENT, _received(packed, Content_Encoding="gzip"))),
            _capture(writer.store_exchange("http://shop.test/3", SENT, _received(Transfer_Encoding="chunked"))),
        ]


def _warcio(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "from warcio.cli import main; main()", *arguments],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


def test_pages_are_read_back_by_their_captures(archive, stored):
    for capture in stored:
        assert archive.read(capture).body == BODY
        assert hashlib.sha256(archive.read(capture).payload).hexdigest() == capture.sha256
    assert stored[1].sha256 == hashlib.sha256(archive.read(stored[1]).payload).hexdigest()
    assert stored[0].sha256 == hashlib.sha256(BODY).hexdigest()


def test_the_file_is_named_by_source_day_and_batch_and_warcio_accepts_it(archive, stored):
    assert stored[0].warc_file.startswith("shop/2026/11/21/shop-20261121T220000Z-007-")
    checked = _warcio("check", "-v", str(archive.path_of(stored[0])))
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert checked.stdout.count("digest pass") == 7


def test_other_readers_see_requests_responses_and_the_same_digest(archive, stored):
    with archive.path_of(stored[0]).open("rb") as file:
        records = [
            (record.rec_type, record.rec_headers.get_header("WARC-Payload-Digest"), record.content_stream().read())
            for record in ArchiveIterator(file, check_digests="raise")
        ]
    assert [kind for kind, _, _ in records] == ["warcinfo"] + ["response", "request"] * 3
    responses = [(digest, body) for kind, digest, body in records if kind == "response"]
    assert responses == [(f"sha256:{capture.sha256}", BODY) for capture in stored]


def test_a_file_that_got_no_record_is_not_left_behind(archive):
    with archive.writer("shop", AT, 0):
        pass
    assert not archive.folder.exists()


def test_an_altered_byte_is_noticed(archive, stored):
    path = archive.path_of(stored[1])
    whole = bytearray(path.read_bytes())
    whole[stored[1].warc_offset + stored[1].warc_length - 60] ^= 1
    path.write_bytes(whole)
    with pytest.raises(ArchiveDamaged, match=stored[1].warc_file):
        archive.read(stored[1])
    assert archive.read(stored[0]).body == BODY


def test_a_capture_that_does_not_fit_its_record_is_noticed(archive, stored):
    wrong = [
        replace(stored[0], sha256="0" * 64),
        replace(stored[0], capture_id=stored[1].capture_id),
        replace(stored[0], warc_offset=stored[1].warc_offset, warc_length=stored[1].warc_length),
        replace(stored[0], warc_offset=stored[0].warc_offset + 1),
        replace(stored[0], warc_length=10**9),
        replace(stored[0], warc_file="shop/2026/11/21/absent.warc.gz"),
        replace(stored[0], warc_file="../../../etc/passwd"),
        replace(stored[0], warc_file=None),
        replace(stored[1], body_bytes=3),
    ]
    for capture in wrong:
        with pytest.raises(ArchiveDamaged):
            _ = archive.read(capture).body


def test_a_death_in_the_middle_leaves_the_records_before_it(archive, stored, tmp_path):
    path = archive.path_of(stored[0])
    path.write_bytes(path.read_bytes()[: stored[2].warc_offset + stored[2].warc_length // 2])
    assert archive.read(stored[0]).body == archive.read(stored[1]).body == BODY
    with pytest.raises(ArchiveDamaged):
        archive.read(stored[2])


def test_a_killed_writer_leaves_what_it_stored(archive, tmp_path):
    script = (
        "import os, sys, signal; from pathlib import Path; from datetime import datetime, UTC\n"
        "from extractors.archive import Archive, Sent, Received\n"
        "writer = Archive(Path(sys.argv[1])).writer('shop', datetime(2026, 11, 21, tzinfo=UTC), 0)\n"
        "writer.store_exchange('http://a.test/', Sent('GET', '/', []), Received('200 OK', 'HTTP/1.1', [], b'page',"
        " datetime.now(UTC)))\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    subprocess.run([sys.executable, "-c", script, str(tmp_path)], timeout=60, check=False)
    (path,) = archive.folder.rglob("*.warc.gz")
    with path.open("rb") as file:
        assert [record.rec_type for record in ArchiveIterator(file)] == ["warcinfo", "response", "request"]


FULL_DISK = """
import resource, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from extractors.archive import Archive, Received, Sent

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, 40_000))
sizes = [10_000, 100_000, 5_000]
with Archive(Path(sys.argv[1])).writer("shop", datetime(2026, 11, 21, tzinfo=UTC), 0) as writer:
    for size in sizes:
        received = Received("200 OK", "HTTP/1.1", [("Content-Encoding", "zstd")], bytes(size), datetime.now(UTC))
        try:
            writer.store_exchange("http://a.test/", Sent("GET", "/", []), received)
            print(size, "stored")
        except OSError as error:
            print(size, error.strerror)
"""


def test_a_full_disk_leaves_no_half_record_and_is_an_error(archive, tmp_path):
    """A record that does not fit is not there at all, and what is stored afterwards is where its capture says."""
    run = [sys.executable, "-c", FULL_DISK, str(tmp_path)]
    told = subprocess.run(run, capture_output=True, text=True, timeout=60, check=True).stdout.splitlines()
    assert told == ["10000 stored", "100000 File too large", "5000 stored"]
    (path,) = archive.folder.rglob("*.warc.gz")
    assert _warcio("check", str(path)).returncode == 0
    with path.open("rb") as file:
        kinds = [(record.rec_type, len(record.raw_stream.read())) for record in ArchiveIterator(file)]
    assert [size for kind, size in kinds if kind == "response"] == [10_000, 5_000]


def test_two_writers_of_the_same_batch_have_a_file_each(archive):
    """A task that is retried while its first try still lives: nothing is overwritten or mixed."""
    with archive.writer("shop", AT, 0) as one, archive.writer("shop", AT, 0) as other:
        captures = [
            _capture(writer.store_exchange(f"http://shop.test/{number}", SENT, _received()))
            for number in range(10)
            for writer in (one, other)
        ]
    assert len({capture.warc_file for capture in captures}) == 2
    assert all(archive.read(capture).body == BODY for capture in captures)


def test_every_gzip_member_stands_alone_so_that_any_tool_finds_it(archive, stored):
    """Read with nothing but gzip and the standard's own lines: no library of ours, none of WARC."""
    content = archive.path_of(stored[1]).read_bytes()
    place = stored[1]
    record = gzip.decompress(content[place.warc_offset : place.warc_offset + place.warc_length])
    head, http, rest = record.split(b"\r\n\r\n", 2)
    assert head.startswith(b"WARC/1.1\r\nWARC-Type: response\r\n")
    assert f"WARC-Payload-Digest: sha256:{place.sha256}".encode() in head
    payload = rest.removesuffix(b"\r\n\r\n")
    assert hashlib.sha256(payload).hexdigest() == place.sha256
    assert gzip.decompress(payload) == BODY
    assert http.startswith(b"HTTP/1.1 200 OK\r\n")


def test_a_far_side_cannot_write_headers_of_its_own(archive):
    nasty = [("X-Nasty", "a\r\nWARC-Type: metadata\r\n\r\n<html>forged</html>"), ("X-Nul", "a\0b")]
    with archive.writer("shop", AT, 0) as writer:
        received = Received("200 OK\r\nX: y", "HTTP/1.1", nasty, BODY, AT)
        capture = _capture(writer.store_exchange("http://shop.test/a\r\nWARC-Type: x", SENT, received))
    page = archive.read(capture)
    assert page.body == BODY
    assert [name for name, _ in page.headers] == ["X-Nasty", "X-Nul"]


def test_an_imported_file_is_a_resource_record(archive, tmp_path):
    path = tmp_path / "panel.csv"
    path.write_bytes(BODY)
    place = archive.store_file("shop", AT, path, "text/csv")
    page = archive.read(_capture(place))
    assert (page.body, page.url, page.content_type, page.status) == (BODY, "file:panel.csv", "text/csv", None)
    assert _warcio("check", str(archive.folder / place.warc_file)).returncode == 0


def test_captures_survive_their_file(stored, tmp_path):
    path = tmp_path / "stage" / "captures-000.jsonl"
    full = replace(
        stored[0], fetched_at=AT, http_status=200, outcome_detail="书 \u2028 \ud800".encode("utf-8", "replace").decode()
    )
    write_captures(path, [full, stored[1]])
    assert read_captures(path) == [full, stored[1]]
    assert [one.name for one in path.parent.iterdir()] == ["captures-000.jsonl"]


@pytest.mark.parametrize("line", ["{", '{"capture_id": "x"}', '{"surprise": 1}', "[]"])
def test_a_broken_capture_file_is_told_with_its_line(stored, tmp_path, line):
    path = tmp_path / "captures-000.jsonl"
    write_captures(path, stored[:1])
    path.write_text(path.read_text() + line + "\n")
    with pytest.raises(ValueError, match=r"captures-000\.jsonl:2"):
        read_captures(path)
