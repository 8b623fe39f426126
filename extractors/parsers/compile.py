"""From a spec's rules to functions: what can be prepared once per spec is prepared here, and mistakes are found.

A *getter* takes one entry (an HTML node, a JSON value, a table's row) and gives the raw value that stands there, or
None. Compiled specs are cached by content, so a worker process compiles each once.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import jmespath
from jmespath.exceptions import JMESPathError
from selectolax.lexbor import LexborHTMLParser, SelectolaxError

from extractors.config import ConfigError, Problem
from extractors.encoding import known_encoding
from extractors.spec import FieldRule, SiteSpec

Getter = Callable[[Any], Any]
KeyPath = tuple[str | int, ...]

_SHORT_CSS = re.compile(r"^(?P<css>.*?)(?:@(?P<attr>[A-Za-z_:][-\w:.]*))?$", re.DOTALL)
_PLAIN_PATH = re.compile(r"^[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*$")
_SCHEMA_ORG = {
    "item_id": ["sku", "productID", "mpn", "gtin13", '"@id"', "url"],
    "title": ["name"],
    "url": ["url", "offers.url"],
    "image_url": ["image.url", "image"],
    "brand_text": ["brand.name", "brand", "manufacturer.name"],
    "shop": ["offers.seller.name", "seller.name"],
    "currency": ["offers.priceCurrency", "offers[0].priceCurrency"],
    "price": ["offers.price", "offers.lowPrice", "offers[0].price", "offers.priceSpecification.price"],
    "price_high": ["offers.highPrice"],
    "rating": ["aggregateRating.ratingValue"],
    "review_count": ["aggregateRating.reviewCount", "aggregateRating.ratingCount"],
    "in_stock": ["offers.availability", "offers[0].availability"],
}
_PROBE = LexborHTMLParser("<p></p>")


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing in a spec that can't be compiled; ``keys`` lead to it in the file."""

    keys: KeyPath
    found: str
    expected: str

    @property
    def dotted(self) -> str:
        """The keys as an error message names them."""
        return ".".join(str(key) for key in self.keys)


class _Broken(Exception):  # noqa: N818 - a message on its way to a Mistake
    """A rule that can't be compiled: what was expected instead, and the key at fault."""

    def __init__(self, key: str, found: str, expected: str) -> None:
        super().__init__(expected)
        self.mistake = (key, found, expected)


@dataclass(slots=True)
class CompiledSpec:
    """The getters of a spec. ``alternatives`` keeps each rule's own getter with its rule, for explaining."""

    spec: SiteSpec
    fields: dict[str, Getter] = field(default_factory=dict)
    alternatives: dict[str, list[tuple[FieldRule, Getter]]] = field(default_factory=dict)
    skip: list[Getter] = field(default_factory=list)
    sponsored: Getter | None = None
    category: Getter | None = None
    total: Getter | None = None
    empty: Getter | None = None
    items: Getter | None = None
    script: re.Pattern[str] | None = None
    inner: Getter | None = None
    mistakes: list[Mistake] = field(default_factory=list)


_CACHE: dict[str, CompiledSpec] = {}


def compile_spec(spec: SiteSpec) -> CompiledSpec:
    """The getters of ``spec``, cached by its content. Raises ConfigError where something in it can't be compiled."""
    compiled = _CACHE.get(spec.digest)
    if compiled is None:
        compiled = _compile(spec)
        if compiled.mistakes:
            raise ConfigError([Problem(spec.site, None, m.dotted, m.found, m.expected) for m in compiled.mistakes])
        if len(_CACHE) > 512:
            _CACHE.clear()
        _CACHE[spec.digest] = compiled
    return compiled


def spec_mistakes(spec: SiteSpec) -> list[Mistake]:
    """Everything in ``spec`` that can't be compiled: selectors, paths, patterns, names of encodings."""
    return _compile(spec).mistakes


def _compile(spec: SiteSpec) -> CompiledSpec:
    out = CompiledSpec(spec)
    fields: dict[str, list[FieldRule]] = {**_usual_fields(spec), **spec.fields}
    for name, rules in fields.items():
        out.fields[name] = _rules_getter(out, ("fields", name), rules, name)
    for at, rule in enumerate(spec.skip):
        out.skip.append(_rules_getter(out, ("skip", at), [rule]))
    for name in ("sponsored", "category", "total", "empty"):
        rules = getattr(spec, name)
        if rules is not None:
            setattr(out, name, _rules_getter(out, (name,), rules))
    _compile_places(out, spec)
    if not known_encoding(spec.encoding):
        out.mistakes.append(Mistake(("encoding",), repr(spec.encoding), "auto, or an encoding such as gb18030"))
    return out


def _usual_fields(spec: SiteSpec) -> dict[str, list[FieldRule]]:
    """Where schema.org says that a product's values stand; a spec's own fields replace them."""
    if spec.reader != "jsonld":
        return {}
    return {name: [FieldRule(path=path) for path in paths] for name, paths in _SCHEMA_ORG.items()}


def _compile_places(out: CompiledSpec, spec: SiteSpec) -> None:
    try:
        if spec.reader == "html":
            _checked_css(spec.items or "*", "items")
            _checked_css(spec.groups or "*", "groups")
        elif spec.items is not None and spec.reader in ("json", "jsonld"):
            out.items = _path_getter(spec.items, "items")
        if spec.script is not None:
            out.script = _checked_regex(spec.script.regex, "script.regex") if spec.script.regex else None
            _checked_css(spec.script.css or "*", "script.css")
            out.inner = _path_getter(spec.script.inner, "script.inner") if spec.script.inner else None
    except _Broken as error:
        key, found, expected = error.mistake
        out.mistakes.append(Mistake(tuple(key.split(".")), found, expected))


