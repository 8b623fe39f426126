"""Signatures of official APIs: the platforms' own worked examples, and a gateway on loopback that checks them."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from warcio.archiveiterator import ArchiveIterator

from extractors.archive import Archive
from extractors.capture import Capture
from extractors.fetch import fetch_categories
from extractors.secret import MissingSecret
from extractors.signing import Keys, Signing, sign, signed_query
from extractors.source import Source

AT = datetime(2016, 1, 1, 4, 0, 0, tzinfo=UTC)
ENVIRONMENT = {"APP_KEY": "12345678", "APP_SECRET": "helloworld-secret", "TOKEN": "token-of-a-user"}
Visit = Callable[..., Awaitable[list[Capture]]]

# Taobao Open Platform, "API calling protocol" (docId 101617): its parameters, secret and signature.
TOP = {
    "method": "taobao.item.seller.get", "app_key": "12345678", "session": "test", "timestamp": "2016-01-01 12:00:00",
    "format": "json", "v": "2.0", "sign_method": "md5", "fields": "num_iid,title,nick,price,num",
    "num_iid": "11223344",
}  # fmt: skip
# Pinduoduo Open Platform, "API calling guide".
PDD = {
    "type": "pdd.order.number.list.get", "client_id": "1", "data_type": "XML", "order_status": "1", "page": "1",
    "page_size": "10", "timestamp": "1480411125", "access_token": "asd78172s8ds9a921j9qqwda12312w1w21211",
}  # fmt: skip
# JD, "how to call" (listId 2643).
JD = {
    "360buy_param_json": '{"end_date":null,"optional_fields":null,"order_state":"WAIT_SELLER_STOCK_OUT","page":"1",'
    '"page_size":"200","start_date":null}',
    "access_token": "yourtoken", "app_key": "yourappkey", "method": "jingdong.pop.order.search",
    "timestamp": "2021-05-07 09:20:39.683+0800", "v": "2.0",
}  # fmt: skip


@pytest.mark.parametrize(
    ("parameters", "secret", "expected"),
    [
        pytest.param(TOP, "helloworld", "66987CB115214E59E6EC978214934FB8", id="top"),
        pytest.param(PDD, "testSecret", "E4DE3ED21002510DED352819E7AE6775", id="pdd"),
        pytest.param(JD, "yourappSecret", "D70825340F4084360B9362B60DFD7930", id="jd"),
    ],
)
def test_the_worked_examples_of_the_platforms(parameters: dict[str, str], secret: str, expected: str) -> None:
    backwards = dict(sorted(parameters.items(), reverse=True))

    assert sign(parameters, secret) == expected
    assert sign(backwards, secret) == expected


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        # The platform's page names both digests and prints no result; these are the HMACs' own published examples.
        pytest.param("hmac", "750C783E6AB0B503EAA86E310A5DB738", id="RFC 2104 and 2202, 2"),
        pytest.param(
            "hmac-sha256", "5BDCC146BF60754E6A042426089575C75A003F089D2739839DEC58B964EC3843", id="RFC 4231, 4.3"
        ),
    ],
)
def test_hmac_as_its_rfc_has_it(method: Any, expected: str) -> None:
    assert sign({"what do ya want ": "for nothing?"}, "Jefe", method) == expected


@given(st.dictionaries(st.text(min_size=1, max_size=8), st.text(max_size=12), max_size=6), st.text(max_size=20))
def test_hmac_by_a_second_way(parameters: dict[str, str], secret: str) -> None:
    """RFC 2104 spelled out over the plain hash: no part of the code under test, nor of the hmac module."""
    storable = {name: value for name, value in parameters.items() if (name + value).isprintable()}
    key = secret.encode("utf-8", "ignore")
    if key.decode() != secret:
        return
    text = "".join(name + storable[name] for name in sorted(storable)).encode()
    for method, digest in (("hmac", hashlib.md5), ("hmac-sha256", hashlib.sha256)):
        block = (digest(key).digest() if len(key) > 64 else key).ljust(64, b"\0")
        inner = digest(bytes(byte ^ 0x36 for byte in block) + text).digest()
        spelled = digest(bytes(byte ^ 0x5C for byte in block) + inner).hexdigest().upper()
        assert sign(storable, secret, method) == spelled  # type: ignore[arg-type]


def test_a_query_gets_the_platforms_parameters() -> None:
    keys = Keys("12345678", "helloworld", "test")
    signing = Signing(scheme="top", app_key="A", app_secret="B", access_token="C")
    query = "method=taobao.item.seller.get&fields=num_iid,title,nick,price,num&num_iid=11223344"

    told = dict(parse_qsl(signed_query(query, signing, keys, AT)))

    assert told == {**TOP, "sign": "66987CB115214E59E6EC978214934FB8"}


def test_each_scheme_tells_the_time_in_its_way() -> None:
    keys = Keys("k", "s")
    for scheme, name, moment in (("jd", "app_key", "2016-01-01 12:00:00"), ("pdd", "client_id", "1451620800")):
        signing = Signing.model_validate({"scheme": scheme, "app_key": "A", "app_secret": "B"})
        told = dict(parse_qsl(signed_query("page=1&sign=forged&timestamp=1", signing, keys, AT)))
        signature = told.pop("sign")
        assert (told[name], told["timestamp"]) == ("k", moment)
        assert "sign_method" not in told
        assert signature == sign(told, "s")


def test_keys_in_the_file_and_unknown_methods_are_refused() -> None:
    for wrong in ({"app_secret": "not-a-variable"}, {"method": "hmac"}, {"scheme": "aws"}, {"secret": "X"}):
        with pytest.raises(ValidationError):
            Signing.model_validate({"scheme": "jd", "app_key": "A", "app_secret": "B", **wrong})


class Gateway:
    """An API's door as its documentation describes it: by its own arithmetic, not the project's."""

    def __init__(self, secret: str, digest: str) -> None:
        self.secret, self.digest = secret.encode(), digest
        self.seen: list[dict[str, str]] = []

    def answer(self, form: dict[str, str]) -> bytes:
        self.seen.append(form)
        given_sign = form.pop("sign", "")
        text = b"".join((name + value).encode() for name, value in sorted(form.items()) if value)
        if self.digest == "wrapped":
            expected = hashlib.md5(self.secret + text + self.secret).hexdigest()
        else:
            expected = hmac.digest(self.secret, text, self.digest).hex()
        if given_sign != expected.upper():
            return b'{"error_response": {"code": 25, "msg": "Invalid signature"}}'
        return b'{"answer": "as signed"}'


@pytest.mark.parametrize(
    ("scheme", "method", "digest"),
    [
        ("top", "md5", "wrapped"),
        ("top", "hmac", "md5"),
        ("top", "hmac-sha256", "sha256"),
        ("jd", "md5", "wrapped"),
        ("pdd", "md5", "wrapped"),
    ],
)
@pytest.mark.parametrize("verb", ["GET", "POST"])
async def test_a_gateway_accepts_what_is_sent_and_nothing_secret_is_kept(
    server: Any, visit: Visit, archive: Archive, scheme: str, method: str, digest: str, verb: str
) -> None:
    gateway = Gateway(ENVIRONMENT["APP_SECRET"], digest)
    answered = _serve(server, gateway)
    address = server.url('/router/rest?q=电饭煲 %2B&page={page}&empty=&goods={"a":"b"}')
    policy = {
        "method": verb,
        "signing": {"scheme": scheme, "method": method, "app_key": "APP_KEY", "app_secret": "APP_SECRET",
                    "access_token": "TOKEN"},
    }  # fmt: skip

    (capture,) = await visit(address, with_=policy, environment=ENVIRONMENT)

    assert capture.outcome == "ok"
    assert archive.read(capture).body == b'{"answer": "as signed"}', answered
    assert gateway.seen[0]["q"] == "电饭煲 +"
    assert gateway.seen[0]["page"] == "1"
    moment = _moment(gateway.seen[0]["timestamp"])
    assert abs(moment - datetime.now(UTC)) < timedelta(minutes=1)
    with archive.path_of(capture).open("rb") as file:
        records = [
            (str(record.rec_headers) + str(record.http_headers)).encode() + record.content_stream().read()
            for record in ArchiveIterator(file)
        ]
    signature = answered[0].encode()
    told = b"\n".join(records) + repr(capture).encode()
    for secret in (*(value.encode() for value in ENVIRONMENT.values()), signature):
        assert secret not in told


def _moment(told: str) -> datetime:
    if told.isdigit():
        return datetime.fromtimestamp(int(told), UTC)
    return datetime.fromisoformat(f"{told}+08:00").astimezone(UTC)


def _serve(server: Any, gateway: Gateway) -> list[str]:
    """Let ``server`` answer as ``gateway``; gives the signatures it was sent."""
    signatures: list[str] = []

    async def answer(request: Any, writer: Any) -> None:
        text = request.body.decode() or urlsplit(request.path).query
        form = dict(parse_qsl(text))
        signatures.append(form.get("sign", ""))
        body = gateway.answer(form)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n")
        writer.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)

    server.routes["/router/rest"] = answer
    return signatures


async def test_each_try_is_signed_anew_and_a_redirect_never(server: Any, visit: Visit) -> None:
    tries: list[dict[str, str]] = []

    async def answer(request: Any, writer: Any) -> None:
        tries.append(dict(parse_qsl(urlsplit(request.path).query)))
        if len(tries) == 1:
            writer.write(b"HTTP/1.1 503 No\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n")
        else:
            other = server.url("/elsewhere?x=1", "127.0.0.2").encode()
            writer.write(b"HTTP/1.1 307 Moved\r\nLocation: " + other + b"\r\nContent-Length: 0\r\n\r\n")

    server.routes["/api"] = answer
    server.page("/elsewhere", b"{}")
    signing = {"scheme": "pdd", "app_key": "APP_KEY", "app_secret": "APP_SECRET"}

    await visit(server.url("/api?type=x"), with_={"signing": signing}, environment=ENVIRONMENT)

    assert int(tries[1]["timestamp"]) > int(tries[0]["timestamp"])
    assert tries[0]["sign"] != tries[1]["sign"]
    assert server.paths()[-1] == "/elsewhere?x=1"


async def test_a_missing_key_stops_before_anything_is_asked(server: Any, visit: Visit) -> None:
    signing = {"scheme": "pdd", "app_key": "APP_KEY", "app_secret": "APP_SECRET"}

    with pytest.raises(MissingSecret, match=r"fetch\.signing\.app_secret names the environment variable APP_SECRET"):
        await visit(server.url("/api?type=x"), with_={"signing": signing}, environment={"APP_KEY": "12345678"})

    assert server.requests == []


async def test_a_graphql_body_asks_for_each_page(server: Any, visit: Visit, archive: Archive) -> None:
    asked: list[Any] = []

    async def answer(request: Any, writer: Any) -> None:
        asked.append((json.loads(request.body), request.headers))
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")

    server.routes["/graphql"] = answer
    source = Source.model_validate({
        "source": "shop", "title": "A shop", "site": "vendure", "timezone": "Europe/Vienna", "allow_private": True,
        "fetch": {"method": "POST", "delay_seconds": 0, "secret_headers": {"X-Token": "TOKEN"}},
        "categories": [{
            "id": "all", "title": "All", "url": server.url("/graphql"), "pages": 2, "page_size": 20,
            "body": '{"query": "query { search(skip: {offset}, take: 20) { items { sku } } }", "page": {page}}',
        }],
    })  # fmt: skip
    with archive.writer("shop", AT, 0) as writer:
        captures = await fetch_categories(source, source.categories, AT, archive=writer, environment=ENVIRONMENT)

    assert [one.outcome for one in captures] == ["ok", "ok"]
    assert [body["page"] for body, _ in asked] == [1, 2]
    assert ["skip: 0," in body["query"] or "skip: 20," in body["query"] for body, _ in asked] == [True, True]
    assert asked[0][1]["content-type"] == "application/json"
    assert asked[0][1]["x-token"] == "token-of-a-user"
