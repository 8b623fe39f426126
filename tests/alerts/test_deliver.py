"""Delivery against a real SMTP server on loopback, well-behaved and not; and against a folder."""

from __future__ import annotations

import socket
import ssl
import threading
from datetime import UTC, datetime, timedelta

import pytest
import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from alerts.claims import (
    ATTEMPTS,
    LEASE,
    LostClaimError,
    Scope,
    claim,
    hand_over,
    record,
    release_abandoned,
    resend,
)
from alerts.deliver import deliver
from alerts.message import Sender
from alerts.outbox import OutboxRow, queue_rows
from alerts.transport import Folder, Smtp, SmtpAddress, TryLaterError
from tests.alerts.mailbox import Mailbox

NOW = datetime(2026, 11, 21, 1, tzinfo=UTC)
SENDER = Sender(mail_from="Shelfradar <alerts@shelf.example>")


@pytest.fixture
def serve():
    started = []

    def serve(mailbox, **options):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        controller = Controller(mailbox, hostname="127.0.0.1", port=port, **options)
        controller.start()
        started.append(controller)
        return port

    yield serve
    for controller in started:
        controller.stop()


@pytest.fixture
def queue(lake, make_facts):
    def queue(recipient="mei", key="k1", severity="immediate", **changed):
        row = OutboxRow(
            outbox_key=f"{recipient}-{key}", rule_id="rival-units", rule_version="v1", source="shop",
            category_id="serum", entity_kind="brand", entity_id="b", episode_start=NOW, transition="fired",
            edge_at=NOW, recipient=recipient, address=f"{recipient}@example.com", language="en", severity=severity,
            payload=make_facts(**changed).to_json(), queued_at=NOW, due_at=NOW,
        )  # fmt: skip
        assert lake.write(lambda con: queue_rows(con, [row])) == 1

    return queue


def smtp(port, **changed):
    return Smtp(SmtpAddress(host="127.0.0.1", port=port, timeout_seconds=5, **changed))


OUTBOX = "SELECT * FROM alert_outbox ORDER BY outbox_key"


def statuses(rows):
    return {row["outbox_key"]: row["status"] for row in rows(OUTBOX)}


@pytest.mark.parametrize("lake", ["memory", "real"], indirect=True)
def test_one_mail_a_recipient_with_all_that_is_due(lake, queue, serve, rows):
    queue("mei", "k1")
    queue("mei", "k2", name="自然堂", low=31000.0)
    queue("sam", "k1")
    mailbox = Mailbox()
    assert deliver(lake, smtp(serve(mailbox)), NOW, SENDER) == {"sent": 2, "failed": 0, "later": 0, "unsure": 0}
    assert sorted(to for to, _ in mailbox.taken) == ["mei@example.com", "sam@example.com"]
    (mei,) = (mail for mail in mailbox.mails if mail["To"] == "mei@example.com")
    assert mei["Subject"] == "▲ 自然堂 passed 20,000 / 30 d in 精华 (31,000+) +1"
    kept = {row["outbox_key"]: (row["status"], row["message_id"], row["attempts"]) for row in rows(OUTBOX)}
    assert kept["mei-k1"] == kept["mei-k2"] == ("sent", mei["Message-ID"], 1)
    assert deliver(lake, smtp(serve(mailbox)), NOW + timedelta(days=1), SENDER)["sent"] == 0
    assert len(mailbox.taken) == 2


def test_a_dot_on_its_own_line_survives(lake, queue, serve):
    queue(rule_title="one\n.\n..two")
    mailbox = Mailbox()
    deliver(lake, smtp(serve(mailbox)), NOW, SENDER)
    assert len(mailbox.mails) == 1


def test_a_rejected_recipient_is_reported_and_others_are_served(lake, queue, serve, rows):
    queue("gone")
    queue("mei")
    mailbox = Mailbox(rcpt={"gone@example.com": "550 no such user"})
    assert deliver(lake, smtp(serve(mailbox)), NOW, SENDER) == {"sent": 1, "failed": 1, "later": 0, "unsure": 0}
    assert statuses(rows) == {"gone-k1": "failed", "mei-k1": "sent"}
    assert "550 no such user" in rows(OUTBOX)[0]["last_error"]


