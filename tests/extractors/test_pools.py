"""Workers are kept between steps, each for one borrower at a time, and no broken or old one is handed out again."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from extractors import pools
from extractors.parse import PageContext, UnreadablePage
from extractors.pools import borrowed_pool, close_idle
from extractors.source import read_source
from extractors.spec import read_spec

LIMITS = (0.5, 128)
SOURCE = Path(__file__).parents[2] / "config" / "sources" / "books-toscrape.yaml"
BOOK = (
    '<article class="product_pod"><h3><a href="../book-{n}_1/index.html" title="Book {n}">B</a></h3>'
    '<p class="price_color">£{n}.50</p></article>'
)


@pytest.fixture(scope="module")
def context() -> PageContext:
    source = read_source(SOURCE)
    return PageContext(spec=read_spec(source.site), source=source, category_id="all-books", url="https://b.test/p/1")


@pytest.fixture(scope="module")
def shelf() -> bytes:
    return "".join(BOOK.format(n=number) for number in range(1, 21)).encode()


@pytest.fixture(autouse=True)
def _no_worker_is_left():
    close_idle()
    yield
    close_idle()


def test_the_next_borrower_gets_the_same_worker(context, shelf):
    with borrowed_pool(*LIMITS) as first:
        first.parse(shelf, context)
        process = first._process.pid
    with borrowed_pool(*LIMITS) as second:
        assert len(second.parse(shelf, context).listings) == 20
        assert second._process.pid == process


def test_two_borrowers_share_nothing_and_limits_are_their_own():
    with borrowed_pool(*LIMITS) as one, borrowed_pool(*LIMITS) as two:
        assert one is not two
    with borrowed_pool(0.25, 128) as other:
        assert other not in (one, two)


def test_an_error_of_the_borrower_ends_the_worker(context, shelf):
    def fails() -> None:
        with borrowed_pool(*LIMITS) as pool:
            pool.parse(shelf, context)
            processes.append(pool._process.pid)
            raise KeyError("a step that fails half-way through an answer")

    processes: list[int] = []
    with pytest.raises(KeyError):
        fails()
    (process,) = processes
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)


def test_a_page_that_breaks_the_worker_leaves_a_pool_that_reads_on(context, shelf):
    with borrowed_pool(*LIMITS) as pool, pytest.raises(UnreadablePage):
        pool.parse(b"<div>" * 200_000, context)
    with borrowed_pool(*LIMITS) as pool:
        assert len(pool.parse(shelf, context).listings) == 20


def test_a_worker_is_not_kept_for_ever(context, shelf, monkeypatch):
    monkeypatch.setattr(pools, "PAGES_A_WORKER", 2)
    with borrowed_pool(*LIMITS) as pool:
        pool.parse(shelf, context)
        pool.parse(shelf, context)
    with borrowed_pool(*LIMITS) as other:
        assert other is not pool


def test_a_forked_child_leaves_the_workers_to_its_parent(context, shelf):
    with borrowed_pool(*LIMITS) as pool:
        pool.parse(shelf, context)
    child = os.fork()
    if child == 0:
        os._exit(sum(len(kept) for kept in pools._idle.values()))
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    with borrowed_pool(*LIMITS) as same:
        assert same is pool
        assert len(same.parse(shelf, context).listings) == 20
