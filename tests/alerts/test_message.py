"""The mail: parsed back with the standard library, looked at in a real browser, and against hostile titles."""

from __future__ import annotations

import base64
import email
import email.policy
import re
import shutil
from datetime import UTC, datetime

import pytest

from alerts.facts import NoticeFacts, read_facts
from alerts.message import CARDS_A_MAIL, CHARTS_A_MAIL, Sender, compose, message_id
from alerts.wording import SUBJECT_LENGTH, subject

SENDER = Sender(mail_from="Shelfradar <alerts@shelf.example>", boards_url="https://boards.example/")
DATE = datetime(2026, 11, 21, 1, tzinfo=UTC)
HOSTILE = '<script>alert("x")</script> =1+1 \u202egnp.exe\r\nBcc: victim@example.com\n\n.\n精华'

NOTICE = {
    "kind": "refused", "source": "shop", "category_id": "serum", "category_title": "精华", "start": "2026-11-20",
    "at": "2026-11-21", "reason": "items: 3, expected at least 50", "simulated": False, "timezone": "UTC",
}  # fmt: skip


def mail(told, language="en", sender=SENDER):
    identity = message_id(["k1", "k2"], sender)
    made = compose(told, to="mei@example.com", language=language, sender=sender, identity=identity, date=DATE)
    return made.as_bytes()


def parsed(data):
    return email.message_from_bytes(data, policy=email.policy.default)


def bodies(message):
    return tuple(message.get_body((kind,)).get_content() for kind in ("plain", "html"))


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", "▲ 珀莱雅 passed 20,000 / 30 d in 精华 (24,000+)"),
        ("zh-CN", "▲ 珀莱雅在精华突破20,000/30天（24,000+）"),
    ],
)
def test_the_subject_says_it_all(make_facts, language, expected):
    assert parsed(mail([make_facts()], language))["Subject"] == expected


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"first_seen": True}, "● 珀莱雅 already beyond 20,000 / 30 d in 精华 (24,000+)"),
        ({"transition": "already"}, "● 珀莱雅 already beyond 20,000 / 30 d in 精华 (24,000+)"),
        ({"transition": "resolved", "low": 9.0, "high": 9.0}, "✓ 珀莱雅 back inside 20,000 / 30 d in 精华 (9)"),
        ({"transition": "lost"}, "? 珀莱雅 gone in 精华: no figure any more"),
        ({"transition": "possible"}, "◇ 珀莱雅 perhaps beyond 20,000 / 30 d in 精华 (24,000+)"),
        (
            {"metric": "price", "unit": "money", "currency": "CNY", "compare": "own", "when_key": "below",
             "when_amount": "5%", "low": 89.0, "high": 89.0},
            "▼ 珀莱雅 price down to 5% below our own in 精华 (CN¥89.00)",
        ),
        (
            {"metric": "price", "unit": "money", "currency": "USD", "compare": "mean_7d", "when_key": "falls_by",
             "when_amount": "20%", "low": 28.99, "high": 28.99},
            "▼ 珀莱雅 price down 20% in 精华 ($28.99)",
        ),
        (
            {"metric": "rank", "unit": "rank", "when_key": "below", "when_amount": 5.0, "low": 3.0, "high": 3.0},
            "▲ 珀莱雅 rank reached #5 in 精华 (#3)",
        ),
        (
            {"metric": "in_stock", "unit": "flag", "when_key": "below", "when_amount": 0.0, "low": 0.0, "high": 0.0},
            "▼ 珀莱雅 stock: out of stock in 精华",
        ),
        (
            {"metric": "hhi", "measure": "listings", "unit": "index", "entity_kind": "category", "name": "精华",
             "when_amount": 1800.0, "low": 1912.5, "high": 1912.5},
            "▲ 精华 HHI passed 1,800 (1,912.5)",
        ),
        (
            {"metric": "share", "measure": "listings", "unit": "share", "when_amount": "25%", "low": 0.26,
             "high": 0.26},
            "▲ 珀莱雅 share passed 25% in 精华 (26.0%)",
        ),
    ],
)  # fmt: skip
def test_every_kind_of_headline(make_facts, changed, expected):
    assert subject("en", [make_facts(**changed)]) == expected
    assert re.search("[一-鿿]", subject("zh-CN", [make_facts(**changed)]))


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_a_subject_is_at_most_sixty_characters_and_keeps_its_label(make_facts, language):
    facts = make_facts(name="Moisturising " * 30, category_title="Skin care for the face " * 5, simulated=True)
    text = subject(language, [facts] * 12)
    assert len(text) <= SUBJECT_LENGTH
    assert text.startswith(("[simulated] ", "[模拟] "))
    assert text.endswith("+11")


def test_everything_a_person_needs_is_in_both_bodies(make_facts):
    for body in bodies(parsed(mail([make_facts(url="https://shop.example/item/1")]))):
        for needed in ("24,000+", "2.4万+人付款", "20,000", "15,000", "18,000–18,999", "1.8万人付款", "晨屿", "12,999",
                       "21 Nov 2026, 06:00", "Asia/Shanghai", "https://shop.example/serum?page=1", "urn:uuid:1f",
                       "ab" * 32, "rival-units", "alerts snooze", "https://shop.example/item/1", "proved"):  # fmt: skip
            assert needed in body


