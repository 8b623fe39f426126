"""Health checks of the containers, standard library only (a check runs every few seconds).

``python -m deploy.health URL`` passes when URL answers 200; with a part's name also that the JSON answer calls that
part healthy. ``tcp://host:port`` passes when something there accepts a connection and greets.
"""

from __future__ import annotations

import json
import socket
import sys
from http.client import HTTPConnection
from urllib.parse import urlsplit

SECONDS = 5.0


def failure(url: str, part: str | None = None) -> str | None:
    """What is wrong at ``url``, or None where all is well."""
    address = urlsplit(url)
    host, port = address.hostname or "127.0.0.1", address.port or 80
    try:
        if address.scheme == "tcp":
            with socket.create_connection((host, port), timeout=SECONDS) as peer:
                return None if peer.recv(64) else "closed at once"
        connection = HTTPConnection(host, port, timeout=SECONDS)
        connection.request("GET", address.path or "/")
        answer = connection.getresponse()
        body = answer.read(65536)
    except OSError as error:
        return str(error)
    if answer.status != 200:
        return f"status {answer.status}"
    return None if part is None else _part_failure(body, part)


def _part_failure(body: bytes, part: str) -> str | None:
    try:
        status = json.loads(body)[part]["status"]
    except (ValueError, KeyError, TypeError) as error:
        return f"an answer that says nothing of {part}: {error!r}"
    return None if status == "healthy" else f"{part} is {status}"


if __name__ == "__main__":
    sys.exit(failure(*sys.argv[1:3]))
