"""A good guest: robots.txt, delays, walls, addresses, secrets; each proved at the server, not assumed."""

from __future__ import annotations

import itertools
import logging
import ssl
import time
from datetime import UTC, datetime

import pytest

from extractors.address import RefusedAddress, check_url, is_public
from extractors.politeness import backoff, retry_after
from extractors.secret import MissingSecret


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


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0", "100.64.0.1", "224.0.0.1",
        "255.255.255.255", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "ff02::1", "::ffff:127.0.0.1",
        "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a00:1", "2002:7f00:1::", "2002:a9fe:a9fe::1", "240.0.0.1",
    ],
)  # fmt: skip
def test_what_is_not_public(address):
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", ["93.184.216.34", "8.8.8.8", "2606:2800:220:1:248:1893:25c8:1946", "64:ff9b::808:808"]
)
def test_what_is_public(address):
    assert is_public(address)


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "http://", "http://user@shop.test/", "http://shop.test:0/", "http://shop.test:x/",
            "http://shop.test/\r\nX: y", "http://shop.test/" + "a" * 9000, "shop.test/list"],
)  # fmt: skip
def test_what_is_no_address_of_a_page(url):
    with pytest.raises(RefusedAddress):
        check_url(url)


async def test_private_addresses_are_refused_by_number_and_by_name(server, visit):
    async def to_loopback(host: str, port: int) -> list[str]:
        return ["127.0.0.1"]

    captures = await visit(
        server.url("/"), server.url("/", "2130706433"), server.url("/", "rebound.test"), "http://[::1]/",
        allow_private=False, resolver=to_loopback,
    )  # fmt: skip
    assert {one.outcome for one in captures} == {"refused_address"}
    assert server.requests == []


async def test_one_private_address_among_public_ones_is_enough_to_refuse(server, visit, monkeypatch):
    monkeypatch.setattr("extractors.address.is_public", lambda address: address == "127.0.0.1")

    async def mixed(host: str, port: int) -> list[str]:
        return ["127.0.0.1", "10.0.0.1"]

    (capture,) = await visit(server.url("/", "mixed.test"), allow_private=False, resolver=mixed)
    assert (capture.outcome, server.requests) == ("refused_address", [])


async def test_a_redirect_to_a_private_address_is_refused(server, visit, monkeypatch):
    monkeypatch.setattr("extractors.address.is_public", lambda address: address != "127.0.0.2")
    server.page("/list", b"", status=302, location=server.url("/inside", "127.0.0.2"))
    (capture,) = await visit(server.url("/list"), allow_private=False)
    assert (capture.outcome, server.paths()) == ("refused_address", ["/list"])


async def test_a_name_that_changes_between_check_and_connect_gains_nothing(server, visit, monkeypatch):
    monkeypatch.setattr("extractors.address.is_public", lambda address: address == "127.0.0.1")
    answers = []

    async def rebinding(host: str, port: int) -> list[str]:
        answers.append("127.0.0.2" if answers else "127.0.0.1")
        return [answers[-1]]

    server.page("/list", connection="keep-alive")
    (first,) = await visit(server.url("/list", "rebinding.test"), allow_private=False, resolver=rebinding)
    assert (first.outcome, answers) == ("ok", ["127.0.0.1"]), "one look-up a connection, and that answer is used"
    assert {request.address for request in server.requests} == {"127.0.0.1"}
    (second,) = await visit(server.url("/list", "rebinding.test"), allow_private=False, resolver=rebinding)
    assert second.outcome == "refused_address"


async def _shop(host: str, port: int) -> list[str]:
    return ["127.0.0.1"]


async def test_tls_is_verified_by_host_name_though_the_address_is_pinned(tls_server, visit, authority):
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    tls_server.page("/list")
    (good,) = await visit(tls_server.url("/list", "shop.test"), resolver=_shop, tls=trusting)
    (other,) = await visit(tls_server.url("/list", "other.test"), resolver=_shop, tls=trusting, with_={"attempts": 3})
    (stranger,) = await visit(tls_server.url("/list", "shop.test"), resolver=_shop)
    assert (good.outcome, other.outcome, stranger.outcome) == ("ok", "http_error", "http_error")
    assert "certificate" in other.outcome_detail.lower()
    assert "tries" not in other.outcome_detail, "a certificate won't mend itself"


async def test_secrets_are_sent_and_nowhere_recorded(server, visit, archive, caplog):
    caplog.set_level(logging.DEBUG)
    server.page("/api", b"{}", x_echo="s3cret/value")
    environment = {"SHOP_KEY": "s3cret/value", "SHOP_APP": "app-4711"}
    (capture,) = await visit(
        server.url("/api?app=${SHOP_APP}&access_token=abc&page=1"),
        environment=environment, with_={"secret_headers": {"X-Shop-Key": "SHOP_KEY"}},
    )  # fmt: skip
    seen = server.requests[-1]
    assert (seen.headers["x-shop-key"], seen.path) == ("s3cret/value", "/api?app=app-4711&access_token=abc&page=1")
    assert "x-shop-key" not in server.requests[0].headers, "robots.txt needs no key"
    import gzip

    stored = gzip.decompress((archive.folder / capture.warc_file).read_bytes()).decode()
    for secret in ("s3cret", "app-4711", "=abc"):
        assert secret not in stored
        assert secret not in repr(capture)
        assert secret not in caplog.text
    assert capture.final_url == server.url("/api?app=***&access_token=***&page=1")
    assert "X-Shop-Key: ***" in stored or "x-shop-key: ***" in stored


async def test_secret_headers_stay_with_their_host(server, visit):
    server.page("/api", b"", status=307, location=server.url("/elsewhere", "127.0.0.2"))
    server.page("/elsewhere")
    await visit(server.url("/api"), environment={"K": "value"}, with_={"secret_headers": {"Authorization": "K"}})
    by_path = {request.path: request.headers.get("authorization") for request in server.requests}
    assert (by_path["/api"], by_path["/elsewhere"]) == ("value", None)


async def test_a_missing_secret_is_told_before_anything_is_asked(server, visit):
    with pytest.raises(MissingSecret, match=r"hostile.*X-Key.*SHOP_KEY"):
        await visit(server.url("/"), environment={}, with_={"secret_headers": {"X-Key": "SHOP_KEY"}})
    assert server.requests == []


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
