"""Sales texts as marketplaces of many countries show them, each with what it proves, thought out one by one."""

from __future__ import annotations

import pytest

from extractors.units import parse_units

SHOWN: list[tuple[str, int, int | None, int | None]] = [  # low, high, days of the window (None: since it was listed)
    ("Terjual 2,5rb/bulan", 2_500, 2_599, 30), ("1,5 тыс. продаж", 1_500, 1_599, None),
    ("已拼10万+件", 100_000, None, None), ("热卖3.5万件", 35_000, 35_999, None),
    ("ขายได้ 3.4 หมื่น", 34_000, 34_999, None), ("月成交 2.1万笔", 21_000, 21_999, 30),
    ("月销量 3000+", 3_000, None, 30), ("总销量：5000+", 5_000, None, None), ("已有3000+人付款", 3_000, None, 30),
    ("30天内销量1.2万", 12_000, 12_999, 30), ("24小时内热卖500+件", 500, None, 1),
    ("近24小时下单300+", 300, None, 1), ("近7天销量 2万+", 20_000, None, 7), ("本月已售 560 件", 560, 560, 30),
    ("本周热卖1000+", 1_000, None, 7), ("已抢2.3万件", 23_000, 23_999, None),
    ("全网热销10万+件", 100_000, None, None), ("已团3.2万件", 32_000, 32_999, None),
    ("总售1.8万件", 18_000, 18_999, None), ("累计销量 1.2万", 12_000, 12_999, None),
    ("年销10万+", 100_000, None, 365), ("已售1.2万+件", 12_000, None, None), ("半年销量 5万+", 50_000, None, 180),
    ("近90天销量 800", 800, 800, 90), ("2000+人已买", 2_000, None, None), ("已有1.3万人购买", 13_000, 13_999, None),
    ("10万+人买过", 100_000, None, None), ("销售量 320", 320, 320, None), ("昨日销量 45", 45, 45, 1),
    ("卖出 1.1万", 11_000, 11_999, None), ("已售出 1.2萬", 12_000, 12_999, None), ("月銷售 300", 300, 300, 30),
    ("銷售量 1,234", 1_234, 1_234, None), ("總銷量 500+", 500, None, None), ("已賣 35 件", 35, 35, None),
    ("熱銷 2 萬件", 20_000, 29_999, None), ("已售 4.5千", 4_500, 4_599, None), ("月售出 23", 23, 23, 30),
    ("熱銷中 500+ 件", 500, None, None), ("近 30 天售出 300+", 300, None, 30),
    ("ขายแล้ว 1.2พัน ชิ้น", 1_200, 1_299, None), ("ขายแล้ว 3.4หมื่น", 34_000, 34_999, None),
    ("ขาย 2พัน+ ชิ้นต่อเดือน", 2_000, None, 30), ("ขายแล้ว 500+ ชิ้น/เดือน", 500, None, 30),
    ("ขายได้ 4.5K ชิ้น", 4_500, 4_599, None), ("ขายไปแล้ว 1.1แสน ชิ้น", 110_000, 119_999, None),
    ("1.2พัน ขายแล้ว", 1_200, 1_299, None), ("ยอดขาย 320", 320, 320, None), ("จำหน่ายแล้ว 45", 45, 45, None),
    ("Đã bán 1,2k", 1_200, 1_299, None), ("Đã bán 2,5k/tháng", 2_500, 2_599, 30),
    ("Đã bán 10k+", 10_000, None, None), ("1.234 đã bán", 1_234, 1_234, None),
    ("Đã bán 3 nghìn", 3_000, 3_999, None), ("Đã bán 1,2tr", 1_200_000, 1_299_999, None),
    ("Lượt bán 250", 250, 250, None), ("Bán 200+ trong tháng", 200, None, 30),
    ("Đã bán 1,5 triệu", 1_500_000, 1_599_999, None), ("Đã bán 100+ trong 30 ngày qua", 100, None, 30),
    ("10RB+ terjual", 10_000, None, None), ("Terjual 1,2rb", 1_200, 1_299, None),
    ("500+ Terjual/Bulan", 500, None, 30), ("Terjual 30+", 30, None, None),
    ("1,2 jt terjual", 1_200_000, 1_299_999, None), ("Terjual lebih dari 100 bulan ini", 100, None, 30),
    ("3 ribu terjual", 3_000, 3_999, None), ("Telah dijual 200", 200, 200, None),
    ("1.5k Terjual", 1_500, 1_599, None), ("1,2RB Terjual per bulan", 1_200, 1_299, 30),
    ("500 telah dijual", 500, 500, None), ("4.1K sold/month", 4_100, 4_199, 30), ("10K+ Sold", 10_000, None, None),
    ("1.2k sold monthly", 1_200, 1_299, 30), ("30K Sold / mo", 30_000, 30_999, 30),
    ("Sold 3.2K", 3_200, 3_299, None), ("1.2K Monthly Sold", 1_200, 1_299, 30), ("235 Nabenta na", 235, 235, None),
    ("43個が売れました", 43, 43, None), ("100点以上販売", 100, None, None),
    ("過去24時間で20点売れました", 20, 20, 1), ("販売数：1,234", 1_234, 1_234, None),
    ("累計販売数 10万個突破", 100_000, None, None), ("先月1,000点以上購入されました", 1_000, None, 30),
    ("1,000個以上売れています", 1_000, None, None), ("今月の販売数 50", 50, 50, 30), ("週間販売数 120", 120, 120, 7),
    ("2.3万件の注文", 23_000, 23_999, None), ("販売実績 200件", 200, 200, None),
    ("1.2万点売れました", 12_000, 12_999, None), ("過去1週間で50個以上売れました", 50, None, 7),
    ("直近30日で100個以上売れました", 100, None, 30), ("판매 1,234개", 1_234, 1_234, None),
    ("구매 3,210", 3_210, 3_210, None), ("구매건수 1,234", 1_234, 1_234, None),
    ("최근 7일간 1,200개 판매", 1_200, 1_200, 7), ("누적판매 10만개", 100_000, 109_999, None),
    ("이번 달 500명 이상 구매", 500, None, 30), ("지난 달 2,000명 이상 구매했어요", 2_000, None, 30),
    ("1.2만개 이상 판매됨", 12_000, None, None), ("한달 구매 5천+", 5_000, None, 30),
    ("오늘 120개 팔림", 120, 120, 1), ("누적 판매량 3만 8천개", 38_000, 38_999, None),
    ("1000개 이상 판매", 1_000, None, None), ("Купили 1 234 раза", 1_234, 1_234, None),
    ("5 000+ купили", 5_000, None, None), ("Продано более 1000 шт.", 1_000, None, None),
    ("куплено 2,3 тыс. раз", 2_300, 2_399, None), ("> 500 заказов", 500, None, None),
    ("заказали 12 тыс. раз", 12_000, 12_999, None), ("120 купили за неделю", 120, 120, 7),
    ("300 покупок за месяц", 300, 300, 30), ("Продаж: 45", 45, 45, None),
    ("1,2 млн покупок", 1_200_000, 1_299_999, None), ("10 000+ продаж", 10_000, None, None),
    ("куплено 200 раз за последние 30 дней", 200, 200, 30), ("за 30 дней продано 300", 300, 300, 30),
    ("Более 2 000 продано", 2_000, None, None), ("500 шт. продано сегодня", 500, 500, 1),
    ("Son 24 saatte 500 adet satıldı", 500, 500, 1), ("3 günde 100+ ürün satıldı", 100, None, 3),
    ("1.000+ satış", 1_000, None, None), ("Son bir ayda 1.000'den fazla satıldı", 1_000, None, 30),
    ("10 bin adet satıldı", 10_000, 10_999, None), ("Toplam satış 250", 250, 250, None),
    ("3 günde 1,2bin ürün satıldı!", 1_200, 1_299, 3), ("Bu hafta 50 adet satıldı", 50, 50, 7),
    ("237 osób kupiło", 237, 237, None), ("sprzedano 45 sztuk", 45, 45, None),
    ("Ponad 1000 sprzedanych", 1_000, None, None), ("12 tys. sprzedanych", 12_000, 12_999, None),
    ("45 osób kupiło ten produkt w ciągu ostatnich 30 dni", 45, 45, 30), ("kupiono 23 sztuki", 23, 23, None),
    ("2,1 tys. sprzedaży", 2_100, 2_199, None), ("W zeszłym miesiącu kupiono ponad 500 razy", 500, None, 30),
    ("+100 vendidos", 100, None, None), ("+10mil comprados", 10_000, None, None),
    ("Más de 1 millón vendidos", 1_000_000, None, None), ("+1 M vendidos", 1_000_000, None, None),
    ("Novo | +1000 vendidos", 1_000, None, None), ("Nuevo  |  5 vendidos", 5, 5, None),
    ("+500 unidades vendidas", 500, None, None), ("Mais de 1 mil compras no mês passado", 1_000, None, 30),
    ("Más de 1 mil comprados el mes pasado", 1_000, None, 30), ("2,3 mil ventas", 2_300, 2_399, None),
    ("1,2 mil vendas", 1_200, 1_299, None), ("vendeu 300 no último mês", 300, 300, 30),
    ("Más de 50 comprados la semana pasada", 50, None, 7), ("500+ vendidos en los últimos 30 días", 500, None, 30),
    ("1.5k vendidos", 1_500, 1_599, None), ("10mil+ vendido(s)", 10_000, None, None),
    ("1,5mil vendido(s)", 1_500, 1_599, None), ("Más de 2.000 vendidos", 2_000, None, None),
    ("Mais de 10 mil vendidos no último mês", 10_000, None, 30),
    ("3 mil unidades vendidas esta semana", 3_000, 3_999, 7), ("1,23,456 sold", 123_456, 123_456, None),
    ("1.5 lakh+ sold", 150_000, None, None), ("2 Lakh sold", 200_000, 299_999, None),
    ("200+ bought in past month", 200, None, 30), ("10K+ orders", 10_000, None, None),
    ("500+ people ordered this in the last 7 days", 500, None, 7),
    ("5,000+ bought this in last month", 5_000, None, 30), ("1 Cr+ orders", 10_000_000, None, None),
    ("12 people bought this today", 12, 12, 1), ("1K+ bought in past month", 1_000, None, 30),
    ("Plus de 1 k achetés au cours du mois dernier", 1_000, None, 30),
    ("Mehr als 1 Tsd. Mal im letzten Monat gekauft", 1_000, None, 30),
    ("Meer dan 1K gekocht in de afgelopen maand", 1_000, None, 30),
    ("Fler än 100 köpta den senaste månaden", 100, None, 30), ("过去一个月有1000+顾客购买", 1_000, None, 30),
    ("上個月 1 千+ 次購買", 1_000, None, 30), ("تم شراء أكثر من 100 في الشهر الماضي", 100, None, 30),
    ("Över 500 köpta under den senaste månaden", 500, None, 30),
    ("Più di 1.000 acquisti nel mese scorso", 1_000, None, 30),
    ("過去1か月で1000点以上購入されました", 1_000, None, 30), ("+100 شراء خلال الشهر الماضي", 100, None, 30),
    ("Plus de 50 achetés la semaine dernière", 50, None, 7),
    ("Mehr als 50 Mal in der letzten Woche gekauft", 50, None, 7),
    ("2 thousand+ bought in past month", 2_000, None, 30), ("Meer dan 50 gekocht in de afgelopen week", 50, None, 7),
    ("100+ bought in past 24 hours", 100, None, 1), ("1,234 sold", 1_234, 1_234, None),
    ("54 verkauft", 54, 54, None), ("1.2K+ sold", 1_200, None, None), ("Oltre 100 venduti", 100, None, None),
    ("23 vendu(s)", 23, 23, None), ("Plus de 100 vendus", 100, None, None), ("15 verkocht", 15, 15, None),
    ("12 sold in last 24 hours", 12, 12, 1), ("13 venduti", 13, 13, None), ("Mehr als 10 verkauft", 10, None, None),
    ("120 vendidos", 120, 120, None), ("99 sprzedanych przedmiotów", 99, 99, None),
    ("3 sold in the last 2 days", 3, 3, 2), ("10,000+ sold", 10_000, None, None),
    ("1000+ продано", 1_000, None, None), ("5 000+ vendus", 5_000, None, None), ("판매 1000+", 1_000, None, None),
    ("販売 500 点", 500, 500, None), ("1.000+ vendidos", 1_000, None, None), ("2.000+ verkauft", 2_000, None, None),
    ("10.000+ sold", 10_000, None, None), ("3,000+ venduto/i", 3_000, None, None), ("700+ satıldı", 700, None, None),
    ("5000+ נמכרו", 5_000, None, None), ("+1,000 تم بيع", 1_000, None, None),
    ("1.000+ sprzedane", 1_000, None, None), ("1 000+ sålda", 1_000, None, None), ("900+ verkocht", 900, None, None),
    ("1,000+ đã bán", 1_000, None, None), ("20+ bought this in the past 24 hours", 20, None, 1),
    ("1,234 sales", 1_234, 1_234, None), ("2.3k Verkäufe", 2_300, 2_399, None),
    ("10.5k sales", 10_500, 10_599, None), ("1,2 k ventes", 1_200, 1_299, None),
    ("Sold 5 times in the last 24 hours", 5, 5, 1), ("8 Verkäufe", 8, 8, None),
    ("1.234 vendite", 1_234, 1_234, None), ("100K+ sold", 100_000, None, None),
    ("1.1M+ sold", 1_100_000, None, None), ("10k+ sold in last 7 days", 10_000, None, 7),
    ("5.4K verkauft", 5_400, 5_499, None), ("1.3k+ sold today", 1_300, None, 1), ("500+ vendidos hoy", 500, None, 1),
    ("800+ sold in past week", 800, None, 7), ("23.4K sold", 23_400, 23_499, None),
    ("100k+ verkauft", 100_000, None, None), ("90 mil+ vendidos", 90_000, None, None),
    ("10.2K sold | 4.8 (2K)", 10_200, 10_299, None), ("近三个月销量 900", 900, 900, 90),
    ("20 sold in last 48 hours", 20, 20, 2), ("500 sold/month, 20 reviews", 500, 500, 30),
    ("1,234 sold · 20 reviews", 1_234, 1_234, None), ("1.234 vendidos, 20 opiniones", 1_234, 1_234, None),
    ("700 sold/month · 20 reviews", 700, 700, 30), ("١٬٢٣٤ تم بيع", 1_234, 1_234, None),
    ("١٫٥ ألف عملية شراء", 1_500, 1_599, None), ("ขายแล้ว 1.2พันชิ้น", 1_200, 1_299, None),
    ("1.2Kชิ้น ขายแล้ว", 1_200, 1_299, None), ("Prodáno 500 ks", 500, 500, None), ("Solgt 120 stk", 120, 120, None),
    ("Eladva: 34 db", 34, 34, None), ("1,2 mii vândute", 1_200, 1_299, None), ("Πωλήθηκαν 120", 120, 120, None),
    ("120 πωλήσεις", 120, 120, None), ("10 mil+ ventes au total", 10_000, None, None),
    ("已售300 | 保修12个月", 300, 300, None), ("1.2 million sold", 1_200_000, 1_299_999, None),
    ("1.23 million sold", 1_230_000, 1_239_999, None), ("past year 300 sold", 300, 300, 365),
    ("近一个月已售 3200", 3_200, 3_200, 30), ("本店销量 200", 200, 200, None), ("5.0 (12) 34 sold", 34, 34, None),
]  # fmt: skip

