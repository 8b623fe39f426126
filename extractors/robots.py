"""robots.txt of each host, asked once a run and obeyed (RFC 9309): missing allows, a failing server forbids.

Given a way to ask; knows neither retries nor delays. A file longer than the cap is read up to the cap.
"""

from __future__ import annotations

import asyncio
import codecs
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from protego import Protego

from extractors.exchange import Answer, Failure

ROBOTS_BYTES = 512 * 1024
LONGEST_CRAWL_DELAY_SECONDS = 600.0

_AGENT_LINE = re.compile(r"(?im)^([ \t]*user[- ]?agent(?:[ \t]*:|[ \t]))([^\r\n]*)")
_NOBODY = "nobody-we-are"

Ask = Callable[[str], Awaitable[Answer]]


@dataclass(frozen=True, slots=True)
class Rules:
    """What one host allows. ``failure`` stands where its robots.txt could not be had: then nothing is allowed."""

    protego: Protego | None
    agent: str
    failure: Failure | None = None

    def check(self, url: str) -> None:
        """Raises Failure where ``url`` must not be asked for."""
        if self.failure is not None:
            raise Failure(self.failure.outcome, self.failure.detail)
        if self.protego is not None and not self.protego.can_fetch(url, self.agent):
            raise Failure("robots_denied", f"robots.txt disallows this address for {self.agent}")
        if self.crawl_delay > LONGEST_CRAWL_DELAY_SECONDS:
            raise Failure("robots_denied", f"robots.txt asks for a crawl delay of {self.crawl_delay:.0f} s")

    @property
    def crawl_delay(self) -> float:
        """Seconds between two requests that the host asks for; 0 where it asks for none."""
        if self.protego is None:
            return 0.0
        delay = float(self.protego.crawl_delay(self.agent) or 0.0)
        rate = self.protego.request_rate(self.agent)
        return max(delay, rate.seconds / rate.requests if rate and rate.requests else 0.0)


def product_token(user_agent: str) -> str:
    """The name by which robots.txt files know the sender of ``user_agent`` (RFC 9309, section 2.2.1)."""
    disguised = re.search(r"\(compatible;\s*([^\s;/)]+)", user_agent)
    return disguised.group(1) if disguised else re.split(r"[\s/(]", user_agent.strip(), maxsplit=1)[0]


class Robots:
    """The rules of every host of a run. ``agent`` is the product token that the rules are matched with."""

    def __init__(self, agent: str, ask: Ask) -> None:
        self._agent = agent
        self._ask = ask
        self._rules: dict[str, asyncio.Task[Rules]] = {}

    async def rules(self, url: str) -> Rules:
        """The rules of the host of ``url``; its robots.txt is asked for once, however many wait for it."""
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        if origin not in self._rules:
            self._rules[origin] = asyncio.create_task(self._fetch(origin))
        return await asyncio.shield(self._rules[origin])

    async def _fetch(self, origin: str) -> Rules:
        try:
            answer = await self._ask(f"{origin}/robots.txt")
        except Failure as failure:
            return self._without(failure)
        return Rules(Protego.parse(_ours(_text(answer.body[:ROBOTS_BYTES]), self._agent)), self._agent)

    def _without(self, failure: Failure) -> Rules:
        status = failure.answer.status if failure.answer is not None else None
        if failure.outcome in {"empty", "robots_denied"} or (status and status < 500 and status != 429):
            return Rules(None, self._agent)
        if status is not None:
            told = f"robots.txt answered {status}, which forbids everything (RFC 9309)"
            return Rules(None, self._agent, Failure("robots_denied", told))
        return Rules(None, self._agent, Failure(failure.outcome, f"robots.txt: {failure.detail}"))


def _text(body: bytes) -> str:
    return body.removeprefix(codecs.BOM_UTF8).decode("utf-8", errors="replace")


def _ours(text: str, agent: str) -> str:
    """``text`` with every group that can't be ours under one name: protego's work is agents times rules."""

    def renamed(match: re.Match[str]) -> str:
        name = match.group(2).partition("#")[0].partition("/")[0].strip().lower()
        if not name:
            return match.group(0)
        ours = name == "*" or name.replace("*", "") in agent.lower()
        return f"{match.group(1)} {name if ours else _NOBODY}"

    return _AGENT_LINE.sub(renamed, text)
