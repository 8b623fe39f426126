"""Replay: read archived pages again with today's specs, show what would change, then replace. Sends no mail.

A dry run does everything a replay does and rolls the transaction back, so what it shows is what would happen.
"""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from itertools import groupby
from typing import Any

from extractors.capture import Capture, write_captures
from extractors.counted import counted
from extractors.source import Source
from extractors.stagedir import StageDir
from shelfradar.comparing import compare_table
from shelfradar.configuration import read_one_source
from shelfradar.errors import RefusedError
from shelfradar.loading import replace_and_transform
from shelfradar.pipeline import Answer, Report, open_lake
from shelfradar.settings import Settings
from transforms.grains import GRAINS
from transforms.reference import read_reference
from warehouse.captures import select_captures

KEY = ("category_id", "observed_at", "item_id", "sponsored")
NOT_COMPARED = {"observed_on", "capture_id", "parser_version"}
SPAN = "source = $source AND observed_on BETWEEN $start AND $end"
FIGURES = f"""
SELECT c.category_id, c.observed_on, c.measure, c.units_basis, c.hhi, c.cr3, c.total_low
FROM brand_concentration AS c WHERE {SPAN} ORDER BY ALL
"""


class _RolledBackError(Exception):
    """Ends a dry run's transaction; carries what it found."""

    def __init__(self, found: Answer) -> None:
        super().__init__()
        self.found = found


def replay(
    settings: Settings, source: str, start: date, end: date, dry_run: bool, *, report: Report | None = None
) -> Answer:
    """Replace what ``source`` loaded on the dates ``start`` to ``end`` by what today's specs read from the archive.

    Gives rows added, removed and changed (by field), the same of every mart, the concentration figures that differ
    before and after, and the categories whose new rows the audit refuses: those keep what they have. One transaction:
    listings and marts are all replaced, or none. A replay that is no dry run is recorded in ``run``.
    Raises RefusedError where there is nothing archived in that span.
    """
    if start > end:
        raise RefusedError(f"--from {start} is after --to {end}; expected the earlier date first")
    tell: Report = report or (lambda _: None)
    chosen, reference = read_one_source(settings.config, source), read_reference(settings.config)
    lake, started = open_lake(settings), datetime.now(UTC)
    span = {"source": source, "start": start, "end": end}
    with lake.reader() as con:
        captures = select_captures(con, SPAN, span)
        stages = [_stage_again(settings, chosen, con, at, some, tell) for at, some in _by_observation(captures)]
    if not stages:
        raise RefusedError(f"{source} has no archived capture from {start} to {end}")

    def change(con: Any) -> Answer:
        with lake.reader() as before:  # sees what is there until this transaction is committed
            tell(f"{source}: replacing {counted(len(stages), 'observation')} and making the marts again")
            replace_and_transform(con, chosen, reference, stages)
            figures = _differing(_figures(before, span), _figures(con, span))
            found = {**_compared(before, con, span, tell), "figures": figures, "source": source}
        found |= {"observations": len(stages), "dry_run": dry_run, "refused": _refused(chosen, stages)}
        if dry_run:
            raise _RolledBackError(found)
        _record(con, found, stages, started)
        return found

    try:
        return dict(lake.write(change))
    except _RolledBackError as rolled_back:
        return rolled_back.found
    finally:
        shutil.rmtree(settings.home / "replay" / "stage" / source, ignore_errors=True)


def describe(found: Answer) -> Iterator[str]:
    """What a replay found, in lines for a person."""
    verb = "would change" if found["dry_run"] else "changed"
    yield f"{found['source']}: {counted(found['observations'], 'observation')} read again from the archive"
    yield f"rows {verb}: {found['added']} added, {found['removed']} removed, {found['changed']} changed"
    for name, count in found["fields"].items():
        yield f"  {name}: {counted(count, 'row')}"
    for one in found["refused"]:
        yield f"refused, and kept as it is: {one['category_id']} {one['observed_on']}: {one['reasons']}"
    yield f"marts that {verb}: {len(found['marts'])} of {len(GRAINS)}"
    for name, one in found["marts"].items():
        yield f"  {name}: {one['added']} added, {one['removed']} removed, {one['changed']} changed"
    yield f"concentration figures that {verb}: {len(found['figures'])}"
    for one in found["figures"][:20]:
        key = f"{one['category_id']} {one['observed_on']} {one['measure']}"
        yield f"  {key}: HHI {one['before']} -> {one['after']}"


