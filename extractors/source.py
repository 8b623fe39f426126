"""The source model: what an operator writes in ``config/sources/NAME.yaml`` about one marketplace.

A source says *where and how often*; the site spec it names (``extractors/sites/``) says *how to read*. Importing this
module is cheap: Airflow's DAG processor does it for every parse.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields
from datetime import date
from pathlib import Path
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator, model_validator

from extractors.config import SLUG, ConfigError, Problem, StrictModel, ZoneName, line_of, read_model, read_yaml
from extractors.grant import Grant
from extractors.listing import Listing
from extractors.signing import Signing
from extractors.url import RefusedAddress, check_url

Slug = Annotated[str, Field(pattern=SLUG)]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
Share = Annotated[float, Field(ge=0, le=1)]
Mark = Annotated[str, Field(min_length=2)]
HeaderName = Annotated[str, Field(pattern=r"^[A-Za-z0-9!#$%&'*+.^_`|~-]+$")]

# What a staged row has beside the fields of a listing (extractors/staged.py; a test keeps them the same).
_STAGED_TOO = ("source", "observed_on", "brand_key", "capture_id", "parser_version")
_PLACES = re.compile(r"(?<!\$)\{(\w+)\}")  # JSON in an address has braces, too
_KNOWN_PLACES = ("page", "offset", "observed_on")
_NOT_OURS = frozenset({"user-agent", "host", "connection", "content-length", "transfer-encoding", "accept-encoding"})


class Category(StrictModel):
    """One list to watch.

    ``url`` and ``body`` may hold ``{page}`` (from ``first_page``), ``{offset}`` and ``{observed_on}`` (the date of the
    observation, ``YYYY-MM-DD``, for a site that shows past days).
    """

    id: Slug
    title: str
    url: str | None = None
    pages: int = Field(default=1, ge=1, le=200)
    first_page: int = Field(default=1, ge=0)
    page_size: int | None = Field(default=None, ge=1)
    expected: int | None = Field(default=None, ge=1, description="items the whole list should show")
    body: str | None = Field(default=None, description="request body, for a POST (GraphQL)")

    @field_validator("url")
    @classmethod
    def _an_address(cls, value: str | None) -> str | None:
        if value is None:
            return value
        unknown = [name for name in _PLACES.findall(value) if name not in _KNOWN_PLACES]
        if unknown:
            known = ", ".join(f"{{{name}}}" for name in _KNOWN_PLACES)
            raise ValueError(f"only the placeholders {known} (or ${{NAME}}) in the address")
        try:
            check_url(value)
        except RefusedAddress as error:
            raise ValueError(f"a public http(s) address; this is {error}") from None
        return value

    def page_url(self, page_no: int, observed_on: date | None = None) -> str:
        """The address of the ``page_no``-th page (from 1) on a date in the source's time zone.

        Raises ValueError where the category has no url, or one that wants a date and none is given.
        """
        if self.url is None:
            raise ValueError(f"category {self.id} has no url: its source is filled by import")
        if observed_on is None and "{observed_on}" in self.url:
            raise ValueError(f"category {self.id}: its url holds {{observed_on}}, and no date was given")
        return self._filled(self.url, page_no, observed_on)

    def page_body(self, page_no: int, observed_on: date | None = None) -> str | None:
        """The body that asks for the ``page_no``-th page (from 1); None where requests have none."""
        return None if self.body is None else self._filled(self.body, page_no, observed_on)

    def _filled(self, text: str, page_no: int, observed_on: date | None) -> str:
        number = self.first_page + page_no - 1
        offset = (page_no - 1) * (self.page_size or 0)
        text = text.replace("{page}", str(number)).replace("{offset}", str(offset))
        return text.replace("{observed_on}", observed_on.isoformat() if observed_on else "")


class FetchPolicy(StrictModel):
    """How to be a good guest at this host. Times in seconds, sizes in bytes."""

    method: Literal["GET", "POST"] = "GET"
    delay_seconds: float = Field(default=2.0, ge=0, le=600)
    concurrency: int = Field(default=1, ge=1, le=16)
    timeout_seconds: float = Field(default=30.0, gt=0, le=600, description="total deadline of one page")
    max_bytes: int = Field(default=16 * 1024 * 1024, ge=1024, le=512 * 1024 * 1024)
    max_redirects: int = Field(default=5, ge=0, le=20)
    attempts: int = Field(default=3, ge=1, le=10)
    headers: dict[HeaderName, str] = Field(default_factory=dict)
    secret_headers: dict[HeaderName, str] = Field(
        default_factory=dict, description="header name -> name of the environment variable that holds its value"
    )
    signing: Signing | None = Field(
        default=None, description="official APIs: the url's parameters are signed; with POST they are sent as a form"
    )
    grant: Grant | None = Field(
        default=None, description="official APIs: where a run's access token comes from (OAuth)"
    )
    user_agent: str | None = None
    blocked_marks: list[Mark] = Field(default_factory=list, description="texts that only a CAPTCHA or login page has")

    @field_validator("headers", "secret_headers")
    @classmethod
    def _free_to_choose(cls, value: dict[str, str]) -> dict[str, str]:
        taken = sorted(name for name in value if name.lower() in _NOT_OURS)
        if taken:
            raise ValueError(f"no {', '.join(taken)}: it is set by the fetcher (user_agent: fetch.user_agent)")
        unfit = sorted(name for name, text in value.items() if not text.isascii() or not text.isprintable())
        if unfit:
            raise ValueError(f"printable ASCII on one line as the value of {', '.join(unfit)}")
        return value

    @field_validator("user_agent")
    @classmethod
    def _honest(cls, value: str | None) -> str | None:
        if value is None:
            return value
        if not value.isascii() or not value.isprintable():
            raise ValueError("printable ASCII on one line")
        if value.startswith("Mozilla/") and "compatible;" not in value:
            raise ValueError(
                "your collector's own name with a contact, such as 'ShelfBot/1.0 (+https://you.example/bot)'"
            )
        return value


class Bounds(StrictModel):
    """What a healthy batch looks like. Below a minimum the batch is refused whole; above a maximum it warns."""

    items_min: int = Field(default=1, ge=0)
    items_max: int | None = Field(default=None, ge=1)
    fill_min: dict[str, Share] = Field(default_factory=dict, description="column -> least share of rows that have it")
    price_min: float | None = Field(default=None, ge=0)
    price_max: float | None = Field(default=None, gt=0)
    currencies: list[Currency] | None = None
    rank_gaps_max: Share = 0.1
    collapse_share: Share = Field(default=0.5, description="refuse below this share of the trailing median of items")

    @field_validator("fill_min")
    @classmethod
    def _known_columns(cls, value: dict[str, float]) -> dict[str, float]:
        columns = [*_STAGED_TOO, *(one.name for one in fields(Listing))]
        unknown = sorted(value.keys() - set(columns))
        if unknown:
            raise ValueError(
                f"a share a column; fill_min names {', '.join(unknown)}; columns are: {', '.join(columns)}"
            )
        return value

    @field_validator("currencies")
    @classmethod
    def _some(cls, value: list[str] | None) -> list[str] | None:
        if value == []:
            raise ValueError("at least one currency, or no such key")
        return value

    @model_validator(mode="after")
    def _minima_below_maxima(self) -> Self:
        for low, high in (("items_min", "items_max"), ("price_min", "price_max")):
            least, most = getattr(self, low), getattr(self, high)
            if least is not None and most is not None and least > most:
                raise ValueError(f"{low} ({least:g}) of at most {high} ({most:g})")
        return self


class Source(StrictModel):
    """One marketplace as it is watched. Read with :func:`read_source`."""

    source: Slug
    title: str
    site: Slug
    timezone: ZoneName
    categories: list[Category] = Field(min_length=1)
    currency: Currency | None = None
    locale: str | None = None
    schedule: str | None = Field(default=None, description="cron in the source's time zone; None: by hand or import")
    complete_by: str | None = Field(
        default=None,
        pattern=r"^([01]\d|2[0-3]):[0-5]\d$",
        description="local time by which a scheduled day must be complete; the engineers are told where it is not",
    )
    enabled: bool = True
    simulated: bool = False
    allow_private: bool = False
    obey_robots: Literal[True] = True
    contact: str | None = None
    batch_size: int = Field(default=10, ge=1, description="categories a fetch task takes")
    complete_share: Share = Field(default=0.9, description="coverage from which a snapshot counts as complete")
    fetch: FetchPolicy = FetchPolicy()
    bounds: Bounds = Bounds()

    @field_validator("schedule")
    @classmethod
    def _five_fields(cls, value: str | None) -> str | None:
        if value is not None and not re.fullmatch(r"(\S+\s+){4}\S+", value):
            raise ValueError("five cron fields, such as '0 6 * * *'")
        if value is not None:
            from croniter import croniter  # when a schedule is read, not when this module is

            if not croniter.is_valid(value):
                raise ValueError("a schedule in cron's form: minute hour day month weekday, such as '0 6 * * *'")
        return value

    @model_validator(mode="after")
    def _distinct_categories(self) -> Source:
        ids = [category.id for category in self.categories]
        doubled = sorted({one for one in ids if ids.count(one) > 1})
        if doubled:
            raise ValueError(f"distinct category ids; doubled: {', '.join(doubled)}")
        return self

    @model_validator(mode="after")
    def _keys_over_tls(self) -> Source:
        grant = self.fetch.grant
        if grant is not None and not grant.url.startswith("https://") and not self.allow_private:
            raise ValueError("an https url in fetch.grant: keys are sent to it")
        return self

    @property
    def zone(self) -> ZoneInfo:
        """The time zone in which ``observed_on`` is a date."""
        return ZoneInfo(self.timezone)

    def category(self, category_id: str) -> Category:
        """The category of that id. Raises KeyError."""
        for category in self.categories:
            if category.id == category_id:
                return category
        raise KeyError(category_id)


def read_source(path: Path) -> Source:
    """The source in ``path``. Raises ConfigError, also where the file's name is not the source's."""
    source = read_model(path, Source)
    if source.source != path.stem:
        raise ConfigError([Problem(str(path), 1, "source", repr(source.source), f"the file's name, {path.stem!r}")])
    odd = [
        (("categories", number, key), told) for number, one in enumerate(source.categories) for key, told in _odd(one)
    ]
    if odd:
        data = read_yaml(path)
        raise ConfigError([
            Problem(str(path), line_of(data, keys), ".".join(map(str, keys)), *told) for keys, told in odd
        ])  # fmt: skip
    return source


def _odd(category: Category) -> Iterator[tuple[str, tuple[str, str]]]:
    """What a category says that can't be meant: key, (found, expected)."""
    asked = f"{category.url or ''} {category.body or ''}"
    if category.url is not None and category.pages > 1 and "{page}" not in asked and "{offset}" not in asked:
        yield "pages", (str(category.pages), "{page} or {offset} in url or body: else every page is the same one")
    if "{offset}" in asked and category.page_size is None:
        yield "url", ("{offset} without page_size", "page_size beside it: the offset is counted in it")


def read_sources(folder: Path) -> dict[str, Source]:
    """All sources under ``folder`` by name. Raises one ConfigError with the problems of every file."""
    sources: dict[str, Source] = {}
    problems: list[Problem] = []
    for path in sorted(folder.glob("*.yaml")):
        try:
            sources[path.stem] = read_source(path)
        except ConfigError as error:
            problems.extend(error.problems)
    if problems:
        raise ConfigError(problems)
    return sources
