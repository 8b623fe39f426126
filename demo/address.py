"""Points a source at another address: where a test's or a demo's server really listens."""

from __future__ import annotations

from urllib.parse import urlsplit, urlunsplit

from extractors.source import Category, Source


def source_at(source: Source, base_url: str) -> Source:
    """The same source with scheme, host and port of every category's url taken from ``base_url``.

    Raises ValueError where ``base_url`` has no scheme or host.
    """
    base = urlsplit(base_url)
    if not base.scheme or not base.netloc:
        raise ValueError(f"base_url {base_url!r}: expected a scheme and a host, such as http://127.0.0.1:8765")
    return source.model_copy(
        update={"categories": [_moved(one, base.scheme, base.netloc) for one in source.categories]}
    )


def _moved(category: Category, scheme: str, netloc: str) -> Category:
    if category.url is None:
        return category
    parts = urlsplit(category.url)
    return category.model_copy(update={"url": urlunsplit(parts._replace(scheme=scheme, netloc=netloc))})