def _by_observation(captures: list[Capture]) -> Iterator[tuple[datetime, list[Capture]]]:
    for moment, some in groupby(captures, key=lambda capture: capture.observed_at):  # they come by time
        yield moment, list(some)


def _stage_again(
    settings: Settings,
    source: Source,
    con: Any,
    observed_at: datetime,
    captures: list[Capture],
    tell: Callable[[str], None],
) -> StageDir:
    from extractors.archive import Archive
    from extractors.extract import extract_captures
    from warehouse.validate import audit

    tell(f"{source.source}: reading {observed_at:%Y-%m-%d %H:%M} again")
    stage = StageDir(settings.home / "replay", source.source, observed_at)
    stage.keep_batches({0})
    write_captures(stage.captures(0), captures)
    extract_captures(source, stage, 0, Archive(settings.home))
    audit(con, source, stage, None)
    return stage


def _record(con: Any, found: Answer, stages: list[StageDir], started: datetime) -> None:
    """The replay's row in ``run``, in its own transaction."""
    from warehouse.audit import read_audit
    from warehouse.load import Run, record_run

    counted = {name: found[name] for name in ("observations", "added", "removed", "changed", "fields")}
    marts = {
        name: {kind: one[kind] for kind in ("added", "removed", "changed")} for name, one in found["marts"].items()
    }
    record_run(
        con,
        Run(
            run_id=str(uuid.uuid4()), kind="replay", started_at=started, finished_at=datetime.now(UTC), status="ok",
            source=found["source"], observed_at=stages[-1].observed_at,
            rows_loaded=sum(read_audit(stage).accepted for stage in stages),
            detail={**counted, "marts": marts, "refused": len(found["refused"])},
        ),
    )  # fmt: skip


def _refused(source: Source, stages: list[StageDir]) -> list[Answer]:
    """The categories whose new rows would not be loaded, and why."""
    from warehouse.audit import read_audit

    return [
        {
            "category_id": name,
            "observed_on": stage.observed_at.astimezone(source.zone).date().isoformat(),
            "reasons": "; ".join(audited.categories[name].reasons),
        }
        for stage in stages
        for audited in (read_audit(stage),)
        for name in audited.refused
    ]


def _compared(before: Any, con: Any, span: dict[str, Any], tell: Report) -> Answer:
    """Rows of ``listing`` in the span, and of every mart on any date, that are not what they were."""
    source, days = span["source"], (span["start"], span["end"])
    listings = compare_table(before, con, "listing", source, key=KEY, ignored=NOT_COMPARED, days=days, tell=tell)
    marts = {name: compare_table(before, con, name, source, key=key, tell=tell).told() for name, key in GRAINS.items()}
    return {**listings.told(), "marts": {name: one for name, one in marts.items() if any(one.values())}}


def _figures(con: Any, span: dict[str, Any]) -> dict[tuple[Any, ...], tuple[Any, ...]]:
    return {tuple(row[:4]): tuple(row[4:]) for row in con.execute(FIGURES, span).fetchall()}


def _differing(
    before: dict[tuple[Any, ...], tuple[Any, ...]], after: dict[tuple[Any, ...], tuple[Any, ...]]
) -> list[Answer]:
    names = ("category_id", "observed_on", "measure", "units_basis")
    changed = [key for key in sorted(before.keys() | after.keys(), key=str) if before.get(key) != after.get(key)]
    return [
        {
            **{name: str(value) for name, value in zip(names, key, strict=True)},
            "before": (before.get(key) or (None,))[0],
            "after": (after.get(key) or (None,))[0],
        }
        for key in changed
    ]
