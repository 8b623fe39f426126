"""The pages of a source's categories, asked for as a good guest, each with one recorded outcome and its evidence.

Public pages only: robots.txt is obeyed, walls are recorded and not worked around, a blocked source pauses. The failure
of one category never touches another. Knows no parser and no warehouse. See ``docs/architecture.md``.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from extractors.address import Resolver, resolve
from extractors.answers import HTTP_OK, MULTIPLE_CHOICES, asked_wait, final, judge, redirect_target
from extractors.archive import ArchiveWriter, Place, Received, Sent
from extractors.asking import headers_of, question_of, redirected, signed
from extractors.blocked import is_login
from extractors.capture import Capture, Outcome, new_capture_id
from extractors.exchange import Answer, Exchange, Failure, Question
from extractors.grant import token_in, token_request
from extractors.politeness import LONGEST_WAIT_SECONDS, MOST_FAILURES, Gates, HostGate, TooLongAWait, backoff
from extractors.robots import ROBOTS_BYTES, Robots, product_token
from extractors.secret import Secrets
from extractors.source import Category, Source
from extractors.url import RefusedAddress, check_url

_PAUSED = "paused"


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


async def fetch_categories(  # noqa: PLR0913 - what a run is made of; every test replaces some of it
    source: Source,
    categories: Sequence[Category],
    observed_at: datetime,
    *,
    archive: ArchiveWriter,
    environment: Mapping[str, str] | None = None,
    resolver: Resolver = resolve,
    tls: ssl.SSLContext | None = None,
    paused: str | None = None,
    doors: Path | None = None,
    tell: Callable[[str], None] | None = None,
) -> list[Capture]:
    """Every page of ``categories``: one capture each, in order of category and page, whatever came of it.

    Raises MissingSecret before anything is asked for, ValueError for a category without url. Answers go into
    ``archive``, which the caller opened. ``resolver`` and ``tls`` replace the system's name resolution and its
    certificate store. ``paused``: the source was blocked earlier in this observation, and nothing is asked for.
    ``doors``: the folder through which all runs of a machine share their patience with a host; None: alone.
    ``tell`` is given a sentence before each wait that a person would notice.
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
        gates = Gates(source.fetch, doors, tell)
        visit = _Visit(source, observed_at, secrets, client, archive, paused, gates)
        tasks = [group.create_task(visit.category(one)) for one in pages]
    return [capture for task in tasks for capture in task.result()]


def pause_of(captures: Sequence[Capture]) -> str | None:
    """Why the rest of the observation must not be asked for, from what came of some of it; None: go on."""
    for capture in captures:
        if capture.outcome == "blocked":
            detail = capture.outcome_detail or "blocked"
            is_told = detail.startswith(_PAUSED)
            return detail if is_told else f"{_PAUSED} after {capture.category_id} page {capture.page_no}: {detail}"
    return None


class _Visit:
    """One run of one source: the gates of its hosts, their rules, and whether it has been told to go away."""

    def __init__(
        self,
        source: Source,
        observed_at: datetime,
        secrets: Secrets,
        client: Exchange,
        writer: ArchiveWriter,
        paused: str | None,
        gates: Gates,
    ) -> None:
        self._source = source
        self._policy = source.fetch
        self._observed_at = observed_at
        self._secrets = secrets
        self._client = client
        self._writer = writer
        self._paused = paused
        self._gates = gates
        self._granting = asyncio.Lock()
        self._granted = source.fetch.grant is None
        self._headers = headers_of(source)
        self._marks = tuple(source.fetch.blocked_marks)
        self._robots = Robots(product_token(self._headers["User-Agent"]), self._ask_robots)

    async def category(self, pages: list[_Page]) -> list[Capture]:
        """The captures of one category's pages, in order."""
        return [await self._page(page) for page in pages]

    async def _page(self, page: _Page) -> Capture:
        if self._paused is None:
            await self._authorize()
        if self._paused is not None:
            return self._capture(page, "blocked", self._paused)
        try:
            question = question_of(self._policy, self._secrets, self._headers, page.url, page.body)
            answer = await self._tried(question, robots=True)
        except Failure as failure:
            self._count(page, failure)
            if failure.outcome == "blocked" and self._paused is None:
                self._paused = f"{_PAUSED} after {page.category.id} page {page.number}: {failure.detail}"
            return self._capture(page, failure.outcome, failure.detail, failure.answer)
        self._count(page, None)
        return self._capture(page, "ok", None, answer)

    def _count(self, page: _Page, failure: Failure | None) -> None:
        """Note at the page's host whether it is up; what was not asked says nothing."""
        gate = self._gates.known(urlsplit(page.url).netloc.lower())
        failed = failure is not None and (
            failure.outcome == "timeout" or (failure.outcome == "http_error" and failure.retry)
        )
        if gate is not None and (failed or failure is None or failure.answer is not None):
            gate.count(failed=failed)

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
                self._paused = f"{_PAUSED}: no access token from {grant.url}: {error}"

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
                    raise final(failure, attempt, wait) from failure
                why = f"another try after {self._secrets.mask_url(failure.detail)}"
            self._gates.tell(urlsplit(question.url).netloc.lower(), wait, why)
            await asyncio.sleep(wait)
            attempt += 1

    async def _follow(self, question: Question, budget: _Budget, *, robots: bool) -> Answer:
        """The answer at the end of the redirects, each hop checked and let in by its host. Raises Failure."""
        first = question
        for _ in range(self._policy.max_redirects + 1):
            answer = await self._hop(question, budget, robots=robots)
            target = redirect_target(answer)
            if target is None:
                judge(answer, first.url, self._marks, robots=robots)
                return answer
            if is_login(first.url, target):
                raise Failure("blocked", f"redirected to a login page, {self._secrets.mask_url(target)}", answer=answer)
            question = redirected(question, answer, target, self._secrets)
        raise Failure("http_error", f"more than {self._policy.max_redirects} redirects", answer=answer)

    async def _hop(self, question: Question, budget: _Budget, *, robots: bool) -> Answer:
        gate = self._gate(question.url)
        if gate.is_down:
            raise Failure("http_error", f"not asked: the last {MOST_FAILURES} pages of this host failed", retry=False)
        if robots:
            rules = await self._robots.rules(question.url)
            rules.check(question.url)
            gate.at_least(rules.crawl_delay)
        try:
            async with gate.turn():
                if self._paused is not None:
                    raise Failure("blocked", self._paused)
                answer = await self._ask(question, budget, robots=robots)
                if answer.status >= MULTIPLE_CHOICES:
                    gate.hold(asked_wait(answer) or 0.0)
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
            answer = await self._tried(Question("GET", url, self._secrets.public(self._headers)), robots=False)
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
        return self._gates.of(urlsplit(url).netloc.lower())

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
