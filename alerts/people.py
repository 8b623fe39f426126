"""Who is told: a recipient as an operator writes it, with hours and language. Must not know rules or mail."""

from __future__ import annotations

from datetime import time
from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from extractors.config import StrictModel, ZoneName

Language = Literal["en", "zh-CN"]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
CHANNEL = "channel:"
Address = Annotated[
    str, Field(pattern=r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,250}[A-Za-z0-9])?$")
]


class Recipient(StrictModel):
    """Who is told, where and when. Exactly one of ``address`` (mail) and ``channel`` (a chat, by Apprise).

    ``channel`` names the environment variable that holds the chat's URL, for such a URL is a secret. Hours and weekdays
    are in ``timezone``: digest lines wait for ``digest_hour``, and nothing arrives in ``quiet_hours`` ("22:00-07:00")
    or outside ``weekdays``. On the day ``weekly`` who was told nothing for a week is told that all is well.
    """

    address: Address | None = None
    channel: str | None = Field(default=None, pattern=r"^SHELFRADAR_CHANNEL_[A-Z0-9_]{1,60}$")
    name: str | None = None
    language: Language = "en"
    timezone: ZoneName = "UTC"
    digest_hour: int = Field(default=8, ge=0, le=23)
    quiet_hours: str | None = Field(default=None, pattern=r"^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$")
    weekdays: list[Weekday] = Field(default=["mon", "tue", "wed", "thu", "fri", "sat", "sun"], min_length=1)
    weekly: Weekday | None = "mon"

    @field_validator("quiet_hours")
    @classmethod
    def _some_hours_left(cls, value: str | None) -> str | None:
        if value is not None and len(set(value.split("-"))) == 1:
            raise ValueError("two different times such as 22:00-07:00")
        return value

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if (self.address is None) == (self.channel is None):
            raise ValueError("exactly one of address and channel (for both: two recipients and a group)")
        return self

    @property
    def destination(self) -> str:
        """The mail address, or ``channel:NAME``; the outbox keeps it."""
        return self.address or f"{CHANNEL}{self.channel}"

    @property
    def quiet(self) -> tuple[time, time] | None:
        """Start and end of the quiet hours; the end may be of the next day."""
        if self.quiet_hours is None:
            return None
        start, end = map(time.fromisoformat, self.quiet_hours.split("-"))
        return start, end
