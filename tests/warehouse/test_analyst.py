"""The locked-down session: what a person may ask, and what they are told when they may not."""

from __future__ import annotations

import time

import duckdb
import pytest

from warehouse.analyst import NotSelectError, QueryTimeoutError, QueryTooLargeError, check_select

ALLOWED = [
    "SELECT * FROM run",
    "FROM run",
    "WITH a AS (SELECT 1 AS n) SELECT n FROM a UNION ALL SELECT 2",
    "SELECT * FROM lake.main.run AT (VERSION => 1)",
    "SELECT * FROM range(3), LATERAL (SELECT 1)",
    "SELECT unnest([1, 2]), ';' AS semicolon -- ; DROP TABLE run",
    "SELECT table_name, comment FROM duckdb_tables() WHERE database_name = 'lake'",
]
REFUSED = [
    ("INSERT INTO run SELECT * FROM run", "found INSERT"),
    ("DELETE FROM run", "found DELETE"),
    ("DROP TABLE run", "found DROP"),
    ("CREATE TABLE x AS SELECT 1", "found CREATE"),
    ("COPY run TO '/tmp/x.csv'", "found COPY"),
    ("ATTACH '/tmp/x.db'", "found ATTACH"),
    ("PRAGMA database_list", "found PRAGMA"),
    ("SET memory_limit = '64GB'", "found SET"),
    ("INSTALL httpfs", "found INSTALL"),
    ("LOAD httpfs", "found "),
    ("CALL ducklake_expire_snapshots('lake')", "found "),
    ("EXPLAIN ANALYZE SELECT 1", "found "),
    ("SELECT 1; SELECT 2", "found 2 statements"),
    ("SELECT 1; DROP TABLE run", "found 2 statements"),
    ("", "found 0 statements"),
    ("SELEC 1", "can't be read"),
    ("SELECT (", "can't be read"),
    ("SELECT * INTO x FROM run", "found INTO"),
    ("SELECT * FROM read_csv('/etc/passwd')", "table function read_csv()"),
    ("SELECT * FROM read_parquet('/tmp/*.parquet')", "table function read_parquet()"),
    ("SELECT * FROM read_text('/etc/passwd')", "table function read_text()"),
    ("SELECT * FROM glob('/**')", "table function glob()"),
    ("SELECT * FROM sqlite_scan('/tmp/x.sqlite', 't')", "table function sqlite_scan()"),
    ("SELECT * FROM query('SELECT 1')", "table function query()"),
    ("SELECT * FROM duckdb_settings()", "table function duckdb_settings()"),
    ("SELECT * FROM duckdb_databases()", "table function duckdb_databases()"),
    ("SELECT * FROM duckdb_secrets()", "table function duckdb_secrets()"),
    ("SELECT * FROM ducklake_expire_snapshots('lake', older_than => now())", "function ducklake_expire_snapshots()"),
    ("SELECT * FROM (SELECT * FROM read_csv('/etc/passwd'))", "table function read_csv()"),
    ("WITH a AS (SELECT * FROM read_csv('/etc/passwd')) FROM a", "table function read_csv()"),
    ("SELECT (SELECT max(content) FROM read_text('/etc/passwd'))", "table function read_text()"),
    ("SELECT * FROM __ducklake_metadata_lake.ducklake_snapshot", "__ducklake_metadata_lake"),
    ("SELECT * FROM system.information_schema.tables", "system.information_schema"),
    ("SELECT path FROM duckdb_databases", "found duckdb_databases"),
    ("SELECT (SELECT max(path) FROM DuckDB_Databases)", "found DuckDB_Databases"),
    ("SELECT * FROM main.pragma_database_list", "found main.pragma_database_list"),
    ("SELECT * FROM pg_settings", "found pg_settings"),
    ("SELECT * FROM sqlite_master", "found sqlite_master"),
    ("SELECT * FROM query_table('snapshot')", "table function query_table()"),
    ("SELECT write_log('x')", "without side effects is wanted; found write_log()"),
    ("WITH a AS (DELETE FROM run RETURNING *) FROM a", "found DELETE inside it"),
    ("PIVOT run ON status USING count(*)", "found PIVOT"),
    ("EXECUTE x", "found COMMAND"),
    ("SELECT " + "(" * 500 + "1" + ")" * 500, "nested too deeply"),
    ("SELECT '" + "x" * 600_000 + "'", "600,009 characters, more than 500,000"),
]
WALL = [
    "INSERT INTO run SELECT * FROM run",
    "COPY run TO '/tmp/shelfradar-must-not-exist.csv'",
    "ATTACH '/tmp/shelfradar-must-not-exist.db' AS other",
    "SELECT * FROM read_text('/etc/hostname')",
    "SELECT * FROM '/etc/hostname.csv'",
    "SET memory_limit = '64GB'",
    "SET enable_external_access = true",
    "INSTALL httpfs",
    "SELECT * FROM ducklake_expire_snapshots('lake', older_than => now())",
]


@pytest.mark.parametrize("sql", ALLOWED)
def test_one_select_over_the_lake_is_answered(lake, sql):
    with lake.analyst() as analyst:
        assert analyst.query(sql).num_columns > 0


@pytest.mark.parametrize(("sql", "told"), REFUSED)
def test_anything_else_is_refused_with_what_was_found(sql, told):
    with pytest.raises(NotSelectError) as caught:
        check_select(sql)
    assert told in str(caught.value)


