"""The mail: parsed back with the standard library, in words of both languages, and against hostile titles."""

from __future__ import annotations

import email
import email.policy
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from alerts.columns import width
from alerts.facts import Evidence, NoticeFacts, Watched, WeeklyFacts, read_facts
from alerts.headlines import SUBJECT_LENGTH, headline, subject
from alerts.message import CHARTS_A_MAIL, HTML_BYTES, Sender, compose, message_id
from alerts.snoozes import Snooze

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
        ({"transition": "resolved", "low": 9.0, "high": 9.0}, "✓ 珀莱雅 back under 20,000 / 30 d in 精华 (9)"),
        ({"transition": "lost"}, "? 珀莱雅 gone in 精华: no figure any more"),
        ({"transition": "possible"}, "◇ 珀莱雅 perhaps beyond 20,000 / 30 d in 精华 (24,000+)"),
        (
            {"metric": "price", "unit": "money", "currency": "CNY", "compare": "own", "when_key": "below",
             "when_amount": "5%", "low": 89.0, "high": 89.0},
            "▼ 珀莱雅 price down to 5% below our own in 精华 (CN¥89.00)",
        ),
        (
            {"metric": "price", "unit": "money", "currency": "USD", "compare": "mean_7d", "when_key": "falls_by",
             "when_amount": "20%", "low": 28.99, "high": 28.99, "span_low": -0.281, "span_high": -0.281},
            "▼ 珀莱雅 price −28.1% on the week in 精华 ($28.99)",
        ),
        (
            {"metric": "rank", "unit": "rank", "when_key": "below", "when_amount": 5.0, "low": 3.0, "high": 3.0},
            "▲ 珀莱雅 reached #5 in 精华 (#3)",
        ),
        (
            {"metric": "in_stock", "unit": "flag", "when_key": "below", "when_amount": 0.0, "low": 0.0, "high": 0.0},
            "▼ 珀莱雅: out of stock in 精华",
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


def test_a_flood_is_one_mail_that_no_program_cuts_off(make_facts):
    told = [
        make_facts(name=f"Brand {number}", low=20000.0 + number, rule_title="a long title " * 20)
        for number in range(100)
    ]
    data = mail(told)
    message = parsed(data)
    pictures = [part for part in message.walk() if part.get_content_type() == "image/png"]
    plain, html = bodies(message)
    assert len(html.encode()) <= HTML_BYTES < 102 * 1024, "Gmail cuts off at 102 KB"
    assert 3 <= plain.count("SHA-256") == html.count("sha256") < 100
    assert len(pictures) == html.count("cid:") <= CHARTS_A_MAIL
    assert all(f"Brand {number} " in body for number in range(100) for body in (plain, html))
    assert "Brand 99 " in message["Subject"]  # the largest first


def test_the_weightiest_news_stands_first_and_in_the_subject(make_facts):
    told = [
        make_facts(name="A", first_seen=True, category_id="a", category_title="A"),
        make_facts(name="B", transition="resolved", category_id="b", category_title="B"),
        make_facts(name="C", category_id="c", category_title="C", low=21000.0),
        make_facts(name="D", category_id="c", category_title="C", low=25000.0),
        make_facts(name="E", transition="possible", category_id="c", category_title="C", severity="digest"),
        make_facts(name="F", category_id="c", category_title="C", low=90000.0, severity="digest"),
    ]
    message = parsed(mail(told))
    assert message["Subject"] == "▲ D passed 20,000 / 30 d in C (25,000+) +5"
    heads = re.findall(r"^[▲●✓◇] (.)", bodies(message)[0], re.MULTILINE)
    assert heads == [*"DCBAFE", *"DCBAFE"], "first all of it in short, then card by card; immediate before digest"
    assert "C · shop · digest" in bodies(message)[0]


def test_what_happened_to_one_entity_is_one_card(make_facts):
    fired = make_facts(at="2026-11-20T22:00:00+00:00")
    over = make_facts(at="2026-11-21T22:00:00+00:00", transition="resolved", low=9000.0, high=9999.0)
    other = make_facts(at="2026-11-21T22:00:00+00:00", rule_id="another")
    message = parsed(mail([over, other, fired]))
    plain = bodies(message)[0]
    assert message["Subject"].endswith(" +1")
    assert plain.count("Why: ") == 2
    assert "21 Nov 2026, 06:00: fired (24,000+)" in plain


def test_a_mail_with_digest_lines_lists_what_is_snoozed(make_facts):
    silence = Snooze(
        rule_id="rival-units", entity_id="<b>x</b>", until=DATE + timedelta(days=3), why="a known campaign",
        snoozed_at=DATE,
    )  # fmt: skip
    for severity, listed in (("digest", True), ("immediate", False)):
        made = compose([make_facts(severity=severity)], to="mei@example.com", language="en", sender=SENDER,
                       identity="<i@shelf.example>", date=DATE, snoozes=[silence])  # fmt: skip
        plain, html = bodies(parsed(made.as_bytes()))
        assert ("until 24 Nov 2026, 09:00 (a known campaign)" in plain) is listed
        assert ("&lt;b&gt;x&lt;/b&gt;" in html) is listed


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"transition": "already", "low": 16000.0, "high": 16999.0, "span_low": 16000.0, "span_high": 16999.0},
         "not back yet from 20,000"),
        ({"transition": "already"}, "already beyond 20,000"),
        ({"metric": "units_per_day", "compare": "previous", "when_key": "rises_by", "when_amount": "20%",
          "span_low": 0.21, "span_high": 0.39}, "units / day +21.0% to +39.0% on the previous complete snapshot"),
        ({"compare": "previous", "when_key": "rises_by", "when_amount": "20%", "span_low": 0.21, "span_high": None},
         "+21.0% or more"),
    ],
)  # fmt: skip
def test_a_headline_claims_no_more_than_the_figures(make_facts, changed, expected):
    assert expected in headline("en", make_facts(**changed))


