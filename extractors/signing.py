"""Signed requests of official APIs: Taobao (TOP), JD, Pinduoduo. Pure: parameters, keys and a moment in, a query out.

The three sort all parameters by name, join names and values without anything between, and take an upper-case digest
together with the application's secret. Knows no network and no environment: keys are given by value, and the moment is
the clock of the fetch, never a part of what a page means. Worked examples: ``tests/extractors/test_signing.py``.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal
from urllib.parse import parse_qsl, quote, urlencode
from zoneinfo import ZoneInfo

from pydantic import Field, model_validator

from extractors.config import StrictModel

Scheme = Literal["top", "jd", "pdd"]
SignMethod = Literal["md5", "hmac", "hmac-sha256"]
Variable = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]*$")]
PLATFORM_ZONE = ZoneInfo("Asia/Shanghai")


class Signing(StrictModel):
    """How a source's requests are signed. Keys are names of environment variables, never values."""

    scheme: Scheme
    method: SignMethod = Field(default="md5", description="top: md5, hmac (HMAC-MD5) or hmac-sha256; jd and pdd: md5")
    app_key: Variable
    app_secret: Variable
    access_token: Variable | None = Field(default=None, description="for APIs that act for a user")

    @model_validator(mode="after")
    def _known_method(self) -> Signing:
        if self.scheme != "top" and self.method != "md5":
            raise ValueError(f"method md5, the only one of scheme {self.scheme}")
        return self


@dataclass(frozen=True, slots=True)
class Keys:
    """The values behind a :class:`Signing`."""

    app_key: str
    app_secret: str
    access_token: str | None = None


def sign(parameters: Mapping[str, str], secret: str, method: SignMethod = "md5") -> str:
    """The signature of ``parameters``, hex in upper case.

    Taobao Open Platform, "API calling protocol" (docId 101617): MD5 over secret, text, secret, or an HMAC of the text
    with the secret; JD (dev guide, listId 2643) and Pinduoduo ("API calling guide") define the MD5 form alike.
    """
    text = "".join(f"{name}{parameters[name]}" for name in sorted(parameters))
    if method == "md5":
        wrapped = f"{secret}{text}{secret}".encode()
        return hashlib.md5(wrapped, usedforsecurity=False).hexdigest().upper()
    return hmac.new(secret.encode(), text.encode(), "md5" if method == "hmac" else "sha256").hexdigest().upper()


def signed_query(query: str, signing: Signing, keys: Keys, at: datetime) -> str:
    """``query`` (percent-encoded) with the platform's own parameters and ``sign``, percent-encoded again.

    ``at`` (aware) is told in the platform's way. A version or format that ``query`` names goes before the usual one.
    """
    asked = dict(parse_qsl(query))
    parameters = {**_USUAL[signing.scheme], **asked, **_identity(signing, keys, at)}
    parameters.pop("sign", None)
    parameters["sign"] = sign(parameters, keys.app_secret, signing.method)
    return urlencode(parameters, quote_via=quote)


_USUAL: dict[Scheme, dict[str, str]] = {
    "top": {"v": "2.0", "format": "json"},
    "jd": {"v": "1.0"},  # JD's own SDK sends neither format nor sign_method, and its example signs neither
    "pdd": {"data_type": "JSON"},
}
_KEY_NAME: dict[Scheme, str] = {"top": "app_key", "jd": "app_key", "pdd": "client_id"}
_TOKEN_NAME: dict[Scheme, str] = {"top": "session", "jd": "access_token", "pdd": "access_token"}


def _identity(signing: Signing, keys: Keys, at: datetime) -> dict[str, str]:
    """Who asks, and when: seconds since 1970 for Pinduoduo, Chinese wall time for the others."""
    scheme = signing.scheme
    seconds = str(int(at.timestamp()))
    told = {
        _KEY_NAME[scheme]: keys.app_key,
        "timestamp": seconds if scheme == "pdd" else at.astimezone(PLATFORM_ZONE).strftime("%Y-%m-%d %H:%M:%S"),
    }
    if scheme == "top":
        told["sign_method"] = signing.method
    if keys.access_token is not None:
        told[_TOKEN_NAME[scheme]] = keys.access_token
    return told
