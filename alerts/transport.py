"""How a finished mail leaves: an SMTP server, or a folder of .eml files. Must not know outbox, rules or warehouse.

A transport says how sending ended by returning the server's answer (taken) or by raising one of three errors; secrets
stand in no message. It calls ``leaving`` once, at the last moment at which nothing has left: from there on nobody can
know whether the mail arrived until the server has answered.
"""

from __future__ import annotations

import os
import re
import smtplib
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self
from urllib.parse import unquote, urlsplit

Leaving = Callable[[], None]


class DeliveryError(Exception):
    """A mail was not taken."""


class TryLaterError(DeliveryError):
    """Not now: no connection, a 4xx answer, a refused login. Trying again is right. ``whole``: no other mail can go."""

    def __init__(self, text: str, *, whole: bool = False) -> None:
        super().__init__(text)
        self.whole = whole


class RefusedError(DeliveryError):
    """Never: the server refused this recipient or this mail for good (5xx)."""


class UnsureError(DeliveryError):
    """The line dropped after the mail was handed over: the server may or may not have taken it."""


class Transport(Protocol):
    """Where mails go. ``repeatable``: sending the same mail twice leaves one."""

    @property
    def repeatable(self) -> bool:
        """Whether a second sending is harmless."""

    def send(self, message: EmailMessage, leaving: Leaving) -> str:
        """Hand ``message`` over; the answer in words. Raises TryLaterError, RefusedError or UnsureError."""

    def close(self) -> None:
        """Give the connection back."""


@dataclass(frozen=True, slots=True)
class Folder:
    """Mails as .eml files under ``path``, named by date and Message-ID: the same mail is the same file."""

    path: Path
    repeatable: bool = True

    def send(self, message: EmailMessage, leaving: Leaving) -> str:
        """Write the mail under a temporary name, then rename it. Raises TryLaterError where it can't be written."""
        name = re.sub(r"[^A-Za-z0-9]+", "-", str(message["Message-ID"])).strip("-")
        target = self.path / f"{name}.eml"
        leaving()
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            partial = target.with_suffix(".partial")
            partial.write_bytes(message.as_bytes(policy=SMTP))
            os.replace(partial, target)  # noqa: PTH105 (atomic also over an existing file)
        except OSError as error:
            raise TryLaterError(f"{target}: {error.strerror}", whole=True) from error
        return f"written to {target}"

    def close(self) -> None:
        """Nothing to give back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpAddress:
    """An SMTP server. ``implicit_tls``: TLS from the first byte (smtps); otherwise STARTTLS where it is offered."""

    host: str
    port: int
    implicit_tls: bool = False
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    timeout_seconds: float = 30.0
    ca_file: Path | None = None

    @classmethod
    def from_url(cls, url: str) -> Self:
        """The server of ``smtp://[user:password@]host[:port]`` or ``smtps://…``. Raises ValueError, secret unsaid."""
        parts = urlsplit(url)
        if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
            raise ValueError("SMTP address: expected smtp://[user:password@]host[:port] or smtps://…")
        tls = parts.scheme == "smtps"
        return cls(
            host=parts.hostname,
            port=parts.port or (465 if tls else 25 if parts.username is None else 587),
            implicit_tls=tls,
            user=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password else None,
        )

    @property
    def is_loopback(self) -> bool:
        """Whether a password may go there without TLS."""
        return self.host in {"localhost", "127.0.0.1", "::1"}


class Smtp:
    """An SMTP server; one connection for all mails, opened at the first and again after an error."""

    repeatable = False

    def __init__(self, address: SmtpAddress) -> None:
        self.address = address
        self._session: smtplib.SMTP | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the session; a server that is gone already is no error."""
        session, self._session = self._session, None
        if session is None:
            return
        try:
            session.quit()
        except (smtplib.SMTPException, OSError):
            session.close()

    def send(self, message: EmailMessage, leaving: Leaving) -> str:
        """Hand ``message`` to the server; its answer. Raises TryLaterError, RefusedError or UnsureError."""
        data = re.sub(rb"(?m)^\.", b"..", message.as_bytes(policy=SMTP))
        session = self._connected()
        try:
            self._envelope(session, message)
        except (smtplib.SMTPException, OSError) as error:
            self._drop()
            raise TryLaterError(f"the line dropped before the mail was handed over ({_what(error)})") from error
        try:
            leaving()
        except BaseException:
            self._drop()  # without the closing dot, so that the server throws away what it has
            raise
        try:
            session.send(data + b".\r\n")
            code, answer = session.getreply()
        except (smtplib.SMTPException, OSError) as error:
            self._drop()
            raise UnsureError(f"the line dropped after the mail was handed over ({_what(error)})") from error
        if code != 250:
            self._answered(code, answer)
        return _words(code, answer)

    def _envelope(self, session: smtplib.SMTP, message: EmailMessage) -> None:
        """MAIL, RCPT and DATA, up to the server's go-ahead."""
        sender, recipient = _bare(message, "From"), _bare(message, "To")
        for code, answer, expected in (
            (*session.mail(sender), {250}),
            (*session.rcpt(recipient), {250, 251}),
            (*session.docmd("DATA"), {354}),
        ):
            if code not in expected:
                self._answered(code, answer)

    def _answered(self, code: int, answer: bytes) -> None:
        """What a refusal means: 4xx later, 5xx never."""
        if self._session is not None:
            self._session.rset()
        text = _words(code, answer)
        raise TryLaterError(text) if 400 <= code < 500 else RefusedError(text)

    def _connected(self) -> smtplib.SMTP:
        if self._session is None:
            try:
                self._session = self._connect()
            except smtplib.SMTPAuthenticationError as error:
                raise TryLaterError(f"{self._place} refused the login (code {error.smtp_code})", whole=True) from None
            except (smtplib.SMTPException, OSError) as error:
                raise TryLaterError(f"no session with {self._place}: {_what(error)}", whole=True) from error
        return self._session

    def _connect(self) -> smtplib.SMTP:
        where, context = self.address, ssl.create_default_context(cafile=self.address.ca_file)
        session: smtplib.SMTP
        if where.implicit_tls:
            session = smtplib.SMTP_SSL(where.host, where.port, timeout=where.timeout_seconds, context=context)
        else:
            session = smtplib.SMTP(where.host, where.port, timeout=where.timeout_seconds)
        try:
            self._greet(session, context)
        except BaseException:
            session.close()
            raise
        return session

    def _greet(self, session: smtplib.SMTP, context: ssl.SSLContext) -> None:
        where, secured = self.address, self.address.implicit_tls
        session.ehlo_or_helo_if_needed()
        if not secured and session.has_extn("starttls"):
            session.starttls(context=context)
            session.ehlo()
            secured = True
        if where.user is None:
            return
        if not secured and not where.is_loopback:
            raise smtplib.SMTPNotSupportedError("it offers no TLS, and a password is not sent in the clear")
        session.login(where.user, where.password or "")

    def _drop(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            session.close()

    @property
    def _place(self) -> str:
        return f"{self.address.host}:{self.address.port}"


def _bare(message: EmailMessage, header: str) -> str:
    """The one bare address of a header this program wrote."""
    return str(message[header].addresses[0].addr_spec)


def _words(code: int, answer: bytes) -> str:
    """A server's answer on one line, bounded."""
    return " ".join(f"{code} {answer.decode('utf-8', 'replace')}".split())[:300]


def _what(error: Exception) -> str:
    """The kind of an error and its own words, bounded: never a command that was sent."""
    return f"{type(error).__name__}: {error}"[:200]
