"""Official APIs collected from loopback through fetch and extract with the shipped configuration alone.

The gateways here know their platform's arithmetic by themselves and refuse, as the platforms do, what is not signed.
The only thing changed in a source is its host.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import hmac
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pyarrow.parquet as pq
import pytest
from pydantic import ValidationError

from extractors.archive import Archive
from extractors.capture import Capture, write_captures
from extractors.extract import extract_captures
from extractors.fetch import fetch_categories
from extractors.source import Source, read_source
from extractors.stagedir import StageDir
from extractors.worker import ParserPool

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "tests" / "recorded" / "api_examples"
AT = datetime(2026, 11, 21, 22, tzinfo=UTC)
ENVIRONMENT = {
    "TAOBAO_APP_KEY": "31000001", "TAOBAO_APP_SECRET": "taobao-s3cret", "TAOBAO_ADZONE_ID": "998877",
    "JD_UNION_APP_KEY": "jd-key-1", "JD_UNION_APP_SECRET": "jd-s3cret", "PDD_CLIENT_ID": "pdd-client",
    "PDD_CLIENT_SECRET": "pdd-s3cret", "PDD_PID": "1_2345", "SHOPIFY_STOREFRONT_TOKEN": "storefront-t0ken",
    "EBAY_CLIENT_ID": "ebay id/1", "EBAY_CLIENT_SECRET": "ebay-s3cret+", "MERCADOLIBRE_CLIENT_ID": "meli-id",
    "MERCADOLIBRE_CLIENT_SECRET": "meli-s3cret",
}  # fmt: skip
Told = dict[str, str]


@pytest.fixture(scope="module")
def pool() -> Iterator[ParserPool]:
    one = ParserPool()
    yield one
    one.close()


def wrapped_md5(form: Told, secret: str) -> str:
    text = "".join(name + form[name] for name in sorted(form))
    return hashlib.md5(f"{secret}{text}{secret}".encode()).hexdigest().upper()


def hmac_sha256(form: Told, secret: str) -> str:
    text = "".join(name + form[name] for name in sorted(form))
    return hmac.digest(secret.encode(), text.encode(), "sha256").hex().upper()


def recent(told: str) -> bool:
    moment = datetime.fromtimestamp(int(told), UTC) if told.isdigit() else datetime.fromisoformat(f"{told}+08:00")
    return abs((moment - datetime.now(UTC)).total_seconds()) < 600


def taobao(form: Told, _: Any) -> bool:
    signature = form.pop("sign", "")
    return (
        form["method"] == "taobao.tbk.dg.material.optional.upgrade"
        and form["q"] == "电饭煲"
        and form["adzone_id"] == "998877"
        and form["sign_method"] == "hmac-sha256"
        and recent(form["timestamp"])
        and signature == hmac_sha256(form, "taobao-s3cret")
    )


def jd(form: Told, _: Any) -> bool:
    signature = form.pop("sign", "")
    wanted = json.loads(form["360buy_param_json"])["goodsReqDTO"]
    known = wanted["keyword"] == "空气炸锅" and wanted["pageIndex"] in (1, 2, 3) and form["app_key"] == "jd-key-1"
    return known and recent(form["timestamp"]) and signature == wrapped_md5(form, "jd-s3cret")


def pinduoduo(form: Told, request: Any) -> bool:
    signature = form.pop("sign", "")
    known = form["type"] == "pdd.ddk.goods.search" and form["pid"] == "1_2345" and request.path == "/api/router"
    return known and recent(form["timestamp"]) and signature == wrapped_md5(form, "pdd-s3cret")


def graphql(*words: str) -> Callable[[Told, Any], bool]:
    def known(_: Told, request: Any) -> bool:
        asked = json.loads(request.body)
        query = asked["query"]
        balanced = all(query.count(one) == query.count(other) for one, other in ("()", "{}"))
        return balanced and request.headers["content-type"] == "application/json" and all(one in query for one in words)

    return known


def storefront(form: Told, request: Any) -> bool:
    token = request.headers.get("x-shopify-storefront-access-token")
    return token == "storefront-t0ken" and graphql("collection(handle:", "BEST_SELLING")(form, request)


def bearer(token: str, **asked: str) -> Callable[[Told, Any], bool]:
    def known(form: Told, request: Any) -> bool:
        return request.headers.get("authorization") == f"Bearer {token}" and asked.items() <= form.items()

    return known


@pytest.mark.parametrize(
    ("site", "answer", "accepts", "rows"),
    [
        ("taobao-alliance", "taobao_alliance", taobao, 6),
        ("jd-union", "jd_union", jd, 9),
        ("pinduoduo", "pinduoduo", pinduoduo, 6),
        ("vendure", "vendure", graphql("collectionSlug", "groupByProduct: true", "SinglePrice"), 3),
        ("saleor", "saleor", graphql("channel:", "priceRangeUndiscounted"), 3),
        ("shopify-storefront", "shopify_storefront", storefront, 2),
        ("ebay-browse", "ebay_browse", bearer("ebay-t0ken", q="drone", offset="0"), 3),
        ("mercadolibre-api", "mercadolibre", bearer("meli-t0ken", q="cafetera"), 6),
        ("shopify", "shopify", lambda form, _: form["limit"] == "250", 4),
        ("woocommerce", "woocommerce", lambda form, _: form["per_page"] == "100", 4),
    ],
)
async def test_an_api_is_collected_with_configuration_alone(
    server: Any, archive: Archive, tmp_path: Path, pool: ParserPool, site: str, answer: str, accepts: Any, rows: int
) -> None:
    source = at_loopback(site, server, tmp_path)
    refused = serve_gateway(server, (EXAMPLES / f"{answer}.json").read_bytes(), accepts)
    stage = StageDir(tmp_path, site, AT)

    with archive.writer(site, AT, 0) as writer:
        captures = await fetch_categories(source, source.categories, AT, archive=writer, environment=ENVIRONMENT)
    write_captures(stage.captures(0), captures)
    counts = extract_captures(source, stage, 0, archive, pool=pool)

    assert refused == []
    assert counts == {"pages": len(captures), "unreadable": 0, "listings": rows, "problems": 0}
    staged = pq.read_table(stage.listings(0)).to_pylist()
    assert [row["position"] for row in staged] == list(range(1, rows + 1))
    assert {row["currency"] for row in staged if row["price"] is not None} != {None}
    kept = stage.captures(0).read_text(encoding="utf-8")
    for value in ENVIRONMENT.values():
        assert value not in kept


async def test_a_wrong_key_is_told_by_the_platforms_own_words(
    server: Any, archive: Archive, tmp_path: Path, pool: ParserPool
) -> None:
    source = at_loopback("taobao-alliance", server, tmp_path)
    refused = serve_gateway(server, b"{}", taobao)
    stage = StageDir(tmp_path, "taobao-alliance", AT)
    wrong = {**ENVIRONMENT, "TAOBAO_APP_SECRET": "another-s3cret"}

    with archive.writer("taobao-alliance", AT, 0) as writer:
        captures = await fetch_categories(source, source.categories, AT, archive=writer, environment=wrong)
    write_captures(stage.captures(0), captures)
    counts = extract_captures(source, stage, 0, archive, pool=pool)

    assert len(refused) == 2
    assert counts["unreadable"] == 2
    assert "Invalid signature" in stage.captures(0).read_text(encoding="utf-8")


def at_loopback(site: str, server: Any, folder: Path) -> Source:
    """The shipped source, with nothing changed but the host (and that loopback may be asked, without waiting)."""
    shipped = read_source(ROOT / "config" / "sources" / f"{site}.yaml")
    url = urlsplit(shipped.categories[0].url or "")
    text = (ROOT / "config" / "sources" / f"{site}.yaml").read_text(encoding="utf-8")
    text = text.replace(f"{url.scheme}://{url.netloc}", server.url(""))
    path = folder / f"{site}.yaml"
    path.write_text(f"allow_private: true\n{text}", encoding="utf-8")
    source = read_source(path)
    return source.model_copy(update={"fetch": source.fetch.model_copy(update={"delay_seconds": 0.0})})


class AnyPath(dict[str, Any]):
    """Routes that lead to one answer, whatever the path; robots.txt is absent."""

    def __init__(self, answer: Any) -> None:
        super().__init__()
        self._answer = answer

    def get(self, key: str, default: Any = None) -> Any:
        return default if key == "/robots.txt" else self._answer


def serve_gateway(server: Any, body: bytes, accepts: Callable[[Told, Any], bool]) -> list[Told]:
    """Let ``server`` answer with ``body`` what ``accepts`` knows, and with an error the rest, which is given back."""
    refused: list[Told] = []

    async def answer(request: Any, writer: Any) -> None:
        query = urlsplit(request.path).query
        form = dict(parse_qsl(request.body.decode() if "form" in request.headers.get("content-type", "") else query))
        status, told = 200, body
        if form.get("grant_type") == "client_credentials":
            status, told = granted(form, request)
        elif not accepts(form, request):
            refused.append(form)
            told = b'{"error_response": {"code": 25, "msg": "Invalid signature"}}'
        writer.write(b"HTTP/1.1 %d Told\r\nContent-Type: application/json;charset=UTF-8\r\n" % status)
        writer.write(f"X-Echo: {request.headers.get('authorization', 'nobody')}\r\n".encode())
        writer.write(b"Content-Length: %d\r\n\r\n" % len(told) + told)

    server.routes = AnyPath(answer)
    return refused


def granted(form: Told, request: Any) -> tuple[int, bytes]:
    """What the token endpoints of eBay (keys in a header) and Mercado Libre (in the form) answer."""
    basic = base64.b64encode(b"ebay+id%2F1:ebay-s3cret%2B").decode()
    if request.path == "/identity/v1/oauth2/token" and request.headers.get("authorization") == f"Basic {basic}":
        known = form["scope"].endswith("/oauth/api_scope")
        return (200, token("ebay-t0ken")) if known else (400, b'{"error": "invalid_scope"}')
    if request.path == "/oauth/token" and (form.get("client_id"), form.get("client_secret")) == (
        "meli-id",
        "meli-s3cret",
    ):
        return 200, token("meli-t0ken")
    return 401, b'{"error": "invalid_client", "error_description": "client authentication failed"}'


def token(value: str) -> bytes:
    return json.dumps({"access_token": value, "expires_in": 7200, "token_type": "Application Access Token"}).encode()


async def collect(source: Source, archive: Archive, environment: dict[str, str]) -> list[Capture]:
    with archive.writer(source.source, AT, 0) as writer:
        return await fetch_categories(source, source.categories, AT, archive=writer, environment=environment)


@pytest.mark.parametrize("site", ["ebay-browse", "mercadolibre-api"])
async def test_a_token_is_asked_for_once_a_run_and_kept_nowhere(
    server: Any, archive: Archive, tmp_path: Path, site: str
) -> None:
    source = at_loopback(site, server, tmp_path)
    more = [source.categories[0].model_copy(update={"id": f"c{number}"}) for number in range(3)]
    source = source.model_copy(update={"categories": [*source.categories, *more]})
    serve_gateway(server, b'{"ok": 1}', lambda *_: True)

    captures = await collect(source, archive, ENVIRONMENT)

    asked = [one for one in server.requests if "token" in one.path]
    assert len(asked) == 1
    assert {one.outcome for one in captures} == {"ok"}
    kept = b"".join(gzip.decompress(path.read_bytes()) for path in archive.folder.rglob("*.gz"))
    told = kept + repr(captures).encode()
    assert b"authorization: ***" in kept.lower()
    assert b"x-echo: bearer ***" in kept.lower()
    for secret in (b"ebay-t0ken", b"meli-t0ken", b"s3cret", b"ebay id", b"Basic "):
        assert secret not in told


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (b"HTTP/1.1 401 No\r\nContent-Length: 2\r\n\r\n{}", "status 401"),
        (b"HTTP/1.1 302 Go\r\nLocation: http://127.0.0.2:1/\r\nContent-Length: 0\r\n\r\n", "status 302"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\noops", "no JSON"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]", "no access_token"),
        (b'HTTP/1.1 200 OK\r\nContent-Length: 29\r\n\r\n{"access_token": "a\\r\\nX: y"}', "no access_token"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{", ""),
    ],
)
async def test_without_a_token_nothing_is_asked_and_the_source_pauses(
    server: Any, archive: Archive, tmp_path: Path, answer: bytes, told: str
) -> None:
    source = at_loopback("mercadolibre-api", server, tmp_path)

    async def refuse(_: Any, writer: Any) -> None:
        writer.write(answer)
        writer.close()

    server.routes = AnyPath(refuse)

    captures = await collect(source, archive, ENVIRONMENT)

    assert [one.outcome for one in captures] == ["blocked", "blocked"]
    assert all(
        "no access token from" in (one.outcome_detail or "") and told in (one.outcome_detail or "") for one in captures
    )
    assert [one.path for one in server.requests] == ["/oauth/token"]


def test_keys_are_sent_over_tls_only() -> None:
    grant = {"url": "http://api.example/token", "client_id": "A", "client_secret": "B"}
    raw = {
        "source": "x", "title": "X", "site": "ebay-browse", "timezone": "UTC", "fetch": {"grant": grant},
        "categories": [{"id": "a", "title": "A", "url": "https://api.example/list"}],
    }  # fmt: skip
    with pytest.raises(ValidationError, match="an https url"):
        Source.model_validate(raw)
    grant["url"] = "https://api.example/token"
    assert Source.model_validate(raw).fetch.grant is not None
