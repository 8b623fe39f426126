"""When promotions were and will be: ``config/campaigns.yaml``, read strictly and mirrored into ``campaign_edition``.

A campaign (618, Double 11) has one edition a year; a monthly one (a members' day) counts as twelve campaigns, so that
"the same campaign a year earlier" is the same month's.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from itertools import pairwise
from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from extractors.config import StrictModel
from extractors.source import Slug

FILE = "campaigns.yaml"
Row = tuple[Any, ...]
Days = Annotated[int, Field(ge=1, le=90)]


class Title(StrictModel):
    """What a campaign is called."""

    en: Annotated[str, Field(min_length=1)]
    zh: Annotated[str, Field(min_length=1)]


class Edition(StrictModel):
    """A campaign in one year: its first and its last day, both included, in the source's time zone."""

    year: int = Field(ge=2000, le=2100)
    starts_on: date
    ends_on: date

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.ends_on < self.starts_on:
            raise ValueError("an ends_on that is not before starts_on")
        if (self.ends_on - self.starts_on).days > 90:
            raise ValueError("an edition of at most 91 days")
        if self.year not in {self.starts_on.year, self.ends_on.year}:
            raise ValueError("the year of starts_on or ends_on")
        return self


class Monthly(StrictModel):
    """An edition in every month of the years ``first_year`` to ``last_year``."""

    first_day: int = Field(ge=1, le=28)
    last_day: int = Field(ge=1, le=28)
    first_year: int = Field(ge=2000, le=2100)
    last_year: int = Field(ge=2000, le=2100)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.last_day < self.first_day or self.last_year < self.first_year:
            raise ValueError("a last_day and last_year that are not before the first")
        return self


class Campaign(StrictModel):
    """A promotion. Without ``sources`` it holds for every source that no other entry of its name names.

    ``before_days`` and ``after_days`` are what it is compared with: as many days as the edition has, where not given.
    """

    campaign: Slug
    title: Title
    sources: list[Slug] | None = Field(default=None, min_length=1)
    before_days: Days | None = None
    after_days: Days | None = None
    editions: list[Edition] = Field(default_factory=list)
    monthly: Monthly | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        if bool(self.editions) == (self.monthly is not None):
            raise ValueError("either editions or monthly")
        if any(later.year <= earlier.year for earlier, later in pairwise(self.editions)):
            raise ValueError("one edition a year, in rising order")
        for earlier, later in pairwise(self.editions):
            if self._spans(later)[0] <= earlier.ends_on:
                raise ValueError(
                    f"an edition {later.year} whose days before it begin after that of {earlier.year} ended"
                )
        return self

    def named(self) -> list[str | None]:
        """The sources it holds for; None: every one without dates of its own."""
        return [None] if self.sources is None else [*self.sources]

    def rows(self) -> list[Row]:
        """Rows of ``campaign_edition``, column by column; one for each source named."""
        return [
            (
                name, title.en, title.zh, source, edition.year, edition.starts_on, edition.ends_on,
                *self._spans(edition),
            )
            for name, title, edition in self._editions()
            for source in self.named()
        ]  # fmt: skip

    def _editions(self) -> list[tuple[str, Title, Edition]]:
        if self.monthly is None:
            return [(self.campaign, self.title, edition) for edition in self.editions]
        days = self.monthly
        return [
            (
                f"{self.campaign}-{month:02}",
                Title(en=f"{self.title.en}, {date(year, month, 1):%B}", zh=f"{self.title.zh}({month}月)"),
                Edition(
                    year=year, starts_on=date(year, month, days.first_day), ends_on=date(year, month, days.last_day)
                ),
            )
            for year in range(days.first_year, days.last_year + 1)
            for month in range(1, 13)
        ]

    def _spans(self, edition: Edition) -> tuple[date, date]:
        """First day before and last day after."""
        length = (edition.ends_on - edition.starts_on).days + 1
        before, after = self.before_days or length, self.after_days or length
        return edition.starts_on - timedelta(days=before), edition.ends_on + timedelta(days=after)


class Campaigns(StrictModel):
    """``campaigns.yaml``."""

    campaigns: list[Campaign] = Field(default_factory=list)


Mistake = tuple[tuple[Any, ...], str, str]


def check_campaigns(campaigns: Campaigns, sources: Mapping[str, Any]) -> list[Mistake]:
    """Keys, what was found and what was expected: unknown sources, and a source with two calendars of one campaign."""
    mistakes: list[Mistake] = []
    seen: set[tuple[str, str | None]] = set()
    for number, one in enumerate(campaigns.campaigns):
        for source in one.named():
            keys = ("campaigns", number, "sources" if one.sources else "campaign")
            if source is not None and source not in sources:
                known = ", ".join(sorted(sources)) or "there is none"
                mistakes.append((keys, repr(source), f"a known source: {known}"))
            if (one.campaign, source) in seen:
                mistakes.append((keys, f"{one.campaign} of {source or 'every source'} again", "one entry each"))
            seen.add((one.campaign, source))
    return mistakes
