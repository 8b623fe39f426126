"""The encoding a body is in, against what it claims."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.encoding import decode_body, known_encoding, utf8_body

CHINESE = "双十一淘宝美妆数据，雅诗兰黛小棕瓶精华，已售两万件" * 5
GERMAN = "Größe und Maß für Käufer: 829,99 € – jetzt günstig"


def page(text: str, charset: str | None) -> str:
    meta = f'<meta charset="{charset}">' if charset else ""
    return f"<html><head>{meta}<title>{text}</title></head><body>{text}</body></html>"


@pytest.mark.parametrize(
    ("text", "real", "meta", "header"),
    [
        (CHINESE, "utf-8", "utf-8", None),
        (CHINESE, "utf-8", None, None),
        (CHINESE, "utf-8-sig", "gbk", None),
        (CHINESE, "utf-8", "gbk", "text/html; charset=gb2312"),  # both lie: the bytes are valid UTF-8
        (CHINESE, "gbk", "gb2312", None),
        (CHINESE, "gbk", "gbk", "text/html; charset=ISO-8859-1"),  # a server's default header
        (CHINESE, "gb18030", None, "text/html; charset=GBK"),
        (CHINESE, "gb18030", "utf-8", None),  # the meta tag lies
        (CHINESE, "utf-16", "utf-8", "text/html; charset=utf-8"),
        (CHINESE, "utf-16-le", "utf-8", None),  # no mark, and the meta tag lies
        (CHINESE, "utf-16-be", None, None),
        (GERMAN, "cp1252", "iso-8859-1", None),
        (GERMAN, "cp1252", None, "text/html; charset=windows-1252"),
        ("日本語の商品ランキング、送料無料" * 5, "cp932", "Shift_JIS", None),
        ("日本語の商品ランキング、送料無料" * 5, "euc_jp", "euc-jp", None),
        ("日本語の商品" * 5, "iso2022_jp", "iso-2022-jp", None),
        ("總銷量一萬五千件" * 5, "big5", "big5", None),
    ],
)
def test_text_is_read_whatever_the_labels_say(text: str, real: str, meta: str | None, header: str | None) -> None:
    body = page(text, meta).encode(real)

    decoded, _ = decode_body(body, header)

    assert decoded == page(text, meta)
    assert utf8_body(body, header).decode("utf-8").removeprefix("\ufeff") == page(text, meta)


def test_an_undeclared_legacy_page_is_guessed_from_its_bytes() -> None:
    assert decode_body((CHINESE * 20).encode("gb18030"))[0] == CHINESE * 20


def test_a_stated_encoding_is_taken_at_its_word() -> None:
    assert decode_body(CHINESE.encode("gb18030"), "text/csv; charset=utf-8", "gb18030")[0] == CHINESE


def test_a_character_cut_off_at_the_end_does_not_change_the_encoding() -> None:
    text, name = decode_body(page(CHINESE, None).encode()[:-20].rsplit(b"<", 1)[0] + "万".encode()[:2])

    assert name == "utf-8"
    assert CHINESE in text


def test_a_few_broken_bytes_do_not_change_a_declared_encoding() -> None:
    body = page(CHINESE * 40, "utf-8").encode()
    broken = body[:500] + b"\xff\xfe" + body[500:]

    assert CHINESE in decode_body(broken)[0]


def test_known_encodings_are_text_encodings() -> None:
    assert known_encoding("auto")
    assert known_encoding("gb18030")
    assert not known_encoding("base64")
    assert not known_encoding("no-such")


@settings(deadline=None)
@given(
    st.binary(max_size=300),
    st.sampled_from([None, "text/html; charset=gbk", "text/html; charset=zlib", "charset=\x00"]),
)
def test_no_body_raises(body: bytes, header: str | None) -> None:
    decode_body(body, header)
    utf8_body(body, header).decode("utf-8", errors="replace")


@pytest.mark.parametrize("wrong", ["latin-1", "cp1252"])
def test_utf8_that_was_encoded_twice_is_read_once(wrong: str) -> None:
    text = "<p>₹2,219 – Controle é três ™ 京</p>"
    twice = text.encode().decode(wrong, errors="strict").encode()

    assert decode_body(twice)[0] == text
    assert utf8_body(twice).decode() == text
    assert decode_body((text + "Ã©").encode())[0] == text + "Ã©"
