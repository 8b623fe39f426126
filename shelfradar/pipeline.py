"""The pipeline's steps, one function each: the DAGs and the command line call these and nothing deeper.

Every step takes names and ``observed_at`` (aware, UTC) and gives ids and counts as JSON-able dictionaries, never rows;
what it makes lies in files or in the lake, so that each step can be retried, run alone, or run on another machine.
Heavy libraries are imported inside the steps.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from extractors.stagedir import StageDir
from shelfradar.configuration import read_one_source
from shelfradar.settings import Settings

Answer = dict[str, Any]
Report = Callable[[str], None]


def plan(settings: Settings, source: str, observed_at: datetime) -> list[Answer]:
    """The batches of categories to fetch (none for a source filled by import); drops what an older plan staged."""
    chosen = read_one_source(settings.config, source)
    ids = [category.id for category in chosen.categories if category.url is not None]
    starts = range(0, len(ids), chosen.batch_size)
    batches = [
        {"batch": number, "categories": ids[start : start + chosen.batch_size]} for number, start in enumerate(starts)
    ]
    stage = StageDir(settings.home, source, observed_at)
    stage.keep_batches(set(range(len(batches))))
    stage.pause.unlink(missing_ok=True)
    return batches


def fetch(settings: Settings, source: str, observed_at: datetime, batch: Answer) -> Answer:
    """Fetch and archive the pages of one batch; counts captures by outcome.

    Once a batch was blocked, the others of that observation are recorded as blocked without asking.
    """
    from extractors.archive import Archive
    from extractors.capture import write_captures
    from extractors.fetch import fetch_categories, pause_of

    chosen = read_one_source(settings.config, source)
    categories = [chosen.category(name) for name in batch["categories"]]
    stage = StageDir(settings.home, source, observed_at)
    paused = stage.pause.read_text(encoding="utf-8") if stage.pause.is_file() else None
    with Archive(settings.home).writer(source, observed_at, batch["batch"]) as archive:
        asked = fetch_categories(chosen, categories, observed_at, archive=archive, paused=paused, doors=settings.hosts)
        captures = asyncio.run(asked)
    write_captures(stage.captures(batch["batch"]), captures)
    if reason := pause_of(captures):
        stage.write_text(stage.pause, reason)
    outcomes = Counter(capture.outcome for capture in captures)
    return {"batch": batch["batch"], "captures": len(captures), "outcomes": dict(outcomes)}


def extract(settings: Settings, source: str, observed_at: datetime, batch_no: int) -> Answer:
    """Read the listings out of one batch's captures, in a worker process with hard limits."""
    from extractors.archive import Archive
    from extractors.extract import extract_captures

    chosen = read_one_source(settings.config, source)
    stage = StageDir(settings.home, source, observed_at)
    return {"batch": batch_no, **extract_captures(chosen, stage, batch_no, Archive(settings.home))}


def validate(settings: Settings, source: str, observed_at: datetime) -> Answer:
    """Audit what was staged: accepted and quarantined rows, a verdict a category, and what is to be known of it."""
    from shelfradar.lean import let_pandas_in, let_statistics_wait
    from warehouse.stage import staged_row_count
    from warehouse.threads import threads_for
    from warehouse.validate import audit

    let_pandas_in()
    let_statistics_wait()
    chosen = read_one_source(settings.config, source)
    stage = StageDir(settings.home, source, observed_at)
    lake = open_lake(settings)
    with lake.reader() as con, threads_for(con, staged_row_count(stage)):
        found = audit(con, chosen, stage, settings.data_docs)
    return {
        "accepted": found.accepted,
        "quarantined": found.quarantined,
        "categories": {name: one.status for name, one in found.categories.items()},
        "reasons": {name: "; ".join(one.reasons) for name, one in found.categories.items() if one.reasons},
        "warnings": {name: one.warnings for name, one in found.categories.items() if one.warnings},
    }


def load(settings: Settings, source: str, observed_at: datetime) -> Answer:
    """Commit the audited facts and every mart they change, in one transaction."""
    from shelfradar.loading import load_stages

    stages = [StageDir(settings.home, source, observed_at)]
    return load_stages(settings.config, open_lake(settings), source, stages, kind="load")


def alerts(settings: Settings, source: str | None, observed_at: datetime | None) -> Answer:
    """Evaluate the alert rules over the marts and queue what crossed, in one transaction; sends nothing."""
    from alerts.rules import read_rules
    from alerts.run import evaluate_source

    rules = read_rules(settings.config / "alerts.yaml")
    now = datetime.now(UTC)

    def change(con: Any) -> Answer:
        total: Counter[str] = Counter()
        known = (
            [source] if source else [row[0] for row in con.execute("SELECT DISTINCT source FROM snapshot").fetchall()]
        )
        for name in sorted(known):
            total.update(evaluate_source(con, rules, name, observed_at, now))
        return dict(total)

    return {"episodes": 0, "open": 0, "queued": 0, **open_lake(settings).write(change)}


def deliver(settings: Settings) -> Answer:
    """Send what is queued and due: mails through the SMTP server of the settings, else to .eml files; and to chats."""
    from shelfradar.posting import deliver as deliver_queued

    return deliver_queued(settings, open_lake(settings))


