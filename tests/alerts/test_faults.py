"""The fault matrix: a mail server that fails, drops the line, hangs or kills the deliverer at every step of SMTP.

For each step and fault: what the record says, how many mails were taken, and how it all ends once the server is well.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP

from alerts.deliver import deliver
from alerts.message import Sender
from alerts.outbox import OutboxRow, queue_rows
from alerts.transport import Smtp, SmtpAddress

NOW = datetime(2026, 11, 21, 1, tzinfo=UTC)
SENDER = Sender(mail_from="Shelfradar <alerts@shelf.example>")
HANG_SECONDS = 0.3
STEPS = ("EHLO", "MAIL", "RCPT", "DATA", "content", "answer")


@dataclass
class Script:
    """What goes wrong, once: at ``step`` the server does ``act``. ``taken``: the contents it accepted."""

    step: str = ""
    act: str = ""
    victim: int = 0
    taken: list = field(default_factory=list)


class Faulty(SMTP):
    """aiosmtpd's server, with a fault at one step."""

    def __init__(self, script, **kwargs):
        super().__init__(self, **kwargs)
        self.script = script

    async def fault(self, step):
        """Does what the script says where its step has come; the answer to give instead, if any."""
        if step != self.script.step:
            return None
        act, self.script.step = self.script.act, ""
        if act == "kill":
            os.kill(self.script.victim, signal.SIGKILL)
        elif act == "hang":
            await asyncio.sleep(HANG_SECONDS * 4)
        elif act == "drop":
            self.transport.abort()
        else:
            return act
        return "421 gone" if act == "drop" else None

    async def _at(self, step, go_on, argument):
        answer = await self.fault(step)
        await (go_on(argument) if answer is None else self.push(answer))

    async def smtp_EHLO(self, arg):  # noqa: N802
        await self._at("EHLO", super().smtp_EHLO, arg)

    async def smtp_MAIL(self, arg):  # noqa: N802
        await self._at("MAIL", super().smtp_MAIL, arg)

    async def smtp_RCPT(self, arg):  # noqa: N802
        await self._at("RCPT", super().smtp_RCPT, arg)

    async def smtp_DATA(self, arg):  # noqa: N802
        await self._at("DATA", super().smtp_DATA, arg)

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        answer = await self.fault("content")
        if answer is not None:
            return answer
        self.script.taken.append(envelope.content)
        return await self.fault("answer") or "250 OK"


class FaultyController(Controller):
    def factory(self):
        return Faulty(self.handler, hostname="mail.example")


@pytest.fixture
def server():
    """A server with a script, on loopback: (script, port)."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    script = Script()
    controller = FaultyController(script, hostname="127.0.0.1", port=port)
    controller.start()
    yield script, port
    controller.stop()


@pytest.fixture
def queue(lake, make_facts):
    def queue(recipient="mei"):
        row = OutboxRow(
            outbox_key=f"{recipient}-{len(str(NOW))}", rule_id="rival-units", rule_version="v1", source="shop",
            category_id="serum", entity_kind="brand", entity_id="b", episode_start=NOW, transition="fired",
            edge_at=NOW, recipient=recipient, address=f"{recipient}@example.com", language="en",
            severity="immediate", payload=make_facts(series=[]).to_json(), queued_at=NOW, due_at=NOW,
        )  # fmt: skip
        assert lake.write(lambda con: queue_rows(con, [row])) == 1

    return queue


def smtp(port):
    return Smtp(SmtpAddress(host="127.0.0.1", port=port, timeout_seconds=HANG_SECONDS))


FAULTS = [
    *((step, "451 try later", "queued", 0) for step in ("MAIL", "RCPT", "DATA", "content")),
    *((step, "554 never", "failed", 0) for step in ("MAIL", "RCPT", "DATA", "content")),
    *((step, act, "queued", 0) for step in ("EHLO", "MAIL", "RCPT", "DATA") for act in ("drop", "hang")),
    *(("content", act, "unsure", 0) for act in ("drop", "hang")),
    *(("answer", act, "unsure", 1) for act in ("drop", "hang")),
]


@pytest.mark.parametrize(("step", "act", "status", "taken"), FAULTS)
def test_every_fault_at_every_step(lake, queue, rows, server, step, act, status, taken):
    script, port = server
    script.step, script.act = step, act
    queue("mei")
    deliver(lake, smtp(port), NOW, SENDER)
    (row,) = rows("SELECT * FROM alert_outbox")
    assert (row["status"], bool(row["last_error"])) == (status, True)
    # The server is well again: what waits is sent, what may have arrived is not doubled, another recipient is served.
    queue("sam")
    for hours in (1, 5, 10):
        deliver(lake, smtp(port), NOW + timedelta(hours=hours), SENDER)
    kept = {row["recipient"]: row["status"] for row in rows("SELECT * FROM alert_outbox")}
    assert kept == {"mei": "sent" if status == "queued" else status, "sam": "sent"}
    mine = [content for content in script.taken if b"mei@example.com" in content]
    assert len(mine) == (1 if status == "queued" else taken)
    assert len(script.taken) - len(mine) == 1


@pytest.fixture(scope="module")
def deliverers():
    """The process that forks deliverers, ended after the last of them."""
    command = [sys.executable, str(Path(__file__).with_name("deliverer.py"))]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield process
        process.stdin.close()
        process.wait(timeout=30)


@pytest.mark.parametrize("lake", ["real"], indirect=True)
@pytest.mark.parametrize(("step", "taken", "statuses"), [
    ("EHLO", 1, {"sent"}),
    ("MAIL", 1, {"sent"}),
    ("RCPT", 1, {"sent"}),
    ("DATA", 1, {"sent"}),
    ("content", 1, {"unsure"}),
    ("answer", 1, {"unsure"}),
])  # fmt: skip
def test_kill_9_at_every_step(lake, queue, rows, server, deliverers, tmp_path, step, taken, statuses):
    script, port = server
    queue("mei")
    go = tmp_path / "go"
    deliverers.stdin.write(f"{lake.config.catalog} {lake.config.data_path} {port} {go}\n")
    deliverers.stdin.flush()
    script.victim, script.step, script.act = int(deliverers.stdout.readline()), step, "kill"
    go.touch()
    assert deliverers.stdout.readline().strip() == "killed 9"
    (row,) = rows("SELECT * FROM alert_outbox")
    assert row["status"] == ("sending" if statuses == {"sent"} else "handing")
    for minutes in (11, 30):
        deliver(lake, smtp(port), NOW + timedelta(minutes=minutes), SENDER)
    (row,) = rows("SELECT * FROM alert_outbox")
    assert row["status"] in statuses
    assert len(script.taken) == taken
