"""`shelfradar sql` as a process: what reaches stdout, how it ends, and what a person is told."""

from __future__ import annotations

import csv
import io
import json
import os
import signal
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import psutil
import pyarrow as pa
import pytest

from shelfradar.cells import csv_cell, shown
from shelfradar.guard import BESIDE_THE_ENGINE, size_in_bytes
from shelfradar.output import Format, write_rows

PROGRAM = str(Path(sys.executable).parent / "shelfradar")
EVERYTHING = (
    "SELECT INTERVAL 26 HOUR AS span, 'ab'::BLOB AS raw, 'nan'::DOUBLE AS nan, [1.5, NULL] AS list, "
    "{'价': 9.90} AS struct, "
    "12.5000::DECIMAL(18, 4) AS money, TIMESTAMPTZ '2026-11-20 22:00:05.25+00' AS at, DATE '2026-11-21' AS day, "
    "NULL AS nothing, '=cmd|x' AS title, -1 AS less, true AS yes, 170141183460469231731687303715884105727 AS huge"
)


@pytest.fixture
def start(lake, tmp_path):
    """``start(*words)``: the program on a new, empty warehouse."""
    environment = {**os.environ, "SHELFRADAR_HOME": str(tmp_path), "COLUMNS": "100"}

    def process(*words: str) -> subprocess.Popen[str]:
        return subprocess.Popen([PROGRAM, "sql", *words], env=environment, text=True, stdin=subprocess.PIPE,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE)  # fmt: skip

    return process


def test_a_query_from_standard_input_or_a_file_with_a_mark_of_byte_order(start, tmp_path) -> None:
    out, _ = start("-", "-f", "json").communicate("SELECT 1 AS 一;\n", timeout=60)
    assert out == '{"一": 1}\n'
    (tmp_path / "q.sql").write_text("\ufeff-- 题\nSELECT 2 AS n -- two\n", encoding="utf-8")
    done = start("--file", str(tmp_path / "q.sql"), "-f", "csv")
    assert done.communicate(timeout=60)[0] == "n\n2\n"
    nothing = start()
    assert "give one query" in nothing.communicate(timeout=60)[1]
    assert nothing.returncode == 2


def test_every_type_has_a_form(start) -> None:
    (row,) = [json.loads(line) for line in start(EVERYTHING, "-f", "json").communicate(timeout=60)[0].splitlines()]
    assert row == {
        "span": "P0M0DT93600S", "raw": "6162", "nan": None, "list": [1.5, None], "struct": {"价": 9.9}, "money": 12.5,
        "at": "2026-11-20T22:00:05.250000+00:00", "day": "2026-11-21", "nothing": None, "title": "=cmd|x", "less": -1,
        "yes": True, "huge": 170141183460469231731687303715884105727,
    }  # fmt: skip
    _, cells = csv.reader(io.StringIO(start(EVERYTHING, "-f", "csv").communicate(timeout=60)[0]))
    assert cells == [
        "P0M0DT93600S", "6162", "nan", "[1.5, null]", '{"价": 9.9}', "12.5", "2026-11-20 22:00:05.250000+00:00",
        "2026-11-21", "", "'=cmd|x", "-1", "true", "170141183460469231731687303715884105727",
    ]  # fmt: skip


def test_a_large_answer_streams_and_a_reader_that_leaves_ends_it(start) -> None:
    process = start("SELECT range AS n, repeat('x', 100) AS x FROM range(200000000)", "-f", "csv")
    assert process.stdout.readline() == "n,x\n"
    assert process.stdout.readline().startswith("0,xxx")
    process.stdout.close()
    assert process.wait(60) == 1
    assert process.stderr.read() == ""


def test_control_c_ends_a_query(start) -> None:
    process = start("SELECT count(*) FROM range(100000000000) a, range(1000000) b WHERE a.range + b.range = 7")
    watched, end = psutil.Process(process.pid), time.monotonic() + 60
    while watched.num_threads() < 2 or watched.cpu_times().user < 6:  # started, and busy with nothing else
        assert time.monotonic() < end
        time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    out, told = process.communicate(timeout=30)
    assert (process.returncode, out) == (130, "")
    assert "Traceback" not in told


def test_limits_are_told(start) -> None:
    many = start("FROM range(20000)")
    assert many.communicate(timeout=60) == (
        "",
        "shelfradar: more than 10,000 rows; add a LIMIT, a WHERE or a GROUP BY\n",
    )
    slow = start("SELECT count(*) FROM range(100000000000) a, range(100000) b WHERE hash(a.range, b.range) = 7",
                 "--time-limit", "0.5", "-f", "csv")  # fmt: skip
    assert slow.communicate(timeout=60) == ("", "shelfradar: stopped after 0.5 s; narrow the query\n")
    large = start("SELECT length(repeat('x', 3000000000))")
    out, told = large.communicate(timeout=120)
    assert out == ""
    assert "ask for less, or raise SHELFRADAR_MEMORY_LIMIT" in told
    assert len(told.splitlines()) == 1
    assert [one.returncode for one in (many, slow, large)] == [1, 1, 1]


def test_text_that_a_query_makes_does_not_eat_the_machine() -> None:
    """DuckDB counts no text of its own making: the process is bounded as well."""
    code = "from shelfradar.guard import bound_memory\nbound_memory('100MB')\nbytearray(3 << 30)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert "MemoryError" in done.stderr
    assert size_in_bytes("1.5 GiB") == 1_610_612_736
    assert size_in_bytes("2GB") + BESIDE_THE_ENGINE < size_in_bytes("5GB")
    with pytest.raises(ValueError, match="found '2'; expected a size such as 2GB"):
        size_in_bytes("2")


def test_a_table_keeps_its_columns_under_each_other_with_chinese_letters(capsys) -> None:
    from rich.cells import cell_len

    titles = ["珀莱雅双抗精华液", "plain", "=SUM(1)", "\x1b[31mred\u202e"]
    write_rows(pa.table({"title": titles, "price": [129.5, None, 0.25, 12345.678]}), Format.TABLE)
    out, told = capsys.readouterr()
    lines = out.splitlines()
    assert {cell_len(line.rstrip()) for line in lines} == {cell_len(lines[0].rstrip())}, "numbers end at one edge"
    assert [line.split()[-1] for line in lines[1:]] == ["129.5", "-", "0.25", "12,345.68"]
    assert "\x1b" not in out
    assert "\u202e" not in out
    assert told == "(4 rows)\n"


def test_rows_too_wide_for_the_terminal_are_written_below_each_other(capsys) -> None:
    wide = pa.table({f"column_{number:02}": ["珀" * 30] for number in range(20)})
    write_rows(wide, Format.TABLE)
    out = capsys.readouterr().out
    assert out.splitlines()[0] == "-- row 1"
    assert out.splitlines()[20] == "column_19  " + "珀" * 30


@pytest.mark.parametrize(
    ("value", "for_people", "cell"),
    [
        (None, "-", ""), (0.123456, "0.1235", "0.123456"), (100.0, "100", "100.0"), (1234567.891, "1,234,567.89", None),
        (float("inf"), "inf", "inf"), ("@x", "@x", "'@x"), ("-5 %", "-5 %", "'-5 %"), (-5, "-5", "-5"),
        (date(2026, 11, 21), "2026-11-21", "2026-11-21"), (b"\x00", "00", "00"),
    ],
)  # fmt: skip
def test_cells(value, for_people, cell) -> None:
    assert shown(value) == for_people
    assert cell is None or csv_cell(value) == cell
