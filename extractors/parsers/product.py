"""Telling the page of one product from a list: by its own address, or by what it says of itself."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

_PATH = re.compile(  # what stands in the addresses of one product's page, at the marketplaces that are known here
    r"/(?:dp|gp/product|gp/aw/d)/[a-z0-9]{10}(?:[/?]|$)|/itm/(?:[^/]+/)?\d{9,15}(?:[/?]|$)|/p/itm[a-z0-9]+|/p/n82e\d+|"
    r"/goods/goodsdetail|/up/[a-z]{3}u\d+|/p/m[a-z]{2}\d{6,}|/m[a-z]{2}-?\d{8,}-",
    re.IGNORECASE,
)
_HOSTS = re.compile(
    r"^(?:item(?:\.m)?\.jd\.(?:com|hk)|npcitem\.jd\.hk|item\.taobao\.com|detail\.(?:tmall\.com|tmall\.hk|1688\.com)|"
    r"item\.rakuten\.co\.jp|articulo\.mercadoli[bv]re\.[a-z.]+|produto\.mercadolivre\.com\.br)$",
    re.IGNORECASE,
)
_SAYS = re.compile(
    r"""<meta[^>]{0,100}og:type["'][^>]{0,100}content=["'](?:og:)?product["']|"""
    r"""["']@type["']\s*:\s*["']Product["']|itemtype=["']https?://schema\.org/Product["']""",
    re.IGNORECASE,
)
_LIST = re.compile(r"""["']@type["']\s*:\s*["'](?:ItemList|CollectionPage|SearchResultsPage)["']""")


def is_product_address(url: str | None) -> bool:
    """Whether this is the address of one product's page at a marketplace that is known here."""
    if not url:
        return False
    parts = urlsplit(url)
    return bool(_PATH.search(parts.path) or (len(parts.path) > 1 and _HOSTS.match(parts.hostname or "")))


def says_product(text: str) -> bool:
    """Whether a page from which nothing was read says of itself that it is one product's, and no list."""
    return bool(_SAYS.search(text)) and not _LIST.search(text)
