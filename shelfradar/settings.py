"""Where things are and how they are reached: the only reader of the environment.

Everything else takes a :class:`Settings`. The one exception is ``extractors/fetch.py``, which resolves the secret
headers a source names. Every variable is described in ``docs/configuration.md``.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from warehouse.lake_config import LakeConfig, S3Config

LOCALES = ("en", "zh-CN")
SMTP_SCHEMES = ("smtp", "smtps")
CHANNEL_PREFIX = "SHELFRADAR_CHANNEL_"


class SettingsError(Exception):
    """An environment variable that can't be used: names it, what was found and what was expected."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Folders, the lake, mail and language of one installation."""

    home: Path
    config: Path
    lake: LakeConfig
    smtp_url: str | None = None
    mail_from: str = "Shelfradar <shelfradar@localhost>"
    boards_url: str | None = None
    unsubscribe: str | None = None
    channels: Mapping[str, str] = field(default_factory=dict, repr=False)
    locale: str = "en"

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Settings:
        """Settings from ``SHELFRADAR_*`` variables. Raises SettingsError for one that can't be used."""
        env = os.environ if environment is None else environment
        home = Path(env.get("SHELFRADAR_HOME") or "data").resolve()
        return cls(
            home=home,
            config=Path(env.get("SHELFRADAR_CONFIG") or "config").resolve(),
            lake=_lake_config(env, home),
            smtp_url=_smtp_url(env),
            mail_from=env.get("SHELFRADAR_MAIL_FROM") or "Shelfradar <shelfradar@localhost>",
            boards_url=env.get("SHELFRADAR_BOARDS_URL") or None,
            unsubscribe=_unsubscribe(env),
            channels={name: value for name, value in env.items() if name.startswith(CHANNEL_PREFIX) and value},
            locale=_one_of(env, "SHELFRADAR_LOCALE", LOCALES, "en"),
        )

    @property
    def boards(self) -> Path:
        """The folder of the HTML boards."""
        return self.home / "boards"

    @property
    def mail(self) -> Path:
        """The folder of .eml files, used where no SMTP server is configured."""
        return self.home / "mail"

    @property
    def hosts(self) -> Path:
        """The folder through which all runs of this installation share their patience with a host."""
        return self.home / "hosts"

    @property
    def data_docs(self) -> Path:
        """The folder of the audits' Data Docs."""
        return self.home / "data_docs"

    def __repr__(self) -> str:
        return f"Settings(home={self.home!s}, config={self.config!s}, smtp={'set' if self.smtp_url else 'not set'})"


def _one_of(env: Mapping[str, str], name: str, allowed: tuple[str, ...], default: str) -> str:
    value = env.get(name) or default
    if value not in allowed:
        raise SettingsError(f"{name}: found {value!r}; expected one of {', '.join(allowed)}")
    return value


def _smtp_url(env: Mapping[str, str]) -> str | None:
    value = env.get("SHELFRADAR_SMTP_URL") or None
    if value is not None and (urlsplit(value).scheme not in SMTP_SCHEMES or not urlsplit(value).hostname):
        raise SettingsError("SHELFRADAR_SMTP_URL: found something else; expected smtp://[user:password@]host[:port]")
    return value


def _unsubscribe(env: Mapping[str, str]) -> str | None:
    value = env.get("SHELFRADAR_UNSUBSCRIBE") or None
    if value is not None and not re.fullmatch(r"(mailto:[^\s<>]+@|https://)[^\s<>]+", value):
        raise SettingsError(f"SHELFRADAR_UNSUBSCRIBE: found {value!r}; expected mailto:NAME@HOST or https://…")
    return value


def _lake_config(env: Mapping[str, str], home: Path) -> LakeConfig:
    """The embedded lake under ``home``, or the catalog and data path that the environment names."""
    return LakeConfig(
        catalog=env.get("SHELFRADAR_CATALOG") or str(home / "lake" / "catalog.sqlite"),
        data_path=env.get("SHELFRADAR_DATA") or str(home / "lake" / "files"),
        temp_dir=home / "tmp",
        memory_limit=_size(env, "SHELFRADAR_MEMORY_LIMIT", "2GB"),
        max_temp_directory_size=_size(env, "SHELFRADAR_SPILL_LIMIT", "20GB"),
        s3=_s3_config(env),
    )


def _size(env: Mapping[str, str], name: str, default: str) -> str:
    value = env.get(name) or default
    if not re.fullmatch(r"\d+(\.\d+)?\s?(KB|MB|GB|TB|KiB|MiB|GiB|TiB)", value):
        raise SettingsError(f"{name}: found {value!r}; expected a size such as 2GB")
    return value


def _s3_config(env: Mapping[str, str]) -> S3Config | None:
    key, secret = env.get("SHELFRADAR_S3_KEY"), env.get("SHELFRADAR_S3_SECRET")
    if not key and not secret:
        return None
    if not key or not secret:
        raise SettingsError("SHELFRADAR_S3_KEY and SHELFRADAR_S3_SECRET: found only one; expected both or neither")
    endpoint = env.get("SHELFRADAR_S3_ENDPOINT") or None
    address = urlsplit(endpoint) if endpoint and "://" in endpoint else None
    return S3Config(
        key_id=key,
        secret=secret,
        region=env.get("SHELFRADAR_S3_REGION") or "us-east-1",
        endpoint=address.netloc if address else endpoint,
        use_ssl=address.scheme == "https" if address else True,
    )
