"""One HTTP exchange with a host that is not trusted: one request, one answer, nothing followed, everything capped.

Bytes before decompression and after it are capped, the connection goes to a checked address only, no cookie is kept,
TLS is verified. Deadlines, delays, retries, robots.txt and redirects are decided above (``extractors/fetch.py``).
"""

from __future__ import annotations

import logging
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any

import httpcore2
import httpx2

from extractors.address import CheckedBackend, Resolver, resolve
from extractors.capture import Outcome
from extractors.decode import BrokenEncoding, TooLarge, undo_encoding
from extractors.url import RefusedAddress, check_url

# httpx2 logs whole addresses at INFO, hpack whole headers at DEBUG: either could carry a secret.
for _name in ("httpx2", "hpack", "httpcore2"):
    logging.getLogger(_name).setLevel(logging.WARNING)


class Failure(Exception):  # noqa: N818 (an outcome, not a fault)
    """An exchange that gave no page: its outcome, why, whether asking again may help, and how long to wait first."""

    def __init__(
        self,
        outcome: Outcome,
        detail: str,
        *,
        retry: bool = False,
        wait_seconds: float | None = None,
        answer: Answer | None = None,
    ) -> None:
        super().__init__(detail)
        self.outcome: Outcome = outcome
        self.detail = detail
        self.retry = retry
        self.wait_seconds = wait_seconds
        self.answer = answer


@dataclass(frozen=True, slots=True)
class Question:
    """A request as it is sent, secrets included: not to be recorded as it is. ``unsigned``: to be signed first."""

    method: str
    url: str
    headers: dict[str, str]
    content: bytes | None = None
    unsigned: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """A response. ``payload`` is the entity as it was sent (Content-Encoding kept), ``body`` what it decodes to."""

    question: Question
    url: str
    sent_headers: list[tuple[str, str]]
    status: int
    reason: str
    http_version: str
    headers: httpx2.Headers
    payload: bytes
    body: bytes
    received_at: datetime

    @property
    def redirects_to(self) -> str | None:
        """The absolute address of a redirect, None where this is not one."""
        location = self.headers.get("location")
        if self.status not in {301, 302, 303, 307, 308} or location is None:
            return None
        return str(httpx2.URL(self.url).join(location))


@cache
def _trusted() -> ssl.SSLContext:
    """The system's certificate store. Read once a process: 20 ms, as much as ten pages."""
    return httpx2.create_ssl_context()


class _Stream(httpx2.AsyncByteStream):
    """The pool's body stream; closing it gives the connection back, unless the server said more than it announced."""

    def __init__(self, inner: Any, *, has_body: bool) -> None:
        self._inner = inner
        self._has_body = has_body

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for part in self._inner:
            yield part
        if _leftover(self._inner).strip() and self._has_body:
            raise httpcore2.RemoteProtocolError("the server sent more than the Content-Length it declared")

    async def aclose(self) -> None:
        await self._inner.aclose()


class _Transport(httpx2.AsyncBaseTransport):
    """httpx2's transport over a pool whose connections go to checked addresses."""

    def __init__(self, backend: CheckedBackend, tls: ssl.SSLContext | None) -> None:
        self._pool = httpcore2.AsyncConnectionPool(
            ssl_context=tls or _trusted(),
            max_connections=None,
            keepalive_expiry=30.0,
            http2=True,
            network_backend=backend,
        )

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        answer = await self._pool.handle_async_request(
            httpcore2.Request(
                method=request.method,
                url=httpcore2.URL(
                    scheme=request.url.raw_scheme,
                    host=request.url.raw_host,
                    port=request.url.port,
                    target=request.url.raw_path,
                ),
                headers=request.headers.raw,
                content=request.stream,
                extensions=request.extensions,
            )
        )
        stream = _Stream(answer.stream, has_body=answer.status not in {204, 304})
        return httpx2.Response(answer.status, headers=answer.headers, stream=stream, extensions=answer.extensions)

    async def aclose(self) -> None:
        await self._pool.aclose()


