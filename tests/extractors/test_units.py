"""Sales figures by table and by property: an interval that the text proves, or None."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.units import ABSURD_UNITS, parse_count, parse_units

TRAILING = ("trailing", 30)
EVER = ("cumulative", None)
UNSAID = (None, None)

SHOWN = [
    ("1.5万+人付款", 15_000, None, TRAILING),
    ("1.5万人付款", 15_000, 15_999, TRAILING),
    ("1万+人付款", 10_000, None, TRAILING),
    ("11623人付款", 11_623, 11_623, TRAILING),
    ("42210人付款", 42_210, 42_210, TRAILING),
    ("0人付款", 0, 0, TRAILING),
    ("100+人收货", 100, None, TRAILING),
    ("月销 1000+", 1_000, None, TRAILING),
    ("月销1.2万", 12_000, 12_999, TRAILING),
    ("近30天已售1000+", 1_000, None, TRAILING),
    ("过去7天销量 500", 500, 500, ("trailing", 7)),
    ("过去3个月 售出 900", 900, 900, ("trailing", 90)),
    ("4K+ bought in past month", 4_000, None, TRAILING),
    ("50+ bought in past week", 50, None, ("trailing", 7)),
    ("300+ bought in last 24 hours", 300, None, ("trailing", 1)),
    ("Mais de 500 compras no mês passado", 500, None, TRAILING),
    ("過去1か月で300点以上購入されました", 300, None, TRAILING),
    ("Más de 200 comprados el mes pasado", 200, None, TRAILING),
    ("Mehr als 300 Mal im letzten Monat gekauft", 300, None, TRAILING),
    ("Plus de 100 achetés au cours du mois dernier", 100, None, TRAILING),
    ("Più di 50 acquistati nel mese scorso", 50, None, TRAILING),
    ("Đã bán 3k/tháng", 3_000, 3_999, TRAILING),
    ("ขายแล้ว 1.2พัน ชิ้น", 1_200, 1_299, EVER),
    ("Terjual 10rb+", 10_000, None, EVER),
    ("已售1万+ 好评98%", 10_000, None, EVER),
    ("1~9 sold", 1, 9, EVER),
    ("已售 2000+", 2_000, None, EVER),
    ("已售2000+件", 2_000, None, EVER),
    ("总销量 3亿+", 300_000_000, None, EVER),
    ("總銷量>1.5萬", 15_000, None, EVER),
    ("43点販売済み", 43, 43, EVER),
    ("+5mil vendidos", 5_000, None, EVER),
    ("+10 mil vendidos", 10_000, None, EVER),
    ("500+ vendidos", 500, None, EVER),
    ("1.234 vendidos", 1_234, 1_234, EVER),
    ("1,234 sold", 1_234, 1_234, EVER),
    ("1,29,999 sold", 129_999, 129_999, EVER),
    ("10 000 sold", 10_000, 10_000, EVER),
    ("10\u202f000 vendus", 10_000, 10_000, EVER),
    ("2.3K sold", 2_300, 2_399, EVER),
    ("2K sold", 2_000, 2_999, EVER),
    ("1,2 mil vendidos", 1_200, 1_299, EVER),
    ("5 тыс. продано", 5_000, 5_999, EVER),
    ("1,5 млн продано", 1_500_000, 1_599_999, EVER),
    ("Over 1,000 sold", 1_000, None, EVER),
    ("more than 2K sold", 2_000, None, EVER),
    ("<10 sold", 0, 9, EVER),
    ("100-200 sold", 100, 200, EVER),
    ("100+ sold · 20 reviews", 100, None, EVER),
    ("９９９件已售", 999, 999, EVER),
    ("２．５万件已售", 25_000, 25_999, EVER),
    ("Oltre 500 acquistati nel mese scorso", 500, None, TRAILING),
    ("Meer dan 500 gekocht in de afgelopen maand", 500, None, TRAILING),
    ("Geçen ay 500+ satın alındı", 500, None, TRAILING),
    ("1万5千人付款", 15_000, 15_999, TRAILING),
    ("1亿2000万件已售", 120_000_000, 120_009_999, EVER),
    ("1万5000人付款", 15_000, 15_000, TRAILING),
    ("1.5万", 15_000, 15_999, UNSAID),
    ("1万", 10_000, 19_999, UNSAID),
    ("1.25万", 12_500, 12_599, UNSAID),
    ("2千万+", 20_000_000, None, UNSAID),
    ("26719", 26_719, 26_719, UNSAID),
    ("3M", 3_000_000, 3_999_999, UNSAID),
    ("1.5만개 판매", 15_000, 15_999, EVER),
    ("한 달간 1만 명 이상 구매했어요", 10_000, None, TRAILING),
    ("10 bin+ satıldı", 10_000, None, EVER),
    ("7日内已售 33", 33, 33, ("trailing", 7)),
    ("20点以上販売済み", 20, None, EVER),
    ("4.8(1.2万) 已售 3万+", 30_000, None, EVER),
    ("4.8 (1234) | +10mil vendidos", 10_000, None, EVER),
    ("700 verkauft / 20 verfügbar", 700, 700, EVER),
]

NOT_SHOWN = [
    "", "   ", "售罄", "Sold out", "已有820人评价", "120人看过", "2万人收藏", "(29.2K)人气 1.2万条评论", "5 reviews",
    "12 watching", "3 left in stock", "还剩 5 件 库存", "85% sold", "-5 sold", "−5 sold", "约1000件已售",
    "about 300 sold", "5千1万", "1.5万5千", "2K3 sold", "1.23 sold", "#1 sold in Books",
    "sold", "999999999999999 sold", "9" * 400 + " sold", "1,23 sold",
    "12.34.56 sold", "10 sold 20 sold", "2000+ 回购", "2人团", "40 Beobachter", "2人以上がウォッチ中", "7 bids",
    "12 lượt đánh giá", "1 B+ satıldı", "1.5万+人付款 · 已售3000+", "约1万 | 已售 300",
]  # fmt: skip


@pytest.mark.parametrize(("text", "low", "high", "said"), SHOWN)
def test_figure_is_read_as_the_interval_it_proves(
    text: str, low: int, high: int | None, said: tuple[str | None, int | None]
) -> None:
    units = parse_units(text)

    assert units is not None
    assert (units.low, units.high) == (low, high)
    assert (units.basis, units.window_days) == said


@pytest.mark.parametrize("text", NOT_SHOWN)
def test_what_is_no_sales_figure_is_none(text: str) -> None:
    assert parse_units(text) is None


def test_declared_basis_holds_where_the_text_does_not_say() -> None:
    declared = parse_units("1,234 sold", basis="trailing", window_days=14)
    said = parse_units("4K+ bought in past month", basis="cumulative")

    assert declared is not None
    assert (declared.basis, declared.window_days) == ("trailing", 14)
    assert said is not None
    assert (said.basis, said.window_days) == TRAILING


@pytest.mark.parametrize(
    ("text", "high"),
    [("1000+", 4_999), ("1万+", 14_999), ("1.5万+", None), ("700+", 999), ("1000", 1_000), ("1.2万", 12_999)],
)
def test_a_plus_figure_ends_below_the_next_step_of_the_ladder(text: str, high: int | None) -> None:
    units = parse_units(text, ladder=[500, 1_000, 5_000, 10_000, 15_000])

    assert units is not None
    assert units.high == high


@pytest.mark.parametrize(("text", "high"), [("4", 4), ("5", 25), ("25", 50), ("188", 188), ("50", None), ("60", 60)])
def test_closed_steps_include_the_next_and_other_figures_are_exact(text: str, high: int | None) -> None:
    units = parse_units(text, ladder=[5, 25, 50], floor="steps", closed=True, basis="cumulative")

    assert units is not None
    assert (units.low, units.high) == (int(text), high)


def test_a_site_of_floors_shows_low_ends_without_a_plus() -> None:
    units = parse_units("100", ladder=[50, 100, 1_000], floor=True, basis="cumulative")

    assert units is not None
    assert (units.low, units.high) == (100, 999)


def test_text_is_kept_as_shown() -> None:
    units = parse_units("  1.5万+\n 人付款 ")

    assert units is not None
    assert units.text == "1.5万+ 人付款"


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("272,461", 272_461),
        ("(29.2K)", 29_200),
        ("(6,8 mil)", 6_800),
        ("2万+", 20_000),
        ("#17", 17),
        ("", None),
        ("none", None),
    ],
)
def test_counts(text: str, count: int | None) -> None:
    assert parse_count(text) == count


PIECES = st.sampled_from(
    ["1", "9", "0", "1.5", "1,234", "12,", ".", ",", " ",
     "\u00a0", "万", "千", "亿", "億", "百", "K", "M", "mil", "тыс.",
     "млн", "+", "-", "–", "~", "to", ">", "<",
     "%", "#", "sold", "已售", "付款", "月销", "bought in past month", "评价", "over",
     "不足", "近", "30", "天", "１２", "٣", "²", "½", "Ⅳ", "①"]
)  # fmt: skip


@given(st.one_of(st.text(max_size=60), st.lists(PIECES, max_size=10).map("".join)))
def test_no_text_raises_or_gives_an_impossible_interval(text: str) -> None:
    units = parse_units(text, ladder=[10, 100, 1_000])

    if units is not None:
        assert 0 <= units.low <= ABSURD_UNITS
        assert units.high is None or units.low <= units.high
        assert units.window_days is None or units.window_days >= 1
        assert (units.basis == "trailing") == (units.window_days is not None)
    count = parse_count(text)
    assert count is None or count >= 0


@given(
    st.integers(min_value=0, max_value=10**9), st.sampled_from(["{:d} sold", "{:,d} sold", "{:d}人付款", "{:_d} sold"])
)
def test_digits_are_exact(count: int, form: str) -> None:
    units = parse_units(form.format(count).replace("_", "\u00a0"))

    assert units is not None
    assert (units.low, units.high) == (count, count)


@given(st.integers(min_value=10_000, max_value=99_999_999))
def test_an_abbreviation_covers_what_it_abbreviates(count: int) -> None:
    """A page that cuts a count to one decimal of 万 shows a figure whose interval holds the count."""
    shown = f"{count // 10_000}.{count // 1_000 % 10}万"
    units = parse_units(shown)

    assert units is not None
    assert units.high is not None
    assert units.low <= count <= units.high