def _rules_getter(out: CompiledSpec, keys: KeyPath, rules: list[FieldRule], name: str | None = None) -> Getter:
    """One getter that tries each rule in turn and keeps the first value that is there."""
    getters: list[tuple[FieldRule, Getter]] = []
    for at, rule in enumerate(rules):
        try:
            getters.append((rule, _rule_getter(out.spec, rule)))
        except _Broken as error:
            key, found, expected = error.mistake
            out.mistakes.append(Mistake((*keys, at, key), found, expected))
    if name is not None:
        out.alternatives[name] = getters
    chain = tuple(getter for _, getter in getters)
    return chain[0] if len(chain) == 1 else _first_of(chain)


def _first_of(chain: tuple[Getter, ...]) -> Getter:
    def first(entry: Any) -> Any:
        for getter in chain:
            value = getter(entry)
            if value is not None:
                return value
        return None

    return first


def _rule_getter(spec: SiteSpec, rule: FieldRule) -> Getter:
    getter = _PLACES[spec.reader](rule)
    if rule.regex is not None:
        getter = _matched(getter, _checked_regex(rule.regex, "regex"))
    if rule.map is not None:
        getter = _mapped(getter, rule.map)
    return getter if rule.default is None else _first_of((getter, lambda _entry: rule.default))


def _html_place(rule: FieldRule) -> Getter:
    _refuse(rule, ("path", "column"), "css (with reader html)")
    parts = _SHORT_CSS.match(rule.short) if rule.short is not None else None
    css = (parts["css"].strip() if parts else rule.css) or ""
    attr = (parts["attr"] if parts else None) or rule.attr
    if css:
        _checked_css(css, "short" if parts else "css")
    if not css and not attr:
        return _nothing
    return html_getter(css, attr, own=rule.text == "own")


def html_getter(css: str, attr: str | None, *, own: bool = False) -> Getter:
    """The text (or attribute) of the first node under an entry that ``css`` selects; the entry itself for ""."""

    def text_of(node: Any) -> Any:
        found = node.css_first(css)
        return None if found is None else (" ".join(found.text().split()) or None)

    def own_text_of(node: Any) -> Any:
        found = node.css_first(css) if css else node
        return None if found is None else (" ".join(found.text(deep=False).split()) or None)

    def attr_of(node: Any) -> Any:
        found = node.css_first(css)
        return None if found is None else ((found.attrs.get(attr) or "").strip() or None)

    def attr_here(node: Any) -> Any:
        return (node.attrs.get(attr) or "").strip() or None

    if attr is not None:
        return attr_of if css else attr_here
    return own_text_of if own else text_of


def _json_place(rule: FieldRule) -> Getter:
    _refuse(rule, ("css", "attr", "column"), "path (with readers json and jsonld)")
    path = rule.path or rule.short
    if not path:
        return _nothing
    found = _path_getter(path, "short" if rule.short else "path")
    return lambda entry: _scalar(found(entry))


def _scalar(value: Any) -> Any:
    """A JSON value as a field's raw value: the first of a list, text without outer blanks and lone surrogates."""
    while isinstance(value, list) and value:
        value = value[0]
    if isinstance(value, str):
        text = " ".join(value.split())
        return (text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")) or None
    return value if isinstance(value, (int, float)) else None


def _table_place(rule: FieldRule) -> Getter:
    _refuse(rule, ("css", "attr", "path"), "column (with reader table)")
    column = rule.column or rule.short
    return (lambda row: row.get(column)) if column else _nothing


def _nothing(_entry: Any) -> Any:
    return None


_PLACES: dict[str, Callable[[FieldRule], Getter]] = {
    "html": _html_place, "json": _json_place, "jsonld": _json_place, "table": _table_place,
}  # fmt: skip


def _refuse(rule: FieldRule, names: tuple[str, ...], expected: str) -> None:
    for name in names:
        if getattr(rule, name) is not None:
            raise _Broken(name, repr(getattr(rule, name)), expected)


def _matched(getter: Getter, pattern: re.Pattern[str]) -> Getter:
    group = 1 if pattern.groups else 0

    def matched(entry: Any) -> Any:
        value = getter(entry)
        found = pattern.search(str(value)) if value is not None else None
        return (found[group] or "").strip() or None if found else None

    return matched


def _mapped(getter: Getter, table: dict[str, Any]) -> Getter:
    def mapped(entry: Any) -> Any:
        value = getter(entry)
        return None if value is None else table.get(str(value), value)

    return mapped


def _path_getter(path: str, key: str) -> Getter:
    """A function for a JMESPath; plain dotted paths need no interpreter."""
    if _PLAIN_PATH.match(path):
        return _plain_path(tuple(path.split(".")))
    try:
        compiled = jmespath.compile(path)
    except JMESPathError as error:
        raise _Broken(key, repr(path), f"a JMESPath ({str(error).splitlines()[0]})") from error
    return lambda value: compiled.search(value)


def _plain_path(names: tuple[str, ...]) -> Getter:
    def walk(value: Any) -> Any:
        for name in names:
            if not isinstance(value, dict):
                return None
            value = value.get(name)
        return value

    return walk


@lru_cache(maxsize=4096)
def _checked_css(css: str, key: str) -> str:
    try:
        _PROBE.css(css)
    except SelectolaxError as error:
        raise _Broken(key, repr(css), "a CSS selector") from error
    return css


def _checked_regex(regex: str, key: str) -> re.Pattern[str]:
    try:
        return re.compile(regex)
    except re.error as error:
        raise _Broken(key, repr(regex), f"a regular expression ({error})") from error
