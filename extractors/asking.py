"""Requests as a source wants them: headers, secrets put in, bodies, signatures, and what follows a redirect.

Decides what is asked, never when: delays, retries and robots.txt are ``extractors/fetch.py``'s.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from urllib.parse import urlsplit, urlunsplit

from extractors.exchange import Answer, Failure, Question
from extractors.secret import Secrets
from extractors.signing import signed_query
from extractors.source import FetchPolicy, Source

PRODUCT = "Shelfradar"
VERSION = "0.1"
FORM = "application/x-www-form-urlencoded;charset=utf-8"
_ACCEPT = "text/html,application/xhtml+xml,application/json;q=0.9,*/*;q=0.8"

# What every WARC reader can undo: warcio fails on brotli, few know zstd. Uninvited, those are read all the same.
_ACCEPT_ENCODING = "gzip"


def headers_of(source: Source) -> dict[str, str]:
    """The headers of every request of ``source``, without secrets."""
    contact = f" (+{source.contact})" if source.contact else ""
    agent = source.fetch.user_agent or f"{PRODUCT}/{VERSION}{contact}"
    headers = {"User-Agent": agent, "Accept": _ACCEPT, "Accept-Encoding": _ACCEPT_ENCODING}
    if source.locale:
        headers["Accept-Language"] = source.locale.replace("_", "-")
    return {**headers, **source.fetch.headers}


def question_of(policy: FetchPolicy, secrets: Secrets, headers: dict[str, str], url: str, body: str | None) -> Question:
    """The request for one page, secrets put in; unsigned where the source signs (see :func:`signed`)."""
    sent = {**headers, **secrets.headers}
    content = secrets.expand_body(body).encode() if body is not None else None
    if content is not None and not any(name.lower() == "content-type" for name in sent):
        sent["Content-Type"] = "application/json"
    return Question(policy.method, secrets.expand_url(url), sent, content, unsigned=policy.signing is not None)


def signed(question: Question, policy: FetchPolicy, secrets: Secrets, at: datetime) -> Question:
    """``question`` with its url's parameters signed as of ``at``: in the url, or with POST as a form.

    Signed at the last moment, since platforms refuse a signature of ten minutes ago.
    """
    if policy.signing is None or secrets.keys is None:
        return replace(question, unsigned=False)
    parts = urlsplit(question.url)
    query = signed_query(parts.query, policy.signing, secrets.keys, at)
    if question.method == "GET":
        return replace(question, url=urlunsplit(parts._replace(query=query)), unsigned=False)
    headers = {**question.headers, "Content-Type": FORM}
    url = urlunsplit(parts._replace(query=""))
    return replace(question, url=url, headers=headers, content=query.encode(), unsigned=False)


def redirected(question: Question, answer: Answer, target: str, secrets: Secrets) -> Question:
    """The next request: GET after 303 (and after a POST that got 301 or 302); what is secret stays with its host.

    It is never signed: a signature is for the address that the source names. Raises Failure where a body would go to
    another host.
    """
    stays = _same_host(question.url, target)
    headers = question.headers if stays else secrets.public(question.headers)
    if answer.status in {307, 308} or (question.method == "GET" and answer.status != 303):
        if question.content is not None and not stays:
            told = f"redirected with its body to another host, {urlsplit(target).netloc}: not sent there"
            raise Failure("http_error", told, answer=answer)
        return Question(question.method, target, headers, question.content)
    headers = {name: value for name, value in headers.items() if name.lower() != "content-type"}
    return Question("GET", target, headers)


def _same_host(one: str, other: str) -> bool:
    """Whether two addresses are of one server; going over to TLS on the usual ports is no change."""
    before, after = urlsplit(one), urlsplit(other)
    if (before.scheme, before.netloc) == (after.scheme, after.netloc):
        return True
    secured = (before.scheme, before.port or 80, after.scheme, after.port or 443) == ("http", 80, "https", 443)
    return secured and before.hostname == after.hostname
