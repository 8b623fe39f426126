"""``shelfradar alerts`` as a person or cron meets it: real processes, a real SMTP server on loopback."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from tests.pipeline.conftest import Installation

pytestmark = pytest.mark.slow


@dataclass
class Postbox:
    """An SMTP server: what it took, and the answers it gives to recipients instead of taking."""

    refused: dict[str, str] = field(default_factory=dict)
    taken: list[EmailMessage] = field(default_factory=list)

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        message = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.taken.append(message)
        return "250 taken as 4711"


@contextmanager
def listening(postbox: Postbox) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(postbox, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield f"smtp://127.0.0.1:{port}"
    finally:
        controller.stop()


@pytest.fixture
def postbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[Postbox]:
    """A server that the processes of a test send to."""
    made = Postbox()
    with listening(made) as url:
        monkeypatch.setenv("SHELFRADAR_SMTP_URL", url)
        yield made


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_a_test_mail_goes_the_way_an_alert_goes(
    make_installation: Callable[..., Installation], postbox: Postbox
) -> None:
    made = make_installation("serum")

    sent = made.run("alerts", "test-mail", "category-managers", "--json")

    assert sent.returncode == 0, sent.stderr
    answers = lines(sent.stdout)
    assert [(one["recipient"], one["status"], one["answer"]) for one in answers] == [
        ("mei", "sent", "250 taken as 4711"),
        ("sam", "sent", "250 taken as 4711"),
    ]
    assert [one["To"] for one in postbox.taken] == ["梅 <mei@example.com>", "Sam <sam@example.com>"]
    assert "测试消息" in postbox.taken[0]["Subject"]
    assert "Test message" in postbox.taken[1]["Subject"]


def test_what_a_server_refused_is_sent_again_on_a_persons_word(
    make_installation: Callable[..., Installation], postbox: Postbox
) -> None:
    made = make_installation("serum")
    postbox.refused["ops@example.com"] = "550 no such user"
    refused = made.run("alerts", "test-mail")
    assert refused.returncode == 1
    assert "550 no such user" in refused.stderr
    (row,) = lines(made.run("alerts", "list", "--outbox", "--format", "json").stdout)
    assert (row["status"], row["said"]) == ("failed", "550 no such user")
    postbox.refused.clear()

    wrong = made.run("alerts", "resend", "<another@example.com>")
    assert (wrong.returncode, "0 mails queued again" in wrong.stderr) == (1, True)
    again = made.run("alerts", "resend", row["message_id"])
    assert (again.returncode, "1 mail queued again" in again.stderr) == (0, True)
    delivered = made.run("alerts", "deliver", "--json")

    assert lines(delivered.stdout) == [{"sent": 1, "failed": 0, "later": 0, "unsure": 0}]
    assert [one["Message-ID"] for one in postbox.taken] == [row["message_id"]], "the Message-ID of the first attempt"


def test_watch_tells_of_a_missed_deadline_once(
    make_installation: Callable[..., Installation], postbox: Postbox
) -> None:
    made = make_installation("serum")
    path = made.settings.config / "sources" / "demo.yaml"
    deadline = "complete_by: '06:30'\n"  # half an hour after the schedule's time
    path.write_text(deadline + path.read_text(encoding="utf-8"), encoding="utf-8")

    first = made.run("alerts", "watch", "--json")

    assert first.returncode == 0, first.stderr
    (answer,) = lines(first.stdout)
    assert answer["deadlines"] == 1
    assert answer["delivered"]["sent"] >= 1
    told = [one for one in postbox.taken if "No complete data in time" in one["Subject"]]
    assert [one["To"] for one in told] == ["ops@example.com"]
    body = told[0].get_body(("plain",))
    assert body is not None
    assert "serum" in body.get_content()
    (again,) = lines(made.run("alerts", "watch", "--json").stdout)
    assert (again["deadlines"], again["weekly"]) == (0, 0)
    assert len([one for one in postbox.taken if "No complete data in time" in one["Subject"]]) == 1


def test_lint_ends_with_0_1_or_2(make_installation: Callable[..., Installation]) -> None:
    made = make_installation("serum", warehouse=False)
    path = made.settings.config / "alerts.yaml"
    sound = made.run("alerts", "lint", "--format", "json")
    assert (sound.returncode, sound.stdout) == (0, "")
    assert "0 findings; not held against a warehouse" in sound.stderr

    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("above: 20000", "above: 18000"), encoding="utf-8")
    line = next(n for n, one in enumerate(text.splitlines(), start=1) if "serum-rival-20k" in one)
    found = made.run("alerts", "lint", "--format", "json")
    assert found.returncode == 1
    assert lines(found.stdout) == [{
        "kind": "unprovable", "rule": "serum-rival-20k", "file": str(path), "line": line, "key": "",
        "text": "where the page itself says that a figure is of 30 days: above 18,000 falls between two steps: it is"
                " proved only at 20,000",
    }]  # fmt: skip

    path.write_text(text.replace("recover: 15000", "recover: 25000"), encoding="utf-8")
    wrong = made.run("alerts", "lint", "--format", "json")
    assert wrong.returncode == 2
    (one,) = lines(wrong.stdout)
    assert (one["kind"], one["rule"], one["key"]) == ("mistake", None, "rules.0.recover")
    assert "found 25000; expected a value below 20000" in one["text"]


def test_a_rule_that_means_nothing_in_the_warehouse_is_found(
    collected: Installation, copy_of: Callable[[Installation], Installation]
) -> None:
    made = copy_of(collected)
    path = made.settings.config / "alerts.yaml"
    text = path.read_text(encoding="utf-8")
    gone = "{ source: demo, category: [serum], item: ['nowhere'] }"
    path.write_text(text.replace("{ source: demo, category: [serum] }", gone, 1).replace("of: category", "of: item", 1)
                    .replace("metric: hhi\n    measure: listings", "metric: price", 1), encoding="utf-8")  # fmt: skip
    done = made.run("alerts", "lint", "--format", "json")
    assert done.returncode == 1, done.stderr
    (one,) = lines(done.stdout)
    assert (one["kind"], one["rule"]) == ("matches_nothing", "serum-concentration")
    assert "no item of its match has a price in 28 days of demo" in one["text"]


def test_silences_are_made_listed_and_ended(
    make_installation: Callable[..., Installation],
) -> None:
    made = make_installation("serum")
    made.run("alerts", "check")
    until = (datetime.now(UTC) + timedelta(days=30)).date().isoformat()
    for words in (["serum-rival-20k"], ["--item", "A 1"]):
        done = made.run("alerts", "snooze", *words, "--until", until, "--why", "stock-take")
        assert done.returncode == 0, done.stderr
        assert ("no list has had an item, brand or category 'A 1' so far" in done.stderr) == ("A 1" in words)

    listed = lines(made.run("alerts", "snoozes", "--format", "json").stdout)

    assert [(one["rule_id"], one["entity_id"], one["why"], one["holds"], one["waiting"]) for one in listed] == [
        ("serum-rival-20k", None, "stock-take", True, 0),
        (None, "A 1", "stock-take", True, 0),
    ]
    assert listed[0]["until"].startswith(until)
    ended = made.run("alerts", "unsnooze", "--item", "A 1")
    assert (ended.returncode, "every rule, A 1: no longer silent (was: stock-take)" in ended.stderr) == (0, True)
    left = lines(made.run("alerts", "snoozes", "--all", "--format", "json").stdout)
    assert {one["rule_id"]: one["holds"] for one in left} == {"serum-rival-20k": True, None: False}
    again = made.run("alerts", "unsnooze", "--item", "A 1")
    assert (again.returncode, "no silence holds" in again.stderr) == (1, True)