@pytest.mark.parametrize(
    ("sql", "told"),
    [
        ("SELECT brand share FROM", "at or near"),
        ("SELECT 1 /* ; */; DROP TABLE run -- ;", "found 2 statements"),
        ("SELECT 1 -- \n; DELETE FROM run", "found 2 statements"),
        ("-- nothing", "found 0 statements"),
        ("EXPLAIN SELECT 1", "found EXPLAIN"),
        ("SELECT brnad FROM v_brand_share_latest", 'Candidate bindings: "brand"'),
        ("SELECT * FROM v_brand_shar", 'Did you mean "v_brand_share_daily"?'),
        ("DESCRIBE shelf", "no table or view shelf; SHOW TABLES lists them"),
        ("SELECT * FROM 'x.parquet'", "file system operations are disabled"),
        ("SELECT getenv('HOME')", "getenv does not exist"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_place_or_what_was_perhaps_meant(lake, sql, told):
    with lake.analyst() as analyst, pytest.raises((NotSelectError, duckdb.Error)) as caught:
        analyst.query(sql)
    assert told in str(caught.value)
    assert "Token" not in str(caught.value)


def test_looking_round(lake):
    with lake.analyst() as analyst:
        tables = {row["name"]: row for row in analyst.query("show tables;").to_pylist()}
        assert tables["v_item_latest"]["kind"] == "view"
        assert tables["listing"]["comment"].startswith("The fact: one entry")
        columns = {row["column_name"]: row for row in analyst.query('DESCRIBE "v_item_latest"').to_pylist()}
        assert (columns["price"]["unit"], columns["price"]["data_type"]) == ("currency", "DECIMAL(18,4)")
        assert columns["price"]["comment"].startswith("What a visitor pays now")


def test_where_the_catalog_is_stays_untold(lake):
    with lake.analyst() as analyst:
        for sql in ("SHOW TABLES", "SELECT * FROM duckdb_tables()", "SELECT * FROM information_schema.tables"):
            assert "catalog.sqlite" not in str(analyst.query(sql).to_pylist())


def test_rows_come_as_they_are_computed_and_the_reader_s_own_time_is_not_counted(lake):
    with lake.analyst(time_limit_seconds=1.0) as analyst:
        answer = analyst.stream("SELECT range AS n FROM range(100000000000)")
        first = next(answer.batches)
        time.sleep(1.2)
        second = next(answer.batches)
        assert first["n"].to_pylist()[0] == 0
        assert 0 < second.num_rows <= 8192
        with pytest.raises(QueryTimeoutError, match="stopped after 1 s"):
            sum(batch.num_rows for batch in answer.batches)


def test_a_mistake_that_shows_itself_on_the_way_is_an_error_of_the_query(lake):
    with lake.analyst() as analyst, pytest.raises(duckdb.Error, match="Could not convert"):
        analyst.query("SELECT (CASE WHEN range > 900000 THEN 'x' ELSE '1' END)::INTEGER AS n FROM range(1000000)")


def test_a_function_that_can_not_be_interrupted_is_told_of(lake, monkeypatch):
    monkeypatch.setattr("warehouse.analyst.DEAF_SECONDS", 0.1)
    told = []
    with lake.analyst(time_limit_seconds=0.1, on_deaf=told.append) as analyst, pytest.raises(QueryTimeoutError):
        analyst.query("SELECT levenshtein(repeat('a', 30000), repeat('b', 30000)) FROM range(2)")
    assert told == [0.1]


def test_wide_rows_are_refused_before_they_fill_memory(lake, monkeypatch):
    monkeypatch.setattr("warehouse.analyst.MAX_BYTES", 1_000_000)
    with lake.analyst() as analyst, pytest.raises(QueryTooLargeError, match=r"more than 1,000,000 bytes in \d"):
        analyst.query("SELECT repeat('x', 1000) AS x FROM range(100000)")


def test_the_session_would_refuse_it_even_unread(lake):
    """The second wall: what a statement could do that the parser let through by mistake."""
    with lake.analyst() as analyst:
        for sql in WALL:
            with pytest.raises(duckdb.Error):
                analyst._con.execute(sql)
        assert analyst.query("SELECT count(*) AS n FROM run").to_pylist() == [{"n": 0}]


def test_a_local_variable_is_not_a_table(lake):
    secret = [1, 2, 3]  # a replacement scan would read it
    with lake.analyst() as analyst, pytest.raises(duckdb.CatalogException):
        analyst.query("SELECT * FROM secret")
    assert secret


def test_parameters(lake):
    with lake.analyst() as analyst:
        assert analyst.query("SELECT ? AS title", ["x'; DROP TABLE run"]).to_pylist() == [
            {"title": "x'; DROP TABLE run"}
        ]


def test_a_slow_query_is_stopped_and_the_session_lives_on(lake):
    with lake.analyst(time_limit_seconds=0.5) as analyst:
        started = time.monotonic()
        with pytest.raises(QueryTimeoutError, match=r"stopped after 0\.5 s"):
            analyst.query("SELECT count(*) FROM range(100000000) a, range(1000000) b WHERE hash(a.range, b.range) = 7")
        assert time.monotonic() - started < 20
        assert analyst.query("SELECT 1 AS one").num_rows == 1


def test_a_huge_result_is_refused(lake):
    with lake.analyst() as analyst, pytest.raises(QueryTooLargeError, match="more than 1,000 rows"):
        analyst.query("SELECT * FROM range(10000000)", max_rows=1000)


def test_an_analyst_does_not_hold_up_a_load(lake):
    with lake.analyst() as analyst:
        before = analyst.query("SELECT count(*) AS n FROM run").to_pylist()
        lake.write(lambda con: con.execute(
            "INSERT INTO run VALUES ('r', 'load', NULL, NULL, now(), now(), 'ok', 1, NULL)"
        ))  # fmt: skip
        after = analyst.query("SELECT count(*) AS n FROM run").to_pylist()
    assert (before, after) == ([{"n": 0}], [{"n": 1}])
