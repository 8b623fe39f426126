"""Price texts as shops of many countries show them, each with what a visitor pays, thought out one by one."""

from __future__ import annotations

from decimal import Decimal

import pytest

from extractors.money import parse_money

SHOWN: list[tuple[str, str, str | None, str, str]] = [  # text, locale, declared currency; price, its currency
    ("R$ 51.000", "pt_BR", None, "51000", "BRL"), ("9 900,00 zł", "pl_PL", None, "9900.00", "PLN"),
    ("$145.900", "es_CL", None, "145900", "CLP"), ("$ 1.299.999", "es_AR", None, "1299999", "ARS"),
    ("$1,299.00", "es_MX", None, "1299.00", "MXN"), ("US$ 1.299,00", "pt_BR", None, "1299.00", "USD"),
    ("₫1.234.567", "vi_VN", None, "1234567", "VND"), ("1.234.567₫", "vi_VN", None, "1234567", "VND"),
    ("1.234.567 đ", "vi_VN", None, "1234567", "VND"), ("đ 99.000", "vi_VN", None, "99000", "VND"),
    ("Rp1.250.000", "id_ID", None, "1250000", "IDR"), ("฿1,234", "th_TH", None, "1234", "THB"),
    ("1,234 บาท", "th_TH", None, "1234", "THB"), ("₱1,234.50", "en_PH", None, "1234.50", "PHP"),
    ("RM12.90", "ms_MY", None, "12.90", "MYR"), ("RM 1,299.00", "en_MY", None, "1299.00", "MYR"),
    ("S$12.90", "en_SG", None, "12.90", "SGD"), ("$1,234", "zh_TW", None, "1234", "TWD"),
    ("NT$1,234", "zh_TW", None, "1234", "TWD"), ("1,234元", "zh_TW", None, "1234", "TWD"),
    ("HK$1,234.5", "zh_HK", None, "1234.5", "HKD"), ("12,800円～", "ja_JP", None, "12800", "JPY"),
    ("1,980円 (税込)", "ja_JP", None, "1980", "JPY"), ("税込1,980円", "ja_JP", None, "1980", "JPY"),
    ("￥1980", "ja_JP", None, "1980", "JPY"), ("1万2,800円", "ja_JP", None, "12800", "JPY"),
    ("通常価格 3,000円 特価 1,980円", "ja_JP", None, "1980", "JPY"), ("23,800원", "ko_KR", None, "23800", "KRW"),
    ("₩23,800", "ko_KR", None, "23800", "KRW"), ("12,900원~", "ko_KR", None, "12900", "KRW"),
    ("정가 30,000원 판매가 23,800원", "ko_KR", None, "23800", "KRW"), ("1만 2,900원", "ko_KR", None, "12900", "KRW"),
    ("1 234 ₽", "ru_RU", None, "1234", "RUB"), ("1 234,50 руб.", "ru_RU", None, "1234.50", "RUB"),
    ("от 1 234 ₽", "ru_RU", None, "1234", "RUB"), ("1 234 р.", "ru_RU", None, "1234", "RUB"),
    ("1 234₽ 2 345₽", "ru_RU", None, "1234", "RUB"), ("12 990 ₸", "ru_KZ", None, "12990", "KZT"),
    ("45,90 BYN", "ru_BY", None, "45.90", "BYN"), ("45,90 Br", "ru_BY", None, "45.90", "BYN"),
    ("1.299,99 TL", "tr_TR", None, "1299.99", "TRY"), ("₺1.299", "tr_TR", None, "1299", "TRY"),
    ("149,90 TL", "tr_TR", None, "149.90", "TRY"), ("TL 99", "tr_TR", None, "99", "TRY"),
    ("1 299,00 Kč", "cs_CZ", None, "1299.00", "CZK"), ("12 990 Ft", "hu_HU", None, "12990", "HUF"),
    ("1.299,00 Lei", "ro_RO", None, "1299.00", "RON"), ("129,90 lei", "ro_RO", None, "129.90", "RON"),
    ("59,90 лв.", "bg_BG", None, "59.90", "BGN"), ("1 299 ₴", "uk_UA", None, "1299", "UAH"),
    ("1 299 грн", "uk_UA", None, "1299", "UAH"), ("1.299,00 RSD", "sr_RS", None, "1299.00", "RSD"),
    ("1.299,00 din", "sr_RS", None, "1299.00", "RSD"), ("₹1,29,999", "en_IN", None, "129999", "INR"),
    ("₹ 12,34,567.50", "hi_IN", None, "1234567.50", "INR"), ("Rs.499", "en_IN", None, "499", "INR"),
    ("₹499 ₹999 50% off", "en_IN", None, "499", "INR"), ("M.R.P.: ₹2,000 ₹1,299", "en_IN", None, "1299", "INR"),
    ("١٬٢٣٤٫٥٠ ر.س", "ar_SA", None, "1234.50", "SAR"), ("١٢٣ ريال", "ar_SA", None, "123", "SAR"),
    ("SAR 1,234.50", "ar_SA", None, "1234.50", "SAR"), ("AED 99.00", "en_AE", None, "99.00", "AED"),
    ("٩٩٫٠٠ د.إ", "ar_AE", None, "99.00", "AED"), ("EGP 1,299", "ar_EG", None, "1299", "EGP"),
    ("جنيه ٩٩٫٠٠", "ar_EG", None, "99.00", "EGP"), ("₪ 129.90", "he_IL", None, "129.90", "ILS"),
    ("199:-", "sv_SE", "SEK", "199", "SEK"), ("1 299:-", "sv_SE", "SEK", "1299", "SEK"),
    ("1 299 kr", "nb_NO", None, "1299", "NOK"), ("1.299,- ", "da_DK", "DKK", "1299", "DKK"),
    ("199,-", "nb_NO", "NOK", "199", "NOK"), ("€ 1.299,-", "nl_NL", None, "1299", "EUR"),
    ("12,-", "nl_NL", "EUR", "12", "EUR"), ("€12,–", "nl_NL", "EUR", "12", "EUR"),
    ("1'299.00 CHF", "de_CH", None, "1299.00", "CHF"), ("CHF 12.–", "de_CH", None, "12", "CHF"),
    ("12.- CHF", "de_CH", None, "12", "CHF"), ("CHF 1’299.–", "de_CH", None, "1299", "CHF"),
    ("12€99", "fr_FR", None, "12.99", "EUR"), ("1 299 €", "fr_FR", None, "1299", "EUR"),
    ("À partir de 12,99 €", "fr_FR", None, "12.99", "EUR"), ("ab 12,99 €", "de_DE", None, "12.99", "EUR"),
    ("a partire da 12,99 €", "it_IT", None, "12.99", "EUR"), ("desde 12,99 €", "es_ES", None, "12.99", "EUR"),
    ("De: R$ 199,90 Por: R$ 149,90", "pt_BR", None, "149.90", "BRL"),
    ("de R$ 199,90 por R$ 149,90", "pt_BR", None, "149.90", "BRL"),
    ("R$ 149,90 à vista", "pt_BR", None, "149.90", "BRL"),
    ("R$ 149,90 no Pix ou 3x de R$ 55,00", "pt_BR", None, "149.90", "BRL"),
    ("$1,299.00 $1,599.00", "en_US", None, "1299.00", "USD"),
    ("Now $12.99, was $19.99", "en_US", None, "12.99", "USD"), ("From $12.99", "en_US", None, "12.99", "USD"),
    ("Price: $12.99 each", "en_US", None, "12.99", "USD"), ("$12.99 ea.", "en_US", None, "12.99", "USD"),
    ("USD 12.99", "de_DE", None, "12.99", "USD"), ("12.99 USD", "en_US", None, "12.99", "USD"),
    ("C$ 12.99", "en_CA", None, "12.99", "CAD"), ("CDN$ 12.99", "en_CA", None, "12.99", "CAD"),
    ("12,99 $", "fr_CA", None, "12.99", "CAD"), ("AU $12.99", "en_AU", None, "12.99", "AUD"),
    ("A$12.99", "en_AU", None, "12.99", "AUD"), ("£12.99", "en_GB", None, "12.99", "GBP"),
    ("£1,299", "en_GB", None, "1299", "GBP"), ("$.99", "en_US", None, "0.99", "USD"),
    ("$1,299.", "en_US", None, "1299", "USD"), ("R 1 299.00", "en_ZA", None, "1299.00", "ZAR"),
    ("R1,299", "en_ZA", None, "1299", "ZAR"), ("KSh 1,299", "en_KE", None, "1299", "KES"),
    ("₦12,500", "en_NG", None, "12500", "NGN"), ("GH₵ 120", "en_GH", None, "120", "GHS"),
    ("EGP1299", "en_EG", None, "1299", "EGP"), ("MAD 120,00", "fr_MA", None, "120.00", "MAD"),
    ("120,00 DH", "fr_MA", None, "120.00", "MAD"), ("S/ 129.90", "es_PE", None, "129.90", "PEN"),
    ("S/129.90", "es_PE", None, "129.90", "PEN"), ("$ 129.900", "es_CO", None, "129900", "COP"),
    ("$U 1.299", "es_UY", None, "1299", "UYU"), ("Bs. 129", "es_BO", None, "129", "BOB"),
    ("₡12.500", "es_CR", None, "12500", "CRC"), ("Q129.90", "es_GT", None, "129.90", "GTQ"),
    ("Gs. 129.000", "es_PY", None, "129000", "PYG"), ("₲129.000", "es_PY", None, "129000", "PYG"),
    ("¥59.90起", "zh_CN", None, "59.90", "CNY"), ("到手价¥59.9", "zh_CN", None, "59.9", "CNY"),
    ("¥1.2万", "zh_CN", None, "12000", "CNY"), ("59.9元起", "zh_CN", None, "59.9", "CNY"),
    ("预售价 ¥199 定金 ¥20", "zh_CN", None, "199", "CNY"), ("¥ 1,234.56", "zh_CN", None, "1234.56", "CNY"),
    ("CN¥12.50", "en_US", None, "12.50", "CNY"), ("JP¥1,250", "en_US", None, "1250", "JPY"),
    ("MX$129", "en_US", None, "129", "MXN"), ("XOF 6,765", "en_US", "USD", "6765", "XOF"),
    ("6 765 FCFA", "fr_SN", None, "6765", "XOF"), ("AU$ 5", "en_US", None, "5", "AUD"),
    ("TWD 1,234", "en_US", "USD", "1234", "TWD"), ("R$\u00a01.299,00", "en_US", "USD", "1299.00", "BRL"),
    ("EUR\u00a012,34", "en_US", "USD", "12.34", "EUR"), ("zł 12,34", "pl_PL", None, "12.34", "PLN"),
    ("12,34zł", "pl_PL", None, "12.34", "PLN"), ("12 34 zł", "pl_PL", None, "12.34", "PLN"),
    ("$12 99", "en_US", None, "12.99", "USD"), ("$1,299 99", "en_US", None, "1299.99", "USD"),
    ("1 299 99 Kč", "cs_CZ", None, "1299.99", "CZK"), ("3만원", "ko_KR", None, "30000", "KRW"),
    ("\u200f١٬٢٣٤٫٥٠\u00a0ر.س.\u200f", "ar_SA", None, "1234.50", "SAR"),
    ("1299€99", "fr_FR", None, "1299.99", "EUR"), ("2,50 €/100 g", "de_DE", None, "2.50", "EUR"),
    ("4,99 € (9,98 €/kg)", "de_DE", None, "4.99", "EUR"), ("(9,98 €/kg) 4,99 €", "de_DE", None, "4.99", "EUR"),
    ("Current bid: $12.50", "en_US", None, "12.50", "USD"), ("$12.99 with coupon", "en_US", None, "12.99", "USD"),
    ("Buy 2 for $20", "en_US", None, "20", "USD"), ("Price $12.99 ($1.30 / count)", "en_US", None, "12.99", "USD"),
    ("Prime $12.99", "en_US", None, "12.99", "USD"), ("MSRP $20", "en_US", None, "20", "USD"),
    ("$12.99 MSRP $20", "en_US", None, "12.99", "USD"), ("List: $20.00 $12.99", "en_US", None, "12.99", "USD"),
    ("Retail Price: $20.00 Price: $12.99", "en_US", None, "12.99", "USD"),
    ("Old price 20.00 € New price 12.99 €", "en_IE", None, "12.99", "EUR"),
    ("Prezzo consigliato: 20,00 € 12,99 €", "it_IT", None, "12.99", "EUR"),
    ("PVPR: 20,00 € 12,99 €", "es_ES", None, "12.99", "EUR"),
    ("Prix conseillé : 20,00 € 12,99 €", "fr_FR", None, "12.99", "EUR"),
    ("Adviesprijs 20,00 € 12,99 €", "nl_NL", None, "12.99", "EUR"),
    ("Rek. pris 200 kr 149 kr", "sv_SE", None, "149", "SEK"),
    ("Najniższa cena z 30 dni: 20,00 zł 12,99 zł", "pl_PL", None, "12.99", "PLN"),
    ("Niedrigster Preis der letzten 30 Tage: 20,00 € 12,99 €", "de_DE", None, "12.99", "EUR"),
    ("Median price 20,00 € 12,99 €", "de_DE", None, "12.99", "EUR"),
]  # fmt: skip

