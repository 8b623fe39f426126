"""Serves the simulated marketplace on loopback: ``python -m demo.server --port 8765``.

The date is part of the request (``?date=2026-11-21``): the server has no clock, so the same address always gives the
same page. It must never listen anywhere but on loopback.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from functools import lru_cache
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import NamedTuple
from urllib.parse import parse_qs, urlsplit

from demo.pages import render_blocked, render_item, render_list
from demo.shelf import page_of

HOST = "127.0.0.1"
PORT = 8765
HTML = "text/html; charset=utf-8"
ROBOTS = b"User-agent: *\nAllow: /\nDisallow: /cart\n"
PICTURE = (
    b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 160 120"><rect width="160" height="120" fill="#eee"/>'
    b'<text x="80" y="64" text-anchor="middle" font-size="14" fill="#888">simulated</text></svg>'
)


class Answer(NamedTuple):
    """What goes back for a request."""

    status: HTTPStatus
    content_type: str
    body: bytes


@lru_cache(maxsize=2048)
def answer(target: str) -> Answer:
    """The answer to a GET of ``target`` (path and query). Pure: the same target always gets the same answer."""
    parts = urlsplit(target)
    if parts.path == "/robots.txt":
        return Answer(HTTPStatus.OK, "text/plain; charset=utf-8", ROBOTS)
    if match := re.fullmatch(r"/item/(\d{1,12})\.html", parts.path):
        return Answer(HTTPStatus.OK, HTML, render_item(match[1]))
    if re.fullmatch(r"/image/\d{1,12}\.svg", parts.path):
        return Answer(HTTPStatus.OK, "image/svg+xml", PICTURE)
    if match := re.fullmatch(r"/category/([a-z]+)", parts.path):
        return _list_answer(match[1], parse_qs(parts.query))
    return _sorry(HTTPStatus.NOT_FOUND, "no such page")


def _list_answer(category: str, query: dict[str, list[str]]) -> Answer:
    try:
        on = date.fromisoformat(query["date"][0])
        page = page_of(on, category, int(query.get("page", ["1"])[0]))
    except KeyError as error:
        return _sorry(HTTPStatus.NOT_FOUND, f"not found: {error.args[0]} (a list needs ?date=YYYY-MM-DD)")
    except ValueError as error:
        return _sorry(HTTPStatus.BAD_REQUEST, str(error))
    if page.blocked:
        return Answer(HTTPStatus.FORBIDDEN, HTML, render_blocked())
    return Answer(HTTPStatus.OK, HTML, render_list(page))


def _sorry(status: HTTPStatus, why: str) -> Answer:
    return Answer(status, "text/plain; charset=utf-8", f"SIMULATED marketplace: {why}\n".encode())


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "SimulatedMarketplace"
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        self._send(with_body=True)

    def do_HEAD(self) -> None:
        self._send(with_body=False)

    def _send(self, *, with_body: bool) -> None:
        found = answer(self.path)
        self.send_response(found.status)
        self.send_header("Content-Type", found.content_type)
        self.send_header("Content-Length", str(len(found.body)))
        self.send_header("X-Simulated", "true")
        self.end_headers()
        if with_body:
            self.wfile.write(found.body)

    def log_message(self, *_: object) -> None:
        """Silent: the collector keeps the record."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64


@contextmanager
def serve(port: int = 0) -> Iterator[str]:
    """Serve in a thread of this process; gives the base address, such as ``http://127.0.0.1:54321``.

    ``port`` 0 takes any free one. Raises OSError where the port is taken.
    """
    with _Server((HOST, port), _Handler) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield f"http://{HOST}:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(prog="python -m demo.server", description="A simulated marketplace on loopback.")
    parser.add_argument("--port", type=int, default=PORT)
    port: int = parser.parse_args().port
    with _Server((HOST, port), _Handler) as server:
        print(f"SIMULATED marketplace on http://{HOST}:{server.server_port}", flush=True)  # noqa: T201
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            return


if __name__ == "__main__":
    main()
