"""The words of sales figures in the languages of the marketplaces: scales, bounds, windows, and what is not a sale.

Data for ``units.py``, which alone knows what they mean together. All patterns meet text in NFKC and case-folded, and
are written in NFKC themselves (which splits letters of Thai and Hindi).
"""

from __future__ import annotations

import re
import unicodedata

CJK = {
    "百": 10**2, "千": 10**3, "万": 10**4, "萬": 10**4, "亿": 10**8, "億": 10**8, "백": 10**2, "천": 10**3,
    "만": 10**4, "억": 10**8,
}  # fmt: skip
_THOUSAND = (
    "k thousand thousands mil mille mila tsd tys тыс тысяч тысяча тысячи тис rb ribu ribuan bin nghìn ngàn tisíc tis "
    "ezer mii mie χιλ χιλιάδες duizend tusen tusind ألف آلاف אלף हज़ार हजार พัน"
)
_MILLION = (
    "m mi mio mn mln million millions millón millones milhão milhões milione milioni milion miliony milionów milj "
    "miljoen miljon miljoner млн миллион миллиона миллионов jt juta tr triệu مليون ล้าน"
)
_SCALES = (
    (10**3, _THOUSAND), (10**4, "หมื่น"), (10**5, "lakh lakhs lac लाख แสน"), (10**6, _MILLION),
    (10**7, "cr crore crores करोड़"), (10**9, "bn billion mrd mld млрд tỷ"),
    (0, "b l t g"),  # letters that mean different powers, or measures, in different languages
)  # fmt: skip
WORDS = {unicodedata.normalize("NFKC", word): factor for factor, words in _SCALES for word in words.split()}
_LETTER = r"[a-z\u00c0-\u024f\u0370-\u06ff\u0900-\u097f\u1e00-\u1fff]"  # CJK and Thai run on without a space


def _words(pattern: str) -> re.Pattern[str]:
    return re.compile(unicodedata.normalize("NFKC", pattern))


