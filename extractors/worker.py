"""Pages of strangers are parsed in a process that may die: hard limits of time and memory a page, a fresh worker after.

selectolax takes quadratic time on deeply nested pages and no timeout of ours can interrupt it, so a timer of CPU time
kills the worker, and a wall clock in the parent stands behind it. The worker gets no secret: its environment is bare.
Rows come back as columns, which is what staging wants and costs a third of pickling records.
"""

from __future__ import annotations

import os
import pickle
import resource
import signal
import socket
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, fields
from multiprocessing.connection import Connection
from operator import attrgetter
from typing import Any

from extractors.decode import BrokenEncoding, TooLarge, undo_encoding
from extractors.listing import Listing
from extractors.parse import PageContext, Parsed, ReadProblem, UnreadablePage, parse_page

COLUMNS = tuple(field.name for field in fields(Listing))
_ROW = attrgetter(*COLUMNS)
_MEGABYTE = 1024 * 1024
_PASSED_ON = ("PATH", "LANG", "LC_ALL", "TZ", "PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "LD_LIBRARY_PATH")
_SERVE = "import sys; from extractors.worker import serve; serve(*sys.argv[1:])"
_START_SECONDS = 60.0
_WALL_SLACK_SECONDS = 5.0
_FOUND_CHARACTERS = 200
PAGE_CPU_SECONDS = 2.0
PAGE_MEMORY_MB = 512


@dataclass(slots=True)
class ParsedColumns:
    """What ``parse_page`` found, one sequence of values a field of ``Listing`` (``COLUMNS``)."""

    columns: dict[str, Sequence[Any]]
    problems: list[ReadProblem]
    next_position: int
    next_rank: int
    total: int | None

    def __len__(self) -> int:
        return len(self.columns["position"])


def to_columns(parsed: Parsed) -> ParsedColumns:
    """``parsed`` turned on its side."""
    rows = list(zip(*map(_ROW, parsed.listings), strict=True)) or [()] * len(COLUMNS)
    columns: dict[str, Sequence[Any]] = dict(zip(COLUMNS, rows, strict=True))
    return ParsedColumns(columns, parsed.problems, parsed.next_position, parsed.next_rank, parsed.total)


class ParserPool:
    """``parse_page`` behind a wall. ``timeout_seconds`` is CPU time a page, ``memory_mb`` what a page may add;
    ``pages_read`` counts what the present worker has read.

    Not for several threads at once. Use as a context manager, or call :meth:`close`.
    """

    def __init__(self, timeout_seconds: float = PAGE_CPU_SECONDS, memory_mb: int = PAGE_MEMORY_MB) -> None:
        self._timeout = timeout_seconds
        self._memory_mb = memory_mb
        self._process: subprocess.Popen[bytes] | None = None
        self._pipe: Connection | None = None
        self._known: tuple[object, object] | None = None
        self.pages_read = 0

    def __enter__(self) -> ParserPool:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def parse(self, body: bytes, context: PageContext) -> Parsed:
        """As ``parse_page``. Raises UnreadablePage, also for a page that exceeds the limits or breaks the reader."""
        found = self.parse_columns(body, context)
        rows = zip(*(found.columns[name] for name in COLUMNS), strict=True)
        listings = [Listing(**dict(zip(COLUMNS, row, strict=True))) for row in rows]
        return Parsed(listings, found.problems, found.next_position, found.next_rank, found.total)

    def parse_columns(
        self, body: bytes, context: PageContext, *, encoding: str = "", body_bytes: int | None = None
    ) -> ParsedColumns:
        """As :meth:`parse`, in columns: what staging uses.

        With ``encoding`` (a Content-Encoding) ``body`` is as it was sent and is decoded behind the wall, to at most
        ``body_bytes``: less to hand over, and a bomb bursts there.
        """
        pipe = self._started(context)
        place = (context.category_id, context.page_no, context.url, context.content_type)
        try:
            coding = (encoding, len(body) if body_bytes is None else body_bytes)
            pipe.send_bytes(pickle.dumps((*place, context.first_position, context.first_rank, coding)))
            pipe.send_bytes(body)
            if not pipe.poll(self._timeout * 5 + _WALL_SLACK_SECONDS):
                raise self._broken("time")
            answer = pickle.loads(pipe.recv_bytes(self._memory_mb * _MEGABYTE))  # noqa: S301 (our own worker)
        except (EOFError, OSError) as error:
            raise self._broken("died") from error
        if isinstance(answer, UnreadablePage):
            raise answer
        if not isinstance(answer, ParsedColumns):
            raise TypeError(f"the worker sent {type(answer).__name__}")
        self.pages_read += 1
        return answer

    def close(self) -> None:
        """End the worker."""
        if self._pipe is not None:
            self._pipe.close()
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        self._pipe = self._process = self._known = None
        self.pages_read = 0

    def _started(self, context: PageContext) -> Connection:
        if self._process is not None and self._process.poll() is not None:
            self.close()
        if self._pipe is None:
            self._start()
        if self._pipe is None:
            raise RuntimeError("no worker")
        known = (context.spec, context.source)
        if self._known is None or any(old is not new for old, new in zip(self._known, known, strict=True)):
            self._pipe.send_bytes(pickle.dumps(known))
            self._pipe.send_bytes(b"")
            self._known = known
        return self._pipe

    def _start(self) -> None:
        ours, theirs = socket.socketpair()
        for end in (ours, theirs):
            end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _MEGABYTE)
        limits = [str(self._timeout), str(self._memory_mb)]
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 (our own module)
                [sys.executable, "-P", "-c", _SERVE, str(theirs.fileno()), *limits],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                env={name: os.environ[name] for name in _PASSED_ON if name in os.environ},
            )
        self._pipe = Connection(ours.detach())
        if not self._pipe.poll(_START_SECONDS) or self._pipe.recv_bytes(16) != b"ready":
            self.close()
            raise RuntimeError(f"the parser process did not start within {_START_SECONDS:g} s")

    def _broken(self, how: str) -> UnreadablePage:
        status = None
        if self._process is not None and how == "died":
            try:
                status = self._process.wait(timeout=5)
            except subprocess.TimeoutExpired:
                how = "time"
        self.close()
        if how == "time" or status == -signal.SIGPROF:
            return UnreadablePage(f"parser exceeded {self._timeout:g} s of CPU time on this page", "format")
        return UnreadablePage(f"parser died on this page (status {status}, limit {self._memory_mb} MB)", "format")