def test_text_stays_within_a_terminal(make_facts):
    told = [make_facts(name="超长标题 long " * 12, own_name="晨屿" * 20), make_facts(name="B"), make_facts(name="C")]
    for language in ("en", "zh-CN"):
        for line in bodies(parsed(mail(told, language)))[0].splitlines():
            whole = any(mark in line for mark in ("http", "SHA-256", "shelfradar alerts"))
            assert width(line) <= 80 or whole, line


def test_a_quiet_week_is_one_line():
    told = WeeklyFacts(rules=42, watched=[Watched(source="shop", title="Shop", complete_days=7)], start="2026-11-16",
                       at="2026-11-23", simulated=False, timezone="UTC")  # fmt: skip
    assert parsed(mail([told]))["Subject"] == "✓ 42 rules, 7 days of complete data, nothing crossed"
    assert parsed(mail([told], "zh-CN"))["Subject"] == "✓ 42 条规则，7天数据完整，无一越线"
    broken = replace(told, watched=[*told.watched, Watched(source="b", title="B", complete_days=5)])
    assert "5 of 7 days of complete data" in parsed(mail([broken]))["Subject"], "the worst source counts"


def test_an_unsubscribe_address_is_named_where_there_is_one(make_facts):
    sender = replace(SENDER, unsubscribe="mailto:ops@shelf.example?subject=stop")
    message = parsed(mail([make_facts()], sender=sender))
    assert message["List-Unsubscribe"] == "<mailto:ops@shelf.example?subject=stop>"


def test_facts_survive_the_outbox(make_facts):
    quiet = WeeklyFacts(rules=1, watched=[Watched(source="s", title="S", complete_days=7)], start="a", at="b",
                        simulated=True, timezone="UTC")  # fmt: skip
    for facts in (make_facts(), NoticeFacts(**NOTICE), quiet):
        assert read_facts(facts.to_json()) == facts


def test_a_notice_tells_the_engineers_what_is_wrong():
    notice = NoticeFacts(**NOTICE)
    message = parsed(mail([notice]))
    assert message["Subject"] == "⚠ Batch refused: shop 精华"
    assert all("expected at least 50" in body for body in bodies(message))


@pytest.mark.parametrize(
    "name", ["梅", 'Mei "M" Li, Buying', "Mei\r\nBcc: victim@example.com", "", "victim@example.com <"]
)
def test_the_name_of_a_recipient_stands_beside_the_address_and_is_no_way_into_the_headers(make_facts, name):
    made = compose(
        [make_facts()], to="mei@example.com", name=name, language="en", sender=SENDER, identity="<x@y>", date=DATE
    )
    message = parsed(made.as_bytes())
    (to,) = message["To"].addresses
    assert (to.addr_spec, to.display_name) == ("mei@example.com", " ".join(name.split()))
    assert message["Bcc"] is None


def test_a_file_that_was_imported_is_no_page_of_today(make_facts):
    evidence = [Evidence(capture_id="urn:uuid:1f", url="file:export.csv", sha256="ab" * 32)]
    text, html = bodies(parsed(mail([make_facts(evidence=evidence)])))
    assert "Page today" not in text
    assert "The page today" not in html
    assert re.search(r"Read from\s+file:export\.csv", text)
    assert "Read from: file:export.csv" in html
