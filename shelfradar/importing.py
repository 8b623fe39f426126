"""A table from elsewhere (CSV, XLSX, Parquet, JSON) through the same archive, audit and load as a page."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

from shelfradar import pipeline
from shelfradar.configuration import read_one_source
from shelfradar.pipeline import Answer, Report
from shelfradar.settings import Settings


def import_file(
    settings: Settings, source: str, path: Path, observed_at: datetime, *, dated: bool, report: Report | None = None
) -> Answer:
    """Archive, read, audit and load a table from elsewhere; one observation, or as many as its date column names.

    ``dated``: ``observed_at`` was asked for, which contradicts a file that has dates of its own (ValueError).
    """
    from extractors.archive import Archive
    from extractors.extract import extract_file
    from shelfradar.loading import load_stages

    tell = report or (lambda _: None)
    chosen = read_one_source(settings.config, source)
    tell(f"{source}: reading {path.name}")
    read = extract_file(chosen, path, settings.home, Archive(settings.home), observed_at, dated=dated)
    verdicts: list[Answer] = []
    for stage in read.stages:
        tell(f"{source}: auditing {stage.observed_at.astimezone(chosen.zone):%Y-%m-%d}")
        verdicts.append(pipeline.validate(settings, source, stage.observed_at))
    tell(f"{source}: loading")
    loaded = load_stages(settings.config, pipeline.open_lake(settings), source, read.stages, kind="import")
    for at in _alert_runs(settings, [stage.observed_at for stage in read.stages]):
        pipeline.alerts(settings, source, at)
    pipeline.finish(settings)
    return {"source": source, "problems": read.problems, **loaded, **_merged(verdicts)}


def _alert_runs(settings: Settings, observed_ats: list[datetime]) -> list[datetime]:
    """The times to run the alerts for: one run evaluates all that changed, the others tell of faults still young."""
    from alerts.rules import read_rules

    oldest = datetime.now(UTC) - timedelta(days=read_rules(settings.config / "alerts.yaml").defaults.max_age_days)
    *earlier, last = sorted(observed_ats)
    return [*(at for at in earlier if at >= oldest), last]


def _merged(verdicts: list[Answer]) -> Answer:
    """Several audits as one: counts added, the worst status a category, reasons and warnings with how often."""
    order = ["ok", "incomplete", "refused"]
    categories: dict[str, str] = {}
    reasons: Counter[str] = Counter()
    warnings: Counter[str] = Counter()
    for verdict in verdicts:
        for name, status in verdict["categories"].items():
            categories[name] = max(categories.get(name, "ok"), status, key=order.index)
        reasons.update(verdict["reasons"].values())
        warnings.update(f"{name}: {text}" for name, told in verdict["warnings"].items() for text in told)
    return {
        "accepted": sum(one["accepted"] for one in verdicts),
        "quarantined": sum(one["quarantined"] for one in verdicts),
        "categories": categories,
        "reasons": dict(reasons),
        "warnings": dict(warnings),
    }
