"""An imported file is evidence too: its bundle verifies, and it is replayed date by date."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from shelfradar import evidencing, pipeline, replaying
from shelfradar.settings import Settings

pytestmark = pytest.mark.slow
ROWS = 1100
DAYS = [date(2016, 11, 10), date(2016, 11, 11)]


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory, project_root: Path) -> Settings:
    """A panel of two days in GBK, imported once; tests leave it as it is."""
    folder = tmp_path_factory.mktemp("imported")
    lines = ["update_time,id,title,price,sale_count,comment_count,店名"]
    for day in DAYS:
        told = f"{day.year}/{day.month}/{day.day}"
        lines += [f"{told},A{n},面霜 {n} 号,{50 + n % 100}.5,{n * day.day},{n % 7},店铺{n % 22}" for n in range(ROWS)]
    path = folder / "panel.csv"
    path.write_bytes("\n".join(lines).encode("gb18030"))
    environment = {"SHELFRADAR_HOME": str(folder / "data"), "SHELFRADAR_CONFIG": str(project_root / "config")}
    settings = Settings.from_environment(environment)
    answer = pipeline.import_file(settings, "tmall-double11", path, datetime.now(UTC), dated=False)
    assert (answer["rows"], answer["problems"]) == (2 * ROWS, 0)
    return settings


@pytest.mark.parametrize("at", ["2016-11-10", None])
def test_the_file_is_the_evidence(imported: Settings, tmp_path: Path, at: str | None) -> None:
    list(evidencing.export(imported, "tmall-double11", "A500", at, tmp_path / "proof"))

    findings = evidencing.verify(tmp_path / "proof")

    assert all(one["ok"] for one in findings), findings
    (row,) = json.loads((tmp_path / "proof" / "listings.json").read_bytes())
    assert (row["item_id"], row["units_low"]) == ("A500", 500 * (10 if at else 11))
    (capture,) = json.loads((tmp_path / "proof" / "captures.json").read_bytes())
    assert (capture["http_status"], capture["warc_offset"]) == (None, 0)
    assert "SIMULATED" not in (tmp_path / "proof" / "READ-ME.txt").read_text(encoding="utf-8")


def test_it_is_replayed_date_by_date(imported: Settings) -> None:
    found: dict[str, Any] = replaying.replay(imported, "tmall-double11", DAYS[0], DAYS[1], dry_run=True)

    assert found["observations"] == 2
    assert (found["added"], found["removed"], found["changed"], found["refused"]) == (0, 0, 0, [])
    assert replaying.replay(imported, "tmall-double11", DAYS[1], DAYS[1], dry_run=True)["observations"] == 1
