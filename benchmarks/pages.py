"""Synthetic list pages in the manner of a big marketplace: 50 items and 300 KB, most of it furniture. Deterministic.

They are read by the site spec of the simulated marketplace (``extractors/sites/demo.yaml``).
"""

from __future__ import annotations

import gzip
from functools import lru_cache
from random import Random

ITEMS = 50
PAGE_BYTES = 300_000
_BRANDS = ("Aurelle", "Bravoor", "Cindrel", "Dovette", "Eskarn", "Fjellby", "Gorvane", "Halcyra")
_SHOPS = ("旗舰店", "专营店", "海外店")

_CARD = """<li class="item{ad_class}" data-item-id="{item_id}" data-spu="{family_id}" data-spm="a21.{no}.{item_id}">
<div class="pic"><a href="/item/{item_id}.html" target="_blank"><img class="lazy" src="data:image/gif;base64,\
R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==" data-src="/image/{item_id}.jpg" alt=""></a>{badge}</div>
<div class="info"><a class="title" href="/item/{item_id}.html?spm=a21.list.{no}" target="_blank">{title}</a>
<div class="attrs"><span class="label">品牌</span><span class="brand">{brand}</span></div>
<div class="price-row"><span class="price">¥{price}</span><del class="was">¥{was}</del></div>
<div class="deal"><span class="deal-cnt">{units}</span></div>
<div class="meta"><span class="stars" title="{rating} / 5"><i style="width:90%"></i><em>{rating}</em></span>
<span class="reviews">({reviews})</span></div>
<div class="shop"><a href="/shop/{no}" class="shop-name">{brand}{shop}</a></div>
<link itemprop="availability" href="https://schema.org/InStock">{furniture}</div></li>
"""
_FURNITURE = """<div class="act" data-track="click;list;{n}"><button class="btn btn-{n}" type="button" data-id="{n}">
<span class="icon"><svg viewBox="0 0 24 24" width="16" height="16"><path d="M7 18a2 2 0 1 0 0 4 2 2 0 0 0 0-4Z"/></svg>
</span><span class="text">加入购物车</span></button><div class="tip"><ul><li><a href="/c/{n}">{noise}</a></li><li>
<i></i></li></ul></div></div>"""


def list_page(category: int, page_no: int) -> bytes:
    """Page ``page_no`` (from 1) of a category, UTF-8."""
    first = (page_no - 1) * ITEMS
    cards = "".join(_card(category, first + number + 1, number + 1) for number in range(ITEMS))
    head = '<!DOCTYPE html><html lang="zh-CN"><head><meta charset="utf-8"><title>Synthetic list</title>'
    body = f'</head><body><main><ol class="list" id="J_list">\n{cards}</ol></main></body></html>'
    filler = _noise(PAGE_BYTES - len(head.encode()) - len(body.encode()) - 80)
    return f'{head}<script>window.__STATE__={{"blob":"{filler}"}};</script>{body}'.encode()


def packed_page(category: int, page_no: int) -> bytes:
    """The same as gzip, as a server sends it."""
    return gzip.compress(list_page(category, page_no), compresslevel=5, mtime=0)


def _card(category: int, place: int, no: int) -> str:
    number = category * 1_000_000 + place
    brand = _BRANDS[number % len(_BRANDS)]
    return _CARD.format(
        ad_class="", badge=f'<span class="rank">No.{place}</span>', item_id=600_000_000 + number,
        family_id=600_000_000 + number, no=no, title=f"{brand} 高保湿精华液 30ml 第{place}款 Series {number % 97}",
        brand=brand, price=f"{20 + number % 480}.{number % 10}0", was=f"{40 + number % 480}.00",
        units=f"{1 + number % 9}.{number % 10}万+人付款" if number % 3 else f"{100 + number % 900}人付款",
        rating=f"{4 + (number % 10) / 10:.1f}", reviews=f"{1 + number % 900},{number % 1000:03d}",
        shop=_SHOPS[number % 3], furniture=_furniture(no),
    )  # fmt: skip


@lru_cache(maxsize=ITEMS)
def _furniture(no: int) -> str:
    return "".join(_FURNITURE.format(n=f"{no}-{part}", noise=_noise(40, seed=no * 10 + part)) for part in range(7))


@lru_cache(maxsize=1024)
def _noise(length: int, seed: int = 7) -> str:
    """Text that compresses about as badly as scripts do."""
    words = Random(seed)
    half = "".join(f"{words.getrandbits(32):08x}{'function(e){return e}'[: words.randrange(21)]}" for _ in range(2000))
    return (half * (length // len(half) + 1))[:length] if length > 0 else ""