RANGES = [
    ("Rp 99.900 - Rp 120.000", "id_ID", "99900", "120000", "IDR"), ("฿99 - ฿1,299", "th_TH", "99", "1299", "THB"),
    ("$590 - $1,290", "zh_TW", "590", "1290", "TWD"), ("¥12,800〜¥15,800", "ja_JP", "12800", "15800", "JPY"),
    ("12,99 € – 15,99 €", "de_DE", "12.99", "15.99", "EUR"),
    ("12,99 € bis 15,99 €", "de_DE", "12.99", "15.99", "EUR"),
    ("de 12,99 € à 15,99 €", "fr_FR", "12.99", "15.99", "EUR"),
    ("da 12,99 € a 15,99 €", "it_IT", "12.99", "15.99", "EUR"),
    ("$12.99 - $19.99", "en_US", "12.99", "19.99", "USD"), ("$12.99 to $19.99", "en_US", "12.99", "19.99", "USD"),
    ("¥59.00-89.00", "zh_CN", "59.00", "89.00", "CNY"),
]  # fmt: skip

NOT_SHOWN: list[tuple[str, str, str | None]] = [  # abbreviated, of coins below the unit, or not what is paid now
    ("₫99k", "vi_VN", None), ("Rp12,5rb", "id_ID", None), ("۱٬۲۳۴٬۰۰۰ تومان", "fa_IR", "IRR"),
    ("ou 12x R$ 12,90 sem juros", "pt_BR", None), ("Economize R$ 50,00", "pt_BR", None), ("99p", "en_GB", None),
    ("99p was £1.20", "en_GB", None), ("50¢", "en_US", None), ("券后 ¥39", "zh_CN", None), ("券¥20", "zh_CN", None),
    ("定金 ¥20", "zh_CN", None), ("od 12 34 zł", "pl_PL", None), ("$12 99 $20 00", "en_US", None),
    ("iPhone 15 99 €", "de_DE", None), ("$1.2K", "en_US", None), ("¥12 34", "ja_JP", None),
    ("zzgl. Versand 4,99 €", "de_DE", None), ("Save up to $20", "en_US", None), ("3 x $12.99", "en_US", None),
    ("Extra 10% off", "en_US", None), ("Gratis", "de_DE", None),
]  # fmt: skip


@pytest.mark.parametrize(("text", "locale", "declared", "price", "currency"), SHOWN)
def test_what_is_paid_is_read(text: str, locale: str, declared: str | None, price: str, currency: str) -> None:
    money = parse_money(text, locale=locale, currency=declared, paid=True)

    assert money is not None
    assert (money.price, money.price_high, money.currency) == (Decimal(price), None, currency)


@pytest.mark.parametrize(("text", "locale", "low", "high", "currency"), RANGES)
def test_both_ends_of_a_range_are_read(text: str, locale: str, low: str, high: str, currency: str) -> None:
    money = parse_money(text, locale=locale, paid=True)

    assert money is not None
    assert (money.price, money.price_high, money.currency) == (Decimal(low), Decimal(high), currency)


@pytest.mark.parametrize(("text", "locale", "declared"), NOT_SHOWN)
def test_what_is_no_price_to_pay_now_is_none(text: str, locale: str, declared: str | None) -> None:
    assert parse_money(text, locale=locale, currency=declared, paid=True) is None
