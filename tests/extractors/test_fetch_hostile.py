"""Whatever a server does: one recorded outcome, bounded time and memory, and the neighbours are served."""

from __future__ import annotations

import gzip
import time
import zlib
from pathlib import Path

import brotli
import pytest
from backports import zstd

from extractors.decode import BrokenEncoding, TooLarge, undo_encoding

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
MEGABYTE = 1024 * 1024


async def _only(visit, *args, **kwargs):
    captures = await visit(*args, **kwargs)
    assert len(captures) == 1
    return captures[0]


async def test_a_page_is_captured_with_its_evidence(server, visit, archive):
    body = "<html><title>书</title></html>".encode()
    server.page("/list", gzip.compress(body), content_encoding="gzip", content_type="text/html; charset=utf-8")
    capture = await _only(visit, server.url("/list?page=1"))
    page = archive.read(capture)
    assert (capture.outcome, capture.http_status, capture.body_bytes) == ("ok", 200, len(body))
    assert (page.body, page.status, page.content_type) == (body, 200, "text/html; charset=utf-8")
    assert capture.final_url == page.url == server.url("/list?page=1")
    assert capture.observed_on.isoformat() == "2026-11-22"  # 22:00 UTC is next morning in Shanghai
    assert server.requests[-1].headers["user-agent"] == "Shelfradar/0.1 (+https://shelf.example/bot)"


async def test_a_slow_drip_ends_at_the_deadline_and_others_are_served(server, visit):
    server.raw("/drip", HEAD + b"\r\n", b"x", seconds=0.05, forever=True)
    server.page("/fine")
    started = time.monotonic()
    drip, fine = await visit(server.url("/drip"), server.url("/fine"), with_={"timeout_seconds": 0.6, "concurrency": 2})
    assert (drip.outcome, fine.outcome) == ("timeout", "ok")
    assert time.monotonic() - started < 2


async def test_a_server_that_never_answers_is_a_timeout(server, visit):
    server.page("/silent", seconds=30)
    capture = await _only(visit, server.url("/silent"), with_={"timeout_seconds": 0.4})
    assert capture.outcome == "timeout"
    assert "0.4 s" in capture.outcome_detail
    assert server.paths() == ["/silent"], "a spent deadline leaves nothing for another try"


async def test_an_endless_body_is_too_large(server, visit):
    server.raw("/endless", HEAD + b"\r\n", b"x" * 65536, forever=True)
    capture = await _only(visit, server.url("/endless"))
    assert (capture.outcome, capture.warc_file) == ("too_large", None)


async def test_a_declared_length_above_the_cap_is_refused_unread(server, visit):
    server.raw("/huge", HEAD + b"Content-Length: 99999999999\r\n\r\n", b"x" * 100, seconds=0.5)
    started = time.monotonic()
    assert (await _only(visit, server.url("/huge"))).outcome == "too_large"
    assert time.monotonic() - started < 0.4


def _gzip_bomb(megabytes: int) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    start = packer.compress(bytes(MEGABYTE)) + packer.flush(zlib.Z_FULL_FLUSH)
    block = packer.compress(bytes(MEGABYTE)) + packer.flush(zlib.Z_FULL_FLUSH)
    return start + block * (megabytes - 1) + packer.flush()


def _brotli_bomb(megabytes: int) -> bytes:
    packer = brotli.Compressor(quality=1)
    return b"".join(packer.process(bytes(MEGABYTE)) for _ in range(megabytes)) + packer.finish()


def _zstd_bomb(megabytes: int) -> bytes:
    packer = zstd.ZstdCompressor()
    return b"".join(packer.compress(bytes(MEGABYTE)) for _ in range(megabytes)) + packer.flush()


@pytest.mark.parametrize(("coding", "bomb"), [("gzip", _gzip_bomb), ("br", _brotli_bomb), ("zstd", _zstd_bomb)])
async def test_a_decompression_bomb_costs_little_memory(server, visit, coding, bomb):
    payload = bomb(512)
    assert len(payload) < 4 * MEGABYTE
    server.page("/bomb", payload, content_encoding=coding)
    before = _reset_peak()
    capture = await _only(visit, server.url("/bomb"), with_={"max_bytes": 16 * MEGABYTE})
    assert capture.outcome == "too_large"
    assert "decompression" in capture.outcome_detail
    assert _peak() - before < 32 * MEGABYTE