def serve(handle: str, timeout_seconds: str, memory_mb: str) -> None:
    """The worker's life: read pages from the inherited socket ``handle`` until the parent hangs up."""
    pipe = Connection(int(handle))
    _limit_memory(int(memory_mb))
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    pipe.send_bytes(b"ready")
    spec_and_source: tuple[Any, Any] | None = None
    while True:
        try:
            head = pickle.loads(pipe.recv_bytes())  # noqa: S301 (from our own parent)
            body = pipe.recv_bytes()
        except EOFError:
            return
        if len(head) == 2:
            spec_and_source = head
            continue
        signal.setitimer(signal.ITIMER_PROF, float(timeout_seconds))
        answer = _read(body, head, spec_and_source, int(memory_mb))
        signal.setitimer(signal.ITIMER_PROF, 0)
        pipe.send_bytes(answer)


def _read(body: bytes, head: tuple[Any, ...], known: tuple[Any, Any] | None, memory_mb: int) -> bytes:
    if known is None:
        raise RuntimeError("a page before its spec")
    category_id, page_no, url, content_type, first_position, first_rank, (encoding, body_bytes) = head
    context = PageContext(
        spec=known[0], source=known[1], category_id=category_id, page_no=page_no, url=url,
        content_type=content_type, first_position=first_position, first_rank=first_rank,
    )  # fmt: skip
    answer: ParsedColumns | UnreadablePage
    try:
        answer = to_columns(parse_page(undo_encoding(body, encoding, body_bytes), context))
    except UnreadablePage as unreadable:
        answer = unreadable
    except (BrokenEncoding, TooLarge) as error:
        answer = UnreadablePage(f"the archived page can't be decoded: {error}", "format")
    except MemoryError:
        answer = UnreadablePage(f"parser exceeded {memory_mb} MB on this page", "format")
    except RecursionError:
        answer = UnreadablePage("parser exceeded its depth on this page", "format")
    except Exception as error:  # noqa: BLE001 (the page's fault or the reader's: told, and the next page goes on)
        told = f"{type(error).__name__}: {error}"[:_FOUND_CHARACTERS]
        answer = UnreadablePage(f"the reader failed on this page: {told}", "format")
    return pickle.dumps(answer, pickle.HIGHEST_PROTOCOL)


def _limit_memory(memory_mb: int) -> None:
    """Cap the address space at what is used now plus ``memory_mb``."""
    with open("/proc/self/statm", encoding="ascii") as file:  # noqa: PTH123 (not a path of ours)
        pages = int(file.read().split()[0])
    limit = pages * resource.getpagesize() + memory_mb * _MEGABYTE
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
