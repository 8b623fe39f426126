"""Staged files are whole or absent, and leftovers of an older plan go."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from extractors.stagedir import StageDir, stamp


def test_the_folder_is_named_by_the_instant(tmp_path):
    shanghai = datetime(2026, 11, 22, 6, tzinfo=timezone(timedelta(hours=8)))
    assert StageDir(tmp_path, "demo", shanghai).path == tmp_path / "stage" / "demo" / "20261121T220000Z"
    with pytest.raises(ValueError, match="time zone"):
        stamp(datetime(2026, 11, 22))  # noqa: DTZ001


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(tmp_path):
    stage = StageDir(tmp_path, "demo", datetime(2026, 11, 22, tzinfo=UTC))
    stage.write_text(stage.audit, "old")

    def die() -> None:
        with stage.writing(stage.audit) as temporary:
            temporary.write_text("half")
            raise RuntimeError("died")

    with pytest.raises(RuntimeError):
        die()
    assert [(one.name, one.read_text()) for one in stage.path.iterdir()] == [("audit.json", "old")]


def test_leftovers_of_an_older_plan_go_with_what_was_made_of_them(tmp_path):
    stage = StageDir(tmp_path, "demo", datetime(2026, 11, 22, tzinfo=UTC))
    for path in (stage.captures(0), stage.captures(1), stage.listings(1), stage.problems(1), stage.audit):
        stage.write_text(path, "x")
    stage.keep_batches({0, 1})
    assert (stage.batches(), stage.audit.exists()) == ([0, 1], True)
    stage.keep_batches({0})
    assert [one.name for one in stage.path.iterdir()] == ["captures-000.jsonl"]