UNSAID = [
    ("1.5万+人", 15_000, None), ("43点", 43, 43), ("500+ unidades", 500, None),
]  # fmt: skip

NOT_SHOWN = [
    "シリーズ累計1億個突破", "取引実績 120件", "Осталось 5 шт", "Geçen ay 1 B+ satın alındı", "1,2B satıldı",
    "Sepetinde 1,2B kişi", "1 234 osoby kupiły ostatnio", "ostatnio kupiło 12 osób", "1L+ sold",
    "200+ viewed in past week", "Almost gone", "2,341 verk.", "Mehr als 1.234 verkauft in 30 Tagen",
    "600 sold recently", "500+ wyświetleń", "In 20+ carts", "Over 50 people have this in their carts",
    "3.2K+ sold recently", "600+ sold recently", "#3 Best Seller in Dresses", "Más de 300 vendidos recientemente",
    "K+ sold", "1 000+ vendus récemment", "付款后48小时内发货", "판매가 12,000", "每人限购5件",
    "お一人様5点まで購入可", "Min. order: 2 pieces", "热销榜第3名", "Order within 3 hours", "Sold by 4Home",
    "20 sold in last 12 hours", "ราคาขาย 500", "500 zobrazení", "2 mil. prodaných", "月销售额 12万元", "$12 sold",
    "Agotado", "uitverkocht 3", "5 hours ago", "saves 20", "1 week: 300", "Продавец 12", "Vendido por 3 lojas",
    "2 compradores", "售价 120", "1 000 satıcı", "保修12个月 已售300", "Achetez-en 2", "최근 구매 1만+",
]  # fmt: skip