def watch(settings: Settings) -> Answer:
    """Queue what the clock alone brings (missed deadlines, quiet weeks), then deliver what is due."""
    from shelfradar.posting import deliver as deliver_queued
    from shelfradar.watching import watch as queue_due

    lake = open_lake(settings)
    return {**queue_due(settings, lake, datetime.now(UTC)), "delivered": deliver_queued(settings, lake)}


def task_failed(settings: Settings, dag: str, task: str, at: datetime, why: str) -> int:
    """Queue a notice to the engineers that a run failed, once until one succeeds again."""
    from alerts.facts import NoticeFacts
    from shelfradar.watching import task_failed as queue_failure

    facts = NoticeFacts(
        kind="failed", source=dag, category_id="", category_title=task, start=at.isoformat(), at=at.isoformat(),
        reason=why[:500], simulated=False, timezone="UTC",
    )  # fmt: skip
    return queue_failure(settings, open_lake(settings), facts, datetime.now(UTC))


def run_succeeded(settings: Settings, dag: str) -> int:
    """Queue a notice that a run succeeds again, where the engineers were told that it failed."""
    from shelfradar.watching import run_succeeded as queue_success

    return queue_success(settings, open_lake(settings), dag, datetime.now(UTC))


def boards(settings: Settings) -> Answer:
    """Write the HTML boards from the marts, in every language."""
    from boards.build import build_boards
    from shelfradar.boarding import read_thresholds

    thresholds, now = read_thresholds(settings.config / "alerts.yaml"), datetime.now(UTC)
    with open_lake(settings).reader() as con:
        pages = build_boards(con, settings.boards, locale=settings.locale, generated_at=now, thresholds=thresholds)
    return {"pages": len(pages), "index": str(settings.boards / "index.html")}


def transform(settings: Settings, source: str | None, *, full: bool) -> Answer:
    """Marts again: all of them, or those that a change of ``config/`` made stale."""
    from transforms.reference import read_reference, sync_reference
    from transforms.run import rebuild

    reference = read_reference(settings.config)

    def change(con: Any) -> int:
        changed = sync_reference(con, reference)
        return rebuild(con, None if changed else source) if changed or full else 0

    return {"snapshots": open_lake(settings).write(change)}


def maintain(settings: Settings) -> Answer:
    """Compact, expire and clean up; returns counts."""
    from warehouse.maintain import maintain as maintain_lake

    return dict(maintain_lake(open_lake(settings)))


def backup(settings: Settings, folder: Path) -> Answer:
    """A copy of the lake in ``folder``, read back; see :func:`warehouse.maintain.backup`. Returns rows a table."""
    from warehouse.maintain import backup as backup_lake

    taken = backup_lake(open_lake(settings), folder.resolve())
    return {"backup": str(folder.resolve()), "rows": {table: rows for table, (rows, _) in taken.items()}}


def restore(settings: Settings, folder: Path) -> Answer:
    """The backup in ``folder`` as this installation's lake, which must not exist yet. Returns rows a table."""
    from warehouse.maintain import restore as restore_lake

    kept = restore_lake(folder.resolve(), settings.lake)
    return {"restored": str(folder.resolve()), "rows": {table: rows for table, (rows, _) in kept.items()}}


def replay(settings: Settings, source: str, start: Any, end: Any, dry_run: bool) -> Answer:
    """See :func:`shelfradar.replaying.replay`."""
    from shelfradar.replaying import replay as replay_dates

    return replay_dates(settings, source, start, end, dry_run)


def run(settings: Settings, source: str, observed_at: datetime, report: Report | None = None) -> Answer:
    """All steps of one observation in this process; mail and boards follow with :func:`finish`."""
    answer = collect(settings, source, observed_at, report=report)
    queued = alerts(settings, source, observed_at)
    finish(settings)
    return {**answer, "queued": queued["queued"]}


def collect(
    settings: Settings,
    source: str,
    observed_at: datetime,
    report: Report | None = None,
    before_load: Callable[[], object] | None = None,
) -> Answer:
    """Plan, fetch, extract, validate and load one observation; ``before_load`` is called once all is audited."""
    tell = report or (lambda _: None)
    batches = plan(settings, source, observed_at)
    if not batches:
        raise ValueError(f"{source} has no page to fetch: it is filled by `shelfradar import FILE --source {source}`")
    for batch in batches:
        tell(f"{source}: fetching {', '.join(batch['categories'])}")
        fetch(settings, source, observed_at, batch)
        extract(settings, source, observed_at, batch["batch"])
    tell(f"{source}: auditing")
    audited = validate(settings, source, observed_at)
    if before_load is not None:
        before_load()
    tell(f"{source}: loading")
    loaded = load(settings, source, observed_at)
    return {"source": source, "observed_at": observed_at.isoformat(), **audited, **loaded}


def finish(settings: Settings) -> Answer:
    """Deliver what is queued and write the boards."""
    return {"delivered": deliver(settings), "boards": boards(settings)}


def import_file(
    settings: Settings, source: str, path: Path, observed_at: datetime, *, dated: bool, report: Report | None = None
) -> Answer:
    """See :func:`shelfradar.importing.import_file`."""
    from shelfradar.importing import import_file as import_table

    return import_table(settings, source, path, observed_at, dated=dated, report=report)


def open_lake(settings: Settings) -> Any:
    """The lake of these settings, made or brought up to the current schema first where it is not."""
    from warehouse.lake import Lake

    lake = Lake(settings.lake)
    lake.migrate()
    return lake
