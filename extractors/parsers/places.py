"""Getters: functions that take one entry (an HTML node, a JSON value, a table's row) and give what stands in a place.

Knows where values stand and nothing of what they mean. A rule that can't become a getter raises :class:`Broken`.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from typing import Any

from extractors.money import from_minor_units
from extractors.parsers.checked import Broken, Getter, checked_css, checked_regex, path_getter
from extractors.parsers.finder import finder_of
from extractors.spec import FieldRule, Reader

_SHORT_CSS = re.compile(r"^(?P<css>.*?)(?:@(?P<attr>[A-Za-z_:][-\w:.]*))?$", re.DOTALL)
_TAG = re.compile(r"</?[A-Za-z][^<>]{0,500}>")


def first_of(chain: tuple[Getter, ...]) -> Getter:
    """A getter that tries each in turn and keeps the first value that is there."""

    def first(entry: Any) -> Any:
        for getter in chain:
            value = getter(entry)
            if value is not None:
                return value
        return None

    return first


def rule_getter(reader: Reader, rule: FieldRule) -> Getter:
    """The getter of one rule. Raises Broken."""
    getter = _PLACES[reader](rule)
    if rule.digits is not None:
        getter = _in_minor_units(getter, _digits_getter(reader, rule.digits))
    if rule.regex is not None and rule.nth is None:
        getter = _matched(getter, checked_regex(rule.regex, "regex"))
    if rule.map is not None:
        getter = _mapped(getter, rule.map)
    return getter if rule.default is None else first_of((getter, lambda _entry: rule.default))


def _html_place(rule: FieldRule) -> Getter:
    _refuse(rule, ("path", "column"), "css (with reader html)")
    css, attr = _css_and_attr(rule)
    if css:
        checked_css(css, "css" if rule.short is None else "short")
    if not css and not attr:
        return _nothing
    if rule.join is not None:
        return _joined_getter(css, rule.join)
    own = rule.text == "own"
    if rule.nth is not None:
        pattern = checked_regex(rule.regex, "regex") if rule.regex is not None else None
        return _nth_getter(css, html_getter("", attr, own=own), pattern, rule.nth)
    return html_getter(css, attr, own=own)


def nodes_of(place: Any, css: str) -> list[Any]:
    """The nodes that ``css`` selects, in order, each once: one that two selectors of a list match is found twice."""
    found: list[Any] = place.css(css)
    return list({node.mem_id: node for node in found}.values()) if "," in css else found


def _css_and_attr(rule: FieldRule) -> tuple[str, str | None]:
    parts = _SHORT_CSS.match(rule.short) if rule.short is not None else None
    css = (parts["css"].strip() if parts else rule.css) or ""
    return css, (parts["attr"] if parts else None) or rule.attr


def searched_first(rule: FieldRule) -> str | None:
    """The selector whose first node an HTML rule reads; None for a rule that reads the entry or several nodes."""
    return _css_and_attr(rule)[0] or None if rule.join is None and rule.nth is None else None


def _joined_getter(css: str, between: str) -> Getter:
    """The text of the first node selected and of its siblings that are selected too: a price range in pieces."""
    glue = between if between in (".", ",") else f" {between} " if between else " "

    def joined(node: Any) -> Any:
        found = nodes_of(node, css)
        if not found:
            return None
        parent = found[0].parent
        texts = [" ".join(one.text().split()) for one in found if one.parent == parent]
        if between in (".", ","):  # cents may bring their own point: "299", ",90"
            texts = [text.lstrip(".,") if at else text for at, text in enumerate(texts)]
        return glue.join(text for text in texts if text) or None

    return joined


def _nth_getter(css: str, value_of: Getter, pattern: re.Pattern[str] | None, nth: int) -> Getter:
    """The n-th value of the nodes selected, of those that ``pattern`` matches: for pages whose classes mean nothing."""
    group = 1 if pattern is not None and pattern.groups else 0

    def find(node: Any) -> Any:
        left = nth
        for one in nodes_of(node, css):
            value = value_of(one)
            if value is None:
                continue
            match = pattern.search(value) if pattern is not None else None
            if pattern is not None and match is None:
                continue
            left -= 1
            if not left:
                return ((match[group] or "").strip() or None) if match else value
        return None

    return find


def html_getter(css: str, attr: str | None, *, own: bool = False) -> Getter:
    """The text (or attribute) of the first node under an entry that ``css`` selects; the entry itself for ""."""
    if not css:
        return _getter_here(attr, own=own)
    find = finder_of(css)

    def text_of(node: Any) -> Any:
        found = find.found if find.last is node else find(node)  # a call spared: mostly it has been told
        return None if found is None else (" ".join(found.text().split()) or None)

    def own_text_of(node: Any) -> Any:
        found = find(node)
        return None if found is None else (" ".join(found.text(deep=False).split()) or None)

    def attr_of(node: Any) -> Any:
        found = find.found if find.last is node else find(node)
        return None if found is None else (" ".join((found.attrs.get(attr) or "").split()) or None)

    if attr is not None:
        return attr_of
    return own_text_of if own else text_of


def _getter_here(attr: str | None, *, own: bool) -> Getter:
    if attr is not None:
        return lambda node: " ".join((node.attrs.get(attr) or "").split()) or None
    return lambda node: " ".join(node.text(deep=not own).split()) or None


def _json_place(rule: FieldRule) -> Getter:
    _refuse(rule, ("css", "attr", "column", "join", "nth"), "path (with readers json and jsonld)")
    path = rule.path or rule.short
    if not path:
        return _nothing
    found = path_getter(path, "short" if rule.short else "path")
    if rule.text == "markup":
        return lambda entry: _without_tags(_scalar(found(entry)))
    return lambda entry: _scalar(found(entry))


def _without_tags(value: Any) -> Any:
    """Text as a browser would show it: "a <b>red</b> hat &amp; scarf" without tags and entities."""
    if not isinstance(value, str) or not ("<" in value or "&" in value):
        return value
    return " ".join(html.unescape(_TAG.sub("", value)).split()) or None


def _scalar(value: Any) -> Any:
    """A JSON value as a field's raw value: the first of a list, text without outer blanks and lone surrogates."""
    while isinstance(value, list) and value:
        value = value[0]
    if isinstance(value, str):
        text = " ".join(value.split())
        return (text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")) or None
    return value if isinstance(value, (int, float)) else None


def _table_place(rule: FieldRule) -> Getter:
    _refuse(rule, ("css", "attr", "path", "join", "nth"), "column (with reader table)")
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
            raise Broken(name, repr(getattr(rule, name)), expected)


def _digits_getter(reader: Reader, digits: int | str) -> Getter:
    """How many decimals an amount in minor units has: a number of the spec's, or what stands on its path."""
    if isinstance(digits, int):
        return lambda _entry: digits
    if reader not in ("json", "jsonld"):
        raise Broken("digits", repr(digits), f"a number (a path only with readers json and jsonld, not {reader})")
    found = path_getter(digits, "digits")
    return lambda entry: _scalar(found(entry))


def _in_minor_units(getter: Getter, digits: Getter) -> Getter:
    def scaled(entry: Any) -> Any:
        amount = getter(entry)
        if amount is None:
            return None
        places = digits(entry)
        value = from_minor_units(amount, places)
        return f"{amount} in minor units of {places} digits" if value is None else str(value)

    return scaled


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
