"""``config/campaigns.yaml``: editions with the spans they are compared with."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from duckdb import DuckDBPyConnection

from extractors.config import ConfigError
from transforms.contradictions import check_reference
from transforms.reference import read_reference, sync_reference

TEXT = """campaigns:
  - campaign: "618"
    title: {en: "618", zh: "618"}
    before_days: 14
    editions:
      - {year: 2025, starts_on: 2025-06-16, ends_on: 2025-06-18}
      - {year: 2026, starts_on: 2026-06-17, ends_on: 2026-06-18}
  - campaign: days
    title: {en: Days, zh: 日}
    sources: [shop]
    monthly: {first_day: 8, last_day: 10, first_year: 2025, last_year: 2026}
"""


def _folder(tmp_path: Path, text: str) -> Path:
    (tmp_path / "campaigns.yaml").write_text(text, encoding="utf-8")
    return tmp_path


def test_editions_become_rows_with_the_days_around_them(con: DuckDBPyConnection, tmp_path: Path) -> None:
    sync_reference(con, read_reference(_folder(tmp_path, TEXT)))
    rows = con.execute("SELECT * FROM campaign_edition ORDER BY campaign, year").fetchall()
    # 14 days before; as many after as the edition has: 3 and 2.
    assert rows[:2] == [
        ("618", "618", "618", None, 2025, date(2025, 6, 16), date(2025, 6, 18), date(2025, 6, 2), date(2025, 6, 21)),
        ("618", "618", "618", None, 2026, date(2026, 6, 17), date(2026, 6, 18), date(2026, 6, 3), date(2026, 6, 20)),
    ]
    assert len(rows) == 2 + 24
    assert rows[2] == (
        "days-01", "Days, January", "日(1月)", "shop", 2025, date(2025, 1, 8), date(2025, 1, 10), date(2025, 1, 5),
        date(2025, 1, 13),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (TEXT.replace("ends_on: 2025-06-18", "ends_on: 2025-06-15"), "campaigns.yaml:6: campaigns.0.editions.0"),
        (TEXT.replace("year: 2025,", "year: 2024,"), "expected the year of starts_on or ends_on"),
        (TEXT.replace("year: 2026,", "year: 2025,").replace("2026-06-1", "2025-07-1"), "expected one edition a year"),
        (TEXT.replace("2026-06-1", "2025-06-2").replace("year: 2026", "year: 2025", 1), "expected one edition a year"),
        (TEXT.replace("monthly:", "monthy:"), "campaigns.yaml:11: campaigns.1.monthy: found an unknown key"),
        (TEXT.replace("last_day: 10", "last_day: 31"), "campaigns.1.monthly.last_day: found 31"),
        (TEXT.split("    editions", maxsplit=1)[0], "expected either editions or monthly"),
    ],
)
def test_a_broken_file_is_refused_with_its_line(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(ConfigError) as refused:
        read_reference(_folder(tmp_path, text))
    assert told in str(refused.value)


def test_days_before_that_reach_into_the_edition_a_year_earlier_are_refused(tmp_path: Path) -> None:
    text = TEXT.replace("before_days: 14", "before_days: 90").replace("2025-06-16, ends_on: 2025-06-18",
                                                                      "2025-12-01, ends_on: 2026-01-20")  # fmt: skip
    with pytest.raises(ConfigError, match="days before it begin after that of 2025 ended"):
        read_reference(_folder(tmp_path, text.replace("2026-06-1", "2026-04-1")))


def test_an_unknown_source_and_a_second_entry_are_told(tmp_path: Path) -> None:
    again = TEXT + TEXT.split("\n", 1)[1].split("  - campaign: days", maxsplit=1)[0]
    problems = [str(one) for one in check_reference(read_reference(_folder(tmp_path, again)), {})]
    assert [problem.split("campaigns.yaml")[1] for problem in problems] == [
        ":10: campaigns.1.sources: found 'shop'; expected a known source: there is none",
        ":12: campaigns.2.campaign: found 618 of every source again; expected one entry each",
    ]
