"""Data Docs: Great Expectations' HTML pages of what it validated, one folder an audit.

Only pages with results are written: the suites without results would be the same lists again. Great Expectations makes
a new template environment a page section and compiles fifty templates anew each time, most of the time of a small
audit: here each is compiled once a process. Knows nothing of rules and verdicts.
"""

from __future__ import annotations

from pathlib import Path
from types import CodeType
from typing import Any

from jinja2.bccache import Bucket, BytecodeCache


class _Compiled(BytecodeCache):
    """Compiled templates of this process, by name and by checksum of their text."""

    def __init__(self) -> None:
        self._codes: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._codes.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        if bucket.code is not None:
            self._codes[(bucket.key, bucket.checksum)] = bucket.code


_COMPILED = _Compiled()


def write_data_docs(context: Any, folder: Path) -> None:
    """The validation results that ``context`` (of Great Expectations) holds as pages under ``folder``, and an index."""
    from great_expectations.render.renderer.site_builder import SiteBuilder

    site = SiteBuilder(
        data_context=context,
        site_name="local",
        store_backend={"class_name": "TupleFilesystemStoreBackend", "base_directory": str(folder.resolve())},
        site_index_builder={"class_name": "DefaultSiteIndexBuilder"},
        site_section_builders={"expectations": "None", "profiling": "None"},
        show_how_to_buttons=False,
        runtime_environment={"root_directory": context.root_directory},
    )
    for part in (*site.site_section_builders.values(), site.site_index_builder):
        part.view_class.env.bytecode_cache = _COMPILED
    site.build()
