"""From a spec's rules to functions: what can be prepared once per spec is prepared here, and mistakes are found.

Compiled specs are cached by content, so a worker process compiles each once.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from extractors.config import ConfigError, Problem
from extractors.encoding import known_encoding
from extractors.parsers.checked import Broken, Getter, checked_css, checked_regex, path_getter
from extractors.parsers.finder import Finder, finder_of
from extractors.parsers.places import first_of, rule_getter, searched_first
from extractors.spec import FieldRule, ScriptRule, SiteSpec

KeyPath = tuple[str | int, ...]

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


@dataclass(slots=True)
class CompiledSpec:
    """The getters of a spec. ``alternatives`` keeps each rule's own getter with its rule, for explaining; ``finders``
    are those that an entry's getters use."""

    spec: SiteSpec
    fields: dict[str, Getter] = field(default_factory=dict)
    alternatives: dict[str, list[tuple[FieldRule, Getter]]] = field(default_factory=dict)
    skip: list[Getter] = field(default_factory=list)
    sponsored: Getter | None = None
    bid: Getter | None = None
    category: Getter | None = None
    total: Getter | None = None
    empty: Getter | None = None
    error: Getter | None = None
    page_locale: Getter | None = None
    page_url: Getter | None = None
    items: Getter | None = None
    finders: tuple[Finder, ...] = ()
    scripts: list[tuple[ScriptRule, re.Pattern[str] | None, Getter | None]] = field(default_factory=list)
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
    fields = _usual_fields(spec) | dict(spec.fields.items())
    for name, rules in fields.items():
        out.fields[name] = _rules_getter(out, ("fields", name), rules, name)
    for at, rule in enumerate(spec.skip):
        out.skip.append(_rules_getter(out, ("skip", at), [rule]))
    for name in ("sponsored", "bid", "category", "total", "empty", "error", "page_locale", "page_url"):
        rules = getattr(spec, name)
        if rules is not None:
            setattr(out, name, _rules_getter(out, (name,), rules))
    _compile_places(out, spec)
    out.finders = _entry_finders(spec) if spec.reader == "html" and not out.mistakes else ()
    if not known_encoding(spec.encoding):
        out.mistakes.append(Mistake(("encoding",), repr(spec.encoding), "auto, or an encoding such as gb18030"))
    return out


def _entry_finders(spec: SiteSpec) -> tuple[Finder, ...]:
    rules = [*spec.skip, *(spec.sponsored or ()), *(spec.bid or ())]
    rules += [rule for alternatives in spec.fields.values() for rule in alternatives]
    found = [css for css in map(searched_first, rules) if css is not None]
    return tuple(map(finder_of, dict.fromkeys(found)))


def _usual_fields(spec: SiteSpec) -> dict[str, list[FieldRule]]:
    """Where schema.org says that a product's values stand; a spec's own fields replace them."""
    if spec.reader != "jsonld":
        return {}
    return {name: [FieldRule(path=path) for path in paths] for name, paths in _SCHEMA_ORG.items()}


def _compile_places(out: CompiledSpec, spec: SiteSpec) -> None:
    try:
        if spec.reader == "html":
            for css in spec.items or ():
                checked_css(css, "items")
            checked_css(spec.groups or "*", "groups")
        elif spec.items is not None and spec.reader in ("json", "jsonld"):
            out.items = first_of(tuple(path_getter(path, "items") for path in spec.items))
        for rule in spec.script or ():
            pattern = checked_regex(rule.regex, "script.regex") if rule.regex else None
            checked_css(rule.css or "*", "script.css")
            inner = path_getter(rule.inner, "script.inner") if rule.inner else None
            out.scripts.append((rule, pattern, inner))
    except Broken as error:
        key, found, expected = error.mistake
        out.mistakes.append(Mistake(tuple(key.split(".")), found, expected))


def _rules_getter(out: CompiledSpec, keys: KeyPath, rules: list[FieldRule], name: str | None = None) -> Getter:
    """One getter that tries each rule in turn and keeps the first value that is there."""
    getters: list[tuple[FieldRule, Getter]] = []
    for at, rule in enumerate(rules):
        try:
            getters.append((rule, rule_getter(out.spec.reader, rule)))
        except Broken as error:
            key, found, expected = error.mistake
            out.mistakes.append(Mistake((*keys, at, key), found, expected))
    if name is not None:
        out.alternatives[name] = getters
    chain = tuple(getter for _, getter in getters)
    return chain[0] if len(chain) == 1 else first_of(chain)
