"""Replay: read archived pages again with today's specs, show what would change, then replace. Sends no mail.

A dry run does everything a replay does and rolls the transaction back, so what it shows is what would happen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import Any

from extractors.capture import Capture, write_captures
from extractors.source import Source
from extractors.staged import STAGED_COLUMNS
from extractors.stagedir import StageDir
from shelfradar.configuration import read_one_source
from shelfradar.errors import RefusedError
from shelfradar.pipeline import Answer, Report, open_lake, replace_and_transform
from shelfradar.settings import Settings
from transforms.reference import read_reference
from warehouse.captures import select_captures

KEY = ("category_id", "observed_at", "item_id", "sponsored")
NOT_COMPARED = {*KEY, "source", "observed_on", "capture_id", "parser_version"}
FIELDS = tuple(name for name in STAGED_COLUMNS if name not in NOT_COMPARED)
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

    Gives rows added, removed and changed (by field), the concentration figures that differ before and after, and the
    categories whose new rows the audit refuses: those keep what they have.
    Raises RefusedError where there is nothing archived in that span.
    """
    if start > end:
        raise RefusedError(f"--from {start} is after --to {end}; expected the earlier date first")
    tell: Report = report or (lambda _: None)
    chosen, reference = read_one_source(settings.config, source), read_reference(settings.config)
    lake = open_lake(settings)
    with lake.reader() as con:
        captures = select_captures(con, SPAN, {"source": source, "start": start, "end": end})
        stages = [_stage_again(settings, chosen, con, at, some, tell) for at, some in _by_observation(captures)]
    if not stages:
        raise RefusedError(f"{source} has no archived capture from {start} to {end}")
    span = {"source": source, "start": start, "end": end}

    def change(con: Any) -> Answer:
        before = _figures(con, span)
        con.execute(f"CREATE OR REPLACE TEMP TABLE was AS SELECT * FROM listing WHERE {SPAN}", span)
        replace_and_transform(con, chosen, reference, stages)
        found = {**_difference(con, span), "marts": _differing(before, _figures(con, span))}
        found |= {
            "source": source,
            "observations": len(stages),
            "dry_run": dry_run,
            "refused": _refused(chosen, stages),
        }
        if dry_run:
            raise _RolledBackError(found)
        return found

    try:
        return dict(lake.write(change))
    except _RolledBackError as rolled_back:
        return rolled_back.found


def describe(found: Answer) -> Iterator[str]:
    """What a replay found, in lines for a person."""
    verb = "would change" if found["dry_run"] else "changed"
    yield f"{found['source']}: {found['observations']} observations read again from the archive"
    yield f"rows {verb}: {found['added']} added, {found['removed']} removed, {found['changed']} changed"
    for name, count in found["fields"].items():
        yield f"  {name}: {count} rows"
    for one in found["refused"]:
        yield f"refused, and kept as it is: {one['category_id']} {one['observed_on']}: {one['reasons']}"
    yield f"concentration figures that {verb}: {len(found['marts'])}"
    for one in found["marts"][:20]:
        key = f"{one['category_id']} {one['observed_on']} {one['measure']}"
        yield f"  {key}: HHI {one['before']} -> {one['after']}"


def _by_observation(captures: list[Capture]) -> Iterator[tuple[datetime, list[Capture]]]:
    moments = sorted({capture.observed_at for capture in captures})
    for moment in moments:
        yield moment, [capture for capture in captures if capture.observed_at == moment]


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


def _difference(con: Any, span: dict[str, Any]) -> Answer:
    """Rows of ``listing`` in ``span`` against the temporary table ``was``."""
    keys = " AND ".join(f"was.{name} IS NOT DISTINCT FROM now.{name}" for name in KEY)
    changed = [f"count(*) FILTER (in_both AND was_{name} IS DISTINCT FROM now_{name})" for name in FIELDS]
    any_changed = " OR ".join(f"was_{name} IS DISTINCT FROM now_{name}" for name in FIELDS)
    columns = ", ".join(f"was.{name} AS was_{name}, now.{name} AS now_{name}" for name in FIELDS)
    row = con.execute(
        f"""
        WITH pair AS (
            SELECT was.item_id IS NOT NULL AND now.item_id IS NOT NULL AS in_both,
                   was.item_id IS NULL AS added, now.item_id IS NULL AS removed, {columns}
            FROM was FULL JOIN (SELECT * FROM listing WHERE {SPAN}) AS now ON {keys}
        )
        SELECT count(*) FILTER (added), count(*) FILTER (removed), count(*) FILTER (in_both AND ({any_changed})),
               {", ".join(changed)}
        FROM pair
        """,
        span,
    ).fetchone()
    by_field = {name: count for name, count in zip(FIELDS, row[3:], strict=True) if count}
    return {"added": row[0], "removed": row[1], "changed": row[2], "fields": by_field}


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
