"""The site spec: how one marketplace's pages are read, as data. Documented in ``docs/site-specs.md``.

A spec says which entries a page has and where each field of a listing stands; it holds no code, no schedule and no
address (those are the source's). Selectors, paths and patterns are compiled when the spec is loaded, so a mistake is
a ConfigError with file, line and key, never a page that reads as empty.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, PrivateAttr, model_validator

from extractors.config import ConfigError, Problem, StrictModel, line_of, read_model, read_yaml
from extractors.listing import UnitsBasis
from extractors.source import Currency, Slug

SITES = Path(__file__).parent / "sites"

Reader = Literal["html", "json", "jsonld", "table"]
ParseKind = Literal["text", "money", "decimal", "minor_units", "units", "int", "float", "url", "bool"]
FieldName = Literal[
    "item_id", "title", "family_id", "url", "image_url", "brand_text", "shop", "currency", "price", "price_high",
    "list_price", "coupon_price", "member_price", "units", "rating", "review_count", "in_stock", "rank",
]  # fmt: skip
_ONLY_WITH = {
    "groups": ("html",), "category": ("html", "table"), "date": ("table",), "table": ("table",), "script": ("json",),
    "items": ("html", "json", "jsonld"), "total": ("html", "json"), "empty": ("html", "json"), "page_locale": ("html",),
    "page_url": ("html",),
    "error": ("json",),
}  # fmt: skip
MANDATORY: tuple[FieldName, ...] = ("item_id", "title")


class FieldRule(StrictModel):
    """Where one value stands and how it is read. ``short`` is the short form, understood by the reader."""

    short: str | None = None
    css: str | None = None
    attr: str | None = None
    path: str | None = None
    column: str | None = None
    text: Literal["all", "own", "markup"] = Field(
        default="all", description="html: text of the node and below, or its own only; json: text with tags to take off"
    )
    join: str | None = Field(default=None, description="html: what stands between a node's text and its siblings'")
    nth: int | None = Field(default=None, ge=1, description="html: the n-th node selected that regex matches")
    regex: str | None = Field(default=None, description="keeps group 1, or the whole match where there is no group")
    map: dict[str, str | int | float | bool] | None = Field(default=None, description="exact text -> value")
    parse: ParseKind | None = None
    digits: int | str | None = Field(default=None, description="minor_units: how many decimals, or the path of that")
    default: str | int | float | bool | None = None

    @model_validator(mode="after")
    def _stands_somewhere(self) -> FieldRule:
        places = [one for one in (self.short, self.css, self.path, self.column) if one is not None]
        if len(places) > 1:
            raise ValueError("one of css, path and column")
        if not places and self.attr is None and self.default is None:
            raise ValueError("a place to read from: css, attr, path or column")
        if (self.parse == "minor_units") != (self.digits is not None):
            raise ValueError("digits with parse: minor_units, and only with it")
        if self.join is not None and self.nth is not None:
            raise ValueError("one of join and nth")
        return self


def _as_rules(value: Any) -> Any:
    """Every way a field may be written (string, mapping, list of alternatives), as a list of mappings."""
    alternatives = value if isinstance(value, list) else [value]
    return [{"short": one} if isinstance(one, str) else one for one in alternatives]


FieldRules = Annotated[list[FieldRule], BeforeValidator(_as_rules), Field(min_length=1)]


Places = Annotated[
    list[str], BeforeValidator(lambda value: [value] if isinstance(value, str) else value), Field(min_length=1)
]


class ScriptRule(StrictModel):
    """JSON inside a page: the script (or an ``attr``) by ``css``, or the place after which it begins by ``regex``.

    ``inner`` is the JMESPath of a string inside it that is JSON again. A body that is JSON or JSONP itself needs none.
    """

    css: str | None = None
    attr: str | None = None
    regex: str | None = None
    inner: str | None = None
    flight: bool = Field(default=False, description="what Next.js pushes in pieces (self.__next_f), joined: its rows")

    @model_validator(mode="after")
    def _one_place(self) -> ScriptRule:
        if [self.css is not None, self.regex is not None, self.flight].count(True) != 1:
            raise ValueError("one of css, regex and flight")
        return self


def _as_list(value: Any) -> Any:
    return value if isinstance(value, list) or value is None else [value]


ScriptRules = Annotated[list[ScriptRule], BeforeValidator(_as_list), Field(min_length=1)]


class UnitsRule(StrictModel):
    """What the site's sales figures mean where their text does not say. ``ladder``: the steps that "+" figures take."""

    basis: UnitsBasis
    window_days: int | None = Field(default=None, ge=1, le=366)
    ladder: list[int] | None = None
    floor: bool | Literal["steps"] = Field(
        default=False, description="every figure is the low end of its step of the ladder; steps: each that is one"
    )
    closed: bool = Field(default=False, description="a step reaches to the next one and includes it: 25 is 25 to 50")

    @model_validator(mode="after")
    def _window_and_steps(self) -> UnitsRule:
        if (self.basis in ("trailing", "period")) != (self.window_days is not None):
            raise ValueError("window_days with basis trailing or period, and only with them")
        if self.ladder is not None and (self.ladder != sorted(set(self.ladder)) or min(self.ladder, default=0) < 0):
            raise ValueError("a ladder of rising steps")
        return self


