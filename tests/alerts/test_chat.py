"""Chats and webhooks through Apprise, against a real HTTP receiver on loopback; and the short text."""

from __future__ import annotations

import json
import logging
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from alerts.chat import Chats, ShortText
from alerts.deliver import deliver
from alerts.message import Sender
from alerts.outbox import OutboxRow, queue_rows
from alerts.shorttext import BYTES, compose_short
from alerts.transport import Folder, RefusedError, TryLaterError, UnsureError

NOW = datetime(2026, 11, 21, 1, tzinfo=UTC)
SENDER = Sender(mail_from="Shelfradar <alerts@shelf.example>", boards_url="https://boards.example/")
NAME = "SHELFRADAR_CHANNEL_TEAM"
TEXT = ShortText("title", "body", alarm=True)


@dataclass
class Receiver:
    """A webhook: what it was told, and how it answers."""

    port: int = 0
    code: int = 200
    act: str = ""
    told: list = field(default_factory=list)

    @property
    def chats(self):
        return Chats({NAME: f"json://user:s3cret-token@127.0.0.1:{self.port}/hidden-path?cto=1&rto=0.5"})


@pytest.fixture
def receiver():
    state = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            state.told.append(json.loads(body))
            if state.act == "drop":
                self.connection.close()
                return
            if state.act == "hang":
                done.wait(3)
            self.send_response(state.code)
            self.end_headers()

        def log_message(self, *args):
            pass

    done = threading.Event()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield state
    done.set()
    server.shutdown()
    server.server_close()


@pytest.fixture
def queue(lake, make_facts):
    def queue(key="k1", recipient="team", address=f"channel:{NAME}", **changed):
        row = OutboxRow(
            outbox_key=f"{recipient}-{key}", rule_id="rival-units", rule_version="v1", source="shop",
            category_id="serum", entity_kind="brand", entity_id="b", episode_start=NOW, transition="fired",
            edge_at=NOW, recipient=recipient, address=address, language="zh-CN", severity="immediate",
            payload=make_facts(**changed).to_json(), queued_at=NOW, due_at=NOW,
        )  # fmt: skip
        assert lake.write(lambda con: queue_rows(con, [row])) == 1

    return queue


def statuses(rows):
    return {row["recipient"]: row["status"] for row in rows("SELECT * FROM alert_outbox")}


def test_a_chat_is_told_once_beside_the_mails(lake, queue, rows, receiver, tmp_path):
    queue("k1")
    queue("k2", name="自然堂", low=31000.0)
    queue("k1", recipient="mei", address="mei@example.com")
    ends = [deliver(lake, Folder(tmp_path), NOW, SENDER, chats=receiver.chats) for _ in "ab"]
    assert [end["sent"] for end in ends] == [2, 0]
    (told,) = receiver.told
    assert told["title"] == "▲ 自然堂在精华突破20,000/30天（31,000+） +1"
    assert "▲ 珀莱雅在精华突破20,000/30天（24,000+）" in told["message"]
    assert "https://boards.example/" in told["message"]
    assert told["type"] == "warning"
    (row,) = {row["answer"] for row in rows("SELECT * FROM alert_outbox WHERE recipient = 'team'")}
    assert row == "taken by JSON"


@pytest.mark.parametrize(
    ("code", "act", "error"),
    [
        (404, "", RefusedError),
        (403, "", RefusedError),
        (429, "", TryLaterError),
        (503, "", TryLaterError),
        (200, "drop", UnsureError),
        (200, "hang", UnsureError),
    ],
)
def test_what_a_receiver_answers_is_told_apart_and_its_address_never_said(receiver, caplog, code, act, error):
    caplog.set_level(logging.DEBUG)
    receiver.code, receiver.act = code, act
    leaving = []
    with pytest.raises(error) as raised:
        receiver.chats.send(NAME, TEXT, lambda: leaving.append(1))
    assert leaving == [1]
    said = str(raised.value) + repr(receiver.chats) + caplog.text
    assert "s3cret-token" not in said
    assert "hidden-path" not in said
    assert NAME in str(raised.value)


def test_a_chat_that_can_not_be_reached_is_tried_again(receiver):
    dead = Chats({NAME: "json://127.0.0.1:1/x?cto=1&rto=1"})
    with pytest.raises(TryLaterError, match="can't be reached"):
        dead.send(NAME, TEXT, lambda: None)
    for chats, words in ((Chats({}), "is not set"), (Chats({NAME: "nonsense"}), "no single address")):
        with pytest.raises(TryLaterError, match=words):
            chats.send(NAME, TEXT, lambda: pytest.fail("nothing leaves"))


def test_the_outbox_keeps_its_word_for_chats_too(lake, queue, rows, receiver, tmp_path):
    queue()
    receiver.code = 503
    assert deliver(lake, Folder(tmp_path), NOW, SENDER, chats=receiver.chats)["later"] == 1
    receiver.code = 200
    assert deliver(lake, Folder(tmp_path), NOW + timedelta(minutes=5), SENDER, chats=receiver.chats)["sent"] == 1
    receiver.act = "drop"
    queue("k2")
    assert deliver(lake, Folder(tmp_path), NOW + timedelta(hours=1), SENDER, chats=receiver.chats)["unsure"] == 1
    receiver.act = ""
    assert deliver(lake, Folder(tmp_path), NOW + timedelta(days=1), SENDER, chats=receiver.chats)["sent"] == 0
    assert len(receiver.told) == 3


def test_a_short_text_fits_every_chat_and_mentions_nobody(make_facts):
    hostile = make_facts(
        name='<!channel> @all <at user_id="all"> [x](http://evil) \u202e' + "长" * 400, url="javascript:x"
    )
    for language in ("en", "zh-CN"):
        told = [hostile, *(make_facts(name=f"B{n}" * 60) for n in range(50))]
        identity = "<0123456789abcdef@shelf.example>"
        short = compose_short(told, language=language, identity=identity, boards_url="https://boards.example/")
        assert len(short.body.encode()) <= BYTES
        for mark in ("<", ">", "@", "[", "`", "javascript:", "\u202e"):
            assert mark not in short.title + short.body
        assert "0123456789ab" in short.body
        assert ("more" if language == "en" else "另有") in short.body


def test_every_chat_the_issue_names_is_one_that_apprise_knows():
    import apprise

    for url in (
        "slack://TokenA0000/TokenB0000/TokenC000000000000000000/#team",
        "workflows://host:443/WorkflowID/Signature/",
        "feishu://abcdefghij0123456789",
        "dingtalk://abcdefghij0123456789abcdef",
        "wecombot://abcdefghij0123456789",
        "tgram://123456789:abcdefg_hijklmnop/12315544/",
        "json://localhost/path",
    ):
        assert apprise.Apprise.instantiate(url) is not None, url


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("dingtalk://abcdefgh", "HTTP 200 by DingTalk; whether its body names an error was not read"),
        ("wecombot://abcdefgh", "HTTP 200 by WeCom Bot; whether its body names an error was not read"),
        ("feishu://abcdefgh", "taken by Feishu"),
    ],
)
def test_a_robot_whose_body_is_not_read_is_said_to_have_taken_no_more_than_it_did(url, told):
    import apprise

    from alerts.chat import taken_words

    assert taken_words(apprise.Apprise.instantiate(url).service_name) == told
