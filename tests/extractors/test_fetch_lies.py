"""A server that lies: about lengths, encodings, addresses. One recorded outcome each, and no page taken for another."""

from __future__ import annotations

import gzip
import random
import zlib

import pytest

PAGE = b"<html>a page</html>"


async def test_what_follows_a_body_is_not_the_answer_to_the_next_request(server, visit, archive):
    """A Content-Length that is too short leaves the rest on the line: neither half a page nor a forged next one."""

    async def lie(_, writer):
        forged = b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged"
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello" + forged)

    server.routes["/lie"] = lie
    server.page("/next", PAGE)
    lied, following = await visit(shop=(server.url("/lie"), 1), other=(server.url("/next"), 1), with_={"attempts": 2})
    assert (lied.outcome, following.outcome) == ("http_error", "ok")
    assert "more than the Content-Length" in lied.outcome_detail
    assert archive.read(following).body == PAGE


async def test_a_stray_line_end_after_a_body_is_forgiven(server, visit, archive):
    async def stray(_, writer):
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello\r\n")

    server.routes["/stray"] = stray
    captures = await visit(shop=(server.url("/stray"), 2))
    assert [archive.read(one).body for one in captures] == [b"hello", b"hello"]


@pytest.mark.parametrize(
    "headers",
    [{"Content_Encoding": "日本"}, {"Content_Encoding": "xn--\u0308"}, {"Content_Type": "text/html; charset=\xff"},
     {"Location": "http://\U0001f4a9.test/"}, {"Set_Cookie": "\xff=\xfe"}],
    ids=["coding", "combining", "charset", "location", "cookie"],
)  # fmt: skip
async def test_headers_of_any_script_hurt_nobody(server, visit, archive, headers):
    server.page("/odd", PAGE, **headers)
    server.page("/fine", PAGE)
    odd, fine = await visit(server.url("/odd"), server.url("/fine"))
    assert (odd.outcome, fine.outcome) == ("ok", "ok")
    assert archive.read(odd).body == PAGE


LINES = [
    b"HTTP/1.1 200 OK", b"HTTP/1.1 200 OK", b"HTTP/1.1 302 Found", b"HTTP/1.1 307 x", b"HTTP/1.1 503 x",
    b"HTTP/1.0 200", b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK", b"HTTP/1.1 101 x", b"HTTP/2 200 OK",
    b"HTTP/1.1 999 \xff", b"ICY 200",
]  # fmt: skip
NAMES = [
    b"Content-Length", b"Transfer-Encoding", b"Content-Encoding", b"Location", b"Content-Type", b"Connection",
    b"Upgrade", b"Set-Cookie", b"X-A", b"Content-Length ", b"\xe4", b"", b"Trailer",
]  # fmt: skip
VALUES = [
    b"5", b"-1", b"0", b"9" * 30, b"chunked", b"gzip, chunked", b"identity", b"gzip", b"br", b"zstd", b"deflate",
    b"x-gzip", b"gzip,gzip,gzip,gzip", b"/a", b"//", b"http://\xff\xfe/", b"\\\\evil", b"http://[::1",
    b"http://a@b/", b"javascript:1", b"text/html; charset=nope", b"close", b"\xff\xfe\x00", b"", "日".encode(),
    b"x" * 70_000, b"0x5", b"5, 6", b"h2c", b"http://" + b"a" * 300 + b".test/", b"http://xn--/",
    b"http://127.0.0.1:99999/", b"?" + b"a" * 9000, b"http://a..b/",
]  # fmt: skip
BODIES = [
    b"", b"hello", gzip.compress(b"x" * 1000), gzip.compress(b"x" * 1000)[:-9], zlib.compress(b"x" * 1000),
    b"5\r\nhello\r\n0\r\n\r\n", b"fffffffffffffffff\r\n", b"-5\r\n",
    b"5;ext=\xff\r\nhello\r\n0\r\nT: x\r\n\r\n",
]  # fmt: skip


def _nonsense(chance: random.Random) -> bytes:
    headers = [
        chance.choice(NAMES) + b":" + chance.choice([b" ", b"", b"\t"]) + chance.choice(VALUES) + b"\r\n"
        for _ in range(chance.randrange(5))
    ]
    answer = bytearray(chance.choice(LINES) + b"\r\n" + b"".join(headers) + b"\r\n" + chance.choice(BODIES))
    for _ in range(chance.choice([0, 0, 0, 4])):
        answer[chance.randrange(len(answer))] = chance.randrange(256)
    return bytes(answer)


@pytest.mark.parametrize("seed", range(3))
async def test_nonsense_has_one_outcome_each_and_its_evidence_can_be_read(server, visit, archive, seed):
    chance = random.Random(seed)
    for number in range(120):
        server.raw(f"/{number}", _nonsense(chance))
        server.page(f"/fine{number}", PAGE)
    urls = {f"c{number}": (server.url(f"/{number}"), 1) for number in range(120)}
    fine = {f"f{number}": (server.url(f"/fine{number}"), 1) for number in range(0, 120, 10)}
    captures = await visit(**urls, **fine, with_={"attempts": 1, "concurrency": 8, "timeout_seconds": 2.0})
    assert [one.category_id for one in captures] == [*urls, *fine]
    outcomes = {one.category_id: one.outcome for one in captures}
    assert {outcomes[name] for name in fine} == {"ok"}
    assert set(outcomes.values()) <= {"ok", "http_error", "empty", "refused_address", "timeout"}
    for one in captures:
        if one.warc_file is not None:
            assert len(archive.read(one).body) == one.body_bytes
