"""Answers of official APIs, broken on purpose: what was lost is noticed, or nothing was lost.

Each documented example is made a list of a healthy size; then each key of its entries is renamed or its value wrapped,
the answer is cut, written in another encoding, or emptied. Read and audited with the shipped bounds it is then refused
or reads as before; the few columns that a healthy list may be without are named.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from duckdb import DuckDBPyConnection

from extractors.capture import Capture, write_captures
from extractors.parse import PageContext, Parsed, UnreadablePage, parse_page
from extractors.source import read_source
from extractors.spec import read_spec
from extractors.stagedir import StageDir
from extractors.staging import Staging
from extractors.worker import COLUMNS, to_columns
from warehouse.lake import Lake, LakeConfig
from warehouse.validate import audit

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
AT = datetime(2026, 11, 20, 22, tzinfo=UTC)
ENTRIES = 24
OPTIONAL = frozenset((
    "list_price", "coupon_price", "price_high", "rating", "family_id", "price_text", "sponsored", "rank", "rank_source",
))  # fmt: skip
MAY_BE_WITHOUT = {  # or has a second place for
    "pinduoduo": {"brand_text", "image_url"}, "jd-union": {"in_stock", "item_id"},
    "woocommerce": {"brand_text", "image_url"},
    "mercadolibre-api": {"shop", "units_low", "units_high", "units_basis", "units_text"},
}  # fmt: skip
WAY = {
    "taobao-alliance": ("tbk_dg_material_optional_upgrade_response", "result_list", "map_data"),
    "jd-union": ("data",), "pinduoduo": ("goods_search_response", "goods_list"), "ebay-browse": ("itemSummaries",),
    "shopify": ("products",), "woocommerce": (), "mercadolibre-api": ("results",),
    "vendure": ("data", "search", "items"), "saleor": ("data", "products", "edges"),
    "shopify-storefront": ("data", "collection", "products", "edges"),
}  # fmt: skip
IDS = ("item_id", "skuId", "goods_sign", "legacyItemId", "id", "productId")
JD = "jd_union_open_goods_query_responce"


@dataclass(frozen=True)
class Answer:
    """A healthy answer of one API: its envelope and its entries."""

    site: str
    context: PageContext
    envelope: Any
    entries: list[Any]

    def body(self, entries: list[Any]) -> bytes:
        """The answer with ``entries``, as the API writes it."""
        answer = within(copy.deepcopy(self.envelope), WAY[self.site], entries)
        if self.site == "jd-union":
            answer = {JD: {"code": "0", "queryResult": json.dumps(answer, ensure_ascii=False)}}
        return json.dumps(answer, ensure_ascii=False).encode()

    def read(self, body: bytes) -> Parsed:
        """The body as it is read."""
        return parse_page(body, self.context)


def within(answer: Any, way: tuple[str, ...], entries: list[Any]) -> Any:
    if not way:
        return entries
    answer[way[0]] = within(answer[way[0]], way[1:], entries)
    return answer


@cache
def answer_of(site: str) -> Answer:
    """The documented example, its first entry made many."""
    name = "mercadolibre" if site == "mercadolibre-api" else site.replace("-", "_")
    envelope = json.loads((HERE / "api_examples" / f"{name}.json").read_bytes())
    if site == "jd-union":
        envelope = json.loads(envelope[JD]["queryResult"])
    entries = envelope
    for key in WAY[site]:
        entries = entries[key]
    source = read_source(ROOT / "config" / "sources" / f"{site}.yaml")
    context = PageContext(
        spec=read_spec(site), source=source, category_id=source.categories[0].id, url="https://shop.example/list"
    )
    many = [numbered(entries[0], number) for number in range(ENTRIES)]
    return Answer(site, context, envelope, many)


def numbered(entry: Any, number: int) -> Any:
    """A copy of the entry with an identity of its own."""
    made = copy.deepcopy(entry)
    node = made.get("node", made)
    for key in IDS:
        if key in node:
            node[key] = node[key] + number if isinstance(node[key], int) else f"{number}{node[key]}{number}"
    if "itemId" in node:
        node["itemId"] = f"v1|{node['legacyItemId']}|0" if "legacyItemId" in node else f"J{number}"
    node.pop("priorityListing", None)
    return made


@pytest.fixture(scope="module", params=sorted(WAY))
def answer(request: pytest.FixtureRequest) -> Answer:
    """A healthy answer of each API."""
    return answer_of(request.param)


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DuckDBPyConnection]:
    """A reader of an empty lake: no history to compare with."""
    home = tmp_path_factory.mktemp("lake")
    lake = Lake(LakeConfig(catalog=str(home / "catalog.sqlite"), data_path=str(home / "files"), temp_dir=home / "tmp"))
    lake.migrate()
    with lake.reader() as con:
        yield con


@pytest.fixture
def verdict(reader: DuckDBPyConnection, tmp_path: Path) -> Callable[[Answer, bytes], str]:
    """What becomes of a body: "unreadable", "refused", "incomplete" or "ok"."""

    def judge(answer: Answer, body: bytes) -> str:
        try:
            parsed = answer.read(body)
        except UnreadablePage:
            return "unreadable"
        source, spec = answer.context.source, answer.context.spec
        stage = StageDir(tmp_path, source.source, AT)
        capture = Capture(
            capture_id="page", source=source.source, category_id=answer.context.category_id, page_no=1, observed_at=AT,
            observed_on=AT.date(), fetched_at=AT, outcome="ok", sha256="0" * 64,
        )  # fmt: skip
        staging = Staging(source, spec.parser_version)
        staging.add(capture, to_columns(parsed))
        staging.write(stage, 0)
        write_captures(stage.captures(0), [capture])
        return audit(reader, source, stage, None).categories[answer.context.category_id].status

    return judge


def leaves(value: Any, way: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The ways to every key of an entry."""
    if isinstance(value, dict):
        for key, one in value.items():
            yield (*way, key)
            yield from leaves(one, (*way, key))
    elif isinstance(value, list):
        for number, one in enumerate(value):
            yield from leaves(one, (*way, number))