@pytest.mark.parametrize("where", ["rcpt", "data"])
def test_greylisting_is_tried_again_later_as_the_same_mail(lake, queue, serve, rows, where):
    queue()
    grey = "451 try again"
    mailbox = Mailbox(rcpt={"mei@example.com": grey}) if where == "rcpt" else Mailbox(data=grey)
    port = serve(mailbox)
    assert deliver(lake, smtp(port), NOW, SENDER)["later"] == 1
    (row,) = rows(OUTBOX)
    assert (row["status"], row["attempts"]) == ("queued", 1)
    assert row["due_at"] > NOW
    mailbox.rcpt, mailbox.data = {}, "250 OK"
    assert deliver(lake, smtp(port), NOW, SENDER)["sent"] == 0
    queue("mei", "k2")
    assert deliver(lake, smtp(port), row["due_at"], SENDER)["sent"] == 2
    assert row["message_id"] in {mail["Message-ID"] for mail in mailbox.mails}
    assert len(mailbox.taken) == 2


def test_it_gives_up_after_some_attempts_and_says_so(lake, queue, serve, rows):
    queue()
    port = serve(Mailbox(rcpt={"mei@example.com": "450 mailbox busy"}))
    now, ends = NOW, []
    for _ in range(9):
        ends.append(deliver(lake, smtp(port), now, SENDER))
        now += timedelta(hours=5)
    assert [end["later"] for end in ends] == [1] * 7 + [0, 0]
    assert [end["failed"] for end in ends] == [0] * 7 + [1, 0]
    assert statuses(rows) == {"mei-k1": "failed"}


def test_a_line_dropped_after_the_mail_is_unsure_and_not_doubled(lake, queue, serve, rows):
    queue()
    mailbox = Mailbox(hang_up=True)
    port = serve(mailbox)
    assert deliver(lake, smtp(port), NOW, SENDER) == {"sent": 0, "failed": 0, "later": 0, "unsure": 1}
    (row,) = rows(OUTBOX)
    assert row["status"] == "unsure"
    mailbox.hang_up = False
    assert deliver(lake, smtp(port), NOW + timedelta(days=2), SENDER)["sent"] == 0
    assert lake.write(lambda con: resend(con, NOW, [row["message_id"]])) == 1
    assert deliver(lake, smtp(port), NOW, SENDER)["sent"] == 1
    assert {mail["Message-ID"] for mail in mailbox.mails} == {row["message_id"]}


def test_a_server_that_is_down_costs_no_mail(lake, queue, rows):
    queue("mei")
    queue("sam")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    assert deliver(lake, smtp(port), NOW, SENDER) == {"sent": 0, "failed": 0, "later": 1, "unsure": 0}
    assert set(statuses(rows).values()) == {"queued"}


def sending(lake):
    return lake.write(lambda con: claim(con, NOW, SENDER, Scope()))


def test_a_deliverer_that_ended_before_anything_left_costs_nothing(lake, queue, rows, serve):
    queue()
    sending(lake)
    assert statuses(rows) == {"mei-k1": "sending"}
    assert lake.write(lambda con: release_abandoned(con, NOW + LEASE / 2, repeatable=False)) == 0
    assert statuses(rows) == {"mei-k1": "sending"}, "it may be at work still"
    mailbox = Mailbox()
    assert deliver(lake, smtp(serve(mailbox)), NOW + LEASE, SENDER)["sent"] == 1
    assert len(mailbox.taken) == 1


def test_what_was_leaving_is_unsure_for_smtp_and_written_again_for_files(lake, queue, rows, tmp_path):
    queue()
    claimed = sending(lake)
    lake.write(lambda con: hand_over(con, claimed))
    assert lake.write(lambda con: release_abandoned(con, NOW + LEASE, repeatable=False)) == 1
    assert statuses(rows) == {"mei-k1": "unsure"}
    lake.write(lambda con: con.execute("UPDATE alert_outbox SET status = 'handing'"))
    assert deliver(lake, Folder(tmp_path / "mail"), NOW + LEASE, SENDER)["sent"] == 1
    assert len(list((tmp_path / "mail").iterdir())) == 1


def test_a_deliverer_that_was_held_up_past_its_lease_sends_nothing_any_more(lake, queue, rows, serve):
    queue()
    slept = sending(lake)
    mailbox = Mailbox()
    assert deliver(lake, smtp(serve(mailbox)), NOW + LEASE, SENDER)["sent"] == 1
    with pytest.raises(LostClaimError):
        lake.write(lambda con: hand_over(con, slept))
    lake.write(lambda con: record(con, slept, "failed", NOW, NOW, "the sleeper's view"))
    assert statuses(rows) == {"mei-k1": "sent"}


