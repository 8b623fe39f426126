"""A good guest: robots.txt, delays, walls, addresses, secrets; each proved at the server, not assumed."""

from __future__ import annotations

import itertools
import time
from datetime import UTC, datetime

import pytest

from extractors.politeness import backoff, retry_after


def _robots(server, text: str, **more) -> None:
    server.page("/robots.txt", text.encode(), **more)


async def test_robots_is_asked_once_and_obeyed(server, visit):
    _robots(server, "User-agent: *\nDisallow: /private\nAllow: /private/open\n")
    server.page("/list")
    server.page("/private/open")
    captures = await visit(
        server.url("/private/x"), server.url("/list"), server.url("/private/open"), server.url("/list?page=2")
    )
    assert [one.outcome for one in captures] == ["robots_denied", "ok", "ok", "ok"]
    assert sorted(server.paths()) == ["/list", "/list?page=2", "/private/open"]
    assert [request.path for request in server.requests].count("/robots.txt") == 1


@pytest.mark.parametrize("name", ["Shelfradar", "SHELFRADAR/0.1", "shelfradar # us", "*"])
@pytest.mark.parametrize("form", ["{}", "\ufeff{}", "{}\r\n# the end"])
async def test_our_name_is_known_however_it_is_written(server, visit, name, form):
    _robots(server, form.format(f"User-agent: {name}\r\nDisallow: /"))
    (capture,) = await visit(server.url("/list"))
    assert (capture.outcome, server.paths()) == ("robots_denied", [])


@pytest.mark.parametrize(
    ("user_agent", "token"),
    [("ShelfBot/2.0 (+https://shelf.example/bot)", "ShelfBot"), ("ShelfBot", "ShelfBot"),
     ("Mozilla/5.0 (compatible; ShelfBot/1.0; +https://shelf.example/bot)", "ShelfBot")],
)  # fmt: skip
async def test_a_name_of_the_operators_own_is_sent_and_looked_up(server, visit, user_agent, token):
    _robots(server, f"User-agent: {token}\nDisallow: /secret\n\nUser-agent: shelfradar\nDisallow: /\n")
    server.page("/list")
    secret, listed = await visit(server.url("/secret"), server.url("/list"), with_={"user_agent": user_agent})
    assert (secret.outcome, listed.outcome) == ("robots_denied", "ok")
    assert {request.headers["user-agent"] for request in server.requests} == {user_agent}


async def test_only_what_every_reader_of_the_archive_can_undo_is_asked_for(server, visit):
    server.page("/list")
    await visit(server.url("/list"))
    assert {request.headers["accept-encoding"] for request in server.requests} == {"gzip"}


async def test_robots_may_move_once_or_twice_but_not_for_ever(server, visit):
    server.page("/robots.txt", b"", status=301, location=server.url("/rules", "127.0.0.2"))
    server.page("/rules", b"User-agent: *\nDisallow: /private\n")
    server.page("/list")
    private, listed = await visit(server.url("/private"), server.url("/list"))
    assert (private.outcome, listed.outcome) == ("robots_denied", "ok")
    server.page("/rules", b"", status=302, location=server.url("/robots.txt"))
    (unavailable,) = await visit(server.url("/list"))
    assert unavailable.outcome == "ok", "RFC 9309: rules that can't be had for redirects are as if there were none"


async def test_rules_for_us_by_name_win(server, visit):
    _robots(server, "User-agent: otherbot\nAllow: /\nUser-agent: Shelfradar\nDisallow: /\n\nUser-agent: *\nAllow: /\n")
    server.page("/list")
    (capture,) = await visit(server.url("/list"))
    assert (capture.outcome, server.paths()) == ("robots_denied", [])


@pytest.mark.parametrize(
    ("status", "outcome"), [(404, "ok"), (403, "ok"), (500, "robots_denied"), (429, "robots_denied")]
)
async def test_missing_robots_allow_and_failing_ones_forbid(server, visit, status, outcome):
    _robots(server, "", status=status)
    server.page("/list")
    (capture,) = await visit(server.url("/list"), with_={"attempts": 2})
    assert capture.outcome == outcome
    assert server.paths() == (["/list"] if outcome == "ok" else [])


async def test_a_huge_robots_file_is_read_up_to_the_cap(server, visit):
    agents = "".join(f"User-agent: bot{number}\n" for number in range(10_000))
    rules = "Disallow: /x\n" * 20_000
    _robots(server, f"User-agent: *\nDisallow: /first\n\n{agents}{rules}" + "# more\n" * 2_000_000)
    server.page("/list")
    started = time.monotonic()
    first, listed = await visit(server.url("/first"), server.url("/list"))
    assert (first.outcome, listed.outcome) == ("robots_denied", "ok")
    assert time.monotonic() - started < 5


async def test_robots_that_never_come_are_a_timeout_and_forbid(server, visit):
    server.page("/robots.txt", b"", seconds=30)
    (capture,) = await visit(server.url("/list"), with_={"timeout_seconds": 0.4, "attempts": 1})
    assert (capture.outcome, server.paths()) == ("timeout", [])