class TableRule(StrictModel):
    """The file's format where it cannot be seen from its bytes."""

    format: Literal["auto", "csv", "xlsx", "parquet", "json", "jsonl"] = "auto"
    delimiter: str | None = Field(default=None, min_length=1, max_length=1)
    sheet: str | None = None
    header_row: int = Field(default=1, ge=1)


class DateRule(StrictModel):
    """The column of the observation's date: local midnight in the source's time zone becomes ``observed_at``."""

    column: str
    formats: list[str] = Field(min_length=1, description="strptime formats; unpadded numbers are understood")


class SiteSpec(StrictModel):
    """How one site's pages are read. ``version`` rises with every change of meaning; rows keep it."""

    site: Slug
    version: int = Field(ge=1)
    reader: Reader
    encoding: str = "auto"
    locale: str | None = None
    page_locale: FieldRules | None = Field(default=None, description="where a page says its own locale, such as de-DE")
    page_url: FieldRules | None = Field(default=None, description="where a page names its own host, if unusual")
    currency: Currency | None = None
    script: ScriptRules | None = None
    groups: str | None = Field(default=None, description="html: the container of each of several lists on a page")
    category: FieldRules | None = Field(default=None, description="the category of a group, or of a table's row")
    items: Places | None = Field(
        default=None, description="the entries: CSS (html) or JMESPath (json); the first found"
    )
    skip: FieldRules = Field(default_factory=list, description="an entry where one of these is found is none")
    fields: dict[FieldName, FieldRules]
    sponsored: FieldRules | None = None
    bid: FieldRules | None = Field(default=None, description="what tells that an entry's amount is a bid, not a price")
    rank: Literal["shown", "position", "none"] = "position"
    units: UnitsRule | None = None
    total: FieldRules | None = None
    empty: FieldRules | None = Field(default=None, description="what an honestly empty list shows")
    error: FieldRules | None = Field(default=None, description="json: what an answer says that holds no list, quoted")
    empty_hint: str | None = None
    otherwise: list[Slug] = Field(
        default_factory=list, description="the specs of the site's other forms, tried for a page this one can't read"
    )
    table: TableRule = TableRule()
    date: DateRule | None = None
    _digest: str = PrivateAttr(default="")

    def model_post_init(self, context: Any, /) -> None:
        """Keep a digest of the content: compiled readers are cached by it, in every process."""
        super().model_post_init(context)
        self._digest = hashlib.sha256(self.model_dump_json().encode()).hexdigest()

    @property
    def digest(self) -> str:
        """SHA-256 of the spec's content, hex."""
        return self._digest

    @property
    def parser_version(self) -> str:
        """SITE/VERSION, as rows carry it."""
        return f"{self.site}/{self.version}"

    @model_validator(mode="after")
    def _whole(self) -> SiteSpec:
        wrong = next((message for broken, message in self._rules() if broken), None)
        if wrong:
            raise ValueError(wrong)
        return self

    def _rules(self) -> list[tuple[bool, str]]:
        defaulted = [name for name in MANDATORY for rule in self.fields.get(name, ()) if rule.default is not None]
        given = self.model_fields_set
        absent = [name for name in MANDATORY if name not in self.fields and self.reader != "jsonld"]
        return [
            (bool(absent), f"fields with {' and '.join(absent)}"),
            (bool(defaulted), f"no default for {', '.join(defaulted)}: a row without it is a problem, not a row"),
            ((self.rank == "shown") != ("rank" in self.fields), "fields.rank with rank: shown, and only with it"),
            ("units" in self.fields and self.units is None, "units.basis beside fields.units: what its figures mean"),
            (self.items is None and self.reader in ("html", "json"), f"items, for reader {self.reader}"),
            ("category" in given and self.reader == "html" and self.groups is None, "groups beside category"),
            *(
                (name in given and self.reader not in readers, f"{name} only with reader {' or '.join(readers)}")
                for name, readers in _ONLY_WITH.items()
            ),
        ]


def read_spec(name: str, folder: Path = SITES) -> SiteSpec:
    """The spec ``folder/NAME.yaml``, compiled once for each version of the file. Raises ConfigError."""
    path = folder / f"{name}.yaml"
    try:
        stamp = path.stat().st_mtime_ns
    except OSError as error:
        known = ", ".join(sorted(one.stem for one in folder.glob("*.yaml"))) or "none"
        raise ConfigError([Problem(str(path), None, "", "no such file", f"a site spec; known: {known}")]) from error
    return _read_spec(path, stamp)


@lru_cache(maxsize=256)
def _read_spec(path: Path, stamp: int) -> SiteSpec:  # noqa: ARG001 - the stamp is part of the cache's key
    from extractors.parsers.compile import spec_mistakes  # the compiler knows the spec; the spec only asks it here

    spec = read_model(path, SiteSpec)
    if spec.site != path.stem:
        raise ConfigError([Problem(str(path), 1, "site", repr(spec.site), f"the file's name, {path.stem!r}")])
    absent = [name for name in spec.otherwise if not (path.parent / f"{name}.yaml").is_file()]
    if absent:
        line = line_of(read_yaml(path), ("otherwise",))
        raise ConfigError([Problem(str(path), line, "otherwise", ", ".join(absent), "names of specs beside this one")])
    mistakes = spec_mistakes(spec)
    if mistakes:
        data = read_yaml(path)
        raise ConfigError([Problem(str(path), line_of(data, m.keys), m.dotted, m.found, m.expected) for m in mistakes])
    return spec
