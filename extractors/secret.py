"""Secrets of a source: taken from the environment by name, sent, and masked wherever an address or header is recorded.

The only place outside settings that reads the environment. A value never reaches a log, an archive or a capture.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from urllib.parse import quote

from extractors.grant import Grant
from extractors.signing import Keys, Signing
from extractors.source import Source

MASK = "***"
_PLACEHOLDER = re.compile(r"\$\{([A-Z][A-Z0-9_]*)\}")
_SECRET_PARAMETER = re.compile(
    r"(?i)([?&;#](?:[\w.-]*(?:secret|token|password|passwd|signature|credential|api-?_?key|app-?_?key|access-?_?key)"
    r"[\w.-]*|key|sign|sig|auth|session|sessionid|applicationid|appid|app_id)=)[^&;#\s]*"
)
_SECRET_HEADERS = frozenset({
    "authorization", "proxy-authorization", "cookie", "set-cookie", "x-api-key", "api-key", "x-auth-token",
})  # fmt: skip
_SHORTEST_MASKED = 4


class MissingSecret(Exception):  # noqa: N818
    """An environment variable that a source names and that is not set, or not fit for its use."""


class Secrets:
    """What ``source`` needs from ``environment``. Raises MissingSecret that names source, key and variable."""

    def __init__(self, source: Source, environment: Mapping[str, str] | None = None) -> None:
        self._environment = os.environ if environment is None else environment
        self._source = source.source
        self._values: dict[str, str] = {}
        policy = source.fetch
        self.headers = {
            name: self._header(variable, f"fetch.secret_headers.{name}")
            for name, variable in policy.secret_headers.items()
        }
        self.keys = self._keys(policy.signing) if policy.signing is not None else None
        self.grant_keys = self._grant_keys(policy.grant) if policy.grant is not None else None
        for category in source.categories:
            for text in (category.url or "", category.body or ""):
                for variable in _PLACEHOLDER.findall(text):
                    self._value(variable, f"categories.{category.id}")
        self._header_names = _SECRET_HEADERS | {name.lower() for name in self.headers}

    def _value(self, variable: str, key: str) -> str:
        value = self._environment.get(variable)
        if not value:
            raise MissingSecret(f"source {self._source}: {key} names the environment variable {variable}, not set")
        self._values[variable] = value
        return value

    def _header(self, variable: str, key: str) -> str:
        """A value fit for a header, without the line end that secrets from files tend to have; no error quotes it."""
        value = self._value(variable, key).strip()
        if not value or not value.isascii() or not value.isprintable():
            told = "its value is empty or not printable ASCII, which no header can hold"
            raise MissingSecret(f"source {self._source}: {key} names the environment variable {variable}; {told}")
        self._values[variable] = value
        return value

    def _keys(self, signing: Signing) -> Keys:
        token = signing.access_token
        return Keys(
            self._value(signing.app_key, "fetch.signing.app_key"),
            self._value(signing.app_secret, "fetch.signing.app_secret"),
            self._value(token, "fetch.signing.access_token") if token is not None else None,
        )

    def _grant_keys(self, grant: Grant) -> tuple[str, str]:
        return (
            self._value(grant.client_id, "fetch.grant.client_id"),
            self._value(grant.client_secret, "fetch.grant.client_secret"),
        )

    def add_token(self, token: str) -> None:
        """Send ``token`` with every request from now on, and mask it wherever it stands."""
        self._values["access token"] = token
        self.headers["Authorization"] = f"Bearer {token}"

    def public(self, headers: Mapping[str, str]) -> dict[str, str]:
        """``headers`` without those that are secret, for a host that the source does not name."""
        return {name: value for name, value in headers.items() if name.lower() not in self._header_names}

    def expand_url(self, url: str) -> str:
        """``url`` with each ``${NAME}`` replaced by its percent-encoded value."""
        return _PLACEHOLDER.sub(lambda match: quote(self._values[match.group(1)], safe=""), url)

    def expand_body(self, body: str) -> str:
        """A request body with each ``${NAME}`` replaced by its value."""
        return _PLACEHOLDER.sub(lambda match: self._values[match.group(1)], body)

    def mask(self, text: str) -> str:
        """``text`` without any secret value, raw or percent-encoded."""
        for value in self._values.values():
            if len(value) >= _SHORTEST_MASKED:
                text = text.replace(value, MASK).replace(quote(value, safe=""), MASK)
        return text

    def mask_url(self, url: str) -> str:
        """``url`` fit to be recorded: no secret value, nor the value of a parameter whose name says it is one."""
        return _SECRET_PARAMETER.sub(rf"\g<1>{MASK}", self.mask(url))

    def mask_body(self, content: bytes, content_type: str) -> bytes:
        """A request's body fit to be recorded; the parameters of a form are masked as an address's are."""
        text = self.mask(content.decode())
        if content_type.startswith("application/x-www-form-urlencoded"):
            text = self.mask_url(f"?{text}").removeprefix("?")
        return text.encode()

    def mask_headers(self, headers: list[tuple[str, str]]) -> list[tuple[str, str]]:
        """``headers`` fit to be recorded."""
        return [(name, MASK if name.lower() in self._header_names else self.mask(value)) for name, value in headers]
