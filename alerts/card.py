"""What a mail shows of one thing told, as plain data."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Page:
    """An archived page: a link where its address is one a mail may hold, its capture and its hash."""

    href: str | None
    label: str
    capture_id: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One thing told as a mail shows it. ``tone``: alarm, calm or quiet. ``chart``: content id of its picture.

    ``kicker`` is the small line over the ``name``; ``headline`` says all of it in one line. What only an alert
    has is empty in a notice.
    """

    headline: str
    kicker: str = ""
    name: str
    value: str = ""
    caption: str = ""
    tone: str
    href: str | None = None
    lines: list[tuple[str, str]]
    pages: list[Page] = field(default_factory=list)
    bundle: str | None = None
    why: str
    snooze: str | None = None
    chart: str | None = None
    chart_alt: str = ""
    spark: str = ""