@pytest.mark.parametrize(("text", "low", "high", "days"), SHOWN)
def test_a_sales_text_is_read_as_the_interval_and_window_it_proves(
    text: str, low: int, high: int | None, days: int | None
) -> None:
    units = parse_units(text)

    assert units is not None
    assert (units.low, units.high, units.window_days) == (low, high, days)
    assert units.basis == ("cumulative" if days is None else "trailing")


@pytest.mark.parametrize(("text", "low", "high"), UNSAID)
def test_a_figure_without_a_word_of_sales_takes_its_basis_from_the_source(
    text: str, low: int, high: int | None
) -> None:
    bare, declared = parse_units(text), parse_units(text, basis="trailing", window_days=14)

    assert bare is not None
    assert declared is not None
    assert (bare.low, bare.high, bare.basis) == (low, high, None)
    assert (declared.basis, declared.window_days) == ("trailing", 14)


@pytest.mark.parametrize("text", NOT_SHOWN)
def test_a_text_that_tells_no_sales_is_refused_even_where_a_basis_is_declared(text: str) -> None:
    assert parse_units(text, basis="cumulative") is None


def test_sold_recently_takes_the_window_that_the_source_declares_and_no_other() -> None:
    declared = parse_units("600+ sold recently", basis="trailing", window_days=30)

    assert declared is not None
    assert (declared.low, declared.basis, declared.window_days) == (600, "trailing", 30)
    assert parse_units("20 sold in last 12 hours", basis="trailing", window_days=30) is None


@pytest.mark.parametrize(
    "word", ["zeigt", "gezien", "nähty", "відгуків", "ნახვა", "दृश्य", "inserzioni", "offres", "Farben", "colors"]
)
def test_a_figure_beside_an_unknown_word_is_not_taken_for_sales(word: str) -> None:
    assert parse_units(f"1234 {word}", basis="cumulative") is None
