"""Telling a wall from a page: CAPTCHA, challenge and login pages that come with a friendly status code.

Decided on bytes, before any parser: exact titles and strings that only such pages have, never a word that a shop might
use. A site's own marks come from its YAML (``fetch.blocked_marks``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from urllib.parse import urlsplit

_TITLE = re.compile(rb"<title[^>]{0,200}>([^<]{0,200})", re.IGNORECASE)
_HEAD_BYTES = 64 * 1024
_TITLES = (
    "robot or human?", "robot check", "just a moment...", "attention required! | cloudflare", "access denied",
    "access to this page has been denied", "pardon our interruption", "are you a human?", "are you a robot?",
    "verify you are human", "human verification", "security check", "captcha", "bot verification", "unusual traffic",
    "验证码拦截", "滑动验证页面", "滑动验证", "安全验证", "访问验证", "访问受限", "京东验证", "京东-欢迎登录",
)  # fmt: skip
_MARKS = (
    b"/errors/validateCaptcha", b"_____tmd_____/punish", b"captcha-delivery.com/captcha", b"window._cf_chl_opt",
    b"/_Incapsula_Resource?CWUDNSAI", b"px-captcha-wrapper", b"Request unsuccessful. Incapsula incident",
)  # fmt: skip
_CHALLENGE_HEADERS = (
    ("cf-mitigated", "challenge"),
    ("x-amzn-waf-action", "challenge"),
    ("x-amzn-waf-action", "captcha"),
)
_LOGIN_HOST = re.compile(r"^(login|passport|signin|account|accounts|auth|sso)\.", re.IGNORECASE)
_LOGIN_PATH = re.compile(r"/(login|signin|sign-in|log-in|ap/signin|member/login|account/login)\b", re.IGNORECASE)
_ENCODINGS = ("utf-8", "gb18030", "big5", "shift_jis", "euc_jp", "utf-16-le", "utf-16-be")


def blocked_by_body(body: bytes, marks: tuple[str, ...]) -> str | None:
    """What in ``body`` says that this is a CAPTCHA or login page, in words; None: nothing does.

    General signs are looked for at the beginning, where walls have them and for a tenth of the time; ``marks`` in all.
    """
    head = body[:_HEAD_BYTES]
    title = _title(head)
    if title and title.startswith(_TITLES):
        return f"the page's title is {title!r}"
    for mark in _MARKS:
        if mark in head:
            return f"the page holds {mark.decode()!r}"
    for text in marks:
        if any(pattern in body for pattern in _patterns(text)):
            return f"the page holds the mark {text!r}"
    return None


def blocked_by_headers(headers: Mapping[str, str]) -> str | None:
    """Which response header (of a mapping that ignores case) announces a challenge."""
    for name, value in _CHALLENGE_HEADERS:
        if headers.get(name, "").lower() == value:
            return f"{name}: {value}"
    return None


def is_login(asked: str, answered: str) -> bool:
    """Whether a redirect led from a page that is no login to one that is, by its address."""
    return _looks_like_login(answered) and not _looks_like_login(asked)


def _looks_like_login(url: str) -> bool:
    parts = urlsplit(url)
    return bool(_LOGIN_HOST.match(parts.hostname or "") or _LOGIN_PATH.search(parts.path))


def _title(head: bytes) -> str | None:
    if b"\0" in head[:200]:
        text = head.decode("utf-16" if head[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-16-le", errors="replace")
        head = text.encode("utf-8", errors="replace")
    match = _TITLE.search(head)
    if match is None:
        return None
    raw = match.group(1)
    try:
        return raw.decode("utf-8").strip().lower()
    except UnicodeDecodeError:
        return raw.decode("gb18030", errors="replace").strip().lower()


@lru_cache(maxsize=256)
def _patterns(text: str) -> tuple[bytes, ...]:
    found: dict[bytes, None] = {}
    for encoding in _ENCODINGS:
        try:
            found[text.encode(encoding)] = None
        except UnicodeEncodeError:
            continue
    return tuple(found)
