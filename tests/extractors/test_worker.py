"""A page may break its parser: it is refused within its limits, and the next page is read by a fresh worker."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest

from extractors.parse import PageContext, Parsed, UnreadablePage, parse_page
from extractors.source import read_source
from extractors.spec import read_spec
from extractors.worker import COLUMNS, ParserPool, to_columns

SOURCE = Path(__file__).parents[2] / "config" / "sources" / "books-toscrape.yaml"
BOOK = (
    '<article class="product_pod"><h3><a href="../book-{n}_1/index.html" title="Book {n}">B</a></h3>'
    '<p class="star-rating Four"></p><p class="price_color">£{n}.50</p><p class="availability">In stock</p></article>'
)
SHELF = "".join(BOOK.format(n=number) for number in range(1, 21)).encode()


@pytest.fixture(scope="module")
def context() -> PageContext:
    source = read_source(SOURCE)
    return PageContext(spec=read_spec(source.site), source=source, category_id="all-books", url="https://b.test/p/1")


@pytest.fixture
def pool():
    with ParserPool(timeout_seconds=0.5, memory_mb=128) as one:
        yield one


def test_the_worker_reads_what_the_parser_reads(pool, context):
    assert pool.parse(SHELF, context) == parse_page(SHELF, context)
    assert len(pool.parse(SHELF, context).listings) == 20


def test_columns_have_every_field_also_when_there_is_no_row():
    empty = to_columns(Parsed())
    assert (len(empty), set(empty.columns)) == (0, set(COLUMNS))


def test_an_unreadable_page_keeps_its_hint(pool, context):
    with pytest.raises(UnreadablePage) as here:
        parse_page(b"<html>no books</html>", context)
    with pytest.raises(UnreadablePage) as there:
        pool.parse(b"<html>no books</html>", context)
    assert (there.value.hint, there.value.kind) == (here.value.hint, here.value.kind)


@pytest.mark.parametrize(
    "page",
    [b"<div>" * 200_000, b"<a><b>" * 150_000 + SHELF],
    ids=["nested", "misnested"],
)
def test_a_page_that_takes_too_long_is_refused_and_the_next_is_read(pool, context, page):
    pool.parse(SHELF, context)
    started = time.monotonic()
    with pytest.raises(UnreadablePage, match=r"parser exceeded 0\.5 s"):
        pool.parse(page, context)
    assert time.monotonic() - started < 6, "0.5 s of CPU time, on a busy machine"
    assert len(pool.parse(SHELF, context).listings) == 20


def test_a_page_that_takes_too_much_memory_is_refused_and_the_next_is_read(context):
    with ParserPool(timeout_seconds=10, memory_mb=64) as pool:
        with pytest.raises(UnreadablePage, match=r"parse|memory|MB"):
            pool.parse(b"<p>x" * 8_000_000, context)
        assert len(pool.parse(SHELF, context).listings) == 20


def test_a_worker_that_hangs_without_working_is_killed(pool, context, monkeypatch):
    monkeypatch.setattr("extractors.worker._WALL_SLACK_SECONDS", 0.0)
    pool.parse(SHELF, context)
    os.kill(pool._process.pid, signal.SIGSTOP)
    with pytest.raises(UnreadablePage, match="exceeded"):
        pool.parse(SHELF, context)
    assert len(pool.parse(SHELF, context).listings) == 20


def test_a_worker_that_died_between_pages_is_replaced(pool, context):
    pool.parse(SHELF, context)
    pool._process.kill()
    pool._process.wait()
    assert len(pool.parse(SHELF, context).listings) == 20


def test_a_reader_that_fails_costs_its_page_only(pool, context):
    with pytest.raises(UnreadablePage, match="the reader failed on this page: AttributeError"):
        pool.parse(SHELF, PageContext(spec="no spec", source=context.source, category_id="x"))
    assert len(pool.parse(SHELF, context).listings) == 20


def test_the_worker_knows_no_secret(context, monkeypatch):
    monkeypatch.setenv("SHOP_KEY", "s3cret")
    with ParserPool() as pool:
        pool.parse(SHELF, context)
        environment = Path(f"/proc/{pool._process.pid}/environ").read_bytes()
    assert b"s3cret" not in environment
    assert b"PATH=" in environment


def test_closing_leaves_no_process(context):
    pool = ParserPool()
    pool.parse(SHELF, context)
    pid = pool._process.pid
    pool.close()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
