"""What an answer is: a page, a wall or a failure, and what it asks of us. Looks at one answer; asks for nothing."""

from __future__ import annotations

import httpx2

from extractors.blocked import blocked_by_body, blocked_by_headers, is_login
from extractors.exchange import Answer, Failure
from extractors.politeness import LONGEST_WAIT_SECONDS, retry_after

HTTP_OK = 200
MULTIPLE_CHOICES = 300
_BLOCKED = frozenset({401, 403, 407, 429, 451})
_WORTH_RETRYING = frozenset({408, 425, 429, 500, 502, 503, 504})


def judge(answer: Answer, asked: str, marks: tuple[str, ...], *, robots: bool) -> None:
    """Raises Failure unless ``answer`` is a page; a robots.txt is never a wall, only there or not."""
    wall = None if robots is False else blocked_by_headers(answer.headers)
    if wall is None and robots and answer.body:
        wall = blocked_by_body(answer.body, marks)
    wait = asked_wait(answer)
    if wall is not None:
        raise Failure("blocked", wall, answer=answer)
    if answer.status in _BLOCKED:
        retry = answer.status in _WORTH_RETRYING
        raise Failure("blocked", f"status {answer.status}", retry=retry, wait_seconds=wait, answer=answer)
    if not HTTP_OK <= answer.status < MULTIPLE_CHOICES:
        retry = answer.status in _WORTH_RETRYING
        raise Failure("http_error", f"status {answer.status}", retry=retry, wait_seconds=wait, answer=answer)
    if is_login(asked, answer.url):
        raise Failure("blocked", "redirected to a login page", answer=answer)
    if not answer.body.strip():
        raise Failure("empty", "an empty body", answer=answer)


def asked_wait(answer: Answer) -> float | None:
    """Seconds that its Retry-After asks for; None where it asks for none."""
    return retry_after(answer.headers.get("retry-after"), answer.received_at)


def redirect_target(answer: Answer) -> str | None:
    """Where it leads to; None where it is no redirect. Raises Failure where that is no address."""
    try:
        return answer.redirects_to
    except (httpx2.InvalidURL, ValueError) as error:
        raise Failure("http_error", f"redirected to what is no address: {error}", answer=answer) from error


def final(failure: Failure, attempt: int, wait: float) -> Failure:
    """``failure`` as it is recorded, with how often it was tried, or why not again."""
    asked = failure.retry or failure.answer is not None
    detail = f"{failure.detail} ({attempt} tries)" if asked and attempt > 1 else failure.detail
    if failure.retry and wait > LONGEST_WAIT_SECONDS:
        detail += f"; the host asks for a wait of {wait:.0f} s"
    return Failure(failure.outcome, detail, retry=failure.retry, answer=failure.answer)
