"""What an SMTP server on loopback does with mails: takes them, refuses some, or drops the line."""

from __future__ import annotations

import email
import email.policy
from dataclasses import dataclass, field


@dataclass
class Mailbox:
    """An SMTP server's behaviour: what it took, and how it answers which recipient."""

    taken: list = field(default_factory=list)
    rcpt: dict = field(default_factory=dict)
    data: str = "250 OK"
    hang_up: bool = False

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        answer = self.rcpt.get(address, "250 OK")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        if self.data.startswith("250"):
            self.taken.append((envelope.rcpt_tos[0], envelope.content))
        if self.hang_up:
            server.transport.abort()
        return self.data

    @property
    def mails(self):
        return [email.message_from_bytes(content, policy=email.policy.default) for _, content in self.taken]
