"""A web server on loopback that misbehaves on request, and a source that visits it."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from extractors.archive import Archive
from extractors.capture import Capture
from extractors.fetch import fetch_categories
from extractors.source import Source

OBSERVED_AT = datetime(2026, 11, 21, 22, tzinfo=UTC)


@dataclass
class Request:
    """What the server saw: when it came, on which of our addresses, and what it said."""

    path: str
    headers: dict[str, str]
    at: float
    address: str
    body: bytes


Handler = Callable[[Request, asyncio.StreamWriter], Awaitable[None]]


@dataclass
class HostileServer:
    """Routes by path (query apart); ``requests`` in order of arrival; ``peak`` requests were open at once."""

    port: int = 0
    routes: dict[str, Handler] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)
    open: int = 0
    peak: int = 0
    tls: bool = False

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        return f"{'https' if self.tls else 'http'}://{host}:{self.port}{path}"

    def page(
        self, path: str, body: bytes = b"<html>a page</html>", status: int = 200, seconds: float = 0.0, **headers: str
    ) -> None:
        """Answer ``path`` properly, after ``seconds``."""

        async def answer(_: Request, writer: asyncio.StreamWriter) -> None:
            await asyncio.sleep(seconds)
            lines = [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
            head = "\r\n".join([f"HTTP/1.1 {status} Whatever", *lines, f"Content-Length: {len(body)}", "", ""])
            writer.write(head.encode() + body)

        self.routes[path] = answer

    def raw(self, path: str, *parts: bytes, seconds: float = 0.0, forever: bool = False) -> None:
        """Send ``parts`` as they are with a pause after each, the last one again and again if ``forever``; hang up."""

        async def answer(_: Request, writer: asyncio.StreamWriter) -> None:
            for part in parts:
                writer.write(part)
                await writer.drain()
                await asyncio.sleep(seconds)
            while forever:
                writer.write(parts[-1])
                await writer.drain()
                await asyncio.sleep(seconds)
            writer.close()

        self.routes[path] = answer

    def paths(self) -> list[str]:
        return [request.path for request in self.requests if request.path != "/robots.txt"]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            while not writer.is_closing():
                await self._one(reader, writer)

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        path = lines[0].split(" ")[1]
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        address = writer.get_extra_info("sockname")[0]
        request = Request(path, headers, asyncio.get_running_loop().time(), address, body)
        self.requests.append(request)
        self.open += 1
        self.peak = max(self.peak, self.open)
        try:
            await self.routes.get(path.split("?")[0], _absent)(request, writer)
            await writer.drain()
        finally:
            self.open -= 1


async def _absent(_: Request, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 9\r\n\r\nnot found")


async def _run(server: HostileServer, tls: ssl.SSLContext | None = None) -> AsyncIterator[HostileServer]:
    tasks: set[asyncio.Task[None]] = set()

    def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(server.serve(reader, writer))
        tasks.add(task)
        task.add_done_callback(lambda _: writer.close())

    first = await asyncio.start_server(connected, "127.0.0.1", 0, ssl=tls, limit=2**20)
    server.port = first.sockets[0].getsockname()[1]
    second = await asyncio.start_server(connected, "127.0.0.2", server.port, ssl=tls, limit=2**20)
    try:
        yield server
    finally:
        first.close()
        second.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@pytest_asyncio.fixture
async def server() -> AsyncIterator[HostileServer]:
    """The misbehaving server, listening on 127.0.0.1 and 127.0.0.2."""
    async for one in _run(HostileServer()):
        yield one


@pytest.fixture(scope="session")
def authority() -> Any:
    """A certificate authority of our own."""
    import trustme

    return trustme.CA()


@pytest_asyncio.fixture
async def tls_server(authority: Any) -> AsyncIterator[HostileServer]:
    """The same with a certificate for shop.test."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("shop.test").configure_cert(context)
    async for one in _run(HostileServer(tls=True), context):
        yield one


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path)


@pytest.fixture
def quick_backoff(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retries without our own waiting; what the host asks for is waited for all the same."""
    monkeypatch.setattr("extractors.fetch.backoff", lambda attempt: 0.01 * attempt)


def make_source(
    urls: dict[str, tuple[str, int]], *, allow_private: bool = True, body: str | None = None, **policy: Any
) -> Source:
    """A source with a category for each of ``urls`` (id -> address, pages)."""
    fetch = {"delay_seconds": 0.0, "timeout_seconds": 3.0, "max_bytes": 1024 * 1024, **policy}
    categories = [
        {"id": name, "title": name, "url": url, "pages": pages, "body": body} for name, (url, pages) in urls.items()
    ]
    return Source.model_validate({
        "source": "hostile", "title": "A hostile shop", "site": "books-toscrape", "timezone": "Asia/Shanghai",
        "contact": "https://shelf.example/bot", "allow_private": allow_private, "categories": categories,
        "fetch": fetch,
    })  # fmt: skip


@pytest.fixture
def source_of() -> Callable[..., Source]:
    """:func:`make_source`, for tests that visit by themselves."""
    return make_source


@pytest.fixture
def visit(archive: Archive, quick_backoff: None) -> Callable[..., Awaitable[list[Capture]]]:
    """``await visit(url, ...)`` or ``visit(name=(url, pages), ...)``: the captures; ``with_`` goes to the policy."""

    async def go(*addresses: str, with_: dict[str, Any] | None = None, **more: Any) -> list[Capture]:
        options = {name: more.pop(name) for name in ("environment", "resolver", "tls", "paused") if name in more}
        allow_private, body = more.pop("allow_private", True), more.pop("body", None)
        urls = {f"c{number}": (url, 1) for number, url in enumerate(addresses)} | more
        source = make_source(urls, allow_private=allow_private, body=body, **(with_ or {}))
        with archive.writer(source.source, OBSERVED_AT, 0) as writer:
            return await fetch_categories(source, source.categories, OBSERVED_AT, archive=writer, **options)

    return go