class Exchange:
    """A client for one run of one source. Use as an async context manager."""

    def __init__(
        self,
        *,
        allow_private: bool,
        timeout_seconds: float,
        resolver: Resolver = resolve,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._client = httpx2.AsyncClient(
            transport=_Transport(CheckedBackend(allow_private=allow_private, resolver=resolver), tls),
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            timeout=httpx2.Timeout(None, connect=min(10.0, timeout_seconds / 2)),
            trust_env=False,
        )

    async def __aenter__(self) -> Exchange:
        await self._client.__aenter__()
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self._client.aclose()

    async def ask(self, question: Question, *, limit: int, truncate: bool = False) -> Answer:
        """The answer to ``question``, of any status. Raises Failure.

        ``limit`` caps the body, in bytes, before and after decompression; ``truncate`` cuts there instead of failing.
        """
        try:
            check_url(question.url)
            return await self._ask(question, limit, truncate=truncate)
        except RefusedAddress as error:
            raise Failure("refused_address", str(error)) from error
        except TooLarge as error:
            raise Failure("too_large", str(error)) from error
        except BrokenEncoding as error:
            raise Failure("http_error", str(error), retry=True) from error
        except (httpcore2.UnsupportedProtocol, httpcore2.LocalProtocolError, httpx2.InvalidURL) as error:
            raise Failure("http_error", _told(error)) from error
        except (httpcore2.ConnectTimeout, httpcore2.PoolTimeout) as error:
            raise Failure("timeout", _told(error), retry=True) from error
        except (httpcore2.NetworkError, httpcore2.RemoteProtocolError, OSError) as error:
            raise Failure("http_error", _told(error), retry=not _is_tls(error)) from error
        except (ValueError, LookupError, httpx2.HTTPError) as error:  # whatever else a far side's bytes can provoke
            raise Failure("http_error", f"an answer that can't be read: {_told(error)}") from error

    async def _ask(self, question: Question, limit: int, *, truncate: bool) -> Answer:
        request = self._client.build_request(
            question.method, question.url, headers=question.headers, content=question.content
        )
        response = await self._client.send(request, stream=True)
        try:
            payload = await _payload(response, limit, truncate=truncate)
        finally:
            await response.aclose()
        received_at = datetime.now(UTC)
        body = undo_encoding(payload, response.headers.get("content-encoding", ""), limit, truncate=truncate)
        return Answer(
            question, str(request.url), request.headers.multi_items(), response.status_code, response.reason_phrase,
            response.http_version, response.headers, payload, body, received_at,
        )  # fmt: skip


async def _payload(response: httpx2.Response, limit: int, *, truncate: bool) -> bytes:
    declared = response.headers.get("content-length", "")
    if not truncate and declared.isdigit() and int(declared[:20]) > limit:
        raise TooLarge(f"Content-Length {declared[:20]}; at most {limit} bytes")
    pieces: list[bytes] = []
    total = 0
    async for piece in response.aiter_raw():
        pieces.append(piece)
        total += len(piece)
        if total > limit:
            if truncate:
                break
            raise TooLarge(f"more than {limit} bytes")
    return b"".join(pieces)[:limit] if truncate else b"".join(pieces)


def _leftover(stream: Any) -> bytes:
    """What came after the end of an HTTP/1.1 message. The connection is then not used again: the rest would be taken
    for the answer to the next request."""
    request = getattr(stream, "_pool_request", None)
    connection = getattr(getattr(request, "connection", None), "_connection", None)
    state = getattr(connection, "_h11_state", None)
    left: bytes = state.trailing_data[0] if state is not None else b""
    if left and state is not None:
        state.send_failed()
    return left


def _is_tls(error: Exception) -> bool:
    return any(isinstance(one, ssl.SSLError) for one in (error, error.__cause__, error.__context__))


def _told(error: Exception) -> str:
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
