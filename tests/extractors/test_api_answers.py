"""Answers of official APIs: minor units, errors that are told, honest emptiness, and answers that lost something."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from extractors.config import ConfigError
from extractors.money import from_minor_units
from extractors.parse import PageContext, Parsed, UnreadablePage, parse_page
from extractors.parsers.compile import compile_spec
from extractors.source import Source, read_source
from extractors.spec import FieldRule, SiteSpec, read_spec

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "tests" / "recorded" / "api_examples"
ANSWERS = {
    "taobao-alliance": "taobao_alliance", "jd-union": "jd_union", "pinduoduo": "pinduoduo",
    "ebay-browse": "ebay_browse", "shopify": "shopify", "woocommerce": "woocommerce",
    "mercadolibre-api": "mercadolibre", "vendure": "vendure", "saleor": "saleor",
    "shopify-storefront": "shopify_storefront",
}  # fmt: skip


def source_of(site: str) -> Source:
    return read_source(ROOT / "config" / "sources" / f"{site}.yaml")


def read(site: str, answer: Any) -> Parsed:
    body = answer if isinstance(answer, bytes) else json.dumps(answer, ensure_ascii=False).encode()
    return parse_page(body, PageContext(spec=read_spec(site), source=source_of(site), category_id="some"))


def example(name: str) -> Any:
    return json.loads((EXAMPLES / f"{name}.json").read_bytes())


@given(st.integers(0, 10**17), st.integers(0, 4))
def test_minor_units_are_exact(amount: int, digits: int) -> None:
    for written in (amount, str(amount), f" {amount} "):
        value = from_minor_units(written, digits)
        assert value is not None
        assert value * 10**digits == amount
        assert -int(value.as_tuple().exponent) == digits


@pytest.mark.parametrize(
    ("amount", "digits", "expected"),
    [
        (1250, 2, "12.50"), ("1999", "2", "19.99"), (1980, 0, "1980"), ("12500", 3, "12.500"), (5.0, 2, "0.05"),
        (12.5, 2, None), (-1, 2, None), ("12.50", 2, None), (True, 2, None), ("", 2, None), (None, 2, None),
        (100, None, None), (100, 5, None), (100, -1, None), ("9" * 19, 2, None), ("١٢", 2, None), ("1e3", 2, None),
    ],
)  # fmt: skip
def test_minor_units_or_nothing(amount: Any, digits: Any, expected: str | None) -> None:
    assert from_minor_units(amount, digits) == (Decimal(expected) if expected else None)


@given(st.one_of(st.floats(), st.text(max_size=30), st.binary(max_size=5), st.none()), st.text(max_size=3))
def test_minor_units_never_raise(amount: Any, digits: Any) -> None:
    value = from_minor_units(amount, digits)
    assert value is None or value >= 0


def test_an_amount_whose_digits_are_not_told_is_a_problem_and_no_price() -> None:
    answer = example("woocommerce")
    del answer[0]["prices"]["currency_minor_unit"]
    answer[1]["prices"]["price"] = "42.00"

    parsed = read("woocommerce", answer)

    assert [one.price for one in parsed.listings[:2]] == [None, None]
    told = {(one.position, one.field) for one in parsed.problems}
    assert told == {(1, "price"), (1, "list_price"), (2, "price")}
    assert parsed.listings[2].price == 1980


def test_digits_belong_to_minor_units() -> None:
    for wrong in ({"parse": "minor_units"}, {"digits": 2}, {"parse": "decimal", "digits": 2}):
        with pytest.raises(ValidationError, match="digits with parse: minor_units"):
            FieldRule.model_validate({"path": "x", **wrong})


@pytest.mark.parametrize(("digits", "key"), [("a[", "digits"), ("a..b", "digits")])
def test_a_broken_path_of_digits_is_found_when_the_spec_is_read(digits: str, key: str) -> None:
    spec = SiteSpec.model_validate({
        "site": "x", "version": 1, "reader": "json", "items": "@",
        "fields": {"item_id": "id", "title": "t", "price": {"path": "p", "parse": "minor_units", "digits": digits}},
    })  # fmt: skip
    with pytest.raises(ConfigError, match=key):
        compile_spec(spec)


@pytest.mark.parametrize(
    ("site", "answer", "told"),
    [
        ("taobao-alliance", "taobao_error", "adzone_id is not yours"),
        ("jd-union", "jd_error", "no permission for this interface"),
        ("pinduoduo", "pinduoduo_error", "pid is not registered"),
        ("vendure", "graphql_error", 'Cannot query field "serch"'),
        ("saleor", "graphql_error", 'Cannot query field "serch"'),
        ("shopify-storefront", "graphql_error", 'Cannot query field "serch"'),
    ],
)
def test_an_error_that_comes_as_a_success_is_told(site: str, answer: str, told: str) -> None:
    with pytest.raises(UnreadablePage) as caught:
        read(site, example(answer))

    assert told in caught.value.hint
    assert caught.value.kind == "error"


@pytest.mark.parametrize(
    ("site", "answer"),
    [
        ("taobao-alliance", {"x_response": {"total_results": 0, "result_list": {}}}),
        ("jd-union", {"jd_responce": {"queryResult": '{"code": 200, "message": "success", "totalCount": 0}'}}),
        ("pinduoduo", {"goods_search_response": {"goods_list": [], "total_count": 0}}),
        ("ebay-browse", example("ebay_empty")),
        ("shopify", {"products": []}),
        ("woocommerce", []),
        ("mercadolibre-api", {"results": [], "paging": {"total": 0}}),
        ("vendure", {"data": {"search": {"totalItems": 0, "items": []}}}),
        ("saleor", {"data": {"products": {"totalCount": 0, "edges": []}}}),
        ("shopify-storefront", {"data": {"collection": {"products": {"edges": []}}}}),
    ],
)
def test_an_honestly_empty_answer_is_empty(site: str, answer: Any) -> None:
    assert read(site, answer).listings == []


def entries_of(site: str, answer: Any) -> list[Any]:
    """The list in the answer, to be changed in place."""
    walk = {
        "taobao-alliance": ("tbk_dg_material_optional_upgrade_response", "result_list", "map_data"),
        "pinduoduo": ("goods_search_response", "goods_list"), "ebay-browse": ("itemSummaries",),
        "shopify": ("products",), "woocommerce": (), "mercadolibre-api": ("results",),
        "vendure": ("data", "search", "items"), "saleor": ("data", "products", "edges"),
        "shopify-storefront": ("data", "collection", "products", "edges"),
    }[site]  # fmt: skip
    for key in walk:
        answer = answer[key]
    return answer  # type: ignore[no-any-return]


def renamed(answer: Any) -> Any:
    """The answer with every key renamed, as a new version of an API might."""
    if isinstance(answer, dict):
        return {f"new_{key}": renamed(value) for key, value in answer.items()}
    return [renamed(one) for one in answer] if isinstance(answer, list) else answer


def truncated(answer: Any) -> bytes:
    body = json.dumps(answer, ensure_ascii=False).encode()
    return body[: len(body) // 2]


@pytest.mark.parametrize("site", sorted(ANSWERS))
@pytest.mark.parametrize(
    "broken", [renamed, truncated, lambda _: {}, lambda _: {"data": None}, lambda _: "maintenance"]
)
def test_a_broken_answer_is_no_empty_success(site: str, broken: Callable[[Any], Any]) -> None:
    with pytest.raises(UnreadablePage):
        read(site, broken(example(ANSWERS[site])))


@pytest.mark.parametrize("site", sorted(set(ANSWERS) - {"jd-union"}))
def test_an_entry_without_identity_is_a_problem_and_the_others_stay(site: str) -> None:
    answer = example(ANSWERS[site])
    entries = entries_of(site, answer)
    entry = entries[0].get("node", entries[0])
    for key in ("item_id", "goods_sign", "legacyItemId", "itemId", "id", "productId"):
        entry.pop(key, None)
    whole = len(read(site, example(ANSWERS[site])).listings)

    parsed = read(site, answer)

    assert len(parsed.listings) == whole - 1
    assert [(one.position, one.field) for one in parsed.problems] == [(1, "item_id")]


@pytest.mark.parametrize("site", sorted(ANSWERS))
def test_values_of_wrong_types_raise_nothing_of_their_own(site: str) -> None:
    def spoiled(value: Any, with_: Any) -> Any:
        if isinstance(value, dict):
            return {key: spoiled(one, with_) for key, one in value.items()}
        return [spoiled(one, with_) for one in value] if isinstance(value, list) else with_

    for with_ in (None, True, -1, 1e300, "", "x" * 1000, "¥1<b>", [], {}):
        try:
            parsed = read(site, spoiled(example(ANSWERS[site]), with_))
        except UnreadablePage:
            continue
        for listing in parsed.listings:
            assert listing.price is None or listing.price > 0
            assert listing.units_low is None or listing.units_low >= 0


@pytest.mark.parametrize("site", [*sorted(ANSWERS), "rakuten-ranking"])
def test_sources_of_apis_are_off_and_hold_no_key(site: str) -> None:
    source = source_of(site)

    assert not source.enabled
    assert source.schedule is None or site == "rakuten-ranking"
    text = (ROOT / "config" / "sources" / f"{site}.yaml").read_text(encoding="utf-8")
    assert "Bearer TOKEN" in text or "Bearer" not in text
    for category in source.categories:
        if source.fetch.method == "POST" and category.body:
            assert json.loads(category.page_body(1) or "")["query"].startswith("query")
