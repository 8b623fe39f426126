"""How a short text reaches a chat or webhook: by Apprise, which is imported only when one is told something.

A chat's address is a secret and is known by the name of the environment variable that holds it: it stands in no
message, log or error, and Apprise's own log lines, which may hold it, are read here and go nowhere else.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from alerts.transport import DeliveryError, Leaving, RefusedError, TryLaterError, UnsureError

# What requests says where nothing can have left yet.
_NEVER_LEFT = re.compile(
    r"establish a new connection|failed to resolve|connect timeout|SSLError|certificate|ProxyError", re.IGNORECASE
)
_CODE = re.compile(r"error=(\d{3})\b")
_SOCKET = "Socket Exception: "
# Robots that answer a refusal with HTTP 200 and a code in the body, which Apprise does not look at.
_BODY_UNREAD = {"DingTalk", "WeCom Bot"}
_LATER = {408, 425, 429}


@dataclass(frozen=True, slots=True)
class ShortText:
    """What a chat is told."""

    title: str
    body: str
    alarm: bool


class Chats:
    """Chats by name; ``urls``: name -> Apprise URL."""

    def __init__(self, urls: Mapping[str, str]) -> None:
        self._urls = dict(urls)

    def __repr__(self) -> str:
        return f"Chats({', '.join(sorted(self._urls)) or 'none'})"

    def send(self, name: str, text: ShortText, leaving: Leaving) -> str:
        """Hand ``text`` to the chat ``name``; who took it. Raises TryLaterError, RefusedError or UnsureError."""
        if name not in self._urls:
            raise TryLaterError(f"{name} is not set")
        import apprise

        with _listening() as heard:
            service = apprise.Apprise(asset=apprise.AppriseAsset(async_mode=False))
            if not service.add(self._urls[name]) or len(service) != 1:
                raise TryLaterError(f"{name}: found no single address that Apprise understands")
            leaving()
            kind = apprise.NotifyType.WARNING if text.alarm else apprise.NotifyType.INFO
            taken = service.notify(
                body=text.body, title=text.title, notify_type=kind, body_format=apprise.NotifyFormat.TEXT
            )
        if not taken:
            raise _refusal(name, heard)
        return taken_words(str(service[0].service_name))


def taken_words(service: str) -> str:
    """The answer as a row keeps it. Of a chat whose refusal lies in the body, no more than is known."""
    if service in _BODY_UNREAD:
        return f"HTTP 200 by {service}; whether its body names an error was not read"
    return f"taken by {service}"


def _refusal(name: str, heard: list[str]) -> DeliveryError:
    """Why it was not taken, from what Apprise said: an answer's code, a line that dropped, or no more than that."""
    codes = [int(code) for line in heard for code in _CODE.findall(line)]
    if codes:
        text = f"{name} answered {codes[-1]}"
        later = codes[-1] in _LATER or codes[-1] >= 500
        return TryLaterError(text) if later else RefusedError(text)
    dropped = [line for line in heard if _SOCKET in line]
    if not dropped:
        return TryLaterError(f"{name} did not take it")
    if _NEVER_LEFT.search(dropped[-1]):
        return TryLaterError(f"{name} can't be reached")
    return UnsureError(f"{name}: the line dropped after the text was handed over")


class _Ear(logging.Handler):
    def __init__(self, heard: list[str]) -> None:
        super().__init__(logging.DEBUG)
        self._heard = heard

    def emit(self, record: logging.LogRecord) -> None:
        self._heard.append(record.getMessage())


@contextmanager
def _listening() -> Iterator[list[str]]:
    """What Apprise says meanwhile. Its lines, and those of the HTTP client under it, reach no other log."""
    heard: list[str] = []
    loggers = [logging.getLogger(name) for name in ("apprise", "urllib3", "requests")]
    before = [(one, one.level, one.propagate, one.handlers[:]) for one in loggers]
    for one in loggers:
        one.handlers, one.propagate = [logging.NullHandler()], False
    loggers[0].handlers = [_Ear(heard)]
    loggers[0].setLevel(logging.DEBUG)
    try:
        yield heard
    finally:
        for one, level, propagate, handlers in before:
            one.setLevel(level)
            one.propagate, one.handlers = propagate, handlers
