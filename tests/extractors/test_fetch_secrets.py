"""Secrets are sent where they belong, and stand nowhere: no log, archive, capture or error; no other host gets them."""

from __future__ import annotations

import gzip
import logging

import pytest

from extractors.secret import MissingSecret


async def test_secrets_are_sent_and_nowhere_recorded(server, visit, archive, caplog):
    caplog.set_level(logging.DEBUG)
    server.page("/api", b"{}", x_echo="s3cret/value")
    environment = {"SHOP_KEY": "s3cret/value", "SHOP_APP": "app-4711"}
    (capture,) = await visit(
        server.url("/api?app=${SHOP_APP}&access_token=abc&page=1"),
        environment=environment, with_={"secret_headers": {"X-Shop-Key": "SHOP_KEY"}},
    )  # fmt: skip
    seen = server.requests[-1]
    assert (seen.headers["x-shop-key"], seen.path) == ("s3cret/value", "/api?app=app-4711&access_token=abc&page=1")
    assert "x-shop-key" not in server.requests[0].headers, "robots.txt needs no key"
    stored = gzip.decompress((archive.folder / capture.warc_file).read_bytes()).decode()
    for secret in ("s3cret", "app-4711", "=abc"):
        assert secret not in stored
        assert secret not in repr(capture)
        assert secret not in caplog.text
    assert capture.final_url == server.url("/api?app=***&access_token=***&page=1")
    assert "X-Shop-Key: ***" in stored or "x-shop-key: ***" in stored


async def test_secret_headers_stay_with_their_host(server, visit):
    server.page("/api", b"", status=307, location=server.url("/elsewhere", "127.0.0.2"))
    server.page("/elsewhere")
    await visit(server.url("/api"), environment={"K": "value"}, with_={"secret_headers": {"Authorization": "K"}})
    by_path = {request.path: request.headers.get("authorization") for request in server.requests}
    assert (by_path["/api"], by_path["/elsewhere"]) == ("value", None)


async def test_what_an_operator_put_in_headers_stays_with_its_host_too(server, visit):
    """A cookie or key written into ``headers`` goes to the source's host: not to another one, nor to its robots.txt."""
    away = server.url("/elsewhere", "127.0.0.2")
    server.page("/list", b"", status=302, location=away)
    server.page("/elsewhere")
    await visit(server.url("/list"), with_={"headers": {"Cookie": "currency=USD", "X-Asked": "yes"}})
    seen = {(request.address, request.path): request.headers for request in server.requests}
    assert seen["127.0.0.1", "/list"]["cookie"] == "currency=USD"
    others = [headers for (address, path), headers in seen.items() if address == "127.0.0.2" or path == "/robots.txt"]
    assert len(others) == 3
    assert not any("cookie" in headers for headers in others)
    assert seen["127.0.0.2", "/elsewhere"]["x-asked"] == "yes"


@pytest.mark.parametrize(("status", "outcome"), [(307, "http_error"), (308, "http_error"), (302, "ok"), (303, "ok")])
async def test_a_body_does_not_follow_to_another_host(server, visit, status, outcome):
    server.page("/api", b"", status=status, location=server.url("/elsewhere", "127.0.0.2"))
    server.page("/elsewhere")
    (capture,) = await visit(
        server.url("/api"), body='{"key": "${K}"}', environment={"K": "s3cret"}, with_={"method": "POST"}
    )
    assert capture.outcome == outcome
    sent = {request.path: request.body for request in server.requests if request.path != "/robots.txt"}
    assert sent["/api"] == b'{"key": "s3cret"}'
    assert sent.get("/elsewhere", b"") == b""


@pytest.mark.parametrize("value", ["s3cret\r\nX-Injected: yes", "s3cret\0", "s3crèt", "\n"])
async def test_a_value_that_no_header_can_hold_is_told_without_quoting_it(server, visit, value):
    with pytest.raises(MissingSecret, match=r"X-Key.*SHOP_KEY.*printable") as error:
        await visit(server.url("/"), environment={"SHOP_KEY": value}, with_={"secret_headers": {"X-Key": "SHOP_KEY"}})
    assert "s3cr" not in str(error.value)
    assert server.requests == []


async def test_the_line_end_of_a_secret_from_a_file_is_left_out(server, visit):
    server.page("/list")
    (capture,) = await visit(
        server.url("/list"), environment={"K": "s3cret\n"}, with_={"secret_headers": {"X-Key": "K"}}
    )
    assert (capture.outcome, server.requests[-1].headers["x-key"]) == ("ok", "s3cret")


async def test_a_missing_secret_is_told_before_anything_is_asked(server, visit):
    with pytest.raises(MissingSecret, match=r"hostile.*X-Key.*SHOP_KEY"):
        await visit(server.url("/"), environment={}, with_={"secret_headers": {"X-Key": "SHOP_KEY"}})
    assert server.requests == []