def _status(field: str) -> int:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(field):
            return int(line.split()[1]) * 1024
    raise AssertionError(field)


def _reset_peak() -> int:
    try:
        Path("/proc/self/clear_refs").write_text("5")
    except OSError as error:
        pytest.skip(f"the kernel won't reset the peak of memory: {error}")
    return _status("VmRSS")


def _peak() -> int:
    return _status("VmHWM")


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd", "gzip, br"])
async def test_every_encoding_that_we_accept_is_read(server, visit, archive, coding):
    body = b"<p>" + b"shelf " * 1000
    packers = {"gzip": gzip.compress, "deflate": zlib.compress, "br": brotli.compress, "zstd": zstd.compress}
    payload = body
    for one in coding.split(", "):
        payload = packers[one](payload)
    server.page("/x", payload, content_encoding=coding)
    capture = await _only(visit, server.url("/x"))
    assert archive.read(capture).body == body
    assert archive.read(capture).payload == payload


def test_undo_encoding_refuses_what_is_too_long_and_what_is_broken():
    assert undo_encoding(b"abc", "", 3) == b"abc"
    with pytest.raises(TooLarge):
        undo_encoding(b"abcd", "identity", 3)
    with pytest.raises(TooLarge):
        undo_encoding(gzip.compress(b"abcd"), "gzip", 3)
    assert undo_encoding(gzip.compress(b"abcd"), "gzip", 3, truncate=True) == b"abc"
    with pytest.raises(BrokenEncoding):
        undo_encoding(b"no gzip at all", "gzip", 100)


@pytest.mark.parametrize(
    "answer",
    [
        HEAD + b"Content-Length: 1000\r\n\r\nhalf of it",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
        HEAD + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(b"<html>" + bytes(range(256)) * 99)[:-50],
        HEAD + b"Content-Encoding: gzip\r\nContent-Length: 9\r\n\r\nnot gzip!",
        b"HTTP/1.1 200 OK\r\nContent-Len",
        b"no HTTP at all\r\n\r\n",
        HEAD + b"Content-Length: minus one\r\n\r\nbody",
        HEAD + b"X: " + b"y" * 300_000 + b"\r\n\r\n",
        b"",
    ],
    ids=["short", "chunk cut", "gzip cut", "not gzip", "head cut", "no http", "bad length", "huge header", "nothing"],
)
async def test_a_broken_answer_is_tried_again_then_recorded(server, visit, answer):
    server.raw("/broken", answer)
    server.page("/fine")
    broken, fine = await visit(server.url("/broken"), server.url("/fine"), with_={"attempts": 2})
    assert (broken.outcome, fine.outcome) == ("http_error", "ok")
    assert server.paths().count("/broken") == 2
    assert "2 tries" in broken.outcome_detail


async def test_a_close_delimited_answer_is_a_page(server, visit, archive):
    server.raw("/old", b"HTTP/1.0 200 OK\r\n\r\n<html>old</html>")
    assert archive.read(await _only(visit, server.url("/old"))).body == b"<html>old</html>"


async def test_nobody_listening_is_an_error_not_a_crash(server, visit):
    server.page("/fine")
    gone, fine = await visit("http://127.0.0.1:1/", server.url("/fine"), with_={"attempts": 1})
    assert (gone.outcome, fine.outcome) == ("http_error", "ok")
    assert "robots.txt" in gone.outcome_detail


async def test_an_empty_page_is_empty(server, visit):
    server.page("/nothing", b"  \n")
    server.page("/no-content", b"", status=204)
    captures = await visit(server.url("/nothing"), server.url("/no-content"))
    assert [capture.outcome for capture in captures] == ["empty", "empty"]


