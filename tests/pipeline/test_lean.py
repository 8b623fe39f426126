"""What waits or is left out of a process costs nothing until it is used, and works once it is."""

from __future__ import annotations

import subprocess
import sys

AUDITING = """
import sys
from shelfradar.lean import let_statistics_wait
let_statistics_wait()
import great_expectations.expectations
assert not {"scipy.stats._stats_py", "altair.vegalite"} & sys.modules.keys(), "they were run for nothing"
import altair
from scipy import stats
assert stats.norm.cdf(0) == 0.5
assert altair.Chart().mark_bar().to_dict()["mark"]["type"] == "bar"
"""


def test_an_audit_imports_no_statistics_and_they_work_where_they_are_used():
    done = subprocess.run([sys.executable, "-c", AUDITING], capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
