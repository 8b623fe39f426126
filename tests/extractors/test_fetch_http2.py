"""HTTP/2, spoken by a server of ours over TLS: chosen by ALPN, polite as ever, recorded as readers of WARC expect."""

from __future__ import annotations

import asyncio
import itertools
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import h2.config
import h2.connection
import h2.events
import pytest_asyncio

HOST = "shop.test"


@dataclass
class Http2Server:
    """Answers every path with its own name; ``requests``: (path, connection, when)."""

    port: int = 0
    requests: list[tuple[str, int, float]] = field(default_factory=list)
    connections: int = 0
    size: int = 100

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        number = self.connections
        connection = h2.connection.H2Connection(config=h2.config.H2Configuration(client_side=False))
        connection.initiate_connection()
        writer.write(connection.data_to_send())
        while data := await reader.read(65_536):
            for event in connection.receive_data(data):
                if isinstance(event, h2.events.RequestReceived):
                    self.answer(connection, event, number)
            writer.write(connection.data_to_send())
            await writer.drain()
        writer.close()

    def answer(self, connection: Any, event: Any, number: int) -> None:
        headers = {name.decode(): value.decode() for name, value in event.headers}
        path = headers[":path"]
        self.requests.append((path, number, asyncio.get_running_loop().time()))
        if path == "/robots.txt":
            connection.send_headers(event.stream_id, [(":status", "404")], end_stream=True)
            return
        connection.send_headers(event.stream_id, [(":status", "200"), ("content-type", "text/html")])
        body = path.encode() * (self.size // len(path))
        while body:
            connection.send_data(event.stream_id, body[:16_000], end_stream=len(body) <= 16_000)
            body = body[16_000:]


@pytest_asyncio.fixture
async def http2_server(authority: Any) -> AsyncIterator[Http2Server]:
    """The server for shop.test on a free port."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(HOST).configure_cert(context)
    context.set_alpn_protocols(["h2"])
    server = Http2Server()
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0, ssl=context)
    server.port = listening.sockets[0].getsockname()[1]
    yield server
    listening.close()


def trust(authority: Any) -> dict[str, Any]:
    """What a visit needs to find the server and believe it."""
    context = ssl.create_default_context()
    authority.configure_trust(context)

    async def resolver(_host: str, _port: int) -> list[str]:
        return ["127.0.0.1"]

    return {"tls": context, "resolver": resolver}


async def test_pages_come_over_one_http2_connection_with_the_delay_and_are_archived(
    http2_server, authority, visit, archive
):
    address = f"https://{HOST}:{http2_server.port}/list?page={{page}}"
    captures = await visit(c=(address, 3), with_={"delay_seconds": 0.1}, **trust(authority))

    assert [one.outcome for one in captures] == ["ok"] * 3
    paths = [path for path, _, _ in http2_server.requests]
    assert paths == ["/robots.txt", "/list?page=1", "/list?page=2", "/list?page=3"]
    assert {number for _, number, _ in http2_server.requests} == {1}, "one connection"
    times = [at for *_, at in http2_server.requests]
    assert all(later - earlier > 0.095 for earlier, later in itertools.pairwise(times))
    page = archive.read(captures[1])
    assert page.body.startswith(b"/list?page=2/list")
    assert page.content_type == "text/html"


async def test_a_body_over_the_cap_is_cut_off_over_http2_too(http2_server, authority, visit):
    http2_server.size = 60_000
    (capture,) = await visit(f"https://{HOST}:{http2_server.port}/big", with_={"max_bytes": 20_000}, **trust(authority))

    assert capture.outcome == "too_large"