async def test_a_redirect_to_a_disallowed_address_is_not_followed(server, visit):
    _robots(server, "User-agent: *\nDisallow: /private\n")
    server.page("/list", b"", status=302, location="/private/x")
    (capture,) = await visit(server.url("/list"))
    assert (capture.outcome, server.paths()) == ("robots_denied", ["/list"])


def _gaps(server) -> list[float]:
    times = [request.at for request in server.requests]
    return [later - earlier for earlier, later in itertools.pairwise(times)]


async def test_the_delay_holds_at_the_server_for_robots_and_redirects_too(server, visit):
    server.page("/a", b"", status=302, location="/b")
    server.page("/b")
    await visit(one=(server.url("/a"), 2), two=(server.url("/b"), 2), with_={"delay_seconds": 0.15, "concurrency": 4})
    assert len(server.requests) == 7
    assert min(_gaps(server)) > 0.14


async def test_a_larger_crawl_delay_is_kept(server, visit):
    _robots(server, "User-agent: *\nCrawl-delay: 0.3\n")
    server.page("/a")
    await visit(one=(server.url("/a"), 3), with_={"delay_seconds": 0.01})
    assert min(_gaps(server)[1:]) > 0.29


async def test_an_absurd_crawl_delay_is_a_refusal(server, visit):
    _robots(server, "User-agent: *\nCrawl-delay: 86400\n")
    (capture,) = await visit(server.url("/a"))
    assert (capture.outcome, server.paths()) == ("robots_denied", [])


@pytest.mark.parametrize("concurrency", [1, 3])
async def test_no_more_requests_at_once_than_allowed(server, visit, concurrency):
    server.page("/a", seconds=0.05)
    captures = await visit(*[server.url(f"/a?{n}") for n in range(9)], with_={"concurrency": concurrency})
    assert {capture.outcome for capture in captures} == {"ok"}
    assert server.peak == concurrency


@pytest.mark.parametrize("status", [401, 403])
async def test_a_wall_pauses_the_source(server, visit, status):
    server.page("/wall", b"who are you?", status=status)
    server.page("/list", seconds=0.02)
    captures = await visit(wall=(server.url("/wall"), 2), late=(server.url("/list"), 3), with_={"delay_seconds": 0.05})
    assert [one.outcome for one in captures[:2]] == ["blocked", "blocked"]
    assert captures[0].http_status == status
    assert captures[-1].outcome == "blocked"
    assert captures[-1].outcome_detail == f"paused after wall page 1: status {status}"
    assert server.paths().count("/wall") == 1


async def test_a_captcha_with_a_friendly_status_is_blocked(server, visit, pages):
    server.page("/x", (pages / "html_negative/walmart/blocked_walmart.html").read_bytes())
    (capture,) = await visit(server.url("/x"))
    assert (capture.outcome, capture.http_status) == ("blocked", 200)
    assert "robot or human?" in capture.outcome_detail
    assert capture.warc_file, "the wall is evidence too"


async def test_no_recorded_shelf_is_taken_for_a_wall(pages):
    from extractors.blocked import blocked_by_body

    found = {path.name: blocked_by_body(path.read_bytes(), ()) for path in (pages / "html").rglob("*.html")}
    assert len(found) > 20
    assert not {name: wall for name, wall in found.items() if wall}


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16-le"])
async def test_the_marks_of_a_site_are_found_in_any_encoding(server, visit, encoding):
    server.page("/x", "<p>请拖动滑块完成验证</p>".encode(encoding))
    (capture,) = await visit(server.url("/x"), with_={"blocked_marks": ["拖动滑块"]})
    assert capture.outcome == "blocked"


async def test_a_challenge_header_is_a_wall(server, visit):
    server.page("/x", b"<html>wait</html>", status=503, cf_mitigated="challenge")
    (capture,) = await visit(server.url("/x"))
    assert (capture.outcome, server.paths()) == ("blocked", ["/x"])


async def test_a_login_page_at_the_end_of_a_redirect_is_a_wall(server, visit):
    server.page("/list", b"", status=302, location="/account/login?next=/list")
    server.page("/account/login", b"<form>")
    (capture,) = await visit(server.url("/list"))
    assert (capture.outcome, server.paths()) == ("blocked", ["/list"])


NOW = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("120", 120.0), (" 0 ", 0.0), ("Sun, 22 Nov 2026 12:01:30 GMT", 90.0), ("Sun, 22 Nov 2026 11:00:00 GMT", 0.0),
     ("-5", None), ("soon", None), ("", None), (None, None), ("1e9", None), ("٣", None)],
)  # fmt: skip
def test_retry_after(value, seconds):
    assert retry_after(value, NOW) == seconds


def test_backoff_doubles_with_jitter_and_is_bounded():
    for attempt, longest in [(1, 1.5), (2, 3.0), (3, 6.0), (9, 90.0), (500, 90.0)]:
        waits = [backoff(attempt) for _ in range(50)]
        assert longest / 3 <= min(waits) <= max(waits) <= longest
        assert len(set(waits)) > 40
