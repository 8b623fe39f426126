"""What JMESPath can do in a site spec beyond its own functions. Documented in ``docs/site-specs.md``."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote_plus

import jmespath
from jmespath import functions

from extractors.parsers.embedded import found_under, json_in_string


class _Functions(functions.Functions):
    """JMESPath's functions, and more: ``from_json(text)`` is the JSON in a string, null where there is none;
    ``from_url(text)`` is the last part of an address's path as people write it ("ELECTRO+LAND": ELECTRO LAND);
    ``find(value, name)`` is what stands under a key at any depth, the first in the document's order;
    ``replace(text, old, new)`` fills a template such as an image's "{@width}"."""

    @functions.signature({"types": []})
    def _func_from_json(self, value: Any) -> Any:
        return json_in_string(value)

    @functions.signature({"types": []}, {"types": ["string"]})
    def _func_find(self, value: Any, name: str) -> Any:
        return found_under(value, name)

    @functions.signature({"types": ["string"]}, {"types": ["string"]}, {"types": ["string"]})
    def _func_replace(self, text: str, old: str, new: str) -> str:
        return text.replace(old, new)

    @functions.signature({"types": []})
    def _func_from_url(self, value: Any) -> Any:
        last = str(value or "").partition("?")[0].rstrip("/").rpartition("/")[2]
        return unquote_plus(last) or None


OPTIONS = jmespath.Options(custom_functions=_Functions())
