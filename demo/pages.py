"""Pages of the simulated marketplace as HTML bytes, furniture and noise included."""

from __future__ import annotations

from functools import lru_cache
from random import Random

from jinja2 import Environment, PackageLoader, StrictUndefined

from demo.catalogue import CATEGORIES
from demo.market import TOP
from demo.shelf import PAGES, Page, grouped

NOISE_WORDS = 700


@lru_cache(maxsize=1)
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("demo"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, auto_reload=False
    )


def render_list(page: Page) -> bytes:
    """The list page, 40 to 80 KB of UTF-8."""
    rng = Random(f"noise/{page.category.id}/{page.on.toordinal()}/{page.page_no}")
    noise = [f"{rng.getrandbits(96):024x}" for _ in range(NOISE_WORDS)]
    html = (
        _templates()
        .get_template("list.html")
        .render(
            facts=page.category,
            page_no=page.page_no,
            entries=page.entries,
            on=page.on.isoformat(),
            categories=CATEGORIES,
            pages=PAGES,
            top=TOP,
            noise=noise,
            grouped=grouped,
        )
    )
    return html.encode()


def render_blocked() -> bytes:
    """The CAPTCHA page that goes with a 403."""
    return _templates().get_template("blocked.html").render().encode()


def render_item(item_id: str) -> bytes:
    """A page for an item, so that links lead somewhere."""
    return _templates().get_template("item.html").render(item_id=item_id).encode()
