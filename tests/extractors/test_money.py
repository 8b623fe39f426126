"""Prices by table and by property: what a visitor pays, in which currency, or None."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.money import MOST, parse_money

SHOWN = [
    ("1.234,56 €", None, None, "1234.56", "EUR"),
    ("$$22,300", "zh_TW", "TWD", "22300", "TWD"),
    ("Ahora: 1234 pesos con 50 centavos", "es_AR", "ARS", "1234.50", "ARS"),
    ("Agora: 1299 reais com 5 centavos", "pt_BR", "ARS", "1299.05", "BRL"),
    ("145900 pesos chilenos", "es_CL", "CLP", "145900", "CLP"),
    ("12 soles con 90 céntimos", "es_PE", None, "12.90", "PEN"),
    ("€ 6,99", "nl_NL", None, "6.99", "EUR"),
    ("C $24.99", "en_US", "USD", "24.99", "CAD"),
    ("AU $12.34", "en_US", "USD", "12.34", "AUD"),
    ("1.299¹ €", "de_DE", "EUR", "1299", "EUR"),
    ("12⁹⁹ €", "de_DE", "EUR", "12.99", "EUR"),
    ("21,50\u00a0€", "de_DE", None, "21.50", "EUR"),
    ("829,99 EUR", "de_DE", None, "829.99", "EUR"),
    ("₹1,29,999", "en_IN", None, "129999", "INR"),
    ("₹ 40,481.00", "en_IN", None, "40481.00", "INR"),
    ("Rs. 1,299", "en_IN", None, "1299", "INR"),
    ("¥1,234", None, "JPY", "1234", "JPY"),
    ("¥1,234", None, "CNY", "1234", "CNY"),
    ("¥1,234", "zh_CN", None, "1234", "CNY"),
    ("￥3,980", "ja_JP", None, "3980", "JPY"),
    ("3,980円(税込)", None, None, "3980", "JPY"),
    ("89元/件", None, None, "89", "CNY"),
    ("1.2万元", "zh_CN", None, "12000.0", "CNY"),
    ("1 234 ₽", None, None, "1234", "RUB"),
    ("1\u00a0234 ₽", "ru_RU", None, "1234", "RUB"),
    ("1\u202f234,50 €", "fr_FR", None, "1234.50", "EUR"),
    ("$145.900", "es_CL", "CLP", "145900", "CLP"),
    ("$145.900", "es_CL", None, "145900", "CLP"),
    ("R$ 51.000", "pt_BR", None, "51000", "BRL"),
    ("R$ 388,91", "pt_BR", None, "388.91", "BRL"),
    ("9 900,00 zł", "pl_PL", None, "9900.00", "PLN"),
    ("9\u00a0900,00 zł", "pl_PL", None, "9900.00", "PLN"),
    ("XOF\u00a06,765", "en_US", "USD", "6765", "XOF"),
    ("XOF 1 234", "fr_FR", None, "1234", "XOF"),
    ("NT$1,234", "en_US", "USD", "1234", "TWD"),
    ("US $12.34", "de_DE", "EUR", "12.34", "USD"),
    ("$18.95", "en_US", None, "18.95", "USD"),
    ("$18.95", "en_AU", None, "18.95", "AUD"),
    ("29.95 CHF", "de_CH", None, "29.95", "CHF"),
    ("CHF 1'234.50", "de_CH", None, "1234.50", "CHF"),
    ("£51.77", "en_GB", None, "51.77", "GBP"),
    ("199 kr", "sv_SE", None, "199", "SEK"),
    ("2 offers from $19.99", "en_US", None, "19.99", "USD"),
    ("13 offers from XOF\u00a09,107", "en_US", "USD", "9107", "XOF"),
    ("30% off ₹1,299", "en_IN", None, "1299", "INR"),
    ("$ 309 .99 –", "en_US", None, "309.99", "USD"),
    ("1.234", "de_DE", "EUR", "1234", "EUR"),
    ("1.234", "en_US", "USD", "1.234", "USD"),
    ("1,234", "de_DE", "EUR", "1.234", "EUR"),
    ("1,234", "en_US", "USD", "1234", "USD"),
    ("1.234", "en_US", "JPY", "1234", "JPY"),
    ("0.125", "de_DE", "EUR", "0.125", "EUR"),
    ("１，２３４円", None, None, "1234", "JPY"),
    ("15", None, "GBP", "15", "GBP"),
    ("1.299,- kr", "da_DK", None, "1299", "DKK"),
    ("1,234 USD", "de_DE", "USD", "1.234", "USD"),
    ("cup 12.50", "en_US", "USD", "12.50", "USD"),
    ("MXN$ 5", "en_US", "USD", "5", "MXN"),
    ("KR 199", "da_DK", None, "199", "DKK"),
]

RANGES = [
    ("¥59-89", "CNY", "59", "89"),
    ("¥59.00 - ¥89.00", "CNY", "59.00", "89.00"),
    ("¥1,000～¥2,000", "JPY", "1000", "2000"),
    ("$6.79 to $9.48", "USD", "6.79", "9.48"),
    ("$1,299.00 - $1,499.00", "USD", "1299.00", "1499.00"),
    ("59-89 €", "EUR", "59", "89"),
    ("10 EUR - 20 EUR", "EUR", "10", "20"),
    ("12,50 € bis 20,00 €", "EUR", "12.50", "20.00"),
]

NOT_SHOWN = [
    "", "   ", "FREE", "暂无报价", "Click for details", "0", "$0", "0.00 €", "¥0.00", "-5 €", "-$5.00",
    "$-5.00", "−5", "85%", "3 for 2 offers", "1,234.567.890", "12.34.56", "9" * 30, "9" * 400, "$999999999999999999",
]  # fmt: skip


@pytest.mark.parametrize(("text", "locale", "declared", "price", "currency"), SHOWN)
def test_price_is_read(text: str, locale: str | None, declared: str | None, price: str, currency: str) -> None:
    money = parse_money(text, locale=locale, currency=declared)

    assert money is not None
    assert (money.price, money.price_high, money.currency) == (Decimal(price), None, currency)


@pytest.mark.parametrize(("text", "currency", "low", "high"), RANGES)
def test_range_gives_both_ends(text: str, currency: str, low: str, high: str) -> None:
    money = parse_money(text, currency=currency)

    assert money is not None
    assert (money.price, money.price_high, money.currency) == (Decimal(low), Decimal(high), currency)


@pytest.mark.parametrize("text", NOT_SHOWN)
def test_no_price_is_none_never_zero(text: str) -> None:
    assert parse_money(text, currency="EUR") is None


def test_a_shared_mark_stays_undecided_where_nothing_decides_it() -> None:
    for text in ("¥1,234", "$5"):
        money = parse_money(text)
        assert money is not None
        assert money.currency is None


def test_yen_or_yuan_is_grouped_by_threes_even_undecided() -> None:
    money = parse_money("¥1,234", locale="de_DE", currency="EUR")

    assert money is not None
    assert (money.price, money.currency) == (Decimal(1234), None)


def test_a_mark_that_contradicts_the_declaration_wins() -> None:
    money = parse_money("€5", currency="USD", locale="en_US")

    assert money is not None
    assert money.currency == "EUR"


def test_a_shared_mark_never_takes_a_currency_that_it_can_not_mean() -> None:
    money = parse_money("¥1,234", currency="USD", locale="en_US")

    assert money is not None
    assert money.currency is None


PIECES = st.sampled_from(
    ["1", "99", "0", "1.234", "1,234", "12,5", ".", ",", " ",
     "\u00a0", "\u202f", "'", "€", "$", "¥", "US$", "R$", "kr",
     "Rs.", "XOF", "EUR ", "円", "元", "万", "-", "–", "to",
     "~", "%", "FREE", "from ", "offers", "was ", "12x ", "/mo", "/kg", "+", "UVP ", " off", "１２", "٣", "²", "½", "①"]
)  # fmt: skip
LOCALES = st.sampled_from([None, "en_US", "de_DE", "fr_FR", "es_CL", "en_IN", "ja_JP", "pl-PL"])


@given(
    st.one_of(st.text(max_size=60), st.lists(PIECES, max_size=10).map("".join)),
    LOCALES,
    st.sampled_from([None, "USD", "JPY", "EUR", "CLP"]),
    st.booleans(),
)
def test_no_text_raises_or_gives_an_impossible_price(
    text: str, locale: str | None, currency: str | None, paid: bool
) -> None:
    money = parse_money(text, locale=locale, currency=currency, paid=paid)

    if money is not None:
        assert 0 < money.price <= MOST
        assert money.price_high is None or money.price < money.price_high <= MOST
        assert money.currency is None or (len(money.currency) == 3 and money.currency.isupper())
        assert -int(money.price.as_tuple().exponent) <= 4


@given(
    st.decimals(min_value="0.01", max_value="9999999.99", places=2),
    st.sampled_from(
        [("en_US", "USD"), ("de_DE", "EUR"), ("fr_FR", "EUR"), ("pl_PL", "PLN"), ("en_IN", "INR"), ("de_CH", "CHF")]
    ),
)
def test_what_a_locale_writes_is_read_back(price: Decimal, home: tuple[str, str]) -> None:
    from babel.numbers import format_currency

    locale, currency = home
    money = parse_money(format_currency(price, currency, locale=locale), locale=locale, currency=currency)

    assert money is not None
    assert (money.price, money.currency) == (price, currency)


PAID = [
    ("Was $20.00 Now $15.00", "en_US", "15.00"), ("$15.00 Was $20.00", "en_US", "15.00"),
    ("UVP 20,00 € 15,00 €", "de_DE", "15.00"), ("Statt 20,00 € nur 15,00 €", "de_DE", "15.00"),
    ("Regular price $20.00 Sale price $12.00", "en_US", "12.00"), ("Regular price $20.00", "en_US", "20.00"),
    ("到手价 ¥59 原价 ¥89", "zh_CN", "59"), ("满300减50 ¥199", "zh_CN", "199"), ("MRP: ₹2,000", "en_IN", "2000"),
    ("R$ 388,91 em 10x de R$ 38,89", "pt_BR", "388.91"), ("10x de R$ 38,89", "pt_BR", None),
    ("12 cuotas de $45,50", "es_AR", None), ("15 meses sin intereses de $510.35", "es_MX", None),
    ("$29.99/mo", "en_US", None), ("29,99 €/Monat", "de_DE", None), ("ab mtl. 29,99 €", "de_DE", None),
    ("月々1,980円", "ja_JP", None), ("$1,234 a month", "en_US", None), ("Antes: $20", "es_MX", None),
    ("$12.99 ($0.62/oz)", "en_US", "12.99"), ("3,99 €/kg", "de_DE", "3.99"), ("Save $5.00", "en_US", None),
    ("$20 off", "en_US", None), ("$19.99 +$9.99 shipping", "en_US", "19.99"), ("送料500円", "ja_JP", None),
    ("1,980円(税込2,178円)", "ja_JP", "2178"), ("本体価格 1,980円 税込価格 2,178円", "ja_JP", "2178"),
    ("£10.00 ex VAT £12.00 inc VAT", "en_GB", "12.00"), ("£12.00 inc. VAT (£10.00 ex. VAT)", "en_GB", "12.00"),
    ("¥1,000～¥2,000(税込)", "ja_JP", "1000"), ("£10 - £12 inc VAT", "en_GB", "10"), ("税込1,980円", "ja_JP", "1980"),
    ("€ 10,00 excl. btw € 12,10 incl. btw", "nl_NL", "12.10"), ("10,00 € HT 12,00 € TTC", "fr_FR", "12.00"),
    ("1,299円 送料500円", "ja_JP", "1299"), ("13 offers from XOF 9,107", "en_US", "9107"), ("2 for $10", "en_US", "10"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "locale", "price"), PAID)
def test_what_is_paid_now_is_told_from_what_stands_beside_it(text: str, locale: str, price: str | None) -> None:
    money = parse_money(text, locale=locale, paid=True)

    assert (None if money is None else str(money.price)) == price


def test_a_former_price_can_be_read_as_what_it_is() -> None:
    money = parse_money("Was $20.00", locale="en_US")

    assert money is not None
    assert money.price == 20