NUMBER = re.compile(
    r"(?P<digits>\d{1,3}(?:[ ']\d{3})+(?![\d])|\d+(?:[.,]\d+)*)\s?(?P<scale>[百千백천]?[万萬亿億만억]|[百千백천]|"
    r"(?:" + "|".join(sorted(WORDS, key=len, reverse=True)) + rf")(?!{_LETTER})\.?)?"
)
COMPOUND = re.compile(r"(?<=[만억])\s(?=\d+[백천만])")  # "3만 8천": one figure
NOT_SALES = _words(
    r"看过|看過|浏览|瀏覽|views?\b|viewed|watch|ウォッチ|beobacht|obserw|正在看|围观|圍觀|visualiza|visitas|"
    r"vistas|回购|回購|复购|再購入|재구매|回头客|預約|预约|人团|成团|bids?\b|入札|gebote?\b|pujas?\b|点赞|點讚|"
    r"lượt xem|조회|閲覧|リピート|wyświetl|смотр|dilihat|görüntülen|bakıyor|리뷰|상품평|후기|รีวิว|đánh giá|"
    r"ulasan|yorum|değerlendir|好评|好評|评分|評分|评价|評價|评论|評論|レビュー|口コミ|reviews?|ratings?|отзыв|"
    r"просмотр|avalia|opini|bewertung|收藏|favou?rite|お気に入り|\blikes?\b|关注|關注|种草|粉丝|followers?|想要|"
    r"想买|加购|\bcarts?\b|basket|wishlist|warenkorb|panier|carrito|carrinho|carrello|sepet|koszyk|корзин|"
    r"keranjang|giỏ hàng|ตะกร้า|장바구니|カート|购物车|購物車|winkelwagen|varukorg|库存|庫存|剩余|剩餘|\bleft\b|"
    r"in stock|available|残り|verfügbar|disponib|dostępn|в наличии|остал|stokta|sisa|còn|เหลือ|재고|남음|남았|"
    r"在庫|問答|问答|榜|排行|排名|第\s*\d+\s*名|ランキング|順位|\brank|\btop\s*\d|销售额|銷售額|成交额|成交額|"
    r"売上高|売上金額|매출|revenue|umsatz|выручк|シリーズ|全店|shop sales|发货|發貨|送达|配送|出荷|\bships?\b|"
    r"shipping|delivery|dispatch|livraison|versand|lieferung|entrega|env[ií]o|spedizione|доставк|wysyłk|kargo|"
    r"teslimat|giao hàng|pengiriman|จัดส่ง|배송|保修|质保|保固|warrant|garant|гарант|보증|保証|bảo hành|garansi|"
    r"รับประกัน|限购|限購|購入制限|まで購入|お一人様|구매 ?제한|최소|최대|起订|起批|起购|起購|\bmoq\b|mindest|"
    r"\bmin(?:\b|imum|imal|imo|ima\b)|мин\.|m[ií]nim[ao]|limit|\bper (?:order|customer)|order (?:within|by|in\b|"
    r"before|now|for)|(?:on|for|em|en) (?:orders|compras)|na compra|sold (?:by|as|per|separately)|"
    r"sold in (?:packs?|sets?|pairs?|boxes|lots?)|(?:pack|set|lot) of|vendid[oa]s? por|vendu[es]* par|"
    r"verkauft (?:durch|von|als)|venduto da|dijual oleh|ขายโดย|販売元|sales (?:price|tax|rank|end)"
)
SALES = _words(
    r"sold|bought|sales|\borders?\b|ordered|purchase[ds]|people paid|付款|收货|下单|下單|[年月周週日]销|"
    r"[年月周週日]銷|月售|销量|銷量|销售(?!价)|銷售(?!價)|已售|已卖|已賣|售出|卖出|賣出|已购|已購|人购买|人購買|"
    r"(?:次|顾客|顧客)购买|次購買|已买|買過|买过|成交(?![价價])|热卖(?!价)|熱賣(?!價)|热销|熱銷|已拼|拼单(?!价)|"
    r"已团|已團|已抢|已搶|总售|總售|顾客购买|販売(?!価格|者|店|開始|終了|期間)|購入(?!可|特典|金額|で)|売れ|注文|"
    r"판매(?!가|자|처|금액|점|중)|구매(?!가|혜택|시)|팔림|팔렸|팔린|주문|(?<!ราคา)(?<!ผู้)ขาย(?!ส่ง|ปลีก)|"
    r"จำหน่าย|คนซื้อ|ซื้อแล้ว|สั่งซื้อ|đã bán|lượt bán|bán được|đã mua|lượt mua|(?<!giá )\bbán(?=\s*\d)|terjual|"
    r"(?:telah|sudah) dijual|dibeli|pembelian|penjualan|pesanan|nabenta|naibenta|nabili|vendid|vendeu|vendieron|"
    r"venderam|\bventas?\b|\bvendas?\b|comprad[oa]s?\b|\bcompras\b|compraron|compraram|pedidos|adquirid|"
    r"achet[ée](?!z)|\bachats?\b|vendu|\bventes?\b|commandes\b|commandé|acquistat|\bacquisti\b|vendut|vendit[ae]|"
    r"\bordini\b|gekauft|verkauft|verkäufe|\bkäufe|bestellt|bestellungen|gekocht|verkocht|besteld|verkopen|köpt|"
    r"såld|sålt|solgt|købt|kjøpt|myyty|ostettu|прода[нж]|купил|купл|покуп|заказ(?:[аео]|ыва)|(?<=\d )заказ|"
    r"замовлен|sprzedan|sprzedaż|kupi[łlo]|zakup(?:ów|ion|y\b)|zamówie|prodán|prodan|koupi[lo]|zakoupen|predan|"
    r"kúpi[lo]|eladva|eladás|vásárol|rendelés|vândut|vandut|cumpărat|cumparat|comenzi|vânzări|πωλή[σθ]|πουλήθ|"
    r"αγόρασ|sat[ıi]n al|sat[ıi]ld|sat[ıi]lan|sat[ıi]ş(?! fiyat)|sipariş|شراء|اشتر|بيع|مبيع|נמכר|נקנ|מכירות|קנו|"
    r"बिक|खरीद"
)
COUNTED = _words(  # what may stand beside a bare figure: who or what is counted
    r"人|件|个|個|笔|筆|单|單|点|點|本|枚|台|套|包|次|回|份|双|명|개|건|多|共|\b(?:pcs?|pieces?|items?|units?|"
    r"times?|people|customers?|unidades?|uds?|un|adet|kişi|szt|sztuk\w*|os[oó]b\w*|шт|раз|человек|mal|stück|stk|"
    r"fois|pezzi|pz|volte|stuks|st|ks|db|buc|chiếc|buah|ชิ้น|คน)\b|ชิ้น|คน"
)
MONEY = _words(r"[$€£¥₹₽₩฿₫₺₴₱₦₪]\s*\d|\d\s*(?:[€₽₫₺]|zł|円|元|원|руб|грн|kr\b|лв)")
GONE = _words(
    r"sold out|out of stock|售罄|售完|售空|卖完|賣完|卖光|缺货|缺貨|已抢光|抢光|売り切れ|売切|品切|完売|在庫切れ|"
    r"품절|매진|esgotad|agotad|ausverkauft|uitverkocht|slutsål|utsolgt|udsolgt|loppuunmyyty|vyprodán|vypredan|"
    r"wyprzedan|elfogyott|epuizat|распродан|раскупил|раскуплен|нет в наличии|tükendi|épuisé|rupture|esaurit|"
    r"hết hàng|habis|หมด|نفد|نفذ|אזל"
)
ABOUT = _words(
    r"约|約|大约|近(?=\s*\d+(?!\d*\s*[天日周週小个個月]))|\babout\b|approx|nearly|almost|\baround\b|cerca de|"
    r"environ|etwa\b|ungefähr|\bcirca\b|około|yaklaşık|khoảng|sekitar|ประมาณ|약\s*(?=\d)|日均|月均|平均|average|"
    r"\bavg\b|(?<!\d)[~≈](?=\s*\d)|около|\bca\."
)
MORE = _words(
    r"[>≥]|\bover(?=\s*\d)|more than|at least|or more|mais de|más de|mas de|plus de|\büber(?=\s*\d)|mehr als|"
    r"超(?:过|過)?(?=\s*\d)|逾|大于|高于|以上|突破|более|больше|свыше|понад|більше|이상|넘게|ponad|więcej niż|"
    r"\bprzeszło|hơn|\btrên(?=\s*\d)|lebih dari|più di|\boltre(?=\s*\d)|meer dan|mer än|fler än|\böver(?=\s*\d)|"
    r"více než|přes(?=\s*\d)|viac ako|több mint|\bpeste\b|πάνω από|περισσότερ|\byli\b|mere end|mer enn|أكثر من|"
    r"יותר מ|מעל|से अधिक|से ज़्यादा|มากกว่า|กว่า(?=\s*\d)|mahigit|den fazla|dan fazla|ten fazla|tan fazla|üzeri"
)
LESS = _words(
    r"[<]|less than|fewer than|\bunder(?=\s*\d)|\bbelow(?=\s*\d)|menos de|moins de|weniger als|不足|不到|少于|"
    r"менее|меньше|未満|미만|mniej niż|poniżej|daha az|dưới|ít hơn|kurang dari|น้อยกว่า|färre än|mindre än|"
    r"minder dan|meno di"
)
AT_MOST = _words(r"≤|at most|up to|\baté(?=\s*\d)|\bhasta(?=\s*\d)|\bдо(?=\s*\d)|以下|以内|이하")
MILLION_OR_THOUSAND = _words(r"\d\s?mil\b.*(?:prod[aá]n|predan|kúpi|koupi|sprzed|vândut)")  # "mil." is a million there

