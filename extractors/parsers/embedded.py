"""JSON where pages really keep it: alone, called as JSONP, assigned in a script, in an attribute, escaped in a string.

Knows places and ways of writing JSON, and nothing of what it says. What is no JSON is a ValueError.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from typing import Any
from urllib.parse import unquote

from selectolax.lexbor import LexborHTMLParser

from extractors.spec import ScriptRule

_DECODER = json.JSONDecoder(strict=False)
_GUARDS = re.compile(r"^(?:\)\]\}',?|while\s*\(\s*(?:1|true)\s*\)\s*;?|for\s*\(;;\)\s*;|/\*[^*]{0,200}\*/|<!--)\s*")
_CALLED = re.compile(r"^(?:(?:var|let|const)\s+)?[A-Za-z_$][\w$.\[\]\"']{0,120}\s*(?:=|\()\s*(?=[\[{\"'])")
_NOT_JSON = re.compile(r"(?<=[:,\[])\s*(?:undefined|void 0)\s*(?=[,}\]])")
_INSIDE = re.compile(r'^[\[{][\s\[{]{0,40}\\"')  # {\"a\": …: the place is inside a string
_DOUBLE = re.compile(r'((?:[^"\\]|\\.)*+)', re.DOTALL)
_SINGLE = re.compile(r"'((?:[^'\\]|\\.)*+)'", re.DOTALL)
_QUOTED = re.compile(r"\\(?:x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|(.))", re.DOTALL)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "0": "\0", "\n": ""}
_PUSHED = re.compile(r"self\.__next_f\.push\(\s*(?=\[)")
_ROW = re.compile(r"^[0-9a-f]{1,8}:(?=[\[{])")
PIECES = 10_000  # how many pieces of a pushed stream are joined
PLACES = 20  # how many places of a page are tried for one rule
DEPTH = 3  # how often JSON may stand in a string of JSON


def read_text(text: str) -> Any:
    """The JSON value of a whole body: JSON, or JSON that is called (JSONP) or assigned. Raises ValueError."""
    plain = text.strip("\ufeff \t\r\n")
    guarded = _GUARDS.sub("", plain)
    called = _CALLED.match(guarded)
    if called:
        return read_beginning(guarded[called.end() :])
    try:
        return _unwrapped(json.loads(guarded, strict=False))
    except ValueError:
        return _unwrapped(json.loads(_mended(guarded), strict=False))


def read_beginning(text: str) -> Any:
    """The JSON value with which the text begins, whatever follows. Raises ValueError."""
    plain = text.lstrip("\ufeff \t\r\n")
    if plain.startswith("'"):
        return _unwrapped(_single_quoted(plain))
    if _INSIDE.match(plain):
        plain = _inside_a_string(plain)
    if plain[:3].lower() in ("%7b", "%5b"):
        plain = unquote(re.split(r"[\"'<\s]", plain, maxsplit=1)[0])
    try:
        return _unwrapped(_DECODER.raw_decode(plain)[0])
    except ValueError:
        return _unwrapped(_DECODER.raw_decode(_mended(plain))[0])


def is_bare(text: str) -> bool:
    """Whether the body is JSON or JSONP itself and no page that holds some."""
    plain = _GUARDS.sub("", text[:1000].strip("\ufeff \t\r\n"))
    return plain[:1] in ("{", "[") or bool(_CALLED.match(plain))


def places(text: str, rule: ScriptRule, pattern: re.Pattern[str] | None) -> Iterator[str]:
    """The texts of a page that begin with the JSON a rule speaks of, in order: at most 20."""
    if rule.flight:
        yield json.dumps(_flight_rows(text))
        return
    if pattern is not None:
        for found in islice(pattern.finditer(text), PLACES):
            yield text[found.start(1) if pattern.groups else found.end() :]
        return
    for node in LexborHTMLParser(text).css(rule.css or "script")[:PLACES]:
        yield (node.attrs.get(rule.attr) or "") if rule.attr else node.text()


def found_under(value: Any, name: str) -> Any:
    """The first value that stands under the key ``name`` at any depth, in the order of the document; None for none."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            if one.get(name) is not None:
                return one[name]
            waiting.extend(reversed(one.values()))
        elif isinstance(one, list):
            waiting.extend(reversed(one))
    return None


def json_in_string(value: Any) -> Any:
    """The JSON that stands in a string; None where it holds none. For JMESPath's ``from_json``."""
    if not isinstance(value, str):
        return value
    try:
        return read_text(value)
    except (ValueError, RecursionError):
        return None


def _flight_rows(text: str) -> list[Any]:
    """The rows that are JSON among those that a Next.js page pushes in pieces: ``self.__next_f.push([1,"2:[…"])``."""
    pieces: list[str] = []
    for found in islice(_PUSHED.finditer(text), PIECES):
        with suppress(ValueError, RecursionError):
            pushed = _DECODER.raw_decode(text, found.end())[0]
            if isinstance(pushed, list) and len(pushed) > 1 and isinstance(pushed[1], str):
                pieces.append(pushed[1])
    rows: list[Any] = []
    for row in "".join(pieces).split("\n"):
        named = _ROW.match(row)
        if named:
            with suppress(ValueError, RecursionError):
                rows.append(_DECODER.raw_decode(row, named.end())[0])
    return rows


def _unwrapped(value: Any) -> Any:
    """The value; where it is a string that holds JSON again, that JSON."""
    for _ in range(DEPTH):
        if not isinstance(value, str):
            return value
        text = unquote(value) if value[:3].lower() in ("%7b", "%5b") else value
        if text.lstrip()[:1] not in ("{", "[", '"'):
            return value
        value = json.loads(text, strict=False)
    return value


def _mended(text: str) -> str:
    """Text that is nearly JSON: with HTML's entities for its quotes, or with JavaScript's undefined."""
    if text[:100].lstrip("[{ \r\n\t").startswith(("&quot;", "&#34;", "&#x22;")):
        text = html.unescape(text)
    return _NOT_JSON.sub("null", text)


def _single_quoted(text: str) -> str:
    """A JavaScript string in single quotes. Raises ValueError where it does not end."""
    found = _SINGLE.match(text)
    if found is None:
        raise ValueError("a string without an end")
    return _QUOTED.sub(_unescaped, found[1])


def _inside_a_string(text: str) -> str:
    """What a JSON string holds of which the text is the rest, up to its closing quote. Raises ValueError."""
    found = _DOUBLE.match(text)
    return str(json.loads(f'"{found[1]}"', strict=False)) if found else text


def _unescaped(match: re.Match[str]) -> str:
    code = match[1] or match[2]
    return chr(int(code, 16)) if code else _ESCAPES.get(match[3], match[3])
