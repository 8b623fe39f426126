"""Storms, waits and walls without end: a run is bounded, a host in trouble is left alone, its neighbours are served."""

from __future__ import annotations

import time

import pytest

from extractors.fetch import pause_of
from extractors.politeness import MOST_FAILURES


async def test_a_storm_is_left_alone_after_a_while_and_another_host_is_served(server, visit):
    server.page("/s", b"sorry", status=503)
    server.page("/fine", b"fine")
    away = server.url("/fine", "127.0.0.2")
    captures = await visit(storm=(server.url("/s"), MOST_FAILURES + 30), other=(away, 3), with_={"attempts": 1})
    storm, other = captures[:-3], captures[-3:]
    assert {one.outcome for one in storm} == {"http_error"}
    assert server.paths().count("/s") == MOST_FAILURES
    assert storm[-1].outcome_detail == f"not asked: the last {MOST_FAILURES} pages of this host failed"
    assert storm[-1].http_status is None
    assert {one.outcome for one in other} == {"ok"}


async def test_an_answer_of_any_kind_says_that_the_host_is_up(server, visit):
    async def one_in_ten(request, writer):
        status = b"404 Gone" if len(server.paths()) % 10 == 0 else b"503 Busy"
        writer.write(b"HTTP/1.1 " + status + b"\r\nContent-Length: 0\r\n\r\n")

    server.routes["/s"] = one_in_ten
    await visit(storm=(server.url("/s"), MOST_FAILURES + 30), with_={"attempts": 1})
    assert len(server.paths()) == MOST_FAILURES + 30


async def test_a_host_that_asks_for_a_wait_each_time_does_not_hold_the_run(server, visit, monkeypatch):
    monkeypatch.setattr("extractors.politeness.LONGEST_WAITS_SECONDS", 1.5)
    server.page("/s", b"sorry", status=503, retry_after="1")
    started = time.monotonic()
    captures = await visit(storm=(server.url("/s"), 10), with_={"attempts": 1})
    assert {one.outcome for one in captures} == {"http_error"}
    assert captures[-1].outcome_detail.startswith("the host asked for waits of 2 s in all")
    assert 0.9 < time.monotonic() - started < 5
    assert 2 <= len(server.paths()) <= 4


async def test_a_wall_in_one_batch_is_not_tried_again_by_the_next(server, visit):
    server.page("/wall", b"who are you?", status=403)
    server.page("/list")
    first = await visit(wall=(server.url("/wall"), 1))
    paused = pause_of(first)
    assert paused == "paused after wall page 1: status 403"
    asked = len(server.requests)
    following = await visit(other=(server.url("/list"), 2), paused=paused)
    assert [(one.outcome, one.outcome_detail) for one in following] == [("blocked", paused)] * 2
    assert len(server.requests) == asked, "not even robots.txt"
    assert pause_of(following) == paused
    assert pause_of(await visit(other=(server.url("/list"), 1))) is None


@pytest.mark.parametrize("status", [500, 403])
async def test_a_page_that_fails_leaves_other_categories_untouched(server, visit, status):
    """But for a wall, which ends the visit."""
    server.page("/bad", b"x", status=status)
    for number in range(5):
        server.page(f"/fine{number}", seconds=0.02)
    urls = {f"c{number}": (server.url(f"/fine{number}"), 1) for number in range(5)}
    captures = await visit(bad=(server.url("/bad"), 2), **urls, with_={"attempts": 1})
    kinds = {one.outcome for one in captures if one.category_id != "bad"}
    assert kinds == ({"ok"} if status == 500 else {"blocked"})
