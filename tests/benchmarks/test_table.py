"""The benchmarks run and print their table; what the figures are is no test's business."""

from __future__ import annotations

import subprocess
import sys

import pytest

from benchmarks.__main__ import ROWS, main
from benchmarks.measure import Spent, Target, compare


def test_the_table_of_the_quick_run_has_every_row(capsys):
    assert main(["--quick", "extract", "again", "increment", "rebuild", "alerts"]) == 0
    printed = capsys.readouterr().out
    for text in (
        "parsel",
        "BeautifulSoup",
        "bare selectolax loop",
        "bare delete + insert, same tables",
        "full rebuild",
        "polars",
        "a plain SQL pass",
        "backtest of a brand's rule",
    ):
        assert text in printed
    assert "meaningless" in printed


def test_an_unknown_row_is_refused_with_the_known_ones(project_root):
    command = [sys.executable, "-m", "benchmarks", "lod"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=project_root, timeout=60)
    assert done.returncode == 2
    assert "found lod" in done.stderr
    for name in ROWS:
        assert name in done.stderr


@pytest.mark.parametrize(
    ("target", "ratio", "met"),
    [
        (Target(0.6), 0.5, True),
        (Target(0.4), 0.5, False),
        (Target(1.9, higher=True), 2.0, True),
        (Target(2.1, higher=True), 2.0, False),
        (Target(None), 0.5, None),
    ],
)
def test_ratios_are_of_pairs_and_speed_is_the_other_way_round(target, ratio, met):
    found = {"ours": [Spent(1, 9), Spent(2, 9), Spent(9, 9)], "peer": [Spent(2, 9), Spent(4, 9), Spent(1, 9)]}
    row = compare("work", found, "peer", target, show=str)
    assert (row.ratio, row.met) == (ratio, met)
    assert row.ours == "2"
