"""Which addresses are asked: public ones only, however they are spelt, wherever a redirect or a name server points."""

from __future__ import annotations

import ssl

import pytest

from extractors.address import is_public
from extractors.url import RefusedAddress, check_url


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0", "100.64.0.1", "224.0.0.1",
        "255.255.255.255", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "ff02::1", "::ffff:127.0.0.1",
        "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a00:1", "2002:7f00:1::", "2002:a9fe:a9fe::1", "240.0.0.1",
        "100.100.100.200", "168.63.129.16", "192.0.0.192", "fd00:ec2::254", "fec0::1", "::7f00:1", "::ffff:0:7f00:1",
        "64:ff9b:1::7f00:1", "192.88.99.1", "198.18.0.1", "2001:db8::1",
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


FORMS = ["127.1", "0x7f.1", "0x7f000001", "017700000001", "2130706433", "127.0.0.1.", "127。0。0。1", "localhost", "0"]


@pytest.mark.parametrize("host", [*FORMS, "[::ffff:127.0.0.1]", "[::ffff:7f00:1]"])
async def test_loopback_in_every_spelling_is_refused_as_address_and_as_redirect(server, visit, monkeypatch, host):
    """By the system's own resolver, which knows more spellings of an address than any list of ours."""
    (asked,) = await visit(server.url("/", host), allow_private=False)
    assert asked.outcome in {"refused_address", "http_error"}, asked.outcome_detail
    assert server.requests == []
    monkeypatch.setattr("extractors.address.is_public", lambda address: address == "127.0.0.2")
    server.page("/moved", b"", status=302, location=server.url("/inside", host))
    (moved,) = await visit(server.url("/moved", "127.0.0.2"), allow_private=False)
    assert moved.outcome in {"refused_address", "http_error"}, moved.outcome_detail
    assert {request.address for request in server.requests} == {"127.0.0.2"}


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
