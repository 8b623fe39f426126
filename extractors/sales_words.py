"""The words of sales figures in the languages of the marketplaces: scales, bounds, windows, and what is not a sale.

Data for ``units.py``, which alone knows what they mean together. All patterns meet text in NFKC and case-folded.
"""

from __future__ import annotations

import re

CJK = {
    "百": 10**2, "千": 10**3, "万": 10**4, "萬": 10**4, "亿": 10**8, "億": 10**8, "백": 10**2, "천": 10**3,
    "만": 10**4, "억": 10**8,
}  # fmt: skip
WORDS = {
    "k": 10**3, "thousand": 10**3, "mil": 10**3, "mille": 10**3, "tsd": 10**3, "tys": 10**3, "тыс": 10**3,
    "rb": 10**3, "ribu": 10**3, "lakh": 10**5, "m": 10**6, "mi": 10**6, "mio": 10**6, "mn": 10**6, "mln": 10**6,
    "bin": 10**3, "million": 10**6, "millones": 10**6, "milhões": 10**6, "млн": 10**6, "jt": 10**6, "crore": 10**7,
    "พัน": 10**3, "หมื่น": 10**4, "แสน": 10**5, "ล้าน": 10**6, "bn": 10**9, "b": 0, "billion": 10**9, "млрд": 10**9,
}  # fmt: skip
NUMBER = re.compile(
    r"(?P<digits>\d{1,3}(?:[ ']\d{3})+(?![\d])|\d+(?:[.,]\d+)*)"
    r"\s?(?P<scale>[百千백천]?[万萬亿億만억]|[百千백천]|(?:"
    + "|".join(sorted(WORDS, key=len, reverse=True))
    + r")(?![^\W\d_])\.?)?"
)
NOT_SALES = re.compile(
    r"看过|看過|浏览|瀏覽|views?\b|viewed|watch|ウォッチ|beobacht|obserw|正在看|围观|圍觀|visualiza|visitas|vistas|"
    r"回购|回購|复购|預約|预约|人团|成团|bids?\b|入札|gebote?\b|pujas?\b|点赞|點讚|"
    r"리뷰|상품평|후기|รีวิว|đánh giá|ulasan|yorum|değerlendir|"
    r"评价|評價|评论|評論|レビュー|口コミ|reviews?|ratings?|отзыв|просмотр|avalia|"
    r"opinion|bewertung|收藏|favou?rite|お気に入り|\blikes?\b|关注|關注|种草|粉丝|followers?|想要|加购|in carts?|"
    r"库存|庫存|剩余|剩餘|\bleft\b|in stock|available|残り|問答|问答"
)
SALES = re.compile(
    r"sold|bought|sales|orders?\b|purchase|付款|收货|月销|月銷|月售|销量|銷量|已售|已卖|已賣|售出|已购|人购买|成交|販売|"
    r"購入|売れ|vendid|compra|achet|acquist|gekauft|vendu|verkauft|"
    r"продан|купил|заказ|terjual|sprzedan|venduti|kupi|đã bán|ขายแล้ว|판매|구매|"
    r"gekocht|verkocht|köp|sålda|satın al|satıldı|شراء"
)
GONE = re.compile(r"sold out|out of stock|售罄|售完|售完|已抢光|売り切れ|品切れ|esgotad|agotad|ausverkauft|распродан")
ABOUT = re.compile(
    r"约|約|大约|近(?=\s*\d+(?!\d*\s*[天日]))|\babout\b|approx|nearly|almost|\baround\b|cerca de|"
    r"(?<!\d)[~≈](?=\s*\d)|около|ca\."
)
MORE = re.compile(
    r"[>≥]|\bover\b|more than|at least|mais de|más de|mas de|plus de|über|mehr als|超|逾|大于|高于|以上|более|свыше|"
    r"이상|ponad|hơn|lebih dari|più di|\boltre\b|meer dan|mer än|\böver\b|více než|أكثر من|den fazla|dan fazla"
)
LESS = re.compile(
    r"[<]|less than|fewer than|\bunder\b|\bbelow\b|menos de|moins de|weniger als|不足|不到|少于|менее|未満|미만"
)
AT_MOST = re.compile(r"≤|at most|up to|até|hasta|以下|以内")
DAYS = re.compile(
    r"(?:last|past|近|最近|过去|過去|últimos|за)\s*(\d{1,3})\s*(?:days?|天|日|dias|días|дн)|(\d{1,3})\s*(?:天|日)[销銷内內]"
)
MONTHS = re.compile(r"(\d{1,2})\s*(?:个月|個月|[かヶカケ]月|months|meses|mois|monate)")
SPANS = (
    (1, re.compile(r"(?:past|last)\s+(?:24 hours|day)|today|今日|日销|日銷|hoje|hoy|24\s*(?:小时|小時|時間)")),
    (7, re.compile(r"(?:past|last|this)\s+week|weekly|周销|週銷|本周|上周|近一周|semana|先週|за неделю")),
    (
        30,
        re.compile(
            r"(?:past|last|this)\s+month|monthly|month|月|付款|收货|\bmês\b|\bmes\b|\bmese\b|месяц|30日間|mois|monat|miesi|tháng|"
            r"maand|månad|geçen ay|الشهر|한 ?달"
        ),
    ),
)
SINCE_LISTED = re.compile(r"已售|已卖|已賣|已購|已购")
EVER = re.compile(r"总|總|累计|累計|lifetime|in total|all time|ever sold|累積")
SHARE = re.compile(r"\d[\d.,]*\s?%")
SEGMENTS = re.compile(r"[|·;/、，\n]| {2,}|[()（）【】]")
DAY_WORDS = re.compile(
    r"(?:last|past|近|最近|过去|過去|últimos|за)\s*\d{1,3}\s*(?:days?|天|日|dias|días|дн\w*|hours?|小时|時間)|"
    r"\d{1,3}\s*(?:天|日)(?=[销銷内內])|24\s*(?:hours|小时|小時|時間)|30日間|"
    r"\d{1,2}\s*(?:个月|個月|[かヶカケ]月|months|meses|mois|monate)"
)