@pytest.mark.parametrize(("status", "tries"), [(404, 1), (410, 1), (500, 3), (503, 3), (304, 1)])
async def test_a_status_is_recorded_and_only_what_may_pass_is_tried_again(server, visit, status, tries):
    server.page("/s", b"sorry", status=status)
    capture = await _only(visit, server.url("/s"))
    assert (capture.outcome, capture.http_status) == ("http_error", status)
    assert server.paths() == ["/s"] * tries


async def test_a_storm_that_passes_is_no_error(server, visit, archive):
    async def storm(request, writer):
        first = server.paths().count("/s") < 3
        head = b"HTTP/1.1 503 Busy\r\n" if first else b"HTTP/1.1 200 OK\r\n"
        writer.write(head + b"Content-Length: 5\r\n\r\nhello")

    server.routes["/s"] = storm
    capture = await _only(visit, server.url("/s"))
    assert (capture.outcome, archive.read(capture).body) == ("ok", b"hello")


@pytest.mark.parametrize("form", ["seconds", "date"])
async def test_nothing_is_asked_before_retry_after_has_passed(server, visit, form):
    from datetime import UTC, datetime, timedelta
    from email.utils import format_datetime

    async def busy(request, writer):
        if server.paths().count("/busy") > 1:
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
            return
        when = format_datetime((datetime.now(UTC) + timedelta(seconds=2)).replace(microsecond=0), usegmt=True)
        value = "1" if form == "seconds" else when
        writer.write(f"HTTP/1.1 429 Slow down\r\nRetry-After: {value}\r\nContent-Length: 0\r\n\r\n".encode())

    server.routes["/busy"] = busy
    server.page("/other")
    captures = await visit(busy=(server.url("/busy"), 1), other=(server.url("/other"), 3))
    assert [capture.outcome for capture in captures] == ["ok"] * 4
    refused = next(request.at for request in server.requests if request.path == "/busy")
    after = [request.at - refused for request in server.requests if request.at > refused]
    assert min(after) >= 0.95, "neither the same page nor another of that host"


async def test_a_wait_longer_than_a_run_is_not_waited_for(server, visit):
    server.page("/busy", b"later", status=503, retry_after="86400")
    server.page("/other")
    started = time.monotonic()
    busy, other = await visit(server.url("/busy"), server.url("/other"))
    assert (busy.outcome, other.outcome) == ("http_error", "http_error")
    assert "86400" in busy.outcome_detail
    assert server.paths() == ["/busy"]
    assert time.monotonic() - started < 2


async def test_429_to_the_end_is_blocked(server, visit):
    server.page("/busy", b"no", status=429)
    capture = await _only(visit, server.url("/busy"), with_={"attempts": 2})
    assert (capture.outcome, capture.http_status) == ("blocked", 429)
    assert server.paths() == ["/busy"] * 2


async def test_a_redirect_is_followed_and_a_loop_is_not(server, visit, archive):
    server.page("/old", b"", status=301, location="/new")
    server.page("/new", b"here")
    server.page("/a", b"", status=302, location="/b")
    server.page("/b", b"", status=302, location="/a")
    server.page("/nonsense", b"", status=302, location="http://[:::]/")
    old, loop, nonsense = await visit(
        server.url("/old"), server.url("/a"), server.url("/nonsense"), with_={"max_redirects": 3}
    )
    assert (old.outcome, old.final_url, archive.read(old).body) == ("ok", server.url("/new"), b"here")
    assert (loop.outcome, loop.outcome_detail) == ("http_error", "more than 3 redirects")
    assert nonsense.outcome in {"http_error", "refused_address"}
    assert len([path for path in server.paths() if path in {"/a", "/b"}]) == 4


@pytest.mark.parametrize("target", ["file:///etc/passwd", "ftp://127.0.0.1/x", "http://user:pw@127.0.0.1/", "gopher:x"])
async def test_a_redirect_to_what_is_not_plain_http_is_refused(server, visit, target):
    server.page("/old", b"", status=302, location=target)
    assert (await _only(visit, server.url("/old"))).outcome == "refused_address"


async def test_no_cookie_is_sent_back(server, visit):
    server.page("/list", set_cookie="session=abc; Path=/")
    await visit(shop=(server.url("/list"), 3))
    assert len(server.paths()) == 3
    assert not any("cookie" in request.headers for request in server.requests)