def test_a_mail_that_ends_every_deliverer_fails_at_last(lake, queue, rows):
    queue()
    now = NOW
    for _ in range(ATTEMPTS):
        assert lake.write(lambda con, at=now: claim(con, at, SENDER, Scope()))
        now += LEASE
        lake.write(lambda con, at=now: release_abandoned(con, at, repeatable=False))
    assert statuses(rows) == {"mei-k1": "failed"}


def test_the_servers_answer_is_kept(lake, queue, rows, serve):
    queue()
    deliver(lake, smtp(serve(Mailbox(data="250 2.0.0 queued as 4F2A"))), NOW, SENDER)
    (row,) = rows(OUTBOX)
    assert (row["answer"], row["last_error"]) == ("250 2.0.0 queued as 4F2A", None)


def test_quiet_hours_hold_a_mail_that_is_due(lake, queue, rows, serve, write_rules, head):
    head = head.replace("timezone: Asia/Shanghai}", "timezone: Asia/Shanghai, quiet_hours: '22:00-09:30'}")
    rules = write_rules(head=head)
    queue("mei")
    queue("sam")
    mailbox = Mailbox()
    port = serve(mailbox)
    assert deliver(lake, smtp(port), NOW, SENDER, rules=rules)["sent"] == 1  # 09:00 in Shanghai
    assert statuses(rows) == {"mei-k1": "queued", "sam-k1": "sent"}
    assert deliver(lake, smtp(port), NOW + timedelta(minutes=30), SENDER, rules=rules)["sent"] == 1
    assert [mail["To"] for mail in mailbox.mails] == ["Sam <sam@example.com>", "梅 <mei@example.com>"]


def test_the_engineers_are_told_once_of_a_recipient_who_is_not_reached(lake, queue, rows, serve, write_rules):
    rules = write_rules()
    mailbox = Mailbox(rcpt={"mei@example.com": "550 no such user"})
    port = serve(mailbox)
    for key in ("k1", "k2"):
        queue("mei", key)
        deliver(lake, smtp(port), NOW + timedelta(hours=1), SENDER, rules=rules)
    notices = rows("SELECT * FROM alert_outbox WHERE rule_id = 'notice:undelivered'")
    assert [one["recipient"] for one in notices] == ["ops"]
    (told,) = (mail for mail in mailbox.mails if mail["To"] == "ops@example.com")
    assert told["Subject"] == "⚠ Mail not delivered: mei"
    assert "550 no such user" in told.get_body(("plain",)).get_content()


@pytest.mark.parametrize("lake", ["real"], indirect=True)
def test_two_deliverers_at_once_send_each_mail_once(lake, queue, serve):
    names = [f"r{number}" for number in range(4)]
    for name in names:
        queue(name)
    mailbox = Mailbox()
    port = serve(mailbox)
    counts = []
    threads = [threading.Thread(target=lambda: counts.append(deliver(lake, smtp(port), NOW, SENDER))) for _ in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(to for to, _ in mailbox.taken) == [f"{name}@example.com" for name in names]
    assert sum(one["sent"] for one in counts) == 4


def test_a_payload_that_can_not_be_told_fails_alone(lake, queue, serve, rows):
    queue("mei", unit="money", currency="CNY", low=1.0, timezone="Nowhere/Land")
    queue("sam")
    mailbox = Mailbox()
    assert deliver(lake, smtp(serve(mailbox)), NOW, SENDER)["sent"] == 1
    assert statuses(rows) == {"mei-k1": "failed", "sam-k1": "sent"}


def test_starttls_is_used_and_verified(lake, queue, serve, tmp_path):
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    mailbox = Mailbox()
    logins = []

    def check(server, session, envelope, mechanism, data):
        logins.append((data.login, data.password))
        return AuthResult(success=data.password == b"s3cret")

    port = serve(mailbox, tls_context=context, require_starttls=True, authenticator=check, auth_required=True)
    queue()
    distrustful = smtp(port, user="u", password="s3cret")
    with pytest.raises(TryLaterError, match="CERTIFICATE_VERIFY_FAILED"):
        distrustful._connected()
    wrong = smtp(port, user="u", password="wr0ng", ca_file=tmp_path / "ca.pem")
    with pytest.raises(TryLaterError) as refused:
        wrong._connected()
    assert "wr0ng" not in str(refused.value) + repr(wrong.address)
    good = smtp(port, user="u", password="s3cret", ca_file=tmp_path / "ca.pem")
    assert deliver(lake, good, NOW, SENDER)["sent"] == 1
    assert logins[-1] == (b"u", b"s3cret")
