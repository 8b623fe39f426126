"""The pages of a source's categories, asked for as a good guest, each with one recorded outcome and its evidence.

Public pages only: robots.txt is obeyed, walls are recorded and not worked around, a blocked source pauses. The failure
of one category never touches another. Knows no parser and no warehouse. See ``docs/architecture.md``.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

import httpx2

from extractors.address import RefusedAddress, Resolver, check_url, resolve
from extractors.archive import ArchiveWriter, Place, Received, Sent
from extractors.asking import PRODUCT, headers_of, question_of, redirected, signed
from extractors.blocked import blocked_by_body, blocked_by_headers, is_login
from extractors.capture import Capture, Outcome, new_capture_id
from extractors.exchange import Answer, Exchange, Failure, Question
from extractors.grant import token_in, token_request
from extractors.politeness import LONGEST_WAIT_SECONDS, HostGate, TooLongAWait, backoff, retry_after
from extractors.robots import ROBOTS_BYTES, Robots
from extractors.secret import Secrets
from extractors.source import Category, Source

HTTP_OK = 200
_BLOCKED = frozenset({401, 403, 407, 429, 451})
_WORTH_RETRYING = frozenset({408, 425, 429, 500, 502, 503, 504})


@dataclass(slots=True)
class _Budget:
    """Seconds of network time a page has left; waiting politely costs nothing of it."""

    left: float


@dataclass(frozen=True, slots=True)
class _Page:
    category: Category
    number: int
    url: str
    body: str | None


async def fetch_categories(
    source: Source,
    categories: Sequence[Category],
    observed_at: datetime,
    *,
    archive: ArchiveWriter,
    environment: Mapping[str, str] | None = None,
    resolver: Resolver = resolve,
    tls: ssl.SSLContext | None = None,
) -> list[Capture]:
    """Every page of ``categories``: one capture each, in order of category and page, whatever came of it.

    Raises MissingSecret before anything is asked for, ValueError for a category without url. Answers go into
    ``archive``, which the caller opened. ``resolver`` and ``tls`` replace the system's name resolution and its
    certificate store.
    """
    secrets = Secrets(source, environment)
    on = observed_at.astimezone(source.zone).date()
    pages = [
        [_Page(one, number, one.page_url(number, on), one.page_body(number, on)) for number in range(1, one.pages + 1)]
        for one in categories
    ]
    client = Exchange(
        allow_private=source.allow_private,
        timeout_seconds=source.fetch.timeout_seconds,
        resolver=resolver,
        tls=tls,
    )
    async with client, asyncio.TaskGroup() as group:
        visit = _Visit(source, observed_at, secrets, client, archive)
        tasks = [group.create_task(visit.category(one)) for one in pages]
    return [capture for task in tasks for capture in task.result()]


class _Visit:
    """One run of one source: the gates of its hosts, their rules, and whether it has been told to go away."""

    def __init__(
        self, source: Source, observed_at: datetime, secrets: Secrets, client: Exchange, writer: ArchiveWriter
    ) -> None:
        self._source = source
        self._policy = source.fetch
        self._observed_at = observed_at
        self._secrets = secrets
        self._client = client
        self._writer = writer
        self._paused: str | None = None
        self._granting = asyncio.Lock()
        self._granted = source.fetch.grant is None
        self._gates: dict[str, HostGate] = {}
        self._headers = headers_of(source)
        self._marks = tuple(source.fetch.blocked_marks)
        agent = source.fetch.user_agent or PRODUCT
        self._robots = Robots(agent, self._ask_robots)

    async def category(self, pages: list[_Page]) -> list[Capture]:
        """The captures of one category's pages, in order."""
        return [await self._page(page) for page in pages]

    async def _page(self, page: _Page) -> Capture:
        await self._authorize()
        if self._paused is not None:
            return self._capture(page, "blocked", self._paused)
        try:
            question = question_of(self._policy, self._secrets, self._headers, page.url, page.body)
            answer = await self._tried(question, robots=True)
        except Failure as failure:
            if failure.outcome == "blocked" and self._paused is None:
                self._paused = f"paused after {page.category.id} page {page.number}: {failure.detail}"
            return self._capture(page, failure.outcome, failure.detail, failure.answer)
        return self._capture(page, "ok", None, answer)

    async def _authorize(self) -> None:
        """Get the run's access token, where the source wants one: asked for once, never archived; without it, pause."""
        async with self._granting:
            grant, keys = self._policy.grant, self._secrets.grant_keys
            if self._granted or grant is None or keys is None:
                return
            self._granted = True
            headers, form = token_request(grant, *keys)
            question = Question("POST", grant.url, {**self._headers, **headers}, form)
            try:
                answer = await self._ask(question, _Budget(self._policy.timeout_seconds), robots=False)
                if answer.status != HTTP_OK:
                    raise ValueError(f"status {answer.status}")
                self._secrets.add_token(token_in(answer.body))
            except (Failure, ValueError) as error:
                self._paused = f"paused: no access token from {grant.url}: {error}"

    async def _tried(self, question: Question, *, robots: bool) -> Answer:
        """The answer after as many tries as the policy has, none before the host wants it. Raises Failure."""
        budget = _Budget(self._policy.timeout_seconds)
        attempt = 1
        while True:
            try:
                return await self._follow(question, budget, robots=robots)
            except Failure as failure:
                wait = max(failure.wait_seconds or 0.0, backoff(attempt))
                spent = attempt >= self._policy.attempts or budget.left <= 0
                if not failure.retry or spent or wait > LONGEST_WAIT_SECONDS:
                    raise _final(failure, attempt, wait) from failure
            await asyncio.sleep(wait)
            attempt += 1

    async def _follow(self, question: Question, budget: _Budget, *, robots: bool) -> Answer:
        """The answer at the end of the redirects, each hop checked and let in by its host. Raises Failure."""
        first = question
        for _ in range(self._policy.max_redirects + 1):
            answer = await self._hop(question, budget, robots=robots)
            target = _target(answer)
            if target is None:
                _judge(answer, first.url, self._marks, robots=robots)
                return answer
            if is_login(first.url, target):
                raise Failure("blocked", f"redirected to a login page, {self._secrets.mask_url(target)}", answer=answer)
            question = redirected(question, answer, target, set(self._secrets.headers))
        raise Failure("http_error", f"more than {self._policy.max_redirects} redirects", answer=answer)

    async def _hop(self, question: Question, budget: _Budget, *, robots: bool) -> Answer:
        gate = self._gate(question.url)
        if robots:
            rules = await self._robots.rules(question.url)
            rules.check(question.url)
            gate.at_least(rules.crawl_delay)
        try:
            async with gate.turn():
                if self._paused is not None and robots:
                    raise Failure("blocked", self._paused)
                answer = await self._ask(question, budget, robots=robots)
                if answer.status in _WORTH_RETRYING:
                    gate.hold(_asked_wait(answer) or 0.0)
                return answer
        except TooLongAWait as error:
            raise Failure("http_error", str(error)) from error

    async def _ask(self, question: Question, budget: _Budget, *, robots: bool) -> Answer:
        loop = asyncio.get_running_loop()
        started = loop.time()
        limit = self._policy.max_bytes if robots else ROBOTS_BYTES
        if question.unsigned:
            question = signed(question, self._policy, self._secrets, datetime.now(UTC))
        try:
            async with asyncio.timeout(max(budget.left, 0.001)):
                return await self._client.ask(question, limit=limit, truncate=not robots)
        except TimeoutError as error:
            told = f"no whole answer within {self._policy.timeout_seconds:g} s"
            raise Failure("timeout", told) from error
        finally:
            budget.left -= loop.time() - started

    async def _ask_robots(self, url: str) -> Answer:
        try:
            answer = await self._tried(Question("GET", url, dict(self._headers)), robots=False)
        except Failure as failure:
            if failure.answer is not None:
                self._store(failure.answer)
            raise
        self._store(answer)
        return answer

    def _gate(self, url: str) -> HostGate:
        try:
            check_url(url)
        except RefusedAddress as error:
            raise Failure("refused_address", str(error)) from error
        host = urlsplit(url).netloc.lower()
        if host not in self._gates:
            self._gates[host] = HostGate(delay_seconds=self._policy.delay_seconds, concurrency=self._policy.concurrency)
        return self._gates[host]

    def _store(self, answer: Answer) -> Place:
        question = answer.question
        url = self._secrets.mask_url(answer.url)
        target = urlsplit(url)
        sent = Sent(
            question.method,
            (target.path or "/") + (f"?{target.query}" if target.query else ""),
            self._secrets.mask_headers(answer.sent_headers),
            self._secrets.mask_body(question.content or b"", question.headers.get("Content-Type", "")),
        )
        received = Received(
            f"{answer.status} {answer.reason}".rstrip(),
            "HTTP/1.1",
            self._secrets.mask_headers(answer.headers.multi_items()),
            answer.payload,
            answer.received_at,
        )
        return self._writer.store_exchange(url, sent, received)

    def _capture(self, page: _Page, outcome: Outcome, detail: str | None, answer: Answer | None = None) -> Capture:
        place = self._store(answer) if answer is not None else None
        return Capture(
            capture_id=place.capture_id if place else new_capture_id(),
            source=self._source.source,
            category_id=page.category.id,
            page_no=page.number,
            observed_at=self._observed_at,
            observed_on=self._observed_at.astimezone(self._source.zone).date(),
            requested_url=self._secrets.mask_url(page.url),
            final_url=self._secrets.mask_url(answer.url) if answer else None,
            fetched_at=answer.received_at if answer else None,
            http_status=answer.status if answer else None,
            outcome=outcome,
            outcome_detail=self._secrets.mask_url(detail)[:500] if detail else None,
            body_bytes=len(answer.body) if answer else None,
            sha256=place.sha256 if place else None,
            warc_file=place.warc_file if place else None,
            warc_offset=place.warc_offset if place else None,
            warc_length=place.warc_length if place else None,
        )


