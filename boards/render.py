"""Turns views into HTML: the templates, their filters, the page's own style and script, and what it may load: nothing.

Everything a far side wrote (titles, brands, addresses, reasons) goes through autoescaping; a link is only made of an
http or https address. The Content-Security-Policy lets no page load anything or run any script but ours, by hash.
"""

from __future__ import annotations

import base64
import hashlib
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from boards.files import MARK
from boards.paths import way_up
from boards.reasons import verdict_reasons
from boards.wording import LOCALES, Wording

_ROOM = Path(__file__).parent


def web_address(value: object) -> str | None:
    """``value`` where it is an http or https address, else None (javascript: and data: are never linked)."""
    if not isinstance(value, str):
        return None
    try:
        parts = urlsplit(value.strip())
    except ValueError:
        return None
    return value.strip() if parts.scheme in {"http", "https"} and parts.netloc else None


def _policy(script: str) -> str:
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return (
        "default-src 'none'; img-src data:; style-src 'unsafe-inline'; "
        f"script-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    )


@dataclass(frozen=True, slots=True)
class Edition:
    """The boards in one language, and the folder they live in under the boards' own."""

    wording: Wording
    folder: PurePosixPath


def editions(locale: str) -> list[Edition]:
    """The boards' languages: ``locale`` first and at the root, every other in a folder of its name.

    Raises ValueError for an unknown ``locale``.
    """
    first = Edition(Wording(locale), PurePosixPath())
    return [first, *(Edition(Wording(tag), PurePosixPath(tag)) for tag in LOCALES if tag != locale)]


@cache
def _environment() -> Environment:
    """The templates, compiled once a process: what differs by language and build is handed over at each page."""
    environment = Environment(
        loader=FileSystemLoader(_ROOM / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters |= {"web_address": web_address, "drawn": _ours, "shell": shlex.quote}
    script = (_ROOM / "board.js").read_text(encoding="utf-8")
    environment.globals |= {
        "mark": _ours(MARK),
        "verdict_reasons": verdict_reasons,
        "style": _ours((_ROOM / "style.css").read_text(encoding="utf-8")),
        "script": _ours(script),
        "policy": _policy(script),
    }
    return environment


class Press:
    """Prints pages of one edition. ``site``: what every page knows, such as when it was made."""

    def __init__(self, edition: Edition, every: Sequence[Edition], site: Mapping[str, Any]) -> None:
        self.edition = edition
        self._every = every
        self._site = {"w": edition.wording, "say": edition.wording.say, **site}

    def page(self, template: str, path: PurePosixPath, **values: Any) -> str:
        """The page ``templates/TEMPLATE.html.j2`` with ``values``, as it stands at ``path`` inside its edition.

        ``root`` leads to the edition's folder, ``home`` to the folder above the boards.
        """
        root = way_up(path)
        base = root + "../" * len(self.edition.folder.parts)
        languages = [
            (
                one.wording.tag,
                one.wording.own_name,
                base + (one.folder / path).as_posix(),
                one.folder == self.edition.folder,
            )
            for one in self._every
        ]
        page = _environment().get_template(f"{template}.html.j2")
        return page.render(root=root, home=f"{base}../", languages=languages, **self._site, **values)


def _ours(text: str | None) -> Markup:
    """Text this package wrote itself (its style, script and charts, which hold numbers only), not to be escaped."""
    return Markup(text or "")  # noqa: S704
