"""The program as a person or a script meets it: exit codes, output for both, errors that name what to mend."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

RANK_ONE = "SELECT item_id, title FROM listing WHERE rank = 1 ORDER BY observed_at, item_id"


def json_lines(text: str) -> list[dict]:
    return [json.loads(line) for line in text.splitlines()]


def test_help_tells_every_command(collected) -> None:
    told = collected.run("--help")
    assert told.returncode == 0
    for command in ("run", "parse", "import", "source", "replay", "transform", "sql", "report", "bands", "alerts",
                    "evidence", "export", "boards", "doctor", "maintain"):  # fmt: skip
        assert command in told.stdout


def test_sql_as_table_csv_and_json(collected) -> None:
    table, as_csv, as_json = (collected.run("sql", RANK_ONE, "--format", form) for form in ("table", "csv", "json"))
    assert [done.returncode for done in (table, as_csv, as_json)] == [0, 0, 0]
    rows = json_lines(as_json.stdout)
    assert len(rows) == 2
    assert [list(row.values()) for row in rows] == list(csv.reader(io.StringIO(as_csv.stdout)))[1:]
    assert all(row["title"][:10] in table.stdout for row in rows)
    assert "(2 rows)" in table.stderr


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("DELETE FROM listing", "one SELECT statement is wanted"),
        ("SELECT 1; SELECT 2", "one SELECT statement is wanted"),
        ("SELECT * FROM read_csv('/etc/passwd')", "only the lake's own tables"),
        ("SELECT nothing FROM listing", "nothing"),
    ],
)
def test_sql_that_is_refused_says_why(collected, query: str, told: str) -> None:
    done = collected.run("sql", query)
    assert done.returncode == 1
    assert done.stdout == ""
    assert told in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("report", ["concentration", "price-bands", "movers", "market"])
def test_reports(collected, report: str) -> None:
    done = collected.run("report", report, "--category", "serum", "--format", "json")
    assert done.returncode == 0, done.stderr
    assert json_lines(done.stdout)
    assert "observed top" in done.stderr


def test_a_report_on_nothing_names_what_there_is(collected) -> None:
    done = collected.run("report", "market", "--category", "shoes")
    assert done.returncode == 1
    assert "demo/serum" in done.stderr


def test_export_to_one_file_a_workbook_and_folders(collected, tmp_path: Path) -> None:
    import duckdb

    assert collected.run("export", str(tmp_path / "all.duckdb")).returncode == 0
    with duckdb.connect(str(tmp_path / "all.duckdb"), read_only=True) as con:
        assert con.execute("SELECT count(*) FROM listing").fetchone()[0] > 150
    assert collected.run("export", str(tmp_path / "all.xlsx")).returncode == 0
    assert (tmp_path / "all.xlsx").stat().st_size > 10_000
    for form in ("csv", "parquet"):
        assert collected.run("export", str(tmp_path / form), "--format", form).returncode == 0
        assert list((tmp_path / form).glob(f"*.{form}"))
    wrong = collected.run("export", str(tmp_path / "all.docx"))
    assert wrong.returncode == 1
    assert "FILE.duckdb" in wrong.stderr


def test_suggested_bands_are_yaml_of_the_category(collected) -> None:
    done = collected.run("bands", "suggest", "--category", "serum")
    assert done.returncode == 0, done.stderr
    assert "edges:" in done.stdout


def test_alerts_are_checked_listed_and_backtested(collected, copy_of) -> None:
    made = copy_of(collected)
    checked = json_lines(made.run("alerts", "check", "--json").stdout)[0]
    assert checked["queued"] == 0, "what was evaluated at load is not queued twice"
    assert made.run("alerts", "list", "--all", "--format", "json").returncode == 0
    assert made.run("alerts", "lint").returncode == 0
    tried = made.run("alerts", "backtest", "serum-rival-20k", "--days", "30")
    assert tried.returncode == 0
    assert "would have fired" in tried.stderr
    soon = (datetime.now(UTC) + timedelta(days=300)).date().isoformat()
    silent = made.run("alerts", "snooze", "serum-rival-20k", "--until", soon, "--why", "stock-take")
    assert silent.returncode == 0, silent.stderr
    endless = made.run("alerts", "snooze", "serum-rival-20k", "--until", "2999-01-01", "--why", "x")
    assert (endless.returncode, "within 366 days" in endless.stderr) == (1, True)
    unknown = made.run("alerts", "snooze", "no-such-rule", "--until", soon, "--why", "x")
    assert unknown.returncode == 1
    assert "serum-rival-20k" in unknown.stderr


def test_doctor_finds_a_broken_configuration_all_at_once(collected, copy_of) -> None:
    made = copy_of(collected)
    (made.settings.config / "brands.yaml").write_text("brnads: {}\n", encoding="utf-8")
    demo = made.settings.config / "sources" / "demo.yaml"
    demo.write_text(demo.read_text(encoding="utf-8").replace("timezone: Asia/Shanghai", "timezone: Asia/Shangai"))
    done = made.run("doctor")
    assert done.returncode == 1
    for word in ("brands.yaml:1", "brnads", "demo.yaml:", "Asia/Shangai", "IANA time zone"):
        assert word in done.stdout, f"{word} is not told"


def test_a_run_of_the_demo_says_what_it_did(collected, copy_of, days: list[date]) -> None:
    made = copy_of(collected)
    done = made.run("run", "--source", "demo", "--at", days[1].isoformat(), "--json")
    assert done.returncode == 0, done.stderr
    answer = json_lines(done.stdout)[0]
    assert answer["categories"] == {"serum": "ok"}
    assert answer["rows"] > 90
    assert (made.settings.boards / "index.html").is_file()


def test_unknown_sources_and_wrong_calls(collected) -> None:
    assert collected.run("run", "--source", "nowhere").returncode == 1
    assert "demo" in collected.run("run", "--source", "nowhere").stderr
    assert collected.run("sql").returncode == 2
    assert collected.run("parse", "no-such-file.html", "--source", "demo").returncode == 2


def test_parse_writes_listings_in_order(collected, pages: Path) -> None:
    page = pages / "html/books_toscrape_listing/webpoet_book_list.html"
    done = collected.run(
        "parse", str(page), "--source", "books-toscrape", "--url", "https://books.toscrape.com/index.html"
    )
    assert done.returncode == 0, done.stderr
    rows = json_lines(done.stdout)
    assert [row["position"] for row in rows] == list(range(1, 21))
    assert rows[0]["title"] == "A Light in the Attic"
    assert rows[0]["price"] == 51.77
    assert rows[0]["url"].startswith("https://books.toscrape.com/catalogue/")


def test_parse_of_a_page_without_items_is_an_error_with_a_hint(collected, pages: Path) -> None:
    done = collected.run(
        "parse", str(pages / "html_negative/walmart/blocked_walmart.html"), "--source", "books-toscrape"
    )
    assert done.returncode == 1
    assert done.stdout == ""
    assert "block" in done.stderr.lower()


def test_source_test_shows_each_field(collected, pages: Path) -> None:
    page = pages / "html/books_toscrape_listing/webpoet_book_list.html"
    done = collected.run("source", "test", "books-toscrape", "--file", str(page), "--json")
    assert done.returncode == 0, done.stderr
    fields = {one["field"]: one for one in json_lines(done.stdout)[0]["fields"]}
    assert (fields["price"]["read"], fields["price"]["missing"]) == (20, 0)
    assert ".price_color" in next(iter(fields["price"]["rules"]))


@pytest.mark.slow
def test_the_real_panel_is_imported_with_its_doubles_in_quarantine(make_installation, pages: Path, tmp_path) -> None:
    made = make_installation("serum")
    panel = pages / "csv/taobao/double11_cosmetics_2016.csv"
    done = made.run("import", str(panel), "--source", "tmall-double11", "--json")
    assert done.returncode == 0, done.stderr
    answer = json_lines(done.stdout)[0]
    assert (answer["snapshots"], answer["rows"], answer["quarantined"]) == (10, 27_598 - 86, 86)
    doubles = made.run("sql", "SELECT count(*) AS n FROM quarantine WHERE expectation LIKE '%unique%'", "-f", "json")
    assert json_lines(doubles.stdout) == [{"n": 86}]
    reports = made.run("sql", "SELECT count(DISTINCT observed_on) AS n FROM brand_concentration", "-f", "json")
    assert json_lines(reports.stdout) == [{"n": 10}]
    fired = made.run("sql", "SELECT DISTINCT rule_id FROM alert_episode", "-f", "json")
    assert json_lines(fired.stdout) == [{"rule_id": "double11-rush"}]
    # Its last dates again: they are replaced, and the others stay.
    heading, *rows = panel.read_bytes().splitlines(keepends=True)
    part = tmp_path / "last-dates.csv"
    part.write_bytes(heading + b"".join(row for row in rows if row.startswith((b"2016/11/13,", b"2016/11/14,"))))
    again = made.run("import", str(part), "--source", "tmall-double11", "--json")
    assert json_lines(again.stdout)[0]["snapshots"] == 2, again.stderr
    total = made.run("sql", "SELECT count(*) AS n FROM listing", "-f", "json")
    assert json_lines(total.stdout) == [{"n": answer["rows"]}]