def test_headers_and_structure(make_facts):
    message = parsed(mail([make_facts()]))
    assert message["Message-ID"] == message_id(["k2", "k1"], SENDER)
    assert message["Message-ID"].endswith("@shelf.example>")
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["List-Id"] == "Shelfradar alerts <alerts.shelf.example>"
    assert message["Date"].datetime == DATE
    assert message["List-Unsubscribe"] is None
    assert [part.get_content_type() for part in message.walk()] == [
        "multipart/alternative", "text/plain", "multipart/related", "text/html", "image/png",
    ]  # fmt: skip
    (png,) = (part for part in message.walk() if part.get_content_type() == "image/png")
    assert png["Content-ID"] == "<chart-1>"
    assert png.get_content().startswith(b"\x89PNG")
    html = bodies(message)[1]
    assert 'src="cid:chart-1"' in html
    assert re.search(r'alt="Chart: 20 observations, 9,700–10,699 on 2026-11-01 to 24,000\+ on 2026-11-20"', html)
    assert max(map(len, mail([make_facts()]).split(b"\r\n"))) <= 998


def test_the_same_rows_make_the_same_bytes(make_facts):
    assert mail([make_facts()]) == mail([make_facts()])


def test_a_hostile_title_steers_nothing(make_facts):
    told = [make_facts(name=HOSTILE, category_title=HOSTILE, text=HOSTILE, own_name=HOSTILE, rule_title=HOSTILE,
                       url="javascript:alert(1)")]  # fmt: skip
    data = mail(told)
    message = parsed(data)
    assert message["Bcc"] is None
    assert "\n" not in message["Subject"]
    assert not message.defects
    plain, html = bodies(message)
    assert "<script" not in html
    assert "javascript:" not in html
    assert "\u202e" not in plain + html + message["Subject"]


def test_a_sender_s_name_may_be_chinese_and_may_not_inject(make_facts):
    sender = Sender(mail_from="货架雷达 <alerts@shelf.example>")
    message = parsed(mail([make_facts()], sender=sender))
    assert message["From"].addresses[0].display_name == "货架雷达"
    with pytest.raises(ValueError, match="expected 'Name <name@host>'"):
        mail([make_facts()], sender=Sender(mail_from="nobody"))


def test_simulated_data_is_labelled_wherever_it_is_seen(make_facts):
    message = parsed(mail([make_facts(simulated=True)]))
    assert message["Subject"].startswith("[simulated] ")
    for body in bodies(message):
        assert "SIMULATED DATA" in body
    for body in bodies(parsed(mail([make_facts()]))):
        assert "SIMULATED" not in body


def test_a_flood_is_one_mail_of_bounded_size(make_facts):
    told = [make_facts(name=f"Brand {number}", low=20000.0 + number) for number in range(100)]
    message = parsed(mail(told))
    pictures = [part for part in message.walk() if part.get_content_type() == "image/png"]
    assert len(pictures) == CHARTS_A_MAIL
    plain = bodies(message)[0]
    assert plain.count("sha256") == CARDS_A_MAIL
    assert all(f"Brand {number} " in plain for number in range(100))
    assert "Brand 99 " in message["Subject"]  # the largest first


def test_the_weightiest_news_stands_first_and_in_the_subject(make_facts):
    told = [
        make_facts(name="A", first_seen=True, category_id="a", category_title="A"),
        make_facts(name="B", transition="resolved", category_id="b", category_title="B"),
        make_facts(name="C", category_id="c", category_title="C", low=21000.0),
        make_facts(name="D", category_id="c", category_title="C", low=25000.0),
        make_facts(name="E", transition="possible", category_id="c", category_title="C"),
    ]
    message = parsed(mail(told))
    assert message["Subject"] == "▲ D passed 20,000 / 30 d in C (25,000+) +4"
    heads = re.findall(r"^[▲●✓◇] (.)", bodies(message)[0], re.MULTILINE)
    assert heads == ["D", "C", "E", "B", "A"]


def test_facts_survive_the_outbox(make_facts):
    notice = NoticeFacts(**NOTICE)
    for facts in (make_facts(), notice):
        assert read_facts(facts.to_json()) == facts


def test_a_notice_tells_the_engineers_what_is_wrong():
    notice = NoticeFacts(**NOTICE)
    message = parsed(mail([notice]))
    assert message["Subject"] == "⚠ Batch refused: shop 精华"
    assert all("expected at least 50" in body for body in bodies(message))


@pytest.mark.parametrize(("width", "scheme", "language"), [(600, "light", "en"), (360, "dark", "zh-CN")])
def test_it_looks_right_in_a_browser(make_facts, tmp_path, width, scheme, language):
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("no chromium on this machine")
    from playwright.sync_api import sync_playwright

    long = make_facts(
        name="超长标题" * 30 + "Unbreakable" * 20, url="https://shop.example/" + "x" * 300, simulated=True
    )
    message = parsed(mail([make_facts(), long], language))
    html = bodies(message)[1]
    for part in message.walk():
        if part.get_content_type() == "image/png":
            data = base64.b64encode(part.get_content()).decode()
            html = html.replace(f"cid:{part['Content-ID'].strip('<>')}", f"data:image/png;base64,{data}")
    page_file = tmp_path / "mail.html"
    page_file.write_text(html, encoding="utf-8")
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
        problems = []
        page.on("console", lambda line: problems.append(line.text))
        page.on(
            "request",
            lambda request: None if request.url.startswith(("file:", "data:")) else problems.append(request.url),
        )
        page.goto(page_file.as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate("document.querySelector('.frame').offsetWidth") <= 600
        assert page.evaluate("[...document.images].every(one => one.complete && one.naturalWidth > 400)")
        colours = page.evaluate(
            "[...document.querySelectorAll('.card')].map(one => getComputedStyle(one).backgroundColor)"
        )
        assert set(colours) == {"rgb(29, 35, 43)" if scheme == "dark" else "rgb(255, 255, 255)"}
        assert page.evaluate(
            "[...document.querySelectorAll('p, td')].every(one => parseFloat(getComputedStyle(one).fontSize) >= 12)"
        )
        browser.close()
    assert problems == []