def broken(entries: list[Any], way: tuple[Any, ...], *, wrap: bool) -> list[Any]:
    """The entries with the key at the end of ``way`` renamed, or its value inside an object."""
    made = copy.deepcopy(entries)
    for entry in made:
        place = entry
        for key in way[:-1]:
            place = place[key]
        value = place.pop(way[-1])
        place[way[-1] if wrap else f"{way[-1]}New"] = {"value_new": value} if wrap else value
    return made


def lost(answer: Answer, body: bytes) -> set[str] | None:
    """The columns that the healthy answer has and this one has not, or has otherwise; None: it can't be read at all."""
    whole = answer.read(answer.body(answer.entries)).listings
    try:
        now = answer.read(body).listings
    except UnreadablePage:
        return None
    return {name for name in COLUMNS if [getattr(one, name) for one in whole] != [getattr(one, name) for one in now]}


def test_a_healthy_answer_is_loaded(answer: Answer, verdict: Callable[[Answer, bytes], str]) -> None:
    parsed = answer.read(answer.body(answer.entries))

    assert len(parsed.listings) == len({one.item_id for one in parsed.listings}) == ENTRIES
    assert parsed.problems == []
    assert verdict(answer, answer.body(answer.entries)) in ("ok", "incomplete")


def test_a_renamed_or_wrapped_key_is_noticed_or_costs_nothing(
    answer: Answer, verdict: Callable[[Answer, bytes], str]
) -> None:
    without = OPTIONAL | MAY_BE_WITHOUT.get(answer.site, set())
    caught, silent = 0, []
    for way in leaves(answer.entries[0]):
        for wrap in (False, True):
            body = answer.body(broken(answer.entries, way, wrap=wrap))
            gone = lost(answer, body)
            if gone is None:
                caught += 1
            elif gone - without:
                refused = verdict(answer, body) == "refused"
                caught += refused
                silent += [] if refused else [(way, wrap, gone)]

    assert caught >= 4
    assert silent == []


def test_half_an_answer_is_noticed(answer: Answer, verdict: Callable[[Answer, bytes], str]) -> None:
    body = answer.body(answer.entries)
    for share in (0.25, 0.5, 0.9, 0.999):
        assert verdict(answer, body[: int(len(body) * share)]) == "unreadable"
    assert verdict(answer, answer.body(answer.entries[:1])) in ("refused", "incomplete")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-32", "gb18030"])
def test_another_encoding_reads_the_same_or_is_refused(
    answer: Answer, verdict: Callable[[Answer, bytes], str], encoding: str
) -> None:
    body = answer.body(answer.entries).decode().encode(encoding)

    assert lost(answer, body) in (None, set()) or verdict(answer, body) == "refused"


def test_an_emptied_list_is_no_success(answer: Answer, verdict: Callable[[Answer, bytes], str]) -> None:
    assert verdict(answer, answer.body([])) in ("unreadable", "refused")


def test_another_currency_is_not_taken_for_ours(answer: Answer, verdict: Callable[[Answer, bytes], str]) -> None:
    """Where the answer names its currency and the source says which are right."""
    text = answer.body(answer.entries).decode()
    for code in ("CNY", "USD", "GBP", "MXN", "EUR", "CAD"):
        if f'"{code}"' not in text:
            continue
        parsed = answer.read(text.replace(f'"{code}"', '"XOF"').encode())
        assert {one.currency for one in parsed.listings} == {"XOF"}