_LAST = (
    r"(?:last|past|近|最近|过去|過去|直近|últim[oa]s|ultim[ei]|derni(?:ers|ères)|letzten|vergangenen|за|"
    r"последн\w+|останн\w+|ostatnich|w ciągu|afgelopen|laatste|senaste|seneste|siste|\bson|posledních|utolsó|"
    r"ultimele|최근|지난|trong(?: vòng)?|dalam|ใน(?:ช่วง)?|آخر)"
)
_DAY = (
    r"(?:days?|天|日間?|dias|días|дн\w*|tagen?\b|jours|giorni|dag(?:en|ar\w*|e|er)\b|gün\w*|dni\b|dn[íů]|nap\w*|"
    r"zile|ngày|hari|วัน|일간?|أيام|يوم|araw)"
)
_WEEK = (
    r"(?:weeks?|周|週間?|semanas?|semaines?|settiman\w+|wochen?|недел\w*|tygodni\w*|minggu|tuần|hafta\w*|주간?|"
    r"สัปดาห์|weken|veckor\w*)"
)
_MONTH = (
    r"(?:months?|meses|mes\b|mois|monaten?|mesi\b|месяц\w*|miesi\w+|bulan|tháng|เดือน|maanden|månad\w*|ay\w*|"
    r"个月|個月|[かヶカケ]月|개월)"
)
_HOUR = (
    r"(?:hours?\b|hrs?\b|h\b|小时|小時|時間|saat\w*|stunden?|std\b|horas|heures|\bore\b|час\w*|godzin\w*|jam\b|"
    r"giờ|ชั่วโมง|시간|uur|timm\w*|timer\b)"
)
HOURS = _words(rf"{_LAST}?\s*(?<!\d)(\d{{1,3}})\s*(?:derni[eè]re?s\s*)?{_HOUR}")
DAYS = _words(
    rf"{_LAST}\s*(\d{{1,3}})\s*{_DAY}|(?<!\d)(\d{{1,3}})\s*(?:[天日](?=[销銷内內售成])|derniers jours|"
    rf"últimos d[ií]as|"
    r"günde|gün içinde|ngày qua|hari terakhir|วันที่ผ่านมา|일간|日間)"
)
WEEKS = _words(rf"{_LAST}\s*(\d{{1,2}})\s*{_WEEK}|(?<!\d)(\d{{1,2}})\s*(?:週間|周内|derni[eè]res semaines)")
MONTHS = _words(
    rf"{_LAST}\s*(\d{{1,2}})\s*{_MONTH}|(?<!\d)(\d{{1,2}})\s*(?:个月|個月|[かヶカケ]月|개월|derniers mois|"
    rf"últimos meses)"
)
HOUR = _words(r"(?:last|past) hour|每小时|時間あたり|ultima ora|última hora|dernière heure|letzten stunde|за час")
SPANS = tuple(
    (days, _words(words))
    for days, words in (
        (60, r"[两二兩]个月|two months"),
        (90, r"三个月|三個月|季度|three months|quarter"),
        (180, r"半年|六个月|六個月|six months"),
        (
            1,
            (
                r"(?:past|last|per|a|/\s?)\s?day\b|today|yesterday|今日|今天|昨日|昨天|日销|日銷|每日|hoje|"
                r"\bhoy\b|ontem|ayer|heute|gestern|aujourd'hui|\boggi\b|\bieri\b|vandaag|\bidag\b|сегодня|вчера|"
                r"dzisiaj|\bdziś|bugün|오늘|어제|hôm nay|hari ini|วันนี้"
            ),
        ),
        (
            7,
            (
                r"week|周销|週銷|周售|本周|本週|上周|上週|一周|一週|每周|每週|週間|先週|今週|semana|semaine|"
                r"settimana|woche|недел|tydzie|tygod|minggu|tuần|สัปดาห์|일주일|주간|이번 ?주|지난 ?주|hafta|"
                r"\bvecka|\buge\b|týden|týdn"
            ),
        ),
        (
            30,
            (
                r"month|/\s?mo\b|月|付款|收货|\bmês\b|\bmes\b|\bmese\b|месяц|30日間|mois|monat|miesi|tháng|bulan|"
                r"เดือน|maand|månad|måned|geçen ay|bir ay|bu ay|son ay|aylık|الشهر|شهر|한 ?달|이번 ?달|지난 ?달|"
                r"월간|měsíc|mesiac|hónap|\blun[aăi]|buwan"
            ),
        ),
        (
            365,
            (
                r"(?:past|last|this|a|per) year|yearly|年销|年銷|一年|年間|(?:últim|pasad|passad|"
                r"este )\w*\s?a[nñ]o|l'an dernier|letzten? jahr|за год|rok\w*\b|son bir yıl|năm qua|1년"
            ),
        ),
    )
)
VAGUE = _words(
    r"recent|recien|récemment|kürzlich|zuletzt|недавно|ostatnio|最近|近期|최근|gần đây|baru-baru|เร็ว ๆ นี้|"
    r"son zamanlarda|onlangs|nyligen"
)
SINCE_LISTED = _words(r"已售|已卖|已賣|已購|已购|已拼|已团|已團|已抢|已搶")
EVER = _words(r"总|總|累计|累計|lifetime|in total|all time|ever sold|累積|누적|toplam|tổng|всего|łącznie|insgesamt")
SHARE = _words(r"(?:好评率?|好評率?)?\s*\d[\d.,]*\s?%")
SEGMENTS = _words(
    r"[|·;、\n]|,(?!\d)| {2,}|[()（）【】]|/(?!\s*(?:mo|bulan|tháng|เดือน|月|week|周|日|天|day|mês|mes\b))"
)
