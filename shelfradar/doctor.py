"""``shelfradar doctor``: what is wrong with this installation, and the mend."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from urllib.parse import urlsplit

from extractors.counted import counted
from extractors.secret import MissingSecret, Secrets
from shelfradar.configuration import Configuration, read_configuration
from shelfradar.errors import EXPECTED, explain
from shelfradar.schedule import last_tick
from shelfradar.settings import Settings

Level = Literal["ok", "note", "error"]
GRACE = timedelta(hours=6)
MARKS: dict[Level, str] = {"ok": "ok   ", "note": "note ", "error": "WRONG"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. ``mend`` says what to do where it is not ok."""

    level: Level
    subject: str
    text: str
    mend: str | None = None

    @property
    def mark(self) -> str:
        """The level in five letters, for a column."""
        return MARKS[self.level]

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def examine(settings: Settings | None = None, now: datetime | None = None) -> list[Finding]:
    """Look at settings, configuration, warehouse, mail and the freshness of each source."""
    try:
        chosen = settings or Settings.from_environment()
        configuration = read_configuration(chosen.config)
    except EXPECTED as error:
        mend = "mend the lines above; docs/configuration.md describes every key"
        return [Finding("error", "configuration", explain(error), mend)]
    count = f"{counted(len(configuration.sources), 'source')}, {counted(len(configuration.rules.rules), 'alert rule')}"
    return [
        Finding("ok", "configuration", f"{chosen.config}: {count}"),
        *_folders(chosen),
        *_keys(configuration),
        *_contacts(configuration),
        *_mail(chosen),
        *_warehouse(chosen, configuration, now or datetime.now(UTC)),
    ]


def _folders(settings: Settings) -> Iterator[Finding]:
    try:
        settings.home.mkdir(parents=True, exist_ok=True)
        probe = settings.home / ".doctor"
        probe.write_text("", encoding="utf-8")
        probe.unlink()
    except OSError as error:
        text = f"{settings.home} can't be written: {error.strerror}"
        yield Finding("error", "data folder", text, "set SHELFRADAR_HOME to a folder you can write")
    else:
        yield Finding("ok", "data folder", str(settings.home))


def _keys(configuration: Configuration) -> Iterator[Finding]:
    """The sources in use whose keys are not in the environment."""
    for source in configuration.sources.values():
        if not source.enabled:
            continue
        try:
            Secrets(source)
        except MissingSecret as error:
            yield Finding(
                "error", source.source, str(error), "set it where shelfradar (or Airflow's worker) is started"
            )


def _contacts(configuration: Configuration) -> Iterator[Finding]:
    """The sources in use that don't tell the sites they visit whom to write to."""
    for source in configuration.sources.values():
        visits = source.enabled and not source.simulated and any(one.url for one in source.categories)
        if visits and not source.contact and not source.fetch.user_agent:
            text = "its User-Agent names no contact: a site that is troubled by it can only shut it out"
            yield Finding(
                "note", source.source, text, f"set contact in sources/{source.source}.yaml to a page or address"
            )


def _mail(settings: Settings) -> Iterator[Finding]:
    import smtplib

    if settings.smtp_url is None:
        text = f"no SMTP server is set: mails are written to {settings.mail}"
        yield Finding("note", "mail", text, "set SHELFRADAR_SMTP_URL=smtp://user:password@host:587 to send them")
        return
    address = urlsplit(settings.smtp_url)
    client = smtplib.SMTP_SSL if address.scheme == "smtps" else smtplib.SMTP
    try:
        with client(address.hostname or "", address.port or 0, timeout=10) as server:
            server.noop()
    except (OSError, smtplib.SMTPException) as error:
        text = f"{address.hostname} does not answer: {error}"
        yield Finding("error", "mail", text, "check SHELFRADAR_SMTP_URL and that the server is up")
    else:
        yield Finding("ok", "mail", f"{address.hostname} answers")


def _warehouse(settings: Settings, configuration: Configuration, now: datetime) -> Iterator[Finding]:
    from warehouse.lake import Lake

    try:
        with Lake(settings.lake).reader() as con:
            rows = con.execute("SELECT count(*) FROM listing").fetchone()
            latest = con.execute(
                "SELECT source, max(observed_at) FILTER (complete), max(observed_at) FROM snapshot GROUP BY source"
            ).fetchall()
            failed = con.execute("SELECT count(*) FROM alert_outbox WHERE status IN ('failed', 'unsure')").fetchone()
    except EXPECTED as error:
        yield Finding("error", "warehouse", explain(error), "make demo, shelfradar run, or shelfradar import makes one")
        return
    yield Finding(
        "ok", "warehouse", f"{counted(rows[0] if rows else 0, 'listing row')}, {counted(len(latest), 'source')}"
    )
    if failed and failed[0]:
        yield Finding(
            "error", "mail", f"{counted(failed[0], 'mail')} failed or unsure", "shelfradar alerts list --outbox"
        )
    seen = {source: complete for source, complete, _ in latest}
    for source in configuration.sources.values():
        if source.enabled and source.schedule:
            yield _freshness(source.source, last_tick(source, now - GRACE), seen.get(source.source))


def _freshness(name: str, due: datetime, complete: datetime | None) -> Finding:
    if complete is None:
        return Finding("note", name, "no complete snapshot yet", f"shelfradar run --source {name}")
    if complete < due:
        text = f"last complete snapshot {complete:%Y-%m-%d %H:%M} UTC, due {due:%Y-%m-%d %H:%M} UTC"
        return Finding("error", name, text, "see the data-health board; is the schedule switched on in Airflow?")
    return Finding("ok", name, f"fresh: {complete:%Y-%m-%d %H:%M} UTC")
