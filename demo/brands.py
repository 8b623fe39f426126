"""Invented brands with the spellings pages use. 晨屿 / Chenyu is "our" brand in the demo's watchlist."""

from __future__ import annotations

BRANDS: dict[str, tuple[tuple[str, ...], ...]] = {
    "beauty": (
        ("泊岚", "BOLANE", "Bolane/泊岚"),
        ("雪沐", "XUEMU"),
        ("晨屿", "Chenyu", "CHENYU/晨屿"),
        ("L’Aurelle", "L'AURELLE"),
        ("禾谷集",),
        ("Veloura", "VELOURA/薇露"),
        ("玉澜堂",),
        ("Nordskin", "NORD SKIN"),
        ("花间词",),
        ("Kisumi", "KISUMI／季澄"),
        ("半山",),
        ("Ombrette",),
    ),
    "earbuds": (
        ("Soundfin", "SOUNDFIN"),
        ("Auralis", "AURALIS®"),
        ("Chenyu", "CHENYU"),
        ("Peak&Pine", "Peak & Pine"),
        ("Bassoon",),
        ("TYNO",),
        ("Kolibri", "KOLIBRI Audio"),
        ("Wavelet",),
        ("Murmur",),
        ("Echo Ridge",),
    ),
    "thermos": (
        ("岩峰", "YANFON", "YANFON/岩峰"),
        ("暖川",),
        ("晨屿", "Chenyu"),
        ("Fjordkopp", "FJORDKOPP"),
        ("一壶", "YIHU/一壶"),
        ("Tarnwell",),
        ("小鹿杯",),
        ("北屋",),
        ("Camphill", "CAMPHILL"),
        ("青禾",),
    ),
    "catfood": (
        ("喵野", "MEOWILD", "MEOWILD/喵野"),
        ("渔歌",),
        ("晨屿", "Chenyu"),
        ("Pawsley", "PAWSLEY"),
        ("山鹿", "SANLU PET"),
        ("毛球星",),
        ("Whiskwell",),
        ("一口香",),
        ("Kattegat", "KATTEGAT"),
        ("谷雨",),
    ),
}
"""Shelf -> spellings of each brand, the canonical one first."""


CANONICAL = {"Chenyu": "晨屿"}
"""First spellings that are another shelf's spelling of the same brand."""


def brands_of(category: str) -> tuple[tuple[str, ...], ...]:
    """The brands sold in a category, each with its spellings."""
    return BRANDS.get(category, BRANDS["beauty"])
