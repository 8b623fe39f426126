"""Turns views into HTML: the templates, their filters, the page's own style and script, and what it may load: nothing.

Everything a far side wrote (titles, brands, addresses, reasons) goes through autoescaping; a link is only made of an
http or https address. The Content-Security-Policy lets no page load anything or run any script but ours, by hash.
"""

from __future__ import annotations

import base64
import hashlib
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from boards.files import MARK
from boards.wording import Wording

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


class Press:
    """Prints pages of one language, made at one time."""

    def __init__(self, wording: Wording, generated_at: datetime) -> None:
        script = (_ROOM / "board.js").read_text(encoding="utf-8")
        self._environment = Environment(
            loader=FileSystemLoader(_ROOM / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        self._environment.filters |= {"web_address": web_address, "drawn": _ours}
        self._environment.globals |= {
            "w": wording,
            "say": wording.say,
            "generated_at": generated_at,
            "mark": _ours(MARK),
            "style": _ours((_ROOM / "style.css").read_text(encoding="utf-8")),
            "script": _ours(script),
            "policy": _policy(script),
        }

    def page(self, template: str, **values: Any) -> str:
        """The page ``templates/TEMPLATE.html.j2`` with ``values``."""
        return self._environment.get_template(f"{template}.html.j2").render(**values)


def _ours(text: str | None) -> Markup:
    """Text this package wrote itself (its style, script and charts, which hold numbers only), not to be escaped."""
    return Markup(text or "")  # noqa: S704