def _judge(answer: Answer, asked: str, marks: tuple[str, ...], *, robots: bool) -> None:
    """Raises Failure unless ``answer`` is a page; a robots.txt is never a wall, only there or not."""
    wall = None if robots is False else blocked_by_headers(answer.headers)
    if wall is None and robots and answer.body:
        wall = blocked_by_body(answer.body, marks)
    wait = _asked_wait(answer)
    if wall is not None:
        raise Failure("blocked", wall, answer=answer)
    if answer.status in _BLOCKED:
        retry = answer.status in _WORTH_RETRYING
        raise Failure("blocked", f"status {answer.status}", retry=retry, wait_seconds=wait, answer=answer)
    if not 200 <= answer.status < 300:
        retry = answer.status in _WORTH_RETRYING
        raise Failure("http_error", f"status {answer.status}", retry=retry, wait_seconds=wait, answer=answer)
    if is_login(asked, answer.url):
        raise Failure("blocked", "redirected to a login page", answer=answer)
    if not answer.body.strip():
        raise Failure("empty", "an empty body", answer=answer)


def _asked_wait(answer: Answer) -> float | None:
    return retry_after(answer.headers.get("retry-after"), answer.received_at)


def _target(answer: Answer) -> str | None:
    try:
        return answer.redirects_to
    except (httpx2.InvalidURL, ValueError) as error:
        raise Failure("http_error", f"redirected to what is no address: {error}", answer=answer) from error


def _final(failure: Failure, attempt: int, wait: float) -> Failure:
    """``failure`` as it is recorded, with how often it was tried, or why not again."""
    detail = failure.detail if attempt == 1 else f"{failure.detail} ({attempt} tries)"
    if failure.retry and wait > LONGEST_WAIT_SECONDS:
        detail += f"; the host asks for a wait of {wait:.0f} s"
    return Failure(failure.outcome, detail, retry=failure.retry, answer=failure.answer)
