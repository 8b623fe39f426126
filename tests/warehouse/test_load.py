"""Loading: a partition is replaced whole, a rerun changes nothing, a refusal keeps what was good."""

from __future__ import annotations

import pytest

from warehouse.load import replace_partitions
from warehouse.validate import audit

FACTS = ("capture", "listing", "quarantine", "snapshot")


def load(lake, source, *stages):
    for stage in stages:
        with lake.reader() as con:
            audit(con, source, stage, None)
    return lake.write(lambda con: replace_partitions(con, source, list(stages)))


def facts(lake):
    with lake.reader() as con:
        return {
            table: con.execute(f"SELECT * FROM {table} ORDER BY ALL").to_arrow_table().to_pylist() for table in FACTS
        }


def test_a_stage_becomes_facts(lake, source, make_rows, make_stage, at):
    keys = load(lake, source, make_stage(make_rows("serum", 10) + make_rows("cream", 9)))
    assert keys == [("shop", "cream", at), ("shop", "serum", at)]
    loaded = facts(lake)
    assert len(loaded["listing"]) == 19
    assert loaded["listing"][0]["price"] is not None
    cream, serum = loaded["snapshot"]
    assert (serum["captured"], serum["expected"], serum["coverage"], serum["complete"]) == (10, 10, 1.0, True)
    assert (cream["captured"], cream["coverage"], cream["complete"], cream["status"]) == (9, 0.9, True, "ok")
    assert serum["observed_on"].isoformat() == "2026-11-21", "22:00 UTC is the next day in Shanghai"
    assert [one["capture_id"] for one in loaded["capture"]] == ["cream-page-1", "serum-page-1"]


def test_a_rerun_changes_nothing(lake, source, make_rows, make_stage):
    doubled = [*make_rows("serum", 10), *make_rows("serum", 2), *make_rows("nowhere", 1)]
    load(lake, source, make_stage(doubled))
    before = facts(lake)
    load(lake, source, make_stage(doubled))
    assert facts(lake) == before
    assert len(before["quarantine"]) == 3


def test_a_withdrawn_row_goes(lake, source, make_rows, make_stage):
    load(lake, source, make_stage(make_rows("serum", 10)))
    load(lake, source, make_stage(make_rows("serum", 9)))
    assert [row["item_id"] for row in facts(lake)["listing"]].count("serum-10") == 0


def test_other_partitions_stay(lake, source, make_rows, make_stage):
    load(lake, source, make_stage(make_rows("serum", 10) + make_rows("cream", 10)))
    load(lake, source, make_stage(make_rows("cream", 10, price=None)))
    rows = facts(lake)["listing"]
    assert len(rows) == 20
    assert {row["category_id"] for row in rows if row["price"] is None} == {"cream"}


def test_a_refused_category_keeps_the_good_rows_and_their_captures(lake, make_source, make_rows, make_stage):
    source = make_source(bounds={"items_min": 8})
    load(lake, source, make_stage(make_rows("serum", 10) + make_rows("cream", 10)))
    bad = make_rows("serum", 3) + make_rows("cream", 9)
    load(lake, source, make_stage(bad, {"serum": ["ok", "blocked"], "cream": ["ok"]}))
    loaded = facts(lake)
    assert len([row for row in loaded["listing"] if row["category_id"] == "serum"]) == 10
    assert len([row for row in loaded["listing"] if row["category_id"] == "cream"]) == 9
    serum = loaded["snapshot"][1]
    assert (serum["status"], serum["captured"]) == ("ok", 10)
    assert [one["capture_id"] for one in loaded["capture"]] == ["cream-page-1", "serum-page-1", "serum-page-2"]


def test_a_refused_category_without_good_rows_is_a_refused_snapshot(lake, make_source, make_rows, make_stage):
    source = make_source(bounds={"items_min": 8})
    stage = make_stage(make_rows("serum", 3) + make_rows("serum", 1))
    load(lake, source, stage)
    loaded = facts(lake)
    assert loaded["listing"] == []
    (snapshot,) = loaded["snapshot"]
    assert (snapshot["status"], snapshot["complete"], snapshot["captured"]) == ("refused", False, 0)
    assert snapshot["status_reason"].startswith("organic items: found 3, expected at least 8; ")
    assert len(loaded["quarantine"]) == 1
    assert len(loaded["capture"]) == 1
    load(lake, source, make_stage(make_rows("serum", 10)))
    loaded = facts(lake)
    assert (len(loaded["listing"]), loaded["snapshot"][0]["status"], loaded["quarantine"]) == (10, "ok", [])


def test_an_unaudited_stage_is_not_loaded(lake, source, make_rows, make_stage):
    stage = make_stage(make_rows("serum", 10))
    with pytest.raises(FileNotFoundError):
        lake.write(lambda con: replace_partitions(con, source, stage))
    assert facts(lake)["listing"] == []
